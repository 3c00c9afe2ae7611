// How much of the change a review has seen, file by file.

extension SummaryNote {
    /// Commits by which files that were seen before are told apart.
    static let namedCommitsMax = 10

    /// Whether the model said anything: else nothing was reviewed, only shown.
    private static func hasReviewed(_ report: ReviewReport) -> Bool {
        if case .refused = report.stop { return false }
        return !report.reading.verdict.isEmpty || !report.reading.rest.withSingleBlanks.isEmpty
            || !report.reading.findings.isEmpty || report.reading.isWhole
    }

    static func coverage(_ report: ReviewReport) -> String {
        let verb = hasReviewed(report) ? "reviewed" : "shown to the model"
        let whole = report.coverage.filter { $0.extent == .whole }
        let before = report.coverage.filter { $0.extent.commitBefore != nil }
        let others = report.coverage.filter { $0.extent != .whole && $0.extent.commitBefore == nil }
        var text =
            "**Coverage: \(grouped(whole.count + before.count)) of \(counted(report.coverage.count, "changed file"))"
        text += " \(verb)\(others.isEmpty ? "." : " whole.")**"
        if let since = report.since { text += " This review is of what changed since \(commit(since))." }
        var lines: [String] = []
        if !whole.isEmpty { lines.append("- \(verb): \(names(whole))") }
        lines += seenBefore(before)
        for file in others.prefix(namedFilesMax) {
            switch file.extent {
            case .part(let reason): lines.append("- \(Markdown.code(file.path)): \(verb) in part: \(reason)")
            case .nothing(let reason): lines.append("- \(Markdown.code(file.path)): not \(verb): \(reason)")
            case .whole, .before: break
            }
        }
        let rest = others.dropFirst(namedFilesMax)
        if !rest.isEmpty { lines.append("- and \(grouped(rest.count)) more: \(reasons(rest))") }
        return ([text] + lines).joined(separator: "\n")
    }

    /// A line for each commit whose review saw files that are as they were; beyond so many, one for the others.
    private static func seenBefore(_ files: [FileCoverage]) -> [String] {
        var groups: [(commit: String, files: [FileCoverage])] = []
        for file in files {
            let commit = file.extent.commitBefore ?? ""
            if let index = groups.firstIndex(where: { $0.commit == commit }) {
                groups[index].files.append(file)
            } else {
                groups.append((commit, [file]))
            }
        }
        var lines = groups.prefix(namedCommitsMax).map {
            "- reviewed at \(commit($0.commit)), unchanged since: \(names($0.files))"
        }
        let rest = groups.dropFirst(namedCommitsMax).flatMap(\.files)
        if !rest.isEmpty { lines.append("- reviewed before, unchanged since: \(names(rest))") }
        return lines
    }

    private static func names(_ files: [FileCoverage]) -> String {
        let named = files.prefix(namedFilesMax).map { Markdown.code($0.path) }.joined(separator: ", ")
        return files.count > namedFilesMax ? named + " and \(grouped(files.count - namedFilesMax)) more" : named
    }

    /// `12 over the input limit, 3 binary`.
    private static func reasons(_ files: ArraySlice<FileCoverage>) -> String {
        var counts: [(String, Int)] = []
        for file in files {
            let reason =
                switch file.extent {
                case .part(let reason), .nothing(let reason): reason
                case .whole, .before: ""
                }
            if let index = counts.firstIndex(where: { $0.0 == reason }) {
                counts[index].1 += 1
            } else {
                counts.append((reason, 1))
            }
        }
        return counts.map { "\(grouped($0.1)) \($0.0)" }.joined(separator: ", ")
    }
}

extension FileCoverage.Extent {
    /// The commit whose review saw the file as it is; nil where this one did, or none.
    fileprivate var commitBefore: String? {
        if case .before(let commit) = self { commit } else { nil }
    }
}
