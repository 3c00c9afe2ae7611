/// What the reviews of a merge request leave behind for the next one.
///
/// Kept by the daemon among its files, one for each merge request, as the JSON of `json`. Losing it costs tokens, not
/// correctness: the next review is then a whole one.
public struct ReviewMemory: Sendable, Equatable {
    /// The number of the review that left it; that of a later review is greater.
    public var run: Int
    /// The commit that was reviewed last.
    public var headSHA: String
    /// What was seen of each file, by its path.
    public var files: [String: SeenFile]
    /// The findings that stand, the newest first.
    public var findings: [RememberedFinding]
    /// Fingerprints of findings whose line has left the change and whose discussion may still be open.
    public var outdated: [String]

    /// Hunks that are remembered; those beyond are reviewed again.
    public static let hunksMax = 20_000
    /// Findings that are remembered.
    public static let findingsMax = 200
    /// Findings whose discussion is still to be resolved.
    public static let outdatedMax = 200

    /// A memory of these parts.
    public init(
        run: Int, headSHA: String, files: [String: SeenFile] = [:], findings: [RememberedFinding] = [],
        outdated: [String] = []
    ) {
        self.run = run
        self.headSHA = headSHA
        self.files = files
        self.findings = findings
        self.outdated = outdated
    }

    /// The memory after review number `run` of `headSHA`, which set out with `outset`, showed the files `shown` with all
    /// their changes, and found `found`.
    ///
    /// `answered` are fingerprints of findings whose discussion people have resolved: nobody needs to be told of them
    /// again. `unresolved` are findings whose line is gone and whose discussion is still to be resolved.
    public init(
        after outset: ReviewOutset, run: Int, headSHA: String, shown: Set<String>, found: [RememberedFinding],
        answered: Set<String> = [], unresolved: [String] = []
    ) {
        self.init(run: run, headSHA: headSHA, files: outset.seen)
        var left = Self.hunksMax - files.values.reduce(0) { $0 + $1.hunks.count }
        for (path, digests) in outset.pending where shown.contains(path) {
            let new = digests.subtracting(files[path]?.hunks ?? []).prefix(max(0, left))
            left -= new.count
            files[path, default: SeenFile(headSHA: headSHA)].hunks.formUnion(new)
            files[path]?.headSHA = headSHA
        }
        let known = Set(found.map(\.fingerprint)).union(answered)
        findings = Array((found + outset.standing.filter { !known.contains($0.fingerprint) }).prefix(Self.findingsMax))
        outdated = Array(unresolved.prefix(Self.outdatedMax))
    }
}

/// What was seen of one file of a change.
public struct SeenFile: Sendable, Equatable {
    /// The commit whose review showed it last.
    public var headSHA: String
    /// The hashes of its hunks that a model was shown.
    public var hunks: Set<String>

    /// A file of these hunks, last shown at `headSHA`.
    public init(headSHA: String, hunks: Set<String> = []) {
        self.headSHA = headSHA
        self.hunks = hunks
    }
}

extension DiffHunk {
    /// The hash of the hunk's lines. Their numbers do not count: a hunk that moved is the same.
    func digest(_ hash: ContentHash) -> String {
        hash.digits(of: ["hunk"] + lines.map { ($0.kind == .added ? "+" : $0.kind == .removed ? "-" : " ") + $0.text })
    }
}
