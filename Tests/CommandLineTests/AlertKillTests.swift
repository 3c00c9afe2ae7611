import Foundation
import Glibc
import HTTPServer
import HTTPWire
import JSON
import Platform
import Synchronization
import Testing

@Suite struct `A daemon that is killed while it alerts` {
    /// A receiver that takes alerts, or keeps the sender waiting.
    private final class Inbox: Sendable {
        private let state = Mutex<(ids: [String], waiting: [Responder], isSilent: Bool)>(([], [], false))
        private let server: Mutex<(server: Server, port: Int)?> = Mutex(nil)

        var ids: [String] { state.withLock { $0.ids } }
        var url: String { "http://127.0.0.1:\(server.withLock { $0?.port ?? 0 })/in" }

        init() throws {
            let handler: @Sendable (RoutedRequest, Responder) -> Void = { [weak self] routed, responder in
                let id = routed.request.head.fields["webhook-id"] ?? ""
                let answers = self?.state.withLock { state in
                    state.ids.append(id)
                    if state.isSilent { state.waiting.append(responder) }
                    return !state.isSilent
                }
                if answers == true { responder.send(.json(200, [:])) }
            }
            let server = Server(routes: [Route(.post, "/in", handler: .later(handler))], time: .system, log: .silent)
            let port = try server.start(host: "127.0.0.1", port: 0)
            self.server.withLock { $0 = (server, port) }
        }

        deinit { server.withLock { $0 }?.server.stop(graceSeconds: 0) }

        func setSilent(_ isSilent: Bool) { state.withLock { $0.isSilent = isSilent } }
    }

    /// When it is killed.
    enum Moment: String, CaseIterable {
        case beforeItIsClaimed
        case whileItIsSent
        case afterItWasTaken
    }

    @Test(arguments: Moment.allCases)
    func `tells each thing, and a second time only under the first's id`(moment: Moment) async throws {
        let folder = try Folder()
        let inbox = try Inbox()
        inbox.setSilent(moment == .whileItIsSent)
        let settings = [
            "TOKEN_DAILY_LIMIT": "10000", "ALERT_WEBHOOK_URL": inbox.url, "ALERT_DIGEST_TIME": "off",
        ]
        let killed = try await Daemon(in: folder, environment: settings)
        #expect(
            try await killed.post("/usage", ["model": "claude-sonnet-5-5", "input_tokens": 1400, "output_tokens": 0])
                .status == 201)
        for _ in 0..<5 {
            _ = try await killed.post(
                "/usage", ["model": "claude-sonnet-5-5", "input_tokens": 1400, "output_tokens": 0])
        }
        switch moment {
        case .beforeItIsClaimed: break
        case .whileItIsSent: try await until("it is sent") { inbox.ids.count == 1 }
        case .afterItWasTaken:
            try await until("it is written down") {
                let path = folder.path + "/data/tokens/state/alerts.journal"
                return (try? String(contentsOfFile: path, encoding: .utf8))?.contains("\tsent\t") == true
            }
        }
        killed.program.send(SIGKILL)
        _ = try await killed.program.ending()
        inbox.setSilent(false)
        let before = inbox.ids.count
        let daemon = try await Daemon(in: folder, environment: settings)
        try await until("it is told") {
            let pending = try? await daemon.get("/alerts").body["alerts"]?.array
            return pending?.count == 1 && pending?.first?["deliveries"] == ["webhook": "sent"]
        }
        #expect(try await daemon.stop().status == 0)
        #expect(Set(inbox.ids).count == 1)
        switch moment {
        case .beforeItIsClaimed: #expect(inbox.ids.count <= before + 1)
        case .whileItIsSent: #expect(inbox.ids.count == 2)
        case .afterItWasTaken: #expect(inbox.ids.count == 1)
        }
    }

    private func until(_ what: String, _ isSo: () async -> Bool) async throws {
        for _ in 0..<1000 {
            if await isSo() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("not in time: \(what)")
    }
}
