/// What a review leaves behind for the next one of the same merge request.
///
/// Kept by the daemon among its files, one for each merge request, as the JSON of `json`. Losing it costs tokens, not
/// correctness: the next review is then a whole one.
public struct ReviewMemory: Sendable, Equatable {
    /// Which review of the merge request this was, from 1.
    public var run: Int
    /// The commit that was reviewed.
    public var headSHA: String
    /// The hashes of the hunks that a model was shown, by the path of their file.
    public var hunks: [String: Set<String>]
    /// The findings that stand.
    public var findings: [RememberedFinding]

    /// Hunks that are remembered; those beyond are reviewed again.
    public static let hunksMax = 20_000
    /// Findings that are remembered.
    public static let findingsMax = 200

    /// A memory of these parts.
    public init(
        run: Int, headSHA: String, hunks: [String: Set<String>] = [:], findings: [RememberedFinding] = []
    ) {
        self.run = run
        self.headSHA = headSHA
        self.hunks = hunks
        self.findings = findings
    }

    /// The memory after a review of `headSHA` that showed `shown`, files with the hunks that a model was given whole,
    /// and found `found`. `plan` is what the review set out with.
    public init(
        after previous: ReviewMemory?, plan: IncrementalPlan, headSHA: String, shown: [FileDiff],
        found: CheckedFindings, hash: ContentHash
    ) {
        self.init(run: (previous?.run ?? 0) + 1, headSHA: headSHA)
        var count = 0
        for (path, digests) in plan.unchangedHunks.map({ ($0.key, $0.value) })
            + shown.map({ ($0.path, Set($0.hunks.map { $0.digest(hash) })) })
        {
            let new = digests.subtracting(hunks[path, default: []]).prefix(max(0, Self.hunksMax - count))
            guard !new.isEmpty else { continue }
            hunks[path, default: []].formUnion(new)
            count += new.count
        }
        let inline = Set(found.inline.map(\.fingerprint))
        let new = found.all.map { RememberedFinding($0, isInline: inline.contains($0.fingerprint)) }
        let known = Set(new.map(\.fingerprint))
        findings = Array((new + plan.standing.filter { !known.contains($0.fingerprint) }).prefix(Self.findingsMax))
    }
}

/// A finding as the next review needs it.
public struct RememberedFinding: Sendable, Equatable {
    /// By which it is known.
    public var fingerprint: String
    /// How bad it is.
    public var severity: Finding.Severity
    /// What sort of thing it is.
    public var kind: Finding.Kind
    /// Its file; empty for none.
    public var path: String
    /// Its line's number when it was found; nil without a place.
    public var line: Int?
    /// On which side its line stands.
    public var side: Finding.Side
    /// Its line's text with single blanks; empty without a place.
    public var text: String
    /// What is wrong, in one line.
    public var title: String
    /// Whether it has a discussion of its own.
    public var isInline: Bool

    /// A finding of these parts.
    public init(
        fingerprint: String, severity: Finding.Severity, kind: Finding.Kind, path: String, line: Int? = nil,
        side: Finding.Side = .new, text: String = "", title: String, isInline: Bool = false
    ) {
        self.fingerprint = fingerprint
        self.severity = severity
        self.kind = kind
        self.path = path
        self.line = line
        self.side = side
        self.text = text
        self.title = title
        self.isInline = isInline
    }

    /// What is kept of `placed`.
    public init(_ placed: PlacedFinding, isInline: Bool) {
        self.init(
            fingerprint: placed.fingerprint, severity: placed.finding.severity, kind: placed.finding.kind,
            path: placed.finding.path, line: placed.place?.line, side: placed.finding.side,
            text: placed.place?.text ?? "", title: DiscussionText.title(placed.finding), isInline: isInline)
    }
}

extension DiffHunk {
    /// The hash of the hunk's lines. Their numbers do not count: a hunk that moved is the same.
    func digest(_ hash: ContentHash) -> String {
        hash.digits(of: ["hunk"] + lines.map { ($0.kind == .added ? "+" : $0.kind == .removed ? "-" : " ") + $0.text })
    }
}
