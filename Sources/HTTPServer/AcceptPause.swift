import Glibc

/// What a failed `accept` means, and how long to leave the listener alone.
///
/// A server that ends, or spins, because the machine ran out of descriptors for a moment is worse than one that waits
/// (the libev documentation calls it "accept()ing when you can't").
struct AcceptPause: Sendable {
    /// What to do after a failure.
    enum Action: Equatable {
        /// That one connection is lost: take the next.
        case next
        /// Leave the listener alone until `until` (monotonic nanoseconds); write a line to the log if `logs`.
        case pause(until: UInt64, logs: Bool)
    }

    private let limits: ServerLimits
    private var pauseNanoseconds: UInt64
    private var lastLog: UInt64?

    init(limits: ServerLimits) {
        self.limits = limits
        pauseNanoseconds = limits.acceptPauseNanosecondsMin
    }

    mutating func failed(_ code: CInt, now: UInt64) -> Action {
        switch code {
        case EINTR, ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP,
            ENETUNREACH, ETIMEDOUT:
            return .next
        default:
            let until = now &+ pauseNanoseconds
            pauseNanoseconds = min(pauseNanoseconds &* 2, limits.acceptPauseNanosecondsMax)
            let logs = lastLog.map { now &- $0 >= limits.acceptLogPauseNanoseconds } ?? true
            if logs { lastLog = now }
            return .pause(until: until, logs: logs)
        }
    }

    /// A connection was taken: the next pause is short again.
    mutating func succeeded() { pauseNanoseconds = limits.acceptPauseNanosecondsMin }
}
