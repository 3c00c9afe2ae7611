public import Budget
public import JSON
import UTCTime

/// When a counter of a budget is told: at each of its thresholds, and at the limit, which is always one.
///
/// What is used and what is held count together. Of several thresholds that were passed since the last time only the
/// highest is told.
public enum BudgetRule {
    /// The highest threshold that `standing` has reached; nil when it has reached none, or nothing is used or held.
    static func threshold(of standing: BudgetStanding) -> (
        text: String, amount: Int, words: String, isAmount: Bool
    )? {
        // Which merge requests carry a template's label is not known here.
        guard standing.budget.label == nil, standing.committed > 0 else { return nil }
        let unit = standing.budget.limit.unit
        let all = (standing.budget.thresholds + [.percent(100)]).map { threshold in
            let amount = threshold.amount(ofLimit: standing.limit)
            let words = Figures.text(amount, unit)
            return switch threshold {
            case .percent:
                (
                    text: threshold.text(unit), amount: amount, words: "\(threshold.text(unit)), \(words)",
                    isAmount: false
                )
            case .amount: (text: threshold.text(unit), amount: amount, words: words, isAmount: true)
            }
        }
        return all.filter { $0.amount <= standing.committed }.max { ($0.amount, $1.text) < ($1.amount, $0.text) }
    }

    /// What is claimed when `standing` is told; nil when there is nothing to tell.
    public static func claim(for standing: BudgetStanding) -> AlertClaim? {
        guard let threshold = threshold(of: standing) else { return nil }
        return AlertClaim(
            key: key(standing), amount: threshold.amount, reached: standing.committed,
            share: Figures.share(threshold.amount, of: standing.limit), until: standing.window.end)
    }

    /// The alert of `standing`, whose use is that of `spenders`; nil when there is nothing to tell.
    public static func candidate(for standing: BudgetStanding, spenders: [Spender] = []) -> AlertCandidate? {
        guard let threshold = threshold(of: standing), let claim = claim(for: standing) else { return nil }
        let unit = standing.budget.limit.unit
        let isPast = standing.committed >= standing.limit
        let held = standing.committed - standing.used
        var lines = [
            "\(Figures.text(standing.used, unit)) used and \(Figures.text(held, unit)) held of "
                + "\(Figures.text(standing.limit, unit)), \(standing.percent)%; the threshold is \(threshold.words)."
        ]
        if let sentence = Spender.sentence(spenders) { lines.append(sentence) }
        lines.append(
            standing.budget.enforcement == .block
                ? "What does not fit any more is not reviewed." : "It only warns: reviews go on.")
        lines.append(
            standing.window.end.map { "It begins anew at \($0)." } ?? "It counts for ever and does not begin anew.")
        let counter = standing.scope.description
        // A grant moves the limit away from a threshold that is an amount.
        let reached =
            threshold.isAmount && standing.granted > 0
            ? "its threshold of \(threshold.words)" : "\(claim.share / 100)% of its limit"
        let which = standing.budget.scope.description == counter ? "" : " for \(counter)"
        return AlertCandidate(
            kind: .budgetThreshold, claim: claim,
            title: isPast
                ? "Budget \(standing.budget.name)\(which) is used up"
                : "Budget \(standing.budget.name)\(which) has reached \(reached)",
            text: lines.joined(separator: "\n"),
            facts: JSONObject(
                facts(of: standing) + [
                    ("threshold", .string(threshold.text)), ("threshold_amount", .integer(threshold.amount)),
                    ("agents", .array(spenders.prefix(Spender.namedMax).map { .string($0.agent) })),
                ]))
    }

    /// Whether what an alert with `facts` told is still so, now that its counter stands at `standing`; nil: there is no
    /// such budget or counter any more.
    public static func isStillTrue(_ facts: JSONObject, _ standing: BudgetStanding?) -> Bool {
        guard let standing, isSameWindow(facts, standing), let text = facts["threshold"]?.string else { return false }
        let unit = standing.budget.limit.unit
        let threshold = (standing.budget.thresholds + [.percent(100)]).first { $0.text(unit) == text }
        guard let threshold else { return false }
        return standing.committed >= threshold.amount(ofLimit: standing.limit)
    }

    /// Whether `facts` were told of the window that `standing` counts for.
    static func isSameWindow(_ facts: JSONObject, _ standing: BudgetStanding) -> Bool {
        facts["window"]?.integer == Int(standing.window.start.milliseconds)
            && facts["unit"]?.string == standing.budget.limit.unit.rawValue
    }

    /// What names a counter and its window, and the figures of it. Amounts are tokens, or millionths of a dollar.
    static func facts(of standing: BudgetStanding) -> [(String, JSONValue)] {
        [
            ("budget", .string(standing.budget.name)), ("counter", .string(standing.scope.description)),
            ("period", .string(standing.budget.period.rawValue)),
            ("enforcement", .string(standing.budget.enforcement.rawValue)),
            ("unit", .string(standing.budget.limit.unit.rawValue)), ("used", .integer(standing.used)),
            ("held", .integer(standing.committed - standing.used)), ("limit", .integer(standing.limit)),
            ("percent", .integer(standing.percent)), ("resets_at", JSONValue(standing.window.end?.description)),
            ("window", .integer(Int(standing.window.start.milliseconds))),
        ]
    }

    static func key(_ standing: BudgetStanding, _ what: String = "budget") -> String {
        "\(what)|\(standing.budget.name)|\(standing.scope)|\(standing.window.start.milliseconds)|"
            + standing.budget.limit.unit.rawValue
    }
}
