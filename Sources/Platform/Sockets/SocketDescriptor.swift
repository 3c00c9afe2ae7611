import Glibc

/// A socket or pipe end that is owned: closed once, when its owner goes away.
///
/// Descriptor numbers are used again at once, so a second `close` would close somebody else's. Errors of `close` say
/// nothing useful about a socket and are dropped.
public struct SocketDescriptor: ~Copyable, Sendable {
    /// The number, for `poll`. It must not outlive the owner.
    public let number: CInt

    /// Takes `number` over.
    public init(owning number: CInt) { self.number = number }

    deinit { _ = Glibc.close(number) }

    /// Makes reads and writes return instead of waiting, and keeps the descriptor out of child processes.
    public func makeNonBlocking() throws(POSIXFailure) {
        guard fcntl(number, F_SETFD, FD_CLOEXEC) == 0, fcntl(number, F_SETFL, O_NONBLOCK) == 0 else {
            throw POSIXFailure("fcntl")
        }
    }

    /// Sets an integer option of `level`.
    public func setOption(_ level: CInt, _ option: CInt, _ value: CInt) throws(POSIXFailure) {
        var value = value
        guard setsockopt(number, level, option, &value, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
            throw POSIXFailure("setsockopt")
        }
    }
}
