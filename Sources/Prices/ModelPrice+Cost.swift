// A cost is a sum of at most four products of a token count (0 to 10⁹) and a price (0 to 10¹² pico-USD). Their sum is
// at most 2 · 10²¹, which 128 bits hold; in micro-USD it is at most 2 · 10¹⁵, which 64 bits hold. Nothing can
// overflow.

public import Budget

extension ModelPrice {
    /// What `usage` costs at this price, rounded half to even to whole micro-USD.
    ///
    /// A call through the vendor's batch interface (`isBatch`) takes the batch prices, and its price id ends with
    /// `batchSuffix`; where the table has none it costs what any call does.
    public func cost(of usage: TokenUsage, isBatch: Bool = false) -> CallCost {
        let batch = isBatch ? batchRates(inputTokens: usage.inputTokens) : nil
        let rates = batch ?? rates(inputTokens: usage.inputTokens)
        let cacheWrite = rates.cacheWrite ?? rates.input
        let uncached = usage.inputTokens - usage.cacheWriteTokens - usage.cacheReadTokens
        let picoUSD =
            Self.product(uncached, rates.input)
            + Self.product(usage.cacheWriteTokens - usage.longCacheWriteTokens, cacheWrite)
            + Self.product(usage.longCacheWriteTokens, rates.longCacheWrite ?? cacheWrite)
            + Self.product(usage.cacheReadTokens, rates.cacheRead ?? rates.input)
            + Self.product(usage.outputTokens, rates.output)
        return CallCost(
            amount: MicroUSD(Int64(clamping: Self.roundedToMillions(picoUSD))),
            priceID: batch == nil ? id : id + Self.batchSuffix)
    }

    /// The most that a call of `inputTokens` and `outputTokens` can cost, in micro-USD, rounded up: every input token at
    /// the dearest rate, cached or not. What is held for a call before anybody knows what its tokens become.
    public func highestMicroUSD(inputTokens: Int, outputTokens: Int) -> Int {
        let (input, output) = (max(0, inputTokens), max(0, outputTokens))
        let rates = rates(inputTokens: input)
        let dearest = [rates.cacheWrite, rates.longCacheWrite, rates.cacheRead].reduce(rates.input) {
            max($0, $1 ?? $0)
        }
        let picoUSD = Self.product(input, dearest) + Self.product(output, rates.output)
        return Int(clamping: (picoUSD + 999_999) / 1_000_000)
    }

    /// The most that a call of `tokens` can cost, in micro-USD, when nobody knows which of them are output.
    public func highestMicroUSD(tokens: Int) -> Int {
        // The tier is that of a call which is all input, for it holds for the output too.
        let rates = rates(inputTokens: max(0, tokens))
        let dearest = [rates.cacheWrite, rates.longCacheWrite, rates.cacheRead, rates.output]
            .reduce(rates.input) { max($0, $1 ?? $0) }
        return Int(clamping: (Self.product(max(0, tokens), dearest) + 999_999) / 1_000_000)
    }

    private static func product(_ tokens: Int, _ price: TokenPrice) -> Int128 { Int128(tokens) * Int128(price.picoUSD) }

    /// `value` divided by a million, rounded to the nearest whole number, halves to the even one. Not for negatives.
    static func roundedToMillions(_ value: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 1_000_000)
        let roundsUp = remainder > 500_000 || (remainder == 500_000 && !quotient.isMultiple(of: 2))
        return roundsUp ? quotient + 1 : quotient
    }
}
