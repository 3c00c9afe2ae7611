/// What budgets have for the calls of one review.
public struct BudgetRoom: Sendable, Equatable {
    /// Tokens that new calls may hold.
    public var leftTokens: Int
    /// The whole budget in tokens.
    public var limitTokens: Int
    /// What is left of the budget that is nearest to its end, in millionths of its limit: the ladder goes by it.
    public var leftShareMillionths: Int
    /// Whether a call that does not fit is not made; otherwise it is made and remarked.
    public var isEnforced: Bool

    /// A budget of `limitTokens` of which `leftTokens` are left; `leftShareMillionths` where another one is nearer to
    /// its end.
    public init(leftTokens: Int, limitTokens: Int, leftShareMillionths: Int? = nil, isEnforced: Bool = true) {
        self.isEnforced = isEnforced
        self.leftTokens = max(0, leftTokens)
        self.limitTokens = max(0, limitTokens)
        self.leftShareMillionths =
            leftShareMillionths ?? Self.share(self.leftTokens, of: self.limitTokens)
    }

    /// `left` in millionths of `limit`; nothing where the limit is nothing.
    public static func share(_ left: Int, of limit: Int) -> Int {
        guard limit > 0 else { return 0 }
        return Int(clamping: Int128(max(0, left)) * 1_000_000 / Int128(limit))
    }
}
