public import Budget
import JSON
import Platform
import Synchronization

extension Ledger {
    /// What all budgets that apply to `request` would say of it now. Holds nothing and changes nothing.
    public func verdict(on request: ReservationRequest) -> Verdict {
        let now = time.now()
        var counters = engine.core.withLock { core in
            core.books.advance(to: now)
            return core.books.counters
        }
        return counters.verdict(on: request, at: now)
    }

    /// Puts `budget` in force for today and the days that follow; what operators granted for today stays on top.
    ///
    /// Counters stay as they are, and so does what is held: a lower limit ends nothing that was admitted.
    public func update(budget: DailyBudget) {
        let now = time.now()
        let before = engine.core.withLock { core -> DailyBudget in
            core.books.advance(to: now)
            return core.books.replaceBase(with: budget)
        }
        guard before != budget else { return }
        defer { engine.tellOfRoom() }
        engine.audit(
            AuditEntry(
                time: now, event: "budget",
                fields: [
                    ("budget", .string(DailyBudget.name)), ("enabled", .bool(budget.isEnabled)),
                    ("limit", .integer(budget.limitTokens)), ("warning", .integer(budget.warningThresholdTokens)),
                    ("enforcement", .string(budget.enforcement.rawValue)),
                    ("limit_before", .integer(before.limitTokens)),
                ]))
    }
}

extension Books {
    /// Makes `budget` the rule and returns the one before.
    mutating func replaceBase(with budget: DailyBudget) -> DailyBudget {
        let before = base
        guard before != budget else { return before }
        base = budget
        // The counters of the rule stay: only what it allows is another.
        counters.replace(with: Counters(Self.set(counters.set, with: budget), at: latest))
        counters.isEnabled = budget.isEnabled
        self.budget = grantedBase
        wasWarned = wasWarned && today.totalTokens >= self.budget.warningThresholdTokens
        // The summary has the limit.
        hasFreshToday = hasFreshToday || today.requestCount > 0
        revision += 1
        return before
    }
}
