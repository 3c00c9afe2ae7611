import Glibc
import Platform

/// Blocking sockets of the relay: one thread each, which is all that a test needs.
enum RelaySocket {
    /// A listening socket on a free port of 127.0.0.1.
    static func listen() throws(POSIXFailure) -> (descriptor: CInt, port: Int) {
        let descriptor = try newSocket()
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 256) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isListening else {
            let failure = POSIXFailure("listen", "127.0.0.1")
            close(descriptor)
            throw failure
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Sends `request` to 127.0.0.1:`port` and returns all that comes back until the connection closes; nil when there is no server.
    static func exchange(_ request: [UInt8], port: Int) -> [UInt8]? {
        guard let descriptor = try? newSocket() else { return nil }
        defer { close(descriptor) }
        var address = loopback(port: UInt16(clamping: port))
        let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected, write(request, to: descriptor) else { return nil }
        var answer: [UInt8] = []
        while answer.count < FaultyRelay.messageBytesMax, let chunk = read(descriptor) { answer += chunk }
        return answer.isEmpty ? nil : answer
    }

    /// A whole request: its head, and as much body as `Content-Length` says. Nil when the client went away before.
    static func readRequest(_ descriptor: CInt) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < FaultyRelay.messageBytesMax {
            if let end = headEnd(bytes), bytes.count - end >= contentLength(bytes[..<end]) { return bytes }
            guard let chunk = read(descriptor) else { return nil }
            bytes += chunk
        }
        return nil
    }

    /// The method and the target of a request.
    static func requestLine(_ request: [UInt8]) -> (method: String, target: String)? {
        let words = request.prefix { $0 != 0x0D }.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        return words.count == 3 ? (words[0], words[1]) : nil
    }

    /// Where the body begins; nil while the head is not whole.
    static func headEnd(_ bytes: [UInt8]) -> Int? {
        bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
    }

    private static func contentLength(_ head: ArraySlice<UInt8>) -> Int {
        for line in String(decoding: head, as: UTF8.self).split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "content-length" {
                return Int(parts[1].drop { $0 == " " }) ?? 0
            }
        }
        return 0
    }

    /// The next bytes; nil at the end.
    private static func read(_ descriptor: CInt) -> [UInt8]? {
        var result = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            repeat { result = recv(descriptor, buffer.baseAddress, buffer.count, 0) } while result < 0 && errno == EINTR
            count = max(0, result)
        }
        return result > 0 ? chunk : nil
    }

    /// Sends all of `bytes`; false when the other side is gone.
    @discardableResult static func write(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Returns when the other side has closed.
    static func waitUntilGone(_ descriptor: CInt) { while read(descriptor) != nil {} }

    /// Lets the next close reset the connection: SO_LINGER of no time (socket(7)).
    static func reset(_ descriptor: CInt) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    private static func newSocket() throws(POSIXFailure) -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXFailure("socket") }
        return descriptor
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
