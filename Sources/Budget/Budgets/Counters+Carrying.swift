/// What several calls took of budgets, whose records are gone.
public struct CarriedSums: Sendable, Hashable {
    /// How many calls.
    public var calls = 0
    /// Those of them whose price is unknown.
    public var unpricedCalls = 0
    /// Their input and output tokens.
    public var tokens = 0
    /// What those with a price cost, in micro-USD.
    public var microUSD = 0

    /// Sums of nothing.
    public init() {}

    /// Adds one call.
    public mutating func add(_ amount: CallAmount) {
        calls = calls.capped(adding: 1)
        tokens = tokens.capped(adding: amount.tokens)
        microUSD = microUSD.capped(adding: amount.microUSD ?? 0)
        if amount.microUSD == nil { unpricedCalls = unpricedCalls.capped(adding: 1) }
    }
}

extension Counters {
    /// Whether merge requests are counted over their whole life, for a budget or for requests that bring a limit.
    public var countsLives: Bool { index.tallies.contains { $0.period == .total && $0.scope.kind == .mergeRequest } }

    /// Counts `sums` for the merge request `iid` of `project`, over its whole life and nowhere else.
    public mutating func carry(_ sums: CarriedSums, project: String, iid: Int) {
        let scope = Scope(unchecked: .mergeRequest, project.withSmallLetters, iid: iid)
        for (tally, key) in index.tallies.enumerated()
        where key.period == .total && (key.scope == .each(.mergeRequest) || key.scope == .one(scope)) {
            let place = place(tally, scope)
            rows[place].settledTokens = rows[place].settledTokens.capped(adding: sums.tokens)
            rows[place].settledMicroUSD = rows[place].settledMicroUSD.capped(adding: sums.microUSD)
            rows[place].calls = rows[place].calls.capped(adding: sums.calls)
            rows[place].unpricedCalls = rows[place].unpricedCalls.capped(adding: sums.unpricedCalls)
        }
    }
}
