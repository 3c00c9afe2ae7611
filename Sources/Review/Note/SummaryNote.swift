import Budget

/// The summary of a review: one note on the merge request, edited in place from review to review.
public enum SummaryNote {
    /// Files of one kind that are named; of those beyond, the number is told.
    public static let namedFilesMax = 200
    /// Findings without a line of their own that are told with all their text: more than a model writes in one answer.
    public static let listedMax = 250
    /// Findings of earlier reviews that are named.
    public static let namedStandingMax = 50

    /// The note for `report`, as Markdown for the note boundary.
    public static func markdown(_ report: ReviewReport) -> String {
        var parts = ["**AI code review**"]
        let warnings = warnings(report)
        if !warnings.isEmpty { parts.append(warnings.map { "> ⚠️ \($0)" }.joined(separator: "\n>\n")) }
        parts += words(report)
        parts += findings(report)
        parts.append("---\n" + coverage(report))
        if !report.steps.isEmpty {
            parts.append("**To stay within the budget:**\n" + report.steps.map { "- \($0)" }.joined(separator: "\n"))
        }
        parts.append(
            "To have \(report.since == nil ? "it" : "the whole change") reviewed again, remove and add the \(Markdown.code(report.labelName)) label "
                + "or comment `/ai-review`.")
        parts.append(figures(report))
        return parts.joined(separator: "\n\n") + "\n"
    }

    // MARK: - What the model said

    /// The verdict, and whatever was not in the form: what was paid for is never thrown away.
    private static func words(_ report: ReviewReport) -> [String] {
        let texts = [report.reading.verdict, report.reading.rest].map(\.withoutOuterBlankLines).filter { !$0.isEmpty }
        guard report.figures != nil else {
            return ["Nothing that a model would be shown has changed since \(commit(report.since ?? "")) was reviewed."]
        }
        guard texts.isEmpty, report.findings.all.isEmpty else { return texts.map(closed) }
        if report.reading.isWhole { return ["Nothing was found."] }
        return ["The model wrote nothing."]
    }

    /// A code block left open would swallow all that follows.
    private static func closed(_ text: String) -> String {
        text + (Markdown.closingFence(of: text).map { "\n" + $0 } ?? "")
    }

    private static func findings(_ report: ReviewReport) -> [String] {
        var parts: [String] = []
        let all = report.findings.all
        let inline = report.findings.inline.filter { !report.refused.contains($0.fingerprint) }
        let refused = report.findings.inline.filter { report.refused.contains($0.fingerprint) }
        if !all.isEmpty {
            let counts = Finding.Severity.allCases.compactMap { severity in
                let count = all.count { $0.finding.severity == severity }
                return count > 0 ? "\(severity.sign) \(count) \(severity.rawValue)" : nil
            }
            parts.append("**\(counted(all.count, "finding")):** \(counts.joined(separator: " · "))")
        }
        if !inline.isEmpty {
            parts.append("In the change:\n" + inline.map { line($0) }.joined(separator: "\n"))
        }
        let listed = (refused + report.findings.listed).sorted { $0.finding.severity < $1.finding.severity }
        parts += listed.prefix(listedMax).map(whole)
        if listed.count > listedMax { parts.append("And \(counted(listed.count - listedMax, "finding")) more.") }
        if !report.standing.isEmpty {
            parts += standing(report.standing)
        }
        if report.goneCount > 0 {
            parts.append(
                "\(counted(report.goneCount, "earlier finding")): \(report.goneCount == 1 ? "its line is" : "their lines are") "
                    + "no longer in the change.")
        }
        return parts
    }

    /// A line for each, and all the words of those that have no discussion to be read in.
    private static func standing(_ findings: [RememberedFinding]) -> [String] {
        var parts = ["From earlier reviews, still open:"]
        for finding in findings.prefix(namedStandingMax) {
            let left = finding.kind == .secret && finding.line == nil ? leftSecret : ""
            let line = "- \(finding.severity.sign) \(place(finding.path, finding.line))\(finding.title)\(left)"
            guard finding.words.isEmpty else {
                parts += [line, closed(finding.words)]
                continue
            }
            // Lines without words are one list.
            if parts[parts.count - 1].hasPrefix("- ") || parts.count == 1 {
                parts[parts.count - 1] += "\n" + line
            } else {
                parts.append(line)
            }
        }
        let more = findings.count - namedStandingMax
        if more > 0 { parts.append("And \(counted(more, "earlier finding")) more.") }
        return parts
    }

