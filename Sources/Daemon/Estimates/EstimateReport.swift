import Alerts
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

    /// Whether the diff names no file.
    package var isEmpty: Bool { preflight.files.isEmpty }

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
        guard preflight.heldTokens > 0 else {
            return ["nothing of this change would be shown to a model: no call, no tokens"] + preflight.sentences
                + remarks
        }
        var lines = [
            "~\(figure(preflight.inputTokens)) tokens in, ~\(figure(preflight.promptTokens)) of them instructions, and "
                + "~\(figure(preflight.expectedOutputTokens)) out with \(preflight.model)"
                + (preflight.callCount == 1 ? "" : " in \(preflight.callCount) calls")
                + "; \(figure(preflight.heldTokens)) would be held",
            "the whole change has ~\(figure(preflight.fullDiffTokens)) tokens, of which "
                + "\(preflight.savedPerMille / 10).\(preflight.savedPerMille % 10) % are left out",
        ]
        if let budget = preflight.budget, let share = preflight.sharePerMille {
            let left = "budget: \(preflight.budgetDecision); \(figure(budget.leftTokens)) tokens left, "
            lines.append(
                left
                    + (share > 1000
                        ? "fewer than this needs" : "of which this is \(share / 10).\(share % 10) %"))
        } else {
            lines.append("budget: not enforced")
        }
        let tips = preflight.tips.map { "cheaper: \($0.replacing("`", with: "'"))" }
        return lines + preflight.sentences + tips + remarks
    }

    /// The number with its thousands apart.
    private func figure(_ number: Int) -> String { Figures.grouped(number) }
}
