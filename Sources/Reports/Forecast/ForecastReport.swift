public import Forecast
public import UTCTime

/// A budget that a forecast is asked about.
public struct ForecastBudget: Sendable, Equatable {
    /// What it is called.
    public var name: String
    /// What it counts.
    public var measure: Measure
    /// What a period of it allows, in tokens or micro-USD.
    public var limit: Int
    /// What is settled of it.
    public var used: Int
    /// What is held of it.
    public var held: Int
    /// When the period ends; nil when it does not.
    public var end: Instant?

    /// A budget of these figures.
    public init(name: String, measure: Measure, limit: Int, used: Int, held: Int, end: Instant?) {
        self.name = name
        self.measure = measure
        self.limit = limit
        self.used = used
        self.held = held
        self.end = end
    }

    /// What is left of the limit after what is settled and held; never negative.
    public var left: Int {
        let (taken, overflow) = used.addingReportingOverflow(held)
        return overflow ? 0 : max(0, limit - taken)
    }
}

/// What is to come, how sure that is, and what stands out in what was.
public struct ForecastReport: Sendable, Equatable {
    /// The forecasts of one measure.
    public struct Figures: Sendable, Equatable {
        /// Tokens or money.
        public var measure: Measure
        /// What each period has used so far; one of which nothing is known, for none of its calls has a price, is not here.
        public var used: [Horizon: Int]
        /// Calls of each period that are in no figure, because their price is unknown.
        public var unpriced: [Horizon: Int]
        /// What each period will have used at its end.
        public var outlooks: [Horizon: Outlook]
    }

    /// The forecast of one budget.
    public struct BudgetOutlook: Sendable, Equatable {
        /// The budget.
        public var budget: ForecastBudget
        /// When it runs out; nil when nothing can be said.
        public var runOut: RunOut?
        /// Why nothing can be said.
        public var abstention: Abstention?
    }

    /// The moment it was made.
    public var now: Instant
    /// Whole days of history behind it.
    public var historyDays: Int
    /// Tokens, then money.
    public var figures: [Figures]
    /// Budgets in the order they were asked about.
    public var budgets: [BudgetOutlook]
    /// How forecasts of tokens at noon did on past days.
    public var accuracy: Backtest
    /// Hours and days, of yesterday and today, that used far more than such hours and days do.
    public var anomalies: [Anomaly]
    /// People that burn far above their usual today.
    public var runawayUsers: [Runaway]
    /// Merge requests that do.
    public var runawaySessions: [Runaway]
    /// What would have saved something.
    public var recommendations: [Recommendation]
    /// A daily limit that would fit; nil when nothing can be said. Never applied by itself.
    public var proposal: LimitProposal?
    /// Lines of the books that are no records.
    public var damagedLines: Int
}
