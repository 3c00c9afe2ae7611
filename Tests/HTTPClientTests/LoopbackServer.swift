import Foundation
import Glibc
import Synchronization

/// A blocking HTTP server on a free port of 127.0.0.1 that does as it is told, broken things included.
final class LoopbackServer: Sendable {
    /// What the server read of one request.
    struct Received: Sendable {
        var head: String
        var body: [UInt8]

        /// The value of the first field called `name`, nil when absent.
        func field(_ name: String) -> String? {
            for line in head.components(separatedBy: "\r\n").dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { continue }
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
            return nil
        }
    }

    /// What the server does with a request, step by step; then it closes the connection.
    enum Step: Sendable {
        case send(String)
        case repeatBytes(Int)
        /// Says nothing until the client goes away.
        case hang
    }

    let port: UInt16
    private let listener: CInt
    private let received = Mutex<[Received]>([])

    var requests: [Received] { received.withLock { $0 } }
    var base: String { "http://127.0.0.1:\(port)" }

    init(_ script: @escaping @Sendable (_ number: Int, Received) -> [Step]) throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard listener >= 0, bound else { throw URLError(.cannotCreateFile) }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        // The thread alone closes the listener: closed elsewhere, its number could be another server's by the next `accept`.
        Thread { [weak self] in
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard connection >= 0 else { return }
                // Not the end yet: only a shut down listener ends the thread, or `deinit` would shut down a number that is another's.
                guard let server = self else {
                    close(connection)
                    continue
                }
                Thread { server.serve(connection, script) }.start()
            }
        }.start()
    }

    /// A server that sends `answer` to every request.
    convenience init(answer: String) throws { try self.init { _, _ in [.send(answer)] } }

    deinit { shutdown(listener, CInt(SHUT_RDWR)) }

    private func serve(_ connection: CInt, _ script: (Int, Received) -> [Step]) {
        defer { close(connection) }
        guard let request = read(connection) else { return }
        let number = received.withLock {
            $0.append(request)
            return $0.count
        }
        for step in script(number, request) {
            switch step {
            case .send(let text): write(Array(text.utf8), to: connection)
            case .repeatBytes(let count):
                for _ in 0..<(count / 4096) where !write([UInt8](repeating: 0x61, count: 4096), to: connection) {
                    return
                }
            case .hang:
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
            }
        }
        // A close with unread bytes would reset the connection and take the answer with it.
        shutdown(connection, CInt(SHUT_WR))
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
    }

    private func read(_ connection: CInt) -> Received? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes += chunk[0..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            var request = Received(head: String(text[..<end.lowerBound]), body: [])
            let wanted = request.field("Content-Length").flatMap { Int($0) } ?? 0
            let start = text[..<end.upperBound].utf8.count
            guard bytes.count - start >= wanted else { continue }
            request.body = Array(bytes[start..<start + wanted])
            return request
        }
    }

    @discardableResult private func write(_ bytes: [UInt8], to connection: CInt) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    connection, $0.baseAddress?.advanced(by: sent), bytes.count - sent, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
