import Budget
package import JSON
import Review

/// What a review would cost, in the forms in which it is shown.
package struct EstimateReport: Sendable {
    private let preflight: Preflight
    /// What was wrong with the project's files, each a sentence.
    package let remarks: [String]

    init(_ preflight: Preflight, remarks: [String]) {
        self.preflight = preflight
        self.remarks = remarks
    }

    /// The body of `POST /estimate`.
    package var json: JSONValue { preflight.json }

    /// A note for the merge request.
    package var markdown: String {
        preflight.markdown + (remarks.isEmpty ? "" : "\n" + remarks.map { "- \($0)" }.joined(separator: "\n") + "\n")
    }

    /// Whether the budget says no.
    package var isBlocked: Bool { preflight.decision == .block }

    /// For each file: path with hidden characters written out, action, tokens of the whole, tokens shown, reason.
    package var fileRows: [[String]] {
        preflight.files.map { file in
            [
                LineTreatment().line(file.path), file.action.rawValue, String(file.whole.expected),
                String(file.shown.expected),
                file.reason?.rawValue ?? "",
            ]
        }
    }

    /// For each model: id, likely input tokens, likely cost in USD.
    package var modelRows: [[String]] {
        preflight.models.map { [$0.model, String($0.inputTokens), $0.cost?.description ?? "unknown"] }
    }

    /// The sums and what the budget says, a line each.
    package var summary: [String] {
        let preflight = preflight
        var lines = [
            "~\(preflight.inputTokens) tokens in (~\(preflight.promptTokens) of them instructions) and "
                + "~\(preflight.expectedOutputTokens) out with \(preflight.model)"
                + (preflight.callCount == 1 ? "" : " in \(preflight.callCount) calls")
                + "; \(preflight.heldTokens) would be held",
            "the whole change has ~\(preflight.fullDiffTokens) tokens; "
                + "\(preflight.savedPerMille / 10).\(preflight.savedPerMille % 10) % of them are saved",
        ]
        if let budget = preflight.budget, let share = preflight.sharePerMille {
            lines.append(
                "budget: \(preflight.budgetDecision); \(budget.leftTokens) tokens left, "
                    + "of which this is \(share / 10).\(share % 10) %")
        } else {
            lines.append("budget: not enforced")
        }
        return lines + preflight.sentences + preflight.tips + remarks
    }
}
