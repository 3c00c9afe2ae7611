public import UTCTime

/// How near the daily limit is.
public enum BudgetLevel: String, Sendable, CaseIterable {
    /// Below the warning threshold.
    case ok
    /// At or above the warning threshold.
    case warning
    /// At or above nine tenths of the limit, and past the threshold.
    case critical
    /// What is settled has reached the limit.
    case exhausted
}

/// The daily budget at one moment, as `GET /budget/status` and the daily summary show it.
public struct BudgetStatus: Sendable, Equatable {
    /// Whether calls are checked at all.
    public var isEnabled: Bool
    /// The UTC day.
    public var day: Day
    /// Tokens settled that day.
    public var inputTokens: Int
    /// Tokens settled that day.
    public var outputTokens: Int
    /// Usage records of that day.
    public var requestCount: Int
    /// Tokens held by open, dispatched and unresolved reservations.
    public var heldTokens: Int
    /// The daily limit in tokens.
    public var limitTokens: Int
    /// Settled tokens from which on the day is remarked.
    public var warningThresholdTokens: Int
    /// What is done with a call that does not fit.
    public var enforcement: Enforcement
    /// See `BudgetLevel`.
    public var level: BudgetLevel
    /// When the last record of the day was booked, or the start of the day.
    public var lastUpdated: Instant

    /// A status of these figures.
    public init(
        isEnabled: Bool, day: Day, inputTokens: Int, outputTokens: Int, requestCount: Int, heldTokens: Int,
        limitTokens: Int, warningThresholdTokens: Int, enforcement: Enforcement, level: BudgetLevel,
        lastUpdated: Instant
    ) {
        self.isEnabled = isEnabled
        self.day = day
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.requestCount = requestCount
        self.heldTokens = heldTokens
        self.limitTokens = limitTokens
        self.warningThresholdTokens = warningThresholdTokens
        self.enforcement = enforcement
        self.level = level
        self.lastUpdated = lastUpdated
    }

    /// Tokens settled that day, input and output.
    public var totalTokens: Int { inputTokens + outputTokens }

    /// Tokens left of the limit after what is settled; never negative.
    public var remainingTokens: Int { max(0, limitTokens - totalTokens) }

    /// Whether what is settled has reached the limit.
    public var isExhausted: Bool { totalTokens >= limitTokens }

    /// When the day ends.
    public var resetsAt: Instant { day.adding(days: 1).start }
}
