import Budget
import Prices
import Testing
import UTCTime

@Suite struct PriceTableTests {
    let now = Instant(seconds: 1_795_200_000)  // 2026-11-20

    @Test func `the shipped table prices every model of it by every name`() throws {
        let table = try PriceTable.shipped()
        #expect(table.prices.count == 46)
        let usage = try TokenUsage(inputTokens: 300_000, outputTokens: 100_000, cacheReadTokens: 1_000)
        for price in table.prices {
            #expect(price.rates.input > (try #require(TokenPrice(picoUSD: 0))), "\(price.id)")
            #expect(price.rates.input < price.rates.output, "\(price.id)")
            #expect(try #require(price.rates.cacheRead) < price.rates.input, "\(price.id)")
            #expect(price.contextWindow != nil && price.maxOutputTokens != nil, "\(price.id)")
            #expect(price.source.hasPrefix("https://"), "\(price.id)")
            for name in [price.model] + price.aliases {
                let cost = try #require(table.cost(of: usage, model: name, at: now), "\(name)")
                #expect(cost.amount > MicroUSD(0) && cost.priceID == price.id)
            }
        }
    }

    @Test(arguments: [
        "claude-opus-5", "claude-opus-5-20260724", "claude-opus-5-2026-07-24", "claude-sonnet-4-5-20250929",
        "gpt-4o-mini-2024-07-18", "gemini-2.5-pro", "models/gemini-2.5-pro", "gemini/gemini-2.5-pro", "grok-4.7",
    ])
    func `knows exact ids, aliases and ids with a date behind them`(_ model: String) throws {
        let price = try #require(try PriceTable.shipped().price(of: model, at: now))
        #expect(([price.model] + price.aliases).contains { model.hasPrefix($0) })
    }

    @Test(arguments: [
        "", "claude", "claude-opus", "claude-opus-5-", "claude-opus-5-5-5", "claude-opus-5-latest", "Claude-opus-5",
        "claude-opus-5-20261301", "claude-opus-5-2026-02-30", "claude-opus-5-2026", "claude-opus-520260724",
        "claude-opus-5-20260724-20260724", "gpt-5.4-nano", "gpt-5-mini-high", "gpt-4o", " claude-opus-5",
        "anthropic/claude-opus-5", "-20260724", "llama3.3:70b",
    ])
    func `does not know a prefix, a near miss or another model`(_ model: String) throws {
        #expect(try PriceTable.shipped().price(of: model, at: now) == nil)
        let usage = try TokenUsage(inputTokens: 1, outputTokens: 1)
        #expect(try PriceTable.shipped().cost(of: usage, model: model, at: now) == nil)
    }

    @Test(arguments: [
        ("2026-07-29", "old"), ("2026-07-30", "cut"), ("2026-11-19", "cut"), ("2026-11-20", "new"),
        ("2030-01-01", "new"),
        ("2025-01-01", "old"),
    ])
    func `takes the latest entry in force, before all of them the first`(_ day: String, _ wanted: String) throws {
        let entries = [("new", "2026-11-20"), ("old", "2026-01-01"), ("cut", "2026-07-30")]
        let table = try PriceTable(parsing: Self.file(entries.map { Self.entry(id: $0.0, day: $0.1) }))
        let time = try #require(Day(day)).start
        #expect(table.price(of: "m", at: time)?.id == wanted)
        #expect(table.price(of: "m", at: time.adding(seconds: 86_399))?.id == wanted)
    }

    @Test func `says how old it is`() throws {
        let table = try PriceTable.shipped()
        #expect(table.ageDays(on: table.retrieved) == 0 && table.ageDays(on: table.retrieved.adding(days: 3)) == 3)
        #expect(!table.isStale(on: table.retrieved.adding(days: PriceTable.staleAfterDays)))
        #expect(table.isStale(on: table.retrieved.adding(days: PriceTable.staleAfterDays + 1)))
        #expect(!table.isStale(on: table.retrieved.adding(days: -3)))
    }

