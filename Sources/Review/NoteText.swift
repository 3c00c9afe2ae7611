import Budget

/// The notes that Bursar writes on merge requests, as Markdown.
///
/// What others wrote (paths, the model's text) is in them as it is; the note boundary of `GitLab` makes it harmless.
public enum NoteText {
    /// The most files that a note names as not reviewed; of those beyond, it counts each reason.
    public static let namedFilesMax = 200

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