    private static let leftSecret = " (not in the change any more, but in the branch's history if it was pushed)"

    private static func line(_ placed: PlacedFinding) -> String {
        "- \(placed.finding.severity.sign) \(place(placed.finding.path, placed.place?.line))"
            + DiscussionText.title(placed.finding)
    }

    /// A finding without a discussion, with all its text.
    private static func whole(_ placed: PlacedFinding) -> String {
        let finding = placed.finding
        let kind = finding.kind == .other ? "" : " (\(finding.kind.rawValue))"
        let text =
            "\(finding.severity.sign) **\(finding.severity.rawValue)**\(kind) "
            + place(finding.path, placed.place?.line ?? (finding.kind == .secret ? finding.line : nil))
            + DiscussionText.title(finding)
        let words = finding.text.withoutOuterBlankLines
        let block = DiscussionText.replacement(finding)
        return ([text] + [words.isEmpty ? nil : closed(words), block].compactMap { $0 }).joined(separator: "\n\n")
    }

    private static func place(_ path: String, _ line: Int?) -> String {
        path.isEmpty ? "" : Markdown.code(path + (line.map { ":\($0)" } ?? "")) + " "
    }

    // MARK: - What it is worth

    private static func warnings(_ report: ReviewReport) -> [String] {
        var warnings: [String] = []
        switch report.stop {
        case .complete:
            if !report.reading.isWhole, !report.reading.rest.withSingleBlanks.isEmpty, report.findings.all.isEmpty {
                warnings.append("The answer was not in the form asked for and stands here as it came.")
            }
        case .cutOff:
            warnings.append(
                "**The answer is incomplete**: it reached the limit of one answer. What was whole is here. "
                    + "A larger REVIEW_MAX_OUTPUT_TOKENS gives more room.")
        case .refused(let explanation):
            warnings.append(
                "**The model declined to review this change**" + (explanation.map { ": " + Markdown.code($0) } ?? "."))
        case .other(let reason):
            warnings.append("**The answer may be incomplete**: the model stopped with \(Markdown.code(reason)).")
        }
        guard let figures = report.figures else { return warnings + report.remarks }
        // Estimates of foreign tokenizers are off by less than that.
        if let input = figures.usage?.inputTokens, input < figures.estimatedInputTokens / 3 {
            warnings.append(
                "**The model may have read only a part**: it counted \(grouped(input)) tokens where about "
                    + "\(grouped(figures.estimatedInputTokens)) were sent. Servers like Ollama "
                    + "cut long prompts in silence; a longer context (OLLAMA_CONTEXT_LENGTH) helps.")
        }
        if let budget = figures.budget, let tokens = figures.usage?.totalTokens, budget.isLarge(tokens: tokens) {
            let percent = Int(Int128(tokens) * 100 / Int128(budget.limit))
            warnings.append(
                "**Large review**: it took \(percent) % of the \(budget.name) token budget. "
                    + "Smaller merge requests leave more for others.")
        }
        return warnings + report.remarks
    }

    // MARK: - What it took

    private static func figures(_ report: ReviewReport) -> String {
        guard let figures = report.figures else {
            return "No model was called and no tokens were spent · Commit \(commit(report.headSHA))"
        }
        var parts = [Markdown.code(figures.model)]
        if let usage = figures.usage {
            var aside: [String] = []
            if usage.cacheReadTokens > 0 { aside.append("\(grouped(usage.cacheReadTokens)) read from cache") }
            if usage.cacheWriteTokens > 0 { aside.append("\(grouped(usage.cacheWriteTokens)) written to cache") }
            aside.append("estimated \(grouped(figures.estimatedInputTokens))")
            parts.append(
                "\(grouped(usage.inputTokens)) tokens in (\(aside.joined(separator: ", "))), "
                    + "\(grouped(usage.outputTokens)) out")
            let estimate = figures.estimatedCost.map { " (estimated \($0))" } ?? ""
            parts.append(figures.cost.map { "\($0) USD\(estimate)" } ?? "cost unknown")
        } else {
            parts.append("usage not reported, \(grouped(figures.heldTokens)) tokens stay held")
        }
        parts.append("Commit \(commit(report.headSHA))")
        var lines = [parts.joined(separator: " · ")]
        if let budget = figures.binding ?? figures.budget { lines.append(budget.line) }
        return lines.joined(separator: "\n\n")
    }

    static func commit(_ sha: String) -> String {
        sha.isEmpty ? "unknown" : Markdown.code(String(sha.prefix(12)))
    }
}
