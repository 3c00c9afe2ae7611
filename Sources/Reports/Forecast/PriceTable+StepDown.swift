import Budget
import Prices
import UTCTime

extension PriceTable {
    /// The dearest model of the same family and version that costs less than `model` for a call of `usage`, and what it
    /// costs as a share of the other: `claude-haiku-5-5` for `claude-sonnet-5-5`. Nil when there is none.
    func stepDown(from model: String, for usage: TokenUsage, at time: Instant) -> (model: String, share: Double)? {
        guard let own = price(of: model, at: time) else { return nil }
        let cost = own.cost(of: usage).amount.value
        guard cost > 0 else { return nil }
        let siblings = Set(prices.map(\.model)).filter {
            $0 != own.model && Self.line(of: $0) == Self.line(of: own.model)
        }
        let cheaper = siblings.compactMap { name in
            price(of: name, at: time).map { (model: name, cost: $0.cost(of: usage).amount.value) }
        }.filter { $0.cost < cost }
        guard let best = cheaper.max(by: { ($0.cost, $1.model) < ($1.cost, $0.model) }) else { return nil }
        return (best.model, Double(best.cost) / Double(cost))
    }

    /// The first word and the words that are versions: `claude 5 5` of `claude-haiku-5-5`.
    private static func line(of model: String) -> [Substring] {
        let words = model.split(separator: "-")
        return words.prefix(1) + words.dropFirst().filter { $0.first?.isNumber ?? false }
    }
}
