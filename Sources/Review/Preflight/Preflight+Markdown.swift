import Budget

extension Preflight {
    /// The most files that the table in a note has; the rest is summed up in one line.
    public static let tableFilesMax = 50

    /// The answer to `/ai-review estimate`, as a note.
    public var markdown: String {
        var parts = ["🧮 **Review Estimate**", headline]
        if !sentences.isEmpty { parts.append(sentences.map { "> ⚠️ \($0)" }.joined(separator: "\n>\n")) }
        parts.append(fileTable)
        parts.append(modelTable)
        let tips = tips
        if !tips.isEmpty {
            parts.append("**What would make it cheaper:**\n" + tips.map { "- \($0)" }.joined(separator: "\n"))
        }
        parts.append("---\nTokens are estimates, marked with ~. No model was called and no tokens were spent.")
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var headline: String {
        guard decision != .nothing else { return "No file of this change would be shown to a model." }
        var lines = [
            "~\(grouped(inputTokens)) tokens in and ~\(grouped(expectedOutputTokens)) out with \(Markdown.code(model))"
                + (callCount > 1 ? " in \(callCount) calls" : "")
                + "; \(grouped(heldTokens)) would be held. The whole change has ~\(grouped(fullDiffTokens)) tokens, of "
                + "which \(Self.tenths(savedPerMille)) % are left out."
        ]
        if let budget, let share = sharePerMille {
            let verdict =
                switch decision {
                case .block: "**It would be blocked.**"
                case .warn: "It would be made with a remark."
                default: "It would be made."
                }
            lines.append(
                "The budget has \(grouped(budget.leftTokens)) tokens left; this is \(Self.tenths(share)) % of them. "
                    + verdict)
        }
        return lines.joined(separator: " ")
    }

    private var fileTable: String {
        // What costs most first; a long list ends in a sum.
        let sorted = files.enumerated().sorted {
            ($1.element.shown.expected, $1.element.whole.expected, $0.offset)
                < ($0.element.shown.expected, $0.element.whole.expected, $1.offset)
        }.map(\.element)
        var lines = ["| file | tokens | shown | |", "|---|--:|--:|---|"]
        for file in sorted.prefix(Self.tableFilesMax) {
            let remark = file.reason.map { file.action == .drop ? "left out: \($0.words)" : $0.words } ?? ""
            lines.append(
                "| \(Self.cell(Markdown.code(file.path))) | \(grouped(file.whole.expected)) "
                    + "| \(grouped(file.shown.expected)) | \(remark) |")
        }
        let rest = sorted.dropFirst(Self.tableFilesMax)
        if !rest.isEmpty {
            let (whole, shown) = rest.reduce((0, 0)) { ($0.0 + $1.whole.expected, $0.1 + $1.shown.expected) }
            lines.append("| and \(grouped(rest.count)) more | \(grouped(whole)) | \(grouped(shown)) | |")
        }
        return lines.joined(separator: "\n")
    }

    private var modelTable: String {
        let lines = models.map { entry in
            "| \(Self.cell(Markdown.code(entry.model))) | \(grouped(entry.inputTokens)) "
                + "| \(entry.cost.map { "\($0) USD" } ?? "unknown") |"
        }
        return (["| model | tokens in | likely cost |", "|---|--:|--:|"] + lines).joined(separator: "\n")
    }

    /// A pipe ends a cell even within code (GitHub Flavored Markdown 4.10).
    private static func cell(_ text: String) -> String { text.replacing(bytesOf: "|", by: "\\|") }
}
