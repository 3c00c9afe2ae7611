public import Platform

/// Why the queue did not take something. Nothing of it was kept.
public enum QueueError: Error, Sendable, Equatable, CustomStringConvertible {
    /// So many reviews wait already.
    case full(waiting: Int)
    /// The daemon is stopping.
    case stopped
    /// The journal cannot be written.
    case writeFailed(POSIXFailure)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .full(let waiting): "\(waiting) reviews are waiting already; send the delivery again later"
        case .stopped: "the daemon is stopping; send the delivery again in a minute"
        case .writeFailed(let failure):
            "the delivery could not be written down: \(failure); see to the disk of TOKEN_DATA_DIR and send it again"
        }
    }
}
