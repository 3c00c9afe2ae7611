import Budget

/// The notes that Bursar writes on merge requests, as Markdown.
///
/// What others wrote (paths, the model's text) is in them as it is; the note boundary of `GitLab` makes it harmless.
public enum NoteText {
    /// The most files that a note names as not reviewed; of those beyond, it counts each reason.
    public static let namedFilesMax = 200

    /// The review: what the model wrote, what it did not see, what it cost.
    public static func review(_ answer: ModelAnswer, figures: ReviewFigures) -> String {
        var parts = ["**AI code review**"]
        let remarks = remarks(answer, figures)
        if !remarks.isEmpty { parts.append(remarks.map { "> ⚠️ \($0)" }.joined(separator: "\n>\n")) }
        let text = ReviewReading(answer.text).markdown.withoutOuterBlankLines
        // A code block left open would swallow all that follows.
        parts.append(text + (Markdown.closingFence(of: text).map { "\n" + $0 } ?? ""))
        if text.isEmpty { parts[parts.count - 1] = "The model wrote nothing." }
        parts.append("---\n" + coverage(answer, figures))
        parts.append(footer(answer, figures))
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// That no file of the change could be shown to a model, and why.
    public static func nothingToReview(_ omitted: [OmittedFile], headSHA: String) -> String {
        let why =
            omitted.isEmpty
            ? "This merge request changes no file."
            : "Of this change no file could be shown to the model:\n" + list(omitted)
        return """
            ℹ️ **Nothing to Review**

            \(why)

            ---
            No model was called and no tokens were spent. \(commit(headSHA))

            """
    }

    /// What a failed review has cost.
    public enum Spending: Sendable, Equatable {
        /// Certainly nothing.
        case nothing
        /// Perhaps something: this many tokens stay held until the budget resets or the outcome is known.
        case unknown(heldTokens: Int)
        /// The books could not take it down.
        case notCounted
    }

    /// That a review failed for good: why, and what to do.
    public static func failure(
        _ message: String, advice: String, spending: Spending, labelName: String, headSHA: String
    ) -> String {
        let cost =
            switch spending {
            case .nothing: "No tokens were spent."
            case .notCounted: "Whether tokens were spent is not in the books."
            case .unknown(let held):
                "The call may have been charged, so \(grouped(held)) tokens stay held in the budget until it resets "
                    + "or the outcome is known."
            }
        return """
            ❌ **Code Review Failed**

            \(message)

            **What you can do:**
            - \(advice)
            - Remove and re-add the '\(labelName)' label to try again

            ---
            \(cost) \(commit(headSHA))

            """
    }

    private static func remarks(_ answer: ModelAnswer, _ figures: ReviewFigures) -> [String] {
        var remarks: [String] = []
        switch answer.stop {
        case .complete: break
        case .cutOff:
            remarks.append(
                "**The answer is incomplete**: it reached the limit of one answer. "
                    + "A larger REVIEW_MAX_OUTPUT_TOKENS gives more room."
            )
        case .refused(let explanation):
            let words = explanation.map { ": " + Markdown.code($0) } ?? "."
            remarks.append("**The model declined to review this change**" + words)
        case .other(let reason):
            remarks.append("**The answer may be incomplete**: the model stopped with \(Markdown.code(reason)).")
        }
        // Estimates of foreign tokenizers are off by less than that.
        if let input = answer.usage?.inputTokens, input < figures.estimatedInputTokens / 3 {
            remarks.append(
                "**The model may have read only a part**: it counted \(grouped(input)) tokens where about "
                    + "\(grouped(figures.estimatedInputTokens)) were sent. Servers like Ollama "
                    + "cut long prompts in silence; a longer context (OLLAMA_CONTEXT_LENGTH) helps."
            )
        }
        if !figures.suspiciousFiles.isEmpty {
            let paths = figures.suspiciousFiles.prefix(10).map { Markdown.code($0) }.joined(separator: ", ")
            let more =
                figures.suspiciousFiles.count > 10 ? " and \(grouped(figures.suspiciousFiles.count - 10)) more" : ""
            remarks.append("**Hidden characters** that reorder or conceal text are in \(paths)\(more).")
        }
        if let reason = figures.incompleteness {
            remarks.append("**Not the whole change was there to review**: \(Markdown.code(reason)).")
        }
        if figures.isDescriptionCut { remarks.append("The model was shown only the beginning of the description.") }
        if let budget = figures.budget, let tokens = answer.usage?.totalTokens, budget.isLarge(tokens: tokens) {
            let percent = Int(Int128(tokens) * 100 / Int128(budget.limitTokens))
            remarks.append(
                "**Large review**: it took \(percent) % of the \(budget.name) token budget. "
                    + "Smaller merge requests leave more for others."
            )
        }
        return remarks
    }

    /// How much of the change the model was shown; "reviewed" only where it said something about it.
    private static func coverage(_ answer: ModelAnswer, _ figures: ReviewFigures) -> String {
        let count = figures.includedFiles.count
        var verb = "reviewed"
        if case .refused = answer.stop { verb = "shown to the model" }
        if answer.text.withoutOuterBlankLines.isEmpty { verb = "shown to the model" }
        guard !figures.omittedFiles.isEmpty else {
            return count == 1 ? "The changed file was \(verb)." : "All \(counted(count, "changed file")) \(verb)."
        }
        let all = count + figures.omittedFiles.count
        return "**\(grouped(count)) of \(counted(all, "changed file")) \(verb).** Not \(verb):\n"
            + list(figures.omittedFiles)
    }

    private static func footer(_ answer: ModelAnswer, _ figures: ReviewFigures) -> String {
        var parts = [Markdown.code(answer.model)]
        if let usage = answer.usage {
            var cached: [String] = []
            if usage.cacheReadTokens > 0 { cached.append("\(grouped(usage.cacheReadTokens)) read from cache") }
            if usage.cacheWriteTokens > 0 { cached.append("\(grouped(usage.cacheWriteTokens)) written to cache") }
            let aside = (cached + ["estimated \(grouped(figures.estimatedInputTokens))"]).joined(separator: ", ")
            parts.append(
                "\(grouped(usage.inputTokens)) tokens in (\(aside)), \(grouped(usage.outputTokens)) out"
            )
            parts.append(figures.cost.map { "\($0) USD" } ?? "cost unknown")
        } else {
            parts.append("usage not reported, \(grouped(figures.heldTokens)) tokens stay held")
        }
        if let budget = figures.budget {
            let held = budget.heldTokens > 0 ? ", \(grouped(budget.heldTokens)) held" : ""
            let used = "\(grouped(budget.usedTokens)) of \(grouped(budget.limitTokens)) tokens used"
            parts.append("\(budget.name) budget: \(used)\(held), \(grouped(budget.leftTokens)) left")
        }
        parts.append(commit(figures.headSHA))
        return parts.filter { !$0.isEmpty }.joined(separator: " · ")
    }

    /// One line for each file; beyond `namedFilesMax` one line for all the rest.
    private static func list(_ omitted: [OmittedFile]) -> String {
        var lines = omitted.prefix(namedFilesMax).map { "- \(Markdown.code($0.path)): \($0.reason.words)" }
        let rest = omitted.dropFirst(namedFilesMax)
        if !rest.isEmpty {
            let counts = OmittedFile.Reason.allCases.compactMap { reason in
                let count = rest.count { $0.reason == reason }
                return count > 0 ? "\(grouped(count)) \(reason.words)" : nil
            }
            lines.append("- and \(grouped(rest.count)) more: \(counts.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }

    private static func commit(_ sha: String) -> String {
        sha.isEmpty ? "" : "Commit \(Markdown.code(String(sha.prefix(12))))."
    }
}
