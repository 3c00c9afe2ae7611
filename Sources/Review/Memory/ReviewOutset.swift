/// What a review sets out with: what earlier ones have seen that is still so, and what is left to show.
///
/// Kept beside the answer that was paid for, so that what is remembered after a crash is what would have been remembered
/// without one.
public struct ReviewOutset: Sendable, Equatable {
    /// The commit up to which an earlier review had seen the change; nil for a review of the whole.
    public var since: String?
    /// What was seen before and is as it was, by path. A review of the whole shows it again.
    public var seen: [String: SeenFile]
    /// The hashes of the hunks that are left to show, by path.
    public var pending: [String: Set<String>]
    /// Earlier findings whose line is still in the change, and secrets whatever became of their line.
    public var standing: [RememberedFinding]
    /// Fingerprints of earlier findings whose line has left the change since.
    public var outdated: [String]
    /// Fingerprints of those whose line had left it before and whose discussion may still be open.
    public var unresolved: [String]

    /// An outset of these parts; by default that of a first review.
    public init(
        since: String? = nil, seen: [String: SeenFile] = [:], pending: [String: Set<String>] = [:],
        standing: [RememberedFinding] = [], outdated: [String] = [], unresolved: [String] = []
    ) {
        self.since = since
        self.seen = seen
        self.pending = pending
        self.standing = standing
        self.outdated = outdated
        self.unresolved = unresolved
    }
}
