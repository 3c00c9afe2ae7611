public import Budget

/// A budget at the moment a note is written.
public struct BudgetFigures: Sendable, Equatable {
    /// The budget's name: `daily`; what kind it is of, without amounts.
    public var name: String
    /// Whose calls it counts, as `project:group/app`; empty for the daily one and without amounts.
    public var scope: String
    /// After what it begins anew, as `a day`; empty for the daily one.
    public var period: String
    /// What the figures count: tokens, or millionths of a US dollar.
    public var unit: BudgetUnit
    /// Settled in the period, this review included.
    public var used: Int
    /// Held for other calls.
    public var held: Int
    /// The limit, without what is kept back for urgent work.
    public var limit: Int
    /// Whether a note may tell them; otherwise it has the share alone.
    public var hasAmounts: Bool

    /// Figures of these values.
    public init(
        name: String = "daily", scope: String = "", period: String = "", unit: BudgetUnit = .tokens, used: Int,
        held: Int, limit: Int, hasAmounts: Bool = true
    ) {
        self.name = name
        self.scope = scope
        self.period = period
        self.unit = unit
        self.used = used
        self.held = held
        self.limit = limit
        self.hasAmounts = hasAmounts
    }

    /// What a new call could still hold; never negative.
    public var left: Int { max(0, limit - addingClamped(used, held)) }

    /// The share of the limit from which one review is called large, in percent.
    public static let largeReviewPercent = 15

    /// Whether `tokens` are at least `largeReviewPercent` of the limit; never of one in money.
    public func isLarge(tokens: Int) -> Bool {
        unit == .tokens && limit > 0 && Int128(tokens) * 100 >= Int128(limit) * Int128(Self.largeReviewPercent)
    }
}
