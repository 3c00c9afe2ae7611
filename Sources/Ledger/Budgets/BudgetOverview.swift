public import Budget

/// Every budget that is in force, with its counters and its grants, at one moment.
public struct BudgetOverview: Sendable, Equatable {
    /// The budgets and teams, the daily one among them.
    public var set: BudgetSet
    /// The counters by budget, the fullest first; of a budget with one for each those in which there is something.
    public var standings: [BudgetStanding]
    /// How many counters of a budget, by its name, `standings` leaves out.
    public var omittedCounts: [String: Int]
    /// What operators granted and has not ended, the first first.
    public var grants: [Grant]
}

extension Books {
    var overview: BudgetOverview {
        var omitted: [String: Int] = [:]
        for budget in counters.set.budgets {
            let count = counters.omittedCount(of: budget)
            if count > 0 { omitted[budget.name] = count }
        }
        return BudgetOverview(
            set: counters.set, standings: counters.standings(), omittedCounts: omitted,
            grants: grants.filter { $0.given.counts(at: latest) })
    }
}

extension Counters {
    /// A grant of `amount` for the current window of the budget called `name`. Throws when there is no such budget or
    /// counter of it, or when it counts something else.
    func grant(_ amount: BudgetLimit, to name: String, _ scope: Scope?) throws(BudgetTextError) -> BudgetGrant {
        guard let budget = set.budget(name) else {
            let names = set.budgets.map(\.name)
            let more = names.count > 20 ? " and \(names.count - 20) more" : ""
            throw BudgetTextError(
                "budget", name, "no such budget; there is: \(names.prefix(20).joined(separator: ", "))\(more)")
        }
        guard amount.amount > 0 else { throw BudgetTextError("amount", amount.description, "accepted is more than 0") }
        guard amount.unit == budget.limit.unit else {
            throw BudgetTextError(
                "amount", amount.description,
                budget.limit.unit == .tokens
                    ? "the budget \(name) counts tokens, such as 50000"
                    : "the budget \(name) counts dollars, such as 5usd")
        }
        let counter: Scope
        switch budget.scope {
        case .one(let one):
            guard scope == nil || scope == one else {
                throw BudgetTextError("scope", scope?.description, "the budget \(name) is for \(one)")
            }
            counter = one
        case .each(let kind):
            guard let scope, scope.kind == kind else {
                throw BudgetTextError(
                    "scope", scope?.description,
                    "the budget \(name) has a counter for each (\(budget.scope)); say for which one, such as "
                        + (kind == .mergeRequest ? "merge_request:group/app!12" : "\(kind.rawValue):NAME"))
            }
            counter = scope
        }
        return BudgetGrant(budget: name, scope: counter, amount: amount, until: window(of: budget.period).end)
    }
}
