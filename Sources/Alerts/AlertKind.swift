/// What an alert is about. The raw values are in the journal, in payloads and in metrics: they do not change.
public enum AlertKind: String, Sendable, CaseIterable {
    /// A counter of a budget has reached one of its thresholds, or its limit.
    case budgetThreshold = "budget_threshold"
    /// A budget is expected to be used up before its period ends.
    case forecastOverLimit = "forecast_over_limit"
    /// One call took a large share of the day.
    case largeReview = "large_review"
    /// An hour or a day used far more than such hours or days do.
    case anomaly
    /// Somebody, or a merge request, burns far above its usual.
    case runaway
    /// The books cannot be kept: a full disk, damage.
    case booksTrouble = "books_trouble"
    /// A model was used whose price is not known.
    case unknownPrice = "unknown_price"
    /// The outcome of a call is unknown; its tokens stay held.
    case unresolvedHold = "unresolved_hold"
    /// A review failed for good.
    case reviewFailed = "review_failed"
    /// A target took no alert for so long that some were given up.
    case alertUndelivered = "alert_undelivered"
    /// The price table is old.
    case stalePrices = "stale_prices"
    /// Yesterday in figures.
    case digest

    /// Whether it must be told even when it cannot be written down first: the disk is what it is about.
    var mayPrecedeTheDisk: Bool { self == .booksTrouble }

    /// Whether it is news rather than a call for attention.
    public var isNews: Bool { self == .digest }
}
