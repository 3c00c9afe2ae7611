import Faults
import HTTPClient
import HTTPServer
import HTTPWire
import JSON
import Platform
import Synchronization
import Testing
import UTCTime

@testable import Alerts

@Suite struct `Over real sockets` {
    /// What a receiver took, by `webhook-id`.
    private final class Inbox: Sendable {
        let ids = Mutex<[String]>([])
        private let bound = Mutex<(server: Server, port: Int)?>(nil)

        func start() throws -> Int {
            let handler: @Sendable (RoutedRequest) -> Response = { routed in
                let id = routed.request.head.fields["webhook-id"] ?? ""
                self.ids.withLock { $0.append(id) }
                return .json(200, ["ok": true])
            }
            let server = Server(
                routes: [Route(.post, "/in", handler: .now(handler))], time: .system, log: .silent)
            let port = try server.start(host: "127.0.0.1", port: 0)
            bound.withLock { $0 = (server, port) }
            return port
        }

        func stop() { bound.withLock { $0 }?.server.stop(graceSeconds: 0) }
    }

    /// Faults that the receiver never hears of, or that it does and the sender cannot know.
    @Test(arguments: [
        [Fault.error(500), .error(502)], [.dropBefore, .dropBefore], [.tooManyRequests(retryAfterSeconds: 1)],
        [.answer("not http\r\n\r\n")], [.slow(milliseconds: 30)],
    ])
    func `each alert arrives once at a receiver that fails and recovers`(faults: [Fault]) async throws {
        let inbox = Inbox()
        let relay = try FaultyRelay(
            to: try inbox.start(), plan: FaultPlan { $0.number < faults.count ? faults[$0.number] : .none })
        let desk = try Office(URLSessionTransport()).desk()
        desk.setTargets([AlertTarget(name: "webhook", url: relay.url + "/in", form: .webhook(key: nil))])
        desk.raise([.once("a"), .once("b"), .once("c")])
        await desk.untilNothingIsOwed()
        await desk.close()
        relay.stop()
        inbox.stop()
        let ids = inbox.ids.withLock { $0 }
        #expect(ids.count == 3 && Set(ids).count == 3)
    }

    @Test(arguments: [Fault.dropAfter, .errorAfterEffect(502)])
    func `a double that nobody can prevent carries the id of the first`(fault: Fault) async throws {
        let inbox = Inbox()
        let relay = try FaultyRelay(to: try inbox.start(), plan: FaultPlan { $0.number == 0 ? fault : .none })
        let desk = try Office(URLSessionTransport()).desk()
        desk.setTargets([AlertTarget(name: "webhook", url: relay.url + "/in", form: .webhook(key: nil))])
        desk.raise([.once("a")])
        await desk.untilNothingIsOwed()
        await desk.close()
        relay.stop()
        inbox.stop()
        let ids = inbox.ids.withLock { $0 }
        #expect(ids.count == 2 && Set(ids).count == 1)
    }
}
