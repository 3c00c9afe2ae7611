public import Budget
import UTCTime

extension NoteText {
    /// That a budget left no room for a review: the figures, when there will be room, and what to do.
    ///
    /// `resumesByItself` says that what was blocked is reviewed after the reset without anybody's doing. A review
    /// that is larger than the whole limit is promised nothing.
    public static func exhausted(_ refusal: Refusal, labelName: String, resumesByItself: Bool) -> String {
        let isDaily = refusal.budget == "daily"
        let name = Markdown.code(refusal.budget)
        let limit = isDaily ? "its daily token limit" : "the limit of the token budget \(name)"
        let amount: (Int) -> String = { refusal.unit == .tokens ? grouped($0) : refusal.unit.text($0) }
        let (used, held) = (amount(refusal.usedTokens), amount(refusal.heldTokens))
        let (most, needed) = (amount(refusal.limitTokens), amount(refusal.requestedTokens))
        guard refusal.unit == .tokens, refusal.cause.resetsAt != nil else {
            return exhausted(refusal, name, (used, held, most, needed), labelName)
        }
        let reset = instant(refusal)
        let sentence: String
        let details: String
        var actions: [String] = []
        if refusal.exceedsWholeLimit {
            sentence =
                "This review may need \(needed) tokens, more than the whole "
                + (isDaily ? "daily token limit" : "limit of the token budget \(name)")
                + " of \(most) (\(used) tokens used). Waiting will not make it fit."
            details = "The budget resets at \(isDaily ? "midnight UTC (\(reset))" : reset), which will not be enough"
            actions = [
                "Split the merge request: a review of at most \(most) tokens fits an unused budget",
                "Ask your DevOps team for a higher limit or a lower REVIEW_MAX_INPUT_TOKENS",
            ]
        } else {
            sentence =
                "The AI code review service has reached \(limit) (\(used) tokens used\(refusal.heldTokens > 0 ? ", \(held) held" : "")). "
                + "Reviews will automatically resume " + (isDaily ? "tomorrow." : "at \(reset).")
            details = "Reviews will resume at \(isDaily ? "midnight UTC (\(reset))" : reset)"
            let after = isDaily ? "tomorrow" : "after \(reset)"
            if resumesByItself {
                actions.append(
                    "Nothing: this merge request is reviewed by itself \(after) if it still carries the "
                        + "'\(labelName)' label"
                )
                actions.append("Remove and re-add the '\(labelName)' label \(after), should that not happen")
            } else {
                actions.append("Remove and re-add the '\(labelName)' label \(after)")
            }
            if refusal.heldTokens > 0, addingClamped(refusal.usedTokens, refusal.requestedTokens) <= refusal.limitTokens
            {
                actions.append(
                    "Or re-add the label in a few minutes: running reviews hold \(held) tokens and usually give some back"
                )
            }
        }
        return """
            ⚠️ **\(isDaily ? "Daily Token Budget" : "Token Budget \(name)") Exhausted**

            \(sentence)

            **Budget Details:**
            - Check the budget status at: GET /budget/status
            - \(details)
            - Used: \(used) of \(most) tokens; held for running reviews: \(held)\(holders(refusal))
            - This review's estimate: \(needed) tokens; what would still fit: \(grouped(refusal.largestThatFits))

            **What you can do:**
            \(actions.map { "- \($0)" }.joined(separator: "\n"))
            - Contact your DevOps team if this is urgent

            ---
            Token budget helps control costs and ensures fair usage.

            """
    }

    /// The same for a budget in money, and for one that never begins anew.
    private static func exhausted(
        _ refusal: Refusal, _ name: String, _ figures: (used: String, held: String, most: String, needed: String),
        _ labelName: String
    ) -> String {
        let unit = refusal.unit == .tokens ? " tokens" : ""
        let more =
            refusal.budget == BudgetDefinition.mergeRequestName
            ? "Raise `\(refusal.budget)` in the project's `\(ProjectConfiguration.path)` on the target branch: it is what "
                + "one merge request may use over its whole life"
            : "Ask your DevOps team for a grant: bursar budgets grant"
        let reset =
            refusal.cause.resetsAt.map { _ in "It begins anew at \(instant(refusal))." } ?? "It never begins anew."
        let sentence =
            switch refusal.cause.reason {
            case .unknownPrice: "No price is known for the model, so a budget in money cannot admit this review."
            case .exceedsLimit:
                "This review may need \(figures.needed)\(unit), more than the whole limit of the budget \(name). "
                    + "Waiting will not make it fit."
            case .exhausted:
                "This review may need \(figures.needed)\(unit), more than the budget \(name) has left. \(reset)"
            }
        return """
            ⚠️ **Budget \(name) Exhausted**

            \(sentence)

            **Budget Details:**
            - Check the budget status at: GET /budget/status
            - Used: \(figures.used) of \(figures.most)\(unit); held for running reviews: \(figures.held)\(holders(refusal))
            - What would still fit: \(grouped(refusal.largestThatFits)) tokens

            **What you can do:**
            - \(more)
            - Re-add the '\(labelName)' label when there is room

            ---
            Token budget helps control costs and ensures fair usage.

            """
    }

    /// ` (!12 30,000, !9 12,000 and 2 others)`: which reviews hold. Those of other projects are counted, not named: whoever
    /// reads this note may not know of them.
    private static func holders(_ refusal: Refusal) -> String {
        let named = refusal.holders.largest.filter { $0.isOfSameProject && !$0.session.isEmpty }
        let others = refusal.holders.largest.count - named.count + refusal.holders.otherCount
        guard !named.isEmpty else { return "" }
        let list = named.map { review in
            let number = review.session.lastIndex(of: "!").map { String(review.session[$0...]) } ?? review.session
            return "\(Markdown.code(number)) "
                + (refusal.unit == .tokens ? grouped(review.amount) : refusal.unit.text(review.amount))
        }.joined(separator: ", ")
        return " (\(list)\(others == 0 ? "" : " and \(grouped(others)) \(others == 1 ? "other" : "others")"))"
    }

    /// `2025-12-14 00:00 UTC`.
    private static func instant(_ refusal: Refusal) -> String {
        "\(refusal.resetsAt.day) \(String(refusal.resetsAt.timeOfDay.description.prefix(5))) UTC"
    }
}
