/// What of a change is to be reviewed, given what an earlier review has seen.
public struct IncrementalPlan: Sendable, Equatable {
    /// Files with the hunks that no model has seen as they are, in the order of the change.
    public var toReview: [FileDiff] = []
    /// Paths of files of which every hunk was seen before.
    public var unchangedFiles: [String] = []
    /// Paths of files of which some hunks were seen before, with the number of those.
    public var partlyUnchangedFiles: [String: Int] = [:]
    /// Earlier findings whose line is still in the change.
    public var standing: [RememberedFinding] = []
    /// Earlier findings whose line is not.
    public var gone: [RememberedFinding] = []
    /// The commit that `previous` was about; nil for a whole review.
    public var since: String?
    /// The hashes of hunks that are still as they were seen, by path.
    var unchangedHunks: [String: Set<String>] = [:]

    /// The plan for the change `files`, as `SecretScanner` left it, after the review that `previous` is of.
    ///
    /// `isWhole` has everything reviewed again, as when somebody asks for it; what was found stays known.
    public init(files: [FileDiff], previous: ReviewMemory?, isWhole: Bool, hash: ContentHash) {
        since = isWhole ? nil : previous?.headSHA
        for file in files {
            let known = previous?.hunks[file.path] ?? []
            var left = file
            if !isWhole, !known.isEmpty {
                let digests = file.hunks.map { $0.digest(hash) }
                left.hunks = zip(file.hunks, digests).filter { !known.contains($0.1) }.map(\.0)
                unchangedHunks[file.path, default: []].formUnion(known.intersection(digests))
            }
            let seenCount = file.hunks.count - left.hunks.count
            if seenCount > 0, left.hunks.isEmpty {
                unchangedFiles.append(file.path)
            } else {
                if seenCount > 0 { partlyUnchangedFiles[file.path] = seenCount }
                toReview.append(left)
            }
        }
        let unchanged = Set(unchangedFiles)
        var index = ChangeIndex(files)
        for finding in previous?.findings ?? [] {
            let stands =
                finding.text.isEmpty ? unchanged.contains(finding.path) : Self.has(finding, in: &index)
            if stands { standing.append(finding) } else { gone.append(finding) }
        }
    }

    /// Whether nothing is left to review.
    public var isEmpty: Bool { !toReview.contains { !$0.hunks.isEmpty } }

    private static func has(_ finding: RememberedFinding, in index: inout ChangeIndex) -> Bool {
        guard let file = index.index(of: finding.path) else { return false }
        return index.lines(of: file).contains { $0.number(on: finding.side) != nil && $0.plain == finding.text }
    }
}
