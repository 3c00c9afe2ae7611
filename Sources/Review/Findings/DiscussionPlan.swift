/// What is to be done about our discussions on a merge request so that they say what this review found, and no more.
public struct DiscussionPlan: Sendable, Equatable {
    /// One of our discussions as it stands on the merge request.
    public struct Standing: Sendable, Equatable {
        /// GitLab's id of the discussion.
        public var id: String
        /// The finding it is about.
        public var fingerprint: String
        /// Whether it is resolved.
        public var isResolved: Bool
        /// Whether it was we who resolved it.
        public var isResolvedByUs: Bool
        /// Whether anybody else has written in it.
        public var hasReplies: Bool

        /// A discussion of these parts.
        public init(
            id: String, fingerprint: String, isResolved: Bool = false, isResolvedByUs: Bool = false,
            hasReplies: Bool = false
        ) {
            self.id = id
            self.fingerprint = fingerprint
            self.isResolved = isResolved
            self.isResolvedByUs = isResolvedByUs
            self.hasReplies = hasReplies
        }
    }

    /// Findings that get a discussion.
    public var create: [PlacedFinding] = []
    /// Discussions that we had resolved and whose finding is back.
    public var reopen: [String] = []
    /// Discussions whose line is no longer in the change.
    public var resolve: [String] = []

    /// Compares what was `found` with what is `standing`. `gone` holds the fingerprints of earlier findings whose line
    /// the change no longer has.
    ///
    /// Said once is said: a finding with a discussion gets no other, whether people have resolved it or not. What
    /// the model did not find again, though its line is still there, stays for people to judge. A discussion in which
    /// somebody answered is theirs.
    public init(found: [PlacedFinding], standing: [Standing], gone: Set<String>) {
        let said = Dictionary(grouping: standing, by: \.fingerprint)
        for finding in found {
            guard let twins = said[finding.fingerprint] else {
                if !create.contains(where: { $0.fingerprint == finding.fingerprint }) { create.append(finding) }
                continue
            }
            guard !twins.contains(where: { !$0.isResolved || !$0.isResolvedByUs }), let last = twins.last else {
                continue
            }
            reopen.append(last.id)
        }
        let found = Set(found.map(\.fingerprint))
        resolve = standing.filter {
            !$0.isResolved && !$0.hasReplies && gone.contains($0.fingerprint) && !found.contains($0.fingerprint)
        }.map(\.id)
    }
}
