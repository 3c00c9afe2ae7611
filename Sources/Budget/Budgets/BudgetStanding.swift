/// One counter of one budget at one moment.
public struct BudgetStanding: Sendable, Hashable {
    /// The budget.
    public let budget: BudgetDefinition
    /// Which counter of it.
    public let scope: Scope
    /// The window it counts for.
    public let window: PeriodWindow
    /// Settled in the window, in the budget's unit.
    public let used: Int
    /// Held by open and dispatched reservations.
    public let held: Int
    /// Held by reservations whose outcome is unknown.
    public let unresolved: Int
    /// What was granted for the window.
    public let granted: Int
    /// Settled calls.
    public let calls: Int
    /// Those of them whose price is unknown: what they cost is not in `used` of a budget in money.
    public let unpricedCalls: Int

    /// What the budget allows, grants included.
    public var limit: Int { budget.limit.amount.capped(adding: granted) }

    /// What nobody has used and nobody holds; never negative.
    public var left: Int { Swift.max(0, limit - committed) }

    /// What is used or held: alerts look at this.
    public var committed: Int { used.capped(adding: held).capped(adding: unresolved) }

    /// The thresholds that are reached, the lowest first.
    public var passedThresholds: [BudgetThreshold] {
        budget.thresholds.filter { committed >= $0.amount(ofLimit: limit) }
            .sorted { $0.amount(ofLimit: limit) < $1.amount(ofLimit: limit) }
    }

    /// Percent of the limit that is used or held; 100 for a limit of nothing.
    public var percent: Int {
        guard limit > 0 else { return 100 }
        return Int(clamping: Int128(committed) * 100 / Int128(limit))
    }
}

extension Counters {
    /// The most counters of one budget that are shown: those that are nearest to their limit.
    public static let standingsMax = 1000

    /// Every budget by name with its counters, the fullest first. A budget with a counter for each shows those in which
    /// there is something.
    public func standings() -> [BudgetStanding] { set.budgets.flatMap { standings(of: $0) } }

    /// The counters of `budget`, the fullest first.
    public func standings(of budget: BudgetDefinition) -> [BudgetStanding] {
        guard let tally = index.tallies.firstIndex(of: .init(scope: budget.scope, period: budget.period)) else {
            return []
        }
        if case .one(let scope) = budget.scope { return [standing(of: budget, scope, places[tally][scope])] }
        return Array(
            inUse(budget, tally)
                .sorted { (-$0.percent, $0.scope.name, $0.scope.iid) < (-$1.percent, $1.scope.name, $1.scope.iid) }
                .prefix(Self.standingsMax))
    }

    /// How many counters of `budget` `standings` leaves out.
    public func omittedCount(of budget: BudgetDefinition) -> Int {
        guard case .each = budget.scope,
            let tally = index.tallies.firstIndex(of: .init(scope: budget.scope, period: budget.period)),
            places[tally].count > Self.standingsMax
        else { return 0 }
        return max(0, inUse(budget, tally).count - Self.standingsMax)
    }

    /// The counters of a budget with one for each in which there is something.
    private func inUse(_ budget: BudgetDefinition, _ tally: Int) -> [BudgetStanding] {
        var scopes = Set(places[tally].keys)
        for grant in grants[budget.name] ?? [] where grant.scope.kind == budget.scope.kind {
            scopes.insert(grant.scope)
        }
        return scopes.map { standing(of: budget, $0, places[tally][$0]) }
            .filter { $0.committed > 0 || $0.calls > 0 || $0.granted > 0 }
    }

    /// The counter of `budget` for `scope`.
    public func standing(of budget: BudgetDefinition, for scope: Scope) -> BudgetStanding {
        let tally = index.tallies.firstIndex(of: .init(scope: budget.scope, period: budget.period))
        return standing(of: budget, scope, tally.flatMap { places[$0][scope] })
    }

    private func standing(of budget: BudgetDefinition, _ scope: Scope, _ place: Int?) -> BudgetStanding {
        let window = windows[budget.period.index]
        var row = place.map { rows[$0] } ?? CounterRow(start: window.start)
        if row.start != window.start { row.begin(window.start) }
        let unit = budget.limit.unit
        return BudgetStanding(
            budget: budget, scope: scope, window: window, used: row.used(unit),
            held: unit == .tokens ? row.heldTokens : row.heldMicroUSD,
            unresolved: unit == .tokens ? row.unresolvedTokens : row.unresolvedMicroUSD,
            granted: granted(budget, scope), calls: row.calls, unpricedCalls: row.unpricedCalls)
    }
}
