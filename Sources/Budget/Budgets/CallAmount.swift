public import UTCTime

/// What one call takes, or is expected to take, of budgets.
public struct CallAmount: Sendable, Hashable {
    /// Input and output tokens together.
    public var tokens: Int
    /// Millionths of a US dollar; nil when no price is known.
    public var microUSD: Int?

    /// The most millionths of a dollar that count for one call: ten million dollars. What exceeds it is a slip in a
    /// price, and sums of it must not overflow.
    public static let microUSDMax = 10_000_000_000_000

    /// An amount of `tokens` and `microUSD`, each brought into what one call can have.
    public init(tokens: Int, microUSD: Int? = nil) {
        self.tokens = Swift.min(Swift.max(0, tokens), 2 * TokenUsage.tokensMax)
        self.microUSD = microUSD.map { Swift.min(Swift.max(0, $0), Self.microUSDMax) }
    }

    /// What `record` took.
    public init(_ record: UsageRecord) {
        self.init(tokens: record.usage.totalTokens, microUSD: record.cost.map { Int(clamping: $0.amount.value) })
    }

    /// The part of it that is more than `other`, each unit for itself.
    public func excess(over other: CallAmount) -> CallAmount {
        CallAmount(tokens: tokens - other.tokens, microUSD: microUSD.map { $0 - (other.microUSD ?? 0) })
    }

    /// The amount in `unit`; money that is unknown is nothing.
    func amount(_ unit: BudgetUnit) -> Int { unit == .tokens ? tokens : microUSD ?? 0 }
}

/// More for the current window of one counter of one budget, given by an operator.
///
/// It is for a name, a counter and a unit, and ends at a fixed instant: whatever becomes of the budget meanwhile, it
/// counts for the one of that name, if there is one in that unit.
public struct BudgetGrant: Sendable, Hashable {
    /// The budget's name.
    public let budget: String
    /// Which counter of it.
    public let scope: Scope
    /// How much, in tokens or millionths of a dollar.
    public let amount: BudgetLimit
    /// The end of the window for which it was given: it counts before this instant; nil: for ever.
    public let until: Instant?

    /// A grant of these parts.
    public init(budget: String, scope: Scope, amount: BudgetLimit, until: Instant?) {
        self.budget = budget
        self.scope = scope
        self.amount = amount
        self.until = until
    }

    /// Whether it counts at `time`.
    public func counts(at time: Instant) -> Bool { until.map { time < $0 } ?? true }
}
