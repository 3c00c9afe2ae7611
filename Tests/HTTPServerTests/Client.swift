import Glibc
import HTTPServer
import HTTPWire
import Platform
import Testing
import UTCTime

/// A client that sends the bytes it is told to, on a real socket. Waits at most five seconds for anything.
final class Client {
    private let number: CInt

    init(port: Int, receiveBytes: CInt? = nil) throws {
        number = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        try #require(number >= 0)
        if var size = receiveBytes {
            setsockopt(number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        var time = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXFailure("connect") }
    }

    deinit { close(number) }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends all of `bytes`; false when the server no longer takes them.
    @discardableResult func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    func endSending() { shutdown(number, CInt(SHUT_WR)) }

    /// Makes closing send a reset.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// The next bytes; empty at the end, nil on an error or when five seconds have passed.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(number, &buffer, buffer.count, 0)
        return count < 0 ? nil : Array(buffer[..<count])
    }

    /// All bytes until the server ends the connection; nil when it was reset or does not end it.
    func receiveAll() -> String? {
        var bytes: [UInt8] = []
        while let more = receive() {
            if more.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += more
        }
        return nil
    }

    /// Bytes until they end with `text`; nil when they do not.
    func receive(until text: String) -> String? {
        var bytes: [UInt8] = []
        while let more = receive(), !more.isEmpty {
            bytes += more
            if bytes.suffix(text.utf8.count).elementsEqual(text.utf8) { return String(decoding: bytes, as: UTF8.self) }
        }
        return nil
    }
}

/// A started server with one route of each kind, stopped when it goes away.
final class TestServer {
    let server: Server
    let port: Int
    let gate: Gate

    init(_ routes: [Route] = [], log: Log = .silent, change: (inout ServerLimits) -> Void = { _ in }) throws {
        var limits = ServerLimits()
        change(&limits)
        let gate = Gate()
        self.gate = gate
        let echo: @Sendable (RoutedRequest) -> Response = {
            Response(status: 200, fields: [("Content-Type", "text/plain; charset=utf-8")], body: $0.request.body)
        }
        let all =
            routes + [
                Route(.get, "/hello", handler: .now { _ in Response(status: 200, body: Array("hello".utf8)) }),
                Route(.post, "/echo", bodyBytesMax: 1000, mediaTypes: [], handler: .now(echo)),
                Route(.post, "/json", bodyBytesMax: 1000, handler: .now(echo)),
                Route(.post, "/late", mediaTypes: [], handler: .later { gate.add(echo($0), $1) }),
                Route(
                    .get, "/late/{name}",
                    handler: .later { request, responder in
                        gate.add(Response(status: 200, body: Array((request.parameters["name"] ?? "").utf8)), responder)
                    }),
                Route(.get, "/dropped", handler: .later { _, _ in }),
                Route(
                    .get, "/large",
                    handler: .now { _ in
                        Response(status: 200, body: [UInt8](repeating: 65, count: 20_000_000))
                    }),
            ]
        server = Server(routes: all, limits: limits, log: log)
        port = try server.start(host: "127.0.0.1", port: 0)
    }

    deinit { server.stop(graceSeconds: 0) }

    func client() throws -> Client { try Client(port: port) }

    /// Sends `text` on a connection of its own and returns all that comes until the server ends it.
    func answer(_ text: String) throws -> String? {
        let client = try client()
        client.send(text)
        return client.receiveAll()
    }

    /// Waits until `condition` holds; false after five seconds.
    func wait(until condition: (Server) -> Bool) -> Bool {
        for _ in 0..<5000 {
            if condition(server) { return true }
            usleep(1000)
        }
        return false
    }
}
