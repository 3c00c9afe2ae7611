import Budget
import Prices
import Testing
import UTCTime

@Suite struct CostTests {
    let table: PriceTable
    let now = Instant(seconds: 1_795_200_000)  // 2026-11-20

    init() throws { table = try PriceTable.shipped() }

    /// A call and its cost, computed by hand from the price lists in micro-USD: tokens × dollars for a million tokens.
    struct Call: Sendable, CustomTestStringConvertible {
        let model: String
        let input: Int
        let output: Int
        var write = 0
        var longWrite = 0
        var read = 0
        let micros: Int64

        var testDescription: String { "\(model): \(input) + \(output)" }
    }

    static let calls: [Call] = [
        // 10,000 × 2 + 1,000 × 10
        Call(model: "claude-sonnet-5-5", input: 10_000, output: 1_000, micros: 30_000),
        // 1,000 × 2 + 3,000 × 2.5 + 1,000 × 4 + 5,000 × 0.1 + 200 × 10
        Call(
            model: "claude-sonnet-5-5", input: 10_000, output: 200, write: 4_000, longWrite: 1_000, read: 5_000,
            micros: 16_000),
        // The neighbour in name has another price: 10,000 × 5 + 1,000 × 25; 10,000 × 4 + 1,000 × 20
        Call(model: "claude-opus-5", input: 10_000, output: 1_000, micros: 75_000),
        Call(model: "claude-opus-5-5", input: 10_000, output: 1_000, micros: 60_000),
        // No price for writing: it costs as much as input. 400 × 5 + 600 × 5 + 10 × 30
        Call(model: "gpt-5.5", input: 1_000, output: 10, write: 600, longWrite: 600, micros: 5_300),
        // Writing is listed as free: 500 × 0.3 + 500 × 0.006 + 100 × 1.2
        Call(model: "deepseek-v4-flash", input: 2_000, output: 100, write: 1_000, read: 500, micros: 273),
        Call(model: "claude-sonnet-5-5", input: 0, output: 0, micros: 0),
    ]

    @Test(arguments: calls) func `multiplies every kind of token by its own price`(_ call: Call) throws {
        let usage = try TokenUsage(
            inputTokens: call.input, outputTokens: call.output, cacheWriteTokens: call.write,
            longCacheWriteTokens: call.longWrite, cacheReadTokens: call.read)
        #expect(table.cost(of: usage, model: call.model, at: now)?.amount == MicroUSD(call.micros))
    }

    static let tiers: [Call] = [
        // 100,000 × 0.1 + 1,000 × 0.5; 100,001 × 0.5 + 1,000 × 2.5 = 52,500.5, a half that goes to the even neighbour
        Call(model: "claude-haiku-5-5", input: 100_000, output: 1_000, micros: 10_500),
        Call(model: "claude-haiku-5-5", input: 100_001, output: 1_000, micros: 52_500),
        // 272,000 × 2 + 1,000 × 10; 272,001 × 4 + 1,000 × 15
        Call(model: "gpt-6.1-sol", input: 272_000, output: 1_000, micros: 554_000),
        Call(model: "gpt-6.1-sol", input: 272_001, output: 1_000, micros: 1_103_004),
        // xAI's threshold is inclusive: 199,999 × 2 + 1,000 × 6; 200,000 × 4 + 1,000 × 12
        Call(model: "grok-4.7", input: 199_999, output: 1_000, micros: 405_998),
        Call(model: "grok-4.7", input: 200_000, output: 1_000, micros: 812_000),
    ]

    @Test(arguments: tiers) func `charges the whole call at the tier its input reaches`(_ call: Call) throws {
        let usage = try TokenUsage(inputTokens: call.input, outputTokens: call.output)
        #expect(table.cost(of: usage, model: call.model, at: now)?.amount == MicroUSD(call.micros))
    }

    @Test func `cached tokens count towards the threshold`() throws {
        let usage = try TokenUsage(inputTokens: 100_001, outputTokens: 0, cacheReadTokens: 100_001)
        // 100,001 × 0.05 = 5,000.05
        #expect(table.cost(of: usage, model: "claude-haiku-5-5", at: now)?.amount == MicroUSD(5_000))
    }

    @Test(arguments: [
        (499_999, 0), (500_000, 0), (500_001, 1), (1_000_000, 1), (1_499_999, 1), (1_500_000, 2), (2_500_000, 2),
        (2_500_001, 3), (3_500_000, 4),
    ])
    func `rounds halves to the even micro-dollar`(_ picoUSD: Int64, _ wanted: Int64) throws {
        let price = try Self.price(input: try #require(TokenPrice(picoUSD: picoUSD)))
        #expect(price.cost(of: try TokenUsage(inputTokens: 1, outputTokens: 0)).amount == MicroUSD(wanted))
    }

    @Test func `the greatest call at the greatest price does not overflow`() throws {
        let price = try Self.price(input: try #require(TokenPrice(picoUSD: TokenPrice.picoUSDMax)))
        let usage = try TokenUsage(inputTokens: TokenUsage.tokensMax, outputTokens: TokenUsage.tokensMax)
        #expect(price.cost(of: usage).amount == MicroUSD(2_000_000_000_000_000))
    }

    static let batches: [Call] = [
        // 400 × 2 + 100 × 2.5 + 300 × 4 + 200 × 0.1 + 100 × 10 = 3,270, in a batch half of it
        Call(
            model: "claude-sonnet-5-5", input: 1_000, output: 100, write: 400, longWrite: 300, read: 200, micros: 1_635),
        // Above 100,000: 100,001 × 0.25 + 1,000 × 1.25 = 26,250.25
        Call(model: "claude-haiku-5-5", input: 100_001, output: 1_000, micros: 26_250),
    ]

    @Test(arguments: batches) func `a batch call takes the batch prices, cached and long ones alike`(_ call: Call)
        throws
    {
        let usage = try TokenUsage(
            inputTokens: call.input, outputTokens: call.output, cacheWriteTokens: call.write,
            longCacheWriteTokens: call.longWrite, cacheReadTokens: call.read)
        let cost = try #require(table.cost(of: usage, model: call.model, at: now, isBatch: true))
        #expect(cost.amount == MicroUSD(call.micros) && cost.priceID == "\(call.model)@2026-11-20/batch")
        let plain = try #require(table.cost(of: usage, model: call.model, at: now))
        #expect(plain.amount > cost.amount && plain.priceID == "\(call.model)@2026-11-20")
    }

    @Test func `a batch call without a batch price costs what any call does`() throws {
        let price = try #require(table.prices.first { $0.rates.batch == nil })
        let usage = try TokenUsage(inputTokens: 1_000, outputTokens: 1_000)
        #expect(price.cost(of: usage, isBatch: true) == price.cost(of: usage))
    }

    @Test func `names the price it used`() throws {
        let usage = try TokenUsage(inputTokens: 1, outputTokens: 1)
        #expect(
            table.cost(of: usage, model: "gemini-3.8-flash", at: now)?.priceID == "gemini/gemini-3.8-flash@2026-11-20")
    }

    private static func price(input: TokenPrice) throws -> ModelPrice {
        ModelPrice(
            id: "test", model: "test", effectiveFrom: try #require(Day("2026-01-01")), source: "test",
            rates: TokenRates(input: input, output: input))
    }
}
