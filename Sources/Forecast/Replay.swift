public import Budget

/// What a limit would have blocked in the past.
public struct Replay: Sendable, Equatable {
    /// How often the limit struck, by name.
    public struct Share: Sendable, Equatable {
        /// A project; the counter's own name for a limit on each of many.
        public var name: String
        /// Calls the limit held for.
        public var reviews = 0
        /// Those it would have blocked.
        public var blocked = 0

        /// The figures of `name`.
        public init(name: String, reviews: Int = 0, blocked: Int = 0) {
            self.name = name
            self.reviews = reviews
            self.blocked = blocked
        }
    }

    /// Calls the limit held for.
    public var reviews = 0
    /// Those it would have blocked.
    public var blocked = 0
    /// Tokens that the blocked calls used.
    public var blockedTokens = 0
    /// Known costs of the blocked calls, in micro-USD.
    public var blockedMicroUSD = 0
    /// Blocked calls whose cost is unknown: it is in no sum.
    public var blockedUnpriced = 0
    /// Calls without a price, which a limit in money cannot count.
    public var unpriced = 0
    /// Where something was blocked: the most blocked first.
    public var by: [Share] = []

    /// Known costs of the blocked calls; nil when there are some and none has a price.
    public var blockedCost: MicroUSD? {
        blocked > 0 && blockedUnpriced == blocked ? nil : MicroUSD(Int64(blockedMicroUSD))
    }
}

extension ReplayedLimit {
    /// What this limit would have blocked among `records`.
    ///
    /// A call is let through when what its window has used and what was reserved for it (its use, where no reservation is
    /// recorded) fit the limit; then its use counts. A blocked call counts nothing: it was not made.
    public func replay(_ records: [UsageRecord], teams: TeamDirectory = TeamDirectory()) -> Replay {
        struct Counter: Hashable {
            var name: String
            var window: Int
        }
        var used: [Counter: Int] = [:]
        var shares: [String: Replay.Share] = [:]
        var result = Replay()
        for record in records.sorted(by: { ($0.time, $0.usageID) < ($1.time, $1.usageID) }) {
            let names = counters(of: record.context, teams: teams)
            guard !names.isEmpty else { continue }
            let tokens = Self.sum(record.usage.inputTokens, record.usage.outputTokens)
            let (limit, actual, held): (Int, Int, Int)
            switch amount {
            case .tokens(let tokensMax): (limit, actual, held) = (tokensMax, tokens, record.estimatedTokens ?? tokens)
            case .money(let money):
                let cost = Int(record.cost?.amount.value ?? 0)
                if record.cost == nil { result.unpriced += 1 }
                (limit, actual, held) = (Int(money.value), cost, cost)
            }
            let window = period.window(of: record.time)
            let counters = names.map { Counter(name: $0, window: window) }
            let isBlocked = counters.contains { Self.sum(used[$0] ?? 0, held) > limit }
            let label = isOneOfMany ? names[0] : record.context.project
            result.reviews += 1
            shares[label, default: Replay.Share(name: label)].reviews += 1
            if isBlocked {
                result.blocked += 1
                result.blockedTokens = Self.sum(result.blockedTokens, tokens)
                if let cost = record.cost {
                    result.blockedMicroUSD = Self.sum(result.blockedMicroUSD, Int(cost.amount.value))
                } else {
                    result.blockedUnpriced += 1
                }
                shares[label]?.blocked += 1
            } else {
                for counter in counters { used[counter] = Self.sum(used[counter] ?? 0, actual) }
            }
        }
        result.by = shares.values.filter { $0.blocked > 0 }.sorted { ($0.blocked, $1.name) > ($1.blocked, $0.name) }
        return result
    }

    private var isOneOfMany: Bool {
        switch scope {
        case .project(nil), .user(nil), .team(nil), .mergeRequest(nil), .agent(nil), .command(nil), .model(nil): true
        default: false
        }
    }

    /// A sum that does not fit stays at the largest number.
    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