    @Test(arguments: [
        ("x", "price table: not JSON: "), ("[]", "price table: an array, wanted is an object"),
        (#"{"retrieved": "2026-11-20", "source": "s"}"#, "price table, prices: missing or not an array"),
        (#"{"retrieved": "soon", "source": "s", "prices": []}"#, #"price table, retrieved: "soon" is not a day"#),
        (#"{"source": "s", "prices": []}"#, "price table, retrieved: missing"),
        (
            #"{"retrieved": "2026-11-20", "source": "s", "prices": [7]}"#,
            "price table, prices[0]: a whole number, wanted"
        ),
    ])
    func `says what is wrong with a file`(_ text: String, _ wanted: String) {
        let error = #expect(throws: PriceTableError.self) { try PriceTable(parsing: Array(text.utf8)) }
        #expect(error?.description.hasPrefix(wanted) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        (#""input": "2""#, #""input": 2"#, "prices[0] (a), input: a whole number, wanted is a string"),
        (#""input": "2""#, #""input": "-2""#, #"prices[0] (a), input: "-2" is not an amount"#),
        (#""input": "2", "#, "", "prices[0] (a), input: missing"),
        (
            #""input": "2""#, #""input": "2", "cache_raed": "1""#,
            "prices[0] (a), cache_raed: no such field; known are id,"
        ),
        (#""input": "2""#, #""input": "2", "batch_input": "x""#, #"prices[0] (a), batch_input: "x" is not"#),
        (#""model": "m""#, #""model": """#, "prices[0] (a), model: missing, empty"),
        (#""input": "2""#, #""input": "2", "aliases": ["m"]"#, "prices[0] (a), model: m has a price from 2026-01-01"),
        (#""input": "2""#, #""input": "2", "aliases": [1]"#, "prices[0] (a), aliases: not an array of strings"),
        (#""input": "2""#, #""input": "2", "context_window": 0"#, "prices[0] (a), context_window: not a whole"),
        (#""input": "2""#, #""input": "2", "tiers": {}"#, "prices[0] (a), tiers: not an array"),
        (
            #""input": "2""#, #""input": "2", "tiers": [{"above_input_tokens": 5, "input": "1", "output": "1"}]"#,
            "prices[0] (a), tiers[0].inclusive: missing"
        ),
        (
            #""input": "2""#, #""input": "2", "tiers": [{"above_input_tokens": 5, "inclusive": true, "input": "1"}]"#,
            "prices[0] (a), tiers[0].output: missing"
        ),
        (#""2026-01-01""#, #""2026-1-1""#, #"prices[0] (a), effective_from: "2026-1-1" is not a day"#),
    ])
    func `names the entry and the field at fault`(_ good: String, _ bad: String, _ wanted: String) throws {
        let entry = Self.entry(id: "a", day: "2026-01-01")
        _ = try PriceTable(parsing: Self.file([entry]))
        let parts = entry.split(separator: good, maxSplits: 1, omittingEmptySubsequences: false)
        try #require(parts.count == 2)
        let error = #expect(throws: PriceTableError.self) {
            try PriceTable(parsing: Self.file([parts[0] + bad + parts[1]]))
        }
        #expect(error?.description.hasPrefix("price table, " + wanted) == true, "\(error?.description ?? "")")
    }

    @Test func `refuses tiers out of order, ids and days that come twice, and a file beyond its limit`() {
        let tier = #"{"above_input_tokens": 5, "inclusive": false, "input": "1", "output": "1"}"#
        let twice = Self.entry(id: "a", day: "2026-01-01").dropLast() + #", "tiers": [\#(tier), \#(tier)]}"#
        for (entries, wanted) in [
            ([String(twice)], "price table, prices[0] (a), tiers[1].above_input_tokens: 5 is not more"),
            (
                [Self.entry(id: "a", day: "2026-01-01"), Self.entry(id: "a", day: "2026-01-02")],
                "price table, prices[1] (a), id: another entry has the same"
            ),
            (
                [Self.entry(id: "a", day: "2026-01-01"), Self.entry(id: "b", day: "2026-01-01")],
                "price table, prices[1] (b), model: m has a price from 2026-01-01 already, in entry a"
            ),
        ] {
            let error = #expect(throws: PriceTableError.self) { try PriceTable(parsing: Self.file(entries)) }
            #expect(error?.description.hasPrefix(wanted) == true, "\(error?.description ?? "")")
        }
        let good = Self.file([Self.entry(id: "a", day: "2026-01-01")])
        let blanks = [UInt8](repeating: 0x20, count: PriceTable.bytesMax - good.count)
        #expect(throws: Never.self) { try PriceTable(parsing: good + blanks) }
        #expect(throws: PriceTableError.self) { try PriceTable(parsing: good + blanks + [0x20]) }
    }

    private static func entry(id: String, day: String) -> String {
        #"{"id": "\#(id)", "model": "m", "effective_from": "\#(day)", "source": "s", "input": "2", "output": "10"}"#
    }

    private static func file(_ entries: [String]) -> [UInt8] {
        let prices = entries.joined(separator: ", ")
        return Array(#"{"retrieved": "2026-11-20", "source": "s", "prices": [\#(prices)]}"#.utf8)
    }
}
