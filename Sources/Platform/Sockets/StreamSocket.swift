import Glibc

/// A connected stream socket that never waits.
public struct StreamSocket: ~Copyable, Sendable {
    /// What came of a read or a write.
    public enum Transfer: Sendable, Equatable {
        /// So many bytes, at least one.
        case bytes(Int)
        /// Nothing can be done now; `poll` will say when.
        case blocked
        /// The peer sends no more.
        case end
        /// The connection is gone: reset, broken, timed out.
        case failed(CInt)
    }

    private let descriptor: SocketDescriptor

    /// Takes over a connected, non-blocking socket.
    public init(_ descriptor: consuming SocketDescriptor) { self.descriptor = descriptor }

    /// The number, for `poll`.
    public var number: CInt { descriptor.number }

    /// Reads into `buffer`, at most `countMax` bytes of it.
    public func receive(into buffer: UnsafeMutableRawBufferPointer, countMax: Int) -> Transfer {
        while true {
            let count = recv(number, buffer.baseAddress, min(countMax, buffer.count), 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            if errno != EINTR { return Self.failure(errno) }
        }
    }

    /// Writes what fits of `bytes`. A peer that is gone raises no signal (MSG_NOSIGNAL).
    public func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        guard !bytes.isEmpty else { return .blocked }
        while true {
            let count = Glibc.send(number, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            if count > 0 { return .bytes(count) }
            if errno != EINTR { return Self.failure(errno) }
        }
    }

    /// Tells the peer that no more will come, and goes on reading.
    public func endSending() { _ = shutdown(number, CInt(SHUT_WR)) }

    private static func failure(_ code: CInt) -> Transfer {
        code == EAGAIN || code == EWOULDBLOCK ? .blocked : .failed(code)
    }
}
