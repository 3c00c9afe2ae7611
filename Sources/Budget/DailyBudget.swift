/// What a budget does with a call that does not fit.
public enum Enforcement: String, Sendable, CaseIterable {
    /// It refuses it.
    case block
    /// It lets it pass and says so.
    case warn
}

/// The budget of tokens a day over all projects: the rule alone, without the figures.
public struct DailyBudget: Sendable, Equatable {
    /// Whether calls are checked at all.
    public var isEnabled: Bool
    /// Tokens a day.
    public var limitTokens: Int
    /// Settled tokens from which on the day is remarked.
    public var warningThresholdTokens: Int
    /// What is done with a call that does not fit.
    public var enforcement: Enforcement

    /// A budget of these figures.
    public init(isEnabled: Bool, limitTokens: Int, warningThresholdTokens: Int, enforcement: Enforcement) {
        self.isEnabled = isEnabled
        self.limitTokens = limitTokens
        self.warningThresholdTokens = warningThresholdTokens
        self.enforcement = enforcement
    }

    /// The name by which refusals call it.
    public static let name = "daily"

    /// Percent of the limit from which one call is remarked.
    public static let largeCallPercent = 15

    /// The same rule among all others.
    public var definition: BudgetDefinition {
        get throws(BudgetTextError) {
            let amounts = [limitTokens, warningThresholdTokens].map { min(max(0, $0), BudgetLimit.amountMax) }
            return try BudgetDefinition(
                name: Self.name, scope: .one(.all), period: .day,
                limit: BudgetLimit(parsing: String(amounts[0])),
                thresholds: [Self.threshold(at: amounts[1], ofLimit: amounts[0])], enforcement: enforcement)
        }
    }

    /// A threshold at `amount`; a share where it is a whole percent of `limit`, so that a grant moves it with the limit.
    private static func threshold(at amount: Int, ofLimit limit: Int) -> BudgetThreshold {
        guard limit > 0 else { return .amount(amount) }
        let (percent, rest) = (Int128(amount) * 100).quotientAndRemainder(dividingBy: Int128(limit))
        return rest == 0 && 1...100 ~= percent ? .percent(Int(percent)) : .amount(amount)
    }

    /// Decides about a call of `requested` tokens when `used` are settled and `held` are promised already.
    ///
    /// Nil: it is refused. All counts are not negative.
    public func decision(requested: Int, used: Int, held: Int) -> Decision? {
        guard isEnabled else { return .allow }
        let total = used + held + requested
        switch enforcement {
        case .block: return total <= limitTokens ? .allow : nil
        case .warn: return total <= limitTokens && total < warningThresholdTokens ? .allow : .warn
        }
    }

    /// How near the limit `used` settled tokens are.
    public func level(used: Int) -> BudgetLevel {
        if used >= limitTokens { return .exhausted }
        if used < warningThresholdTokens { return .ok }
        // used * 10 >= limit * 9 without the products.
        return used >= limitTokens - limitTokens / 10 ? .critical : .warning
    }

    /// The whole percent of the limit that a call of `tokens` takes when it is to be remarked; nil when it is not.
    public func remarkablePercent(of tokens: Int) -> Int? {
        guard isEnabled, limitTokens > 0 else { return nil }
        let (product, overflow) = tokens.multipliedReportingOverflow(by: 100)
        let percent = overflow ? tokens / limitTokens : product / limitTokens
        return percent >= Self.largeCallPercent ? percent : nil
    }
}
