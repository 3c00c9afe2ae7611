import Budget

/// A budget at the moment a note is written.
public struct BudgetFigures: Sendable, Equatable {
    /// The budget's name: `daily`.
    public var name: String
    /// Tokens settled in the period, this review included.
    public var usedTokens: Int
    /// Tokens held for other calls.
    public var heldTokens: Int
    /// The limit in tokens.
    public var limitTokens: Int

    /// Figures of these values.
    public init(name: String = "daily", usedTokens: Int, heldTokens: Int, limitTokens: Int) {
        self.name = name
        self.usedTokens = usedTokens
        self.heldTokens = heldTokens
        self.limitTokens = limitTokens
    }

    /// Tokens that a new call could still hold; never negative.
    public var leftTokens: Int { max(0, limitTokens - addingClamped(usedTokens, heldTokens)) }

    /// The share of the limit from which one review is called large, in percent.
    public static let largeReviewPercent = 15

    /// Whether `tokens` are at least `largeReviewPercent` of the limit.
    public func isLarge(tokens: Int) -> Bool {
        limitTokens > 0 && Int128(tokens) * 100 >= Int128(limitTokens) * Int128(Self.largeReviewPercent)
    }
}
