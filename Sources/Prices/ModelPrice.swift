public import UTCTime

/// What the tokens of a call cost, by what became of them.
public struct TokenRates: Sendable, Hashable {
    /// Input that was neither read from nor written to a cache.
    public var input: TokenPrice
    /// Output, thinking included.
    public var output: TokenPrice
    /// Input written to a cache of short life; nil: as `input`.
    public var cacheWrite: TokenPrice?
    /// Input written to a cache of long life; nil: as `cacheWrite`.
    public var longCacheWrite: TokenPrice?
    /// Input read from a cache; nil: as `input`.
    public var cacheRead: TokenPrice?
    /// `input` and `output` of a call through the vendor's batch interface; nil: there is no such price.
    public var batch: BatchRates?

    /// Rates of these prices.
    public init(
        input: TokenPrice, output: TokenPrice, cacheWrite: TokenPrice? = nil, longCacheWrite: TokenPrice? = nil,
        cacheRead: TokenPrice? = nil, batch: BatchRates? = nil
    ) {
        self.input = input
        self.output = output
        self.cacheWrite = cacheWrite
        self.longCacheWrite = longCacheWrite
        self.cacheRead = cacheRead
        self.batch = batch
    }
}

/// What tokens cost through a vendor's batch interface, where answers take hours and cost less.
public struct BatchRates: Sendable, Hashable {
    /// Input that was neither read from nor written to a cache.
    public var input: TokenPrice
    /// Output, thinking included.
    public var output: TokenPrice

    /// Rates of these prices.
    public init(input: TokenPrice, output: TokenPrice) {
        self.input = input
        self.output = output
    }
}

extension TokenRates {
    /// These rates through the batch interface of a model that costs `base`; nil where that has no batch prices.
    ///
    /// Cached tokens and those of long calls get cheaper by the same share as plain ones, as on the price pages of
    /// Anthropic (the two discounts multiply) and OpenAI; a fraction of a pico-USD is rounded up.
    func inBatch(of base: TokenRates) -> TokenRates? {
        guard let batch = self.batch ?? base.batch else { return nil }
        let whole = self.batch == nil ? base : self
        func scaled(_ price: TokenPrice, _ part: TokenPrice, _ whole: TokenPrice) -> TokenPrice {
            guard whole.picoUSD > 0 else { return price }
            let (product, divisor) = (Int128(price.picoUSD) * Int128(part.picoUSD), Int128(whole.picoUSD))
            return TokenPrice(picoUSD: Int64(clamping: (product + divisor - 1) / divisor)) ?? price
        }
        func input(_ price: TokenPrice) -> TokenPrice { scaled(price, batch.input, whole.input) }
        return TokenRates(
            input: input(self.input), output: scaled(output, batch.output, whole.output),
            cacheWrite: cacheWrite.map(input), longCacheWrite: longCacheWrite.map(input),
            cacheRead: cacheRead.map(input))
    }
}

/// Rates that hold for the whole call once its input passes a threshold.
public struct PriceTier: Sendable, Hashable {
    /// Input tokens, cached ones included, from which on the rates hold.
    public var aboveInputTokens: Int
    /// Whether exactly `aboveInputTokens` is in the tier already (xAI) or only more (the others).
    public var isInclusive: Bool
    /// What tokens cost in this tier.
    public var rates: TokenRates

    /// A tier of these parts.
    public init(aboveInputTokens: Int, isInclusive: Bool, rates: TokenRates) {
        self.aboveInputTokens = aboveInputTokens
        self.isInclusive = isInclusive
        self.rates = rates
    }

    /// Whether a call with `inputTokens` tokens of input is charged at this tier.
    public func covers(inputTokens: Int) -> Bool {
        isInclusive ? inputTokens >= aboveInputTokens : inputTokens > aboveInputTokens
    }
}

/// One entry of the price table: what one model costs from one day on.
public struct ModelPrice: Sendable, Hashable {
    /// Names the entry for ever; stored with each usage record: `claude-sonnet-5-5@2026-11-20`.
    public var id: String
    /// The model's exact id.
    public var model: String
    /// Other exact ids of the same model at the same price.
    public var aliases: [String]
    /// The first UTC day on which the price is known to hold.
    public var effectiveFrom: Day
    /// Where the price was read.
    public var source: String
    /// What tokens cost below every tier.
    public var rates: TokenRates
    /// What tokens cost in long calls, lowest threshold first.
    public var tiers: [PriceTier]
    /// The most input tokens the model takes; nil when unknown.
    public var contextWindow: Int?
    /// The most output tokens the model gives; nil when unknown.
    public var maxOutputTokens: Int?

    /// An entry of these parts.
    public init(
        id: String, model: String, aliases: [String] = [], effectiveFrom: Day, source: String, rates: TokenRates,
        tiers: [PriceTier] = [], contextWindow: Int? = nil, maxOutputTokens: Int? = nil
    ) {
        self.id = id
        self.model = model
        self.aliases = aliases
        self.effectiveFrom = effectiveFrom
        self.source = source
        self.rates = rates
        self.tiers = tiers
        self.contextWindow = contextWindow
        self.maxOutputTokens = maxOutputTokens
    }

    /// What tokens cost in a call with `inputTokens` tokens of input: the highest tier that covers it.
    public func rates(inputTokens: Int) -> TokenRates {
        tiers.last { $0.covers(inputTokens: inputTokens) }?.rates ?? rates
    }

    /// The same through the vendor's batch interface; nil where the table has no price for that.
    public func batchRates(inputTokens: Int) -> TokenRates? {
        rates(inputTokens: inputTokens).inBatch(of: rates)
    }

    /// What stands behind `id` in a row whose call was charged by batch prices.
    public static let batchSuffix = "/batch"
}
