import Budget
package import Ledger
import Review
package import UTCTime

/// What the budgets say to an estimate: the daily one's room, in which it is planned, and the word of all of them.
package struct EstimateBudgets: Sendable {
    /// The daily budget's room; nil when calls are not checked.
    let room: BudgetRoom?
    /// What all budgets would say of a call.
    let verdict: @Sendable (ReservationRequest) -> Verdict

    /// The budgets as `ledger` has them now, whatever was set when the daemon started.
    init(_ ledger: Ledger) {
        let daily = ledger.budgets().first { $0.name == DailyBudget.name }
        room = BudgetRoom(daily?.status ?? ledger.status(), isEnforced: daily?.rule.enforcement != .warn)
        verdict = { ledger.verdict(on: $0) }
    }

    /// The budgets as the books beside a daemon show them.
    package init(_ snapshot: LedgerSnapshot, at now: Instant) {
        let daily = snapshot.budgets.first { $0.name == DailyBudget.name }
        room = BudgetRoom(daily?.status ?? snapshot.status, isEnforced: daily?.rule.enforcement != .warn)
        verdict = { snapshot.verdict(on: $0, at: now) }
    }
}

extension Preflight {
    /// Takes the word of all budgets into account: they have the last one, the plan asked the daily one alone.
    mutating func judge(_ verdict: Verdict) {
        guard decision != .nothing else { return }
        switch verdict {
        case .allow: break
        case .warn(let budget):
            if decision == .allow { decision = .warn }
            sentences.append("The budget '\(budget)' would be exceeded or is near its limit; it only warns.")
        case .refuse(let refusal):
            let isSaid = decision == .block && refusal.budget == DailyBudget.name
            decision = .block
            if !isSaid { sentences.append(Self.sentence(refusal)) }
        }
    }

    private static func sentence(_ refusal: BudgetRefusal) -> String {
        let name = "The budget '\(refusal.budget)' (\(refusal.scope), \(refusal.period.asRate))"
        switch refusal.reason {
        case .unknownPrice: return "\(name) is in money, and no price is known for the model."
        case .exceedsLimit:
            return "\(name) is never large enough for this: it allows \(refusal.unit.text(refusal.limit))."
        case .exhausted:
            let resets = refusal.resetsAt.map { "; it begins anew at \($0)" } ?? ""
            return "\(name) has \(refusal.unit.text(refusal.left)) left, too little for this\(resets)."
        }
    }
}
