import Arguments
import Daemon
import JSON
import Platform
import Prices
import Settings
import Terminal
import UTCTime

/// `bursar prices`: the price table in force.
enum PricesCommand {
    private static let model = Parameter<String?>(
        option: "--model", value: "id", help: "Only the price that this model's calls would get.",
        accepted: "a model's id",
        parse: { $0.isEmpty ? nil : $0 })

    static let command = Command(
        "prices", summary: "Shows the price table in force, its age and where it comes from.",
        discussion: """
            Prices are in USD per million tokens. MODEL_PRICES_FILE puts a table of your own in place of the shipped one. \
            A model matches by its exact id, or by its id with a date behind it; a model that is not in the table has no \
            price, which is never taken for zero.
            """,
        parameters: [model, OutputFormat.parameter],
        examples: [
            .init("bursar prices", "the whole table"),
            .init("bursar prices --model claude-sonnet-5-5 --format json", "one model, for a program"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            try show(PriceTable.inForce(file: settings.model.pricesFile), values)
        }
    }

    private static func show(_ table: PriceTable, _ values: Values) throws -> Int32 {
        let today = TimeSource.system.now()
        let prices: [ModelPrice]
        if let wanted = values[model] {
            guard let price = table.price(of: wanted, at: today) else {
                Console.complain("Error: no price is known for '\(wanted)'. 'bursar prices' lists what is known.\n")
                return 1
            }
            prices = [price]
        } else {
            prices = table.prices.sorted { ($0.model, $0.effectiveFrom) < ($1.model, $1.effectiveFrom) }
        }
        switch values[OutputFormat.parameter] {
        case .json: Console.print(String(decoding: json(prices, of: table, on: today.day).prettyBytes, as: UTF8.self))
        case .csv: Console.print(rows(prices).csv)
        case .table:
            Console.print(table: rows(prices))
            let age = table.ageDays(on: today.day)
            Console.print(
                prose:
                    "\nUSD per million tokens. Retrieved \(table.retrieved), \(age) \(age == 1 ? "day" : "days") ago, from \(table.source).\n"
            )
            if table.isStale(on: today.day) {
                Console.complain(
                    "Warning: the table is older than \(PriceTable.staleAfterDays) days; prices may have changed.\n")
            }
        }
        return 0
    }

    private static func rows(_ prices: [ModelPrice]) -> Rows {
        Rows(
            columns: [
                .init("model"), .init("from", .exact, rank: 2), .init("input", .number),
                .init("output", .number), .init("cache_write", .number, rank: 4),
                .init("cache_write_1h", .number, rank: 5), .init("cache_read", .number, rank: 3),
                .init("above_input_tokens", .number, rank: 1), .init("context_window", .number, rank: 6),
                .init("max_output", .number, rank: 7), .init("price_id", .name, rank: 8),
            ],
            rows: prices.flatMap { price in
                let base = row(price, price.rates, tier: "")
                return [base]
                    + price.tiers.map {
                        // Tokens are whole: from 200,000 on is above 199,999, and the column stays one of numbers.
                        row(price, $0.rates, tier: String($0.aboveInputTokens - ($0.isInclusive ? 1 : 0)))
                    }
            })
    }

    private static func row(_ price: ModelPrice, _ rates: TokenRates, tier: String) -> [String] {
        [
            price.model, price.effectiveFrom.description, rates.input.description, rates.output.description,
            rates.cacheWrite?.description ?? "", rates.longCacheWrite?.description ?? "",
            rates.cacheRead?.description ?? "",
            tier, price.contextWindow.map(String.init) ?? "", price.maxOutputTokens.map(String.init) ?? "", price.id,
        ]
    }

    private static func json(_ prices: [ModelPrice], of table: PriceTable, on today: Day) -> JSONValue {
        func rates(_ rates: TokenRates) -> [(String, JSONValue)] {
            [
                ("input", .string(rates.input.description)), ("output", .string(rates.output.description)),
                ("cache_write", JSONValue(rates.cacheWrite?.description)),
                ("cache_write_1h", JSONValue(rates.longCacheWrite?.description)),
                ("cache_read", JSONValue(rates.cacheRead?.description)),
            ]
        }
        return [
            "retrieved": .string(table.retrieved.description), "age_days": .integer(table.ageDays(on: today)),
            "is_stale": .bool(table.isStale(on: today)), "source": .string(table.source),
            "unit": "USD per million tokens",
            "prices": .array(
                prices.map { price in
                    .object(
                        JSONObject(
                            [
                                ("id", .string(price.id)), ("model", .string(price.model)),
                                ("aliases", .array(price.aliases.map { .string($0) })),
                                ("effective_from", .string(price.effectiveFrom.description)),
                                ("source", .string(price.source)),
                            ] + rates(price.rates) + [
                                (
                                    "tiers",
                                    .array(
                                        price.tiers.map { tier in
                                            .object(
                                                JSONObject(
                                                    [
                                                        ("above_input_tokens", .integer(tier.aboveInputTokens)),
                                                        ("is_inclusive", .bool(tier.isInclusive)),
                                                    ] + rates(tier.rates)))
                                        })
                                ), ("context_window", JSONValue(price.contextWindow)),
                                ("max_output_tokens", JSONValue(price.maxOutputTokens)),
                            ]))
                }),
        ]
    }
}
