public import Platform

/// Why something could not be done to an alert.
public enum AlertError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no alert of this id.
    case unknown(String)
    /// It could not be written down.
    case writeFailed(POSIXFailure)

    /// A sentence for people.
    public var description: String {
        switch self {
        case .unknown(let id): "no alert is called '\(id)'; it may be older than the retention of the logs"
        case .writeFailed(let failure): "the alerts' journal cannot be written: \(failure)"
        }
    }
}
