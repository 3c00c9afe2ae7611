/// What of a change is to be reviewed, given what earlier reviews have seen.
///
/// The change's content decides, not its commits: what was seen stays seen after a rebase or a forced push.
public struct IncrementalPlan: Sendable, Equatable {
    /// What is known before the review.
    public var outset = ReviewOutset()
    /// For each file of the change, by its index, the indices of the hunks that were seen as they are.
    public var seenHunks: [Int: Set<Int>] = [:]

    /// The plan for the change `files`, as `SecretScanner` left it, after the reviews that `previous` is of.
    ///
    /// `isWhole` has everything reviewed again, as when somebody asks for it; what was found stays known.
    public init(files: [FileDiff], previous: ReviewMemory?, isWhole: Bool, hash: ContentHash) {
        let isIncremental = previous != nil && !isWhole
        outset.since = isIncremental ? previous?.headSHA : nil
        for (index, file) in files.enumerated() {
            let known = previous?.files[file.path]
            for (number, hunk) in file.hunks.enumerated() {
                let digest = hunk.digest(hash)
                let isSeen = known?.hunks.contains(digest) == true
                if let known, isSeen {
                    outset.seen[file.path, default: SeenFile(headSHA: known.headSHA)].hunks.insert(digest)
                }
                if isIncremental, isSeen {
                    seenHunks[index, default: []].insert(number)
                } else {
                    outset.pending[file.path, default: []].insert(digest)
                }
            }
        }
        guard let previous else { return }
        let unchanged = Set(outset.seen.keys).subtracting(outset.pending.keys)
        var change = ChangeIndex(files)
        for var finding in previous.findings {
            let line = Self.line(of: finding, in: &change)
            // A whole review looks for what has no line as well: it is said again or not.
            let stands =
                finding.text.isEmpty ? unchanged.contains(finding.path) : line != nil
            // A secret that was pushed is out, whatever the change says of it now.
            guard stands || finding.kind == .secret else {
                outset.outdated.append(finding.fingerprint)
                continue
            }
            if !finding.text.isEmpty { finding.line = line }
            outset.standing.append(finding)
        }
        let known = Set(outset.standing.map(\.fingerprint) + outset.outdated)
        outset.unresolved = previous.outdated.filter { !known.contains($0) }
    }

    /// Whether, where nothing can be shown, that is because earlier reviews have seen what could be.
    public var leavesNothing: Bool { outset.since != nil && !seenHunks.isEmpty }

    /// The number of the line of `finding`, the nearest to where it was where there are several; nil when it is gone.
    private static func line(of finding: RememberedFinding, in change: inout ChangeIndex) -> Int? {
        guard !finding.text.isEmpty, let file = change.index(of: finding.path) else { return nil }
        let numbers = change.lines(of: file).filter { $0.plain == finding.text }
            .compactMap { $0.number(on: finding.side) }
        let old = finding.line ?? 0
        return numbers.min { left, right in
            left.subtractingReportingOverflow(old).partialValue.magnitude
                < right.subtractingReportingOverflow(old).partialValue.magnitude
        }
    }
}
