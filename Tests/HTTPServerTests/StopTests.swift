import Dispatch
import HTTPServer
import HTTPWire
import Platform
import Synchronization
import Testing

@Suite struct StopTests {
    @Test func `stopping answers what is in hand and closes what is idle`() throws {
        let server = try TestServer()
        let idle = try server.client()
        idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(idle.receive(until: "hello") != nil)
        let busy = try server.client()
        busy.send("GET /late/x HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(server.gate.wait(for: 1))
        let stopped = DispatchGroup()
        let (port, gate) = (server.port, server.gate)
        DispatchQueue.global().async(group: stopped) { [server = server.server] in server.stop(graceSeconds: 10) }
        #expect(idle.receiveAll() == "", "idle connections are closed at once")
        #expect(throws: POSIXFailure.self) { try Client(port: port) }
        gate.open()
        let answer = try #require(busy.receiveAll())
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nx"))
        #expect(stopped.wait(timeout: .now() + 5) == .success)
        #expect(server.server.statistics.openCount == 0)
    }

    @Test func `the grace ends`() throws {
        let server = try TestServer()
        let busy = try server.client()
        busy.send("GET /late/x HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(server.gate.wait(for: 1))
        server.server.stop(graceSeconds: 0)
        #expect(busy.receiveAll() == "")
        server.gate.open()
        server.server.stop(graceSeconds: 0)
    }

    @Test func `a server that was never started stops`() { Server(routes: [], log: .silent).stop() }

    @Test func `a fault of a handler is logged`() throws {
        let lines = Lines()
        let server = try TestServer(
            [Route(.get, "/split", handler: .now { _ in .init(status: 200, fields: [("X", "a\r\nb")]) })],
            log: Log(sink: { lines.add($0) }))
        let answer = try server.answer("GET /split HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(answer?.hasPrefix("HTTP/1.1 500 ") == true)
        #expect(lines.all.count == 1)
        #expect(lines.all.first?.contains("fault=\"field X\"") == true)
    }
}

/// Gathers lines of a log.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
