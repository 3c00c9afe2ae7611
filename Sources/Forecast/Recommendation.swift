/// Something to do that saves a known amount.
public struct Recommendation: Sendable, Equatable {
    /// What to do, with the figure.
    public var text: String
    /// Tokens that it would have saved; nil when it saves money alone.
    public var savedTokens: Int?
    /// Micro-USD that it would have saved; nil when no price is known.
    public var savedMicroUSD: Int?
}

/// What one model's calls used, and what the same tokens cost on a cheaper one.
public struct ModelUse: Sendable, Equatable {
    /// The model's id.
    public var model: String
    /// What its calls cost, in micro-USD.
    public var costMicroUSD: Int
    /// The cheaper model.
    public var cheaperModel: String
    /// What the same tokens cost there, in micro-USD.
    public var cheaperCostMicroUSD: Int

    /// The use of `model` beside the price of `cheaperModel`.
    public init(model: String, costMicroUSD: Int, cheaperModel: String, cheaperCostMicroUSD: Int) {
        self.model = model
        self.costMicroUSD = costMicroUSD
        self.cheaperModel = cheaperModel
        self.cheaperCostMicroUSD = cheaperCostMicroUSD
    }
}

/// What one merge request used.
public struct SessionUse: Sendable, Equatable {
    /// `group/app!123`.
    public var session: String
    /// Input and output tokens.
    public var tokens: Int

    /// The use of `session`.
    public init(session: String, tokens: Int) {
        self.session = session
        self.tokens = tokens
    }
}

extension Recommendation {
    /// Savings below this share of what was used, in percent, are not worth a word.
    static let percentMin = 2

    /// What would have saved something in the last `days` days, the most money and then the most tokens first.
    public static func among(models: [ModelUse], sessions: [SessionUse], days: Int) -> [Recommendation] {
        let cost = models.map { Double($0.costMicroUSD) }.reduce(0, +)
        let moves = models.compactMap { use -> Recommendation? in
            let saved = (use.costMicroUSD - use.cheaperCostMicroUSD) / 2
            guard saved > 0, Double(saved) * 100 >= cost * Double(percentMin) else { return nil }
            return Recommendation(
                text:
                    "Move half of the calls on \(use.model) to \(use.cheaperModel): -\(dollars(saved)) in \(days) days",
                savedMicroUSD: saved)
        }.sorted { ($0.savedMicroUSD ?? 0) > ($1.savedMicroUSD ?? 0) }
        return moves + [cap(sessions, days: days)].compactMap { $0 }
    }

    /// A budget for each merge request that only the largest tenth would have felt.
    private static func cap(_ sessions: [SessionUse], days: Int) -> Recommendation? {
        guard sessions.count >= 10 else { return nil }
        let tokens = sessions.map { Double($0.tokens) }
        guard let high = quantile(tokens, weights: tokens.map { _ in 1 }, share: 0.9), high > 0 else { return nil }
        let limit = LimitProposal.rounded(high)
        let above = sessions.filter { $0.tokens > limit }
        let saved = whole(above.map { Double($0.tokens - limit) }.reduce(0, +))
        guard Double(saved) * 100 >= tokens.reduce(0, +) * Double(percentMin) else { return nil }
        return Recommendation(
            text: "Allow each merge request \(LimitProposal.grouped(limit)) tokens: "
                + "-\(LimitProposal.grouped(saved)) tokens in \(days) days, from \(above.count) of \(sessions.count)",
            savedTokens: saved)
    }

    /// `$12.30`, rounded down.
    private static func dollars(_ micro: Int) -> String {
        let cents = micro / 10_000
        return "$\(LimitProposal.grouped(cents / 100)).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }
}
