import Glibc

/// A TCP socket that takes connections, without ever waiting for one.
public struct ListeningSocket: ~Copyable, Sendable {
    /// What came of asking for a connection.
    public enum Arrival: ~Copyable {
        /// One came.
        case connection(StreamSocket, peer: SocketAddress)
        /// None waits.
        case none
        /// The system said no, with this `errno`.
        case failed(CInt)
    }

    private let descriptor: SocketDescriptor
    /// The address it listens at, with the port the system chose when 0 was asked for.
    public let address: SocketAddress

    /// The number, for `poll`.
    public var number: CInt { descriptor.number }

    /// Listens at every address `host` stands for (a name, `localhost`, IPv4, IPv6), all on one port.
    ///
    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - backlog: connections that may wait in the kernel.
    /// - Throws: `ListeningFailure` when not one address can be listened at.
    public static func listen(host: String, port: Int, backlog: Int) throws(ListeningFailure) -> [ListeningHandle] {
        var port = port
        var listeners: [ListeningHandle] = []
        var failure: POSIXFailure?
        for candidate in try resolve(host: host, port: port) {
            do throws(POSIXFailure) {
                let listener = try ListeningSocket(candidate, port: port, backlog: backlog)
                port = listener.address.port
                listeners.append(ListeningHandle(listener))
            } catch {
                failure = failure ?? error
                // Half a host is worse than none: clients would reach whoever has the other half. An address family
                // that the machine does not have is another matter.
                if error.code == EADDRINUSE || error.code == EACCES { listeners = []; break }
            }
        }
        guard listeners.isEmpty else { return listeners }
        throw ListeningFailure(host: host, port: port, reason: failure?.description ?? "it has no address")
    }

    private init(_ candidate: Candidate, port: Int, backlog: Int) throws(POSIXFailure) {
        let number = socket(candidate.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw POSIXFailure("socket") }
        let descriptor = SocketDescriptor(owning: number)
        try descriptor.makeNonBlocking()
        try descriptor.setOption(SOL_SOCKET, SO_REUSEADDR, 1)
        // Accepted sockets inherit it: an answer is one write, and must not wait for an acknowledgement.
        try descriptor.setOption(CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        var storage = candidate.storage(port: port)
        let bound = withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, candidate.length) }
        }
        guard bound == 0 else { throw POSIXFailure("bind") }
        guard Glibc.listen(number, CInt(clamping: backlog)) == 0 else { throw POSIXFailure("listen") }
        guard let address = SocketAddress.local(of: number) else { throw POSIXFailure("getsockname") }
        self.descriptor = descriptor
        self.address = address
    }

    /// Takes the next waiting connection: non-blocking, and closed in child processes.
    public func accept() -> Arrival {
        while true {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let number = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(descriptor.number, $0, &length) }
            }
            guard number >= 0 else {
                if errno == EINTR { continue }
                return errno == EAGAIN || errno == EWOULDBLOCK ? .none : .failed(errno)
            }
            let accepted = SocketDescriptor(owning: number)
            do throws(POSIXFailure) { try accepted.makeNonBlocking() } catch { return .failed(error.code) }
            guard let peer = SocketAddress(storage) else { return .failed(ECONNABORTED) }
            return .connection(StreamSocket(accepted), peer: peer)
        }
    }
}

/// Holds a listening socket where a collection is needed, which cannot hold one itself.
public final class ListeningHandle: Sendable {
    /// The socket.
    public let socket: ListeningSocket

    init(_ socket: consuming ListeningSocket) { self.socket = socket }
}

/// Why nothing can be listened at.
public struct ListeningFailure: Error, Sendable, CustomStringConvertible {
    /// The host asked for.
    public let host: String
    /// The port asked for.
    public let port: Int
    /// What the system said.
    public let reason: String

    /// `cannot listen at 127.0.0.1 port 8000: bind: Address already in use (errno 98)`.
    public var description: String { "cannot listen at \(host) port \(port): \(reason)" }
}
