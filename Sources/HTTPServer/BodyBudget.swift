/// What the bodies of all connections hold, against what they may.
///
/// Bodies of callers who have proven nothing share a part of the whole: strangers can fill that, but not the rest.
struct BodyBudget {
    private let bytesMax: Int
    private let unprovenBytesMax: Int
    private(set) var bytes = 0
    private(set) var unprovenBytes = 0

    init(limits: ServerLimits) {
        bytesMax = limits.bodyBytesTotalMax
        unprovenBytesMax = limits.unprovenBodyBytesTotalMax
    }

    /// Counts `new` bytes in place of `old`. False when that is more than before and passes a limit: free them.
    mutating func replace(_ old: Int, with new: Int, isProven: Bool) -> Bool {
        bytes += new - old
        if !isProven { unprovenBytes += new - old }
        return new <= old || (bytes <= bytesMax && (isProven || unprovenBytes <= unprovenBytesMax))
    }
}
