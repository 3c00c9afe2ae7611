package import JSON
package import Prices
package import Terminal
package import UTCTime

// The price table as others read it.

extension PriceTable {
    /// `{"retrieved", "age_days", "is_stale", "source", "unit", "prices": [...]}`.
    package func json(of prices: [ModelPrice], on today: Day) -> JSONValue {
        [
            "retrieved": .string(retrieved.description), "age_days": .integer(ageDays(on: today)),
            "is_stale": .bool(isStale(on: today)), "source": .string(source), "unit": "USD per million tokens",
            "prices": .array(prices.map(\.json)),
        ]
    }

    /// A row for each price and each of its tiers.
    package func rows(of prices: [ModelPrice]) -> Rows {
        Rows(
            columns: [
                .init("model"), .init("from", .exact, rank: 2), .init("input", .number),
                .init("output", .number), .init("cache_write", .number, rank: 4),
                .init("cache_write_1h", .number, rank: 5), .init("cache_read", .number, rank: 3),
                .init("above_input_tokens", .number, rank: 1), .init("context_window", .number, rank: 6),
                .init("max_output", .number, rank: 7), .init("price_id", .name, rank: 8),
            ],
            rows: prices.flatMap { price in
                [price.row(price.rates, tier: "")]
                    + price.tiers.map {
                        // Tokens are whole: from 200,000 on is above 199,999, and the column stays one of numbers.
                        price.row($0.rates, tier: String($0.aboveInputTokens - ($0.isInclusive ? 1 : 0)))
                    }
            })
    }
}

extension ModelPrice {
    fileprivate func row(_ rates: TokenRates, tier: String) -> [String] {
        [
            model, effectiveFrom.description, rates.input.description, rates.output.description,
            rates.cacheWrite?.description ?? "", rates.longCacheWrite?.description ?? "",
            rates.cacheRead?.description ?? "", tier, contextWindow.map(String.init) ?? "",
            maxOutputTokens.map(String.init) ?? "", id,
        ]
    }

    fileprivate var json: JSONValue {
        .object(
            JSONObject(
                [
                    ("id", .string(id)), ("model", .string(model)),
                    ("aliases", .array(aliases.map { .string($0) })),
                    ("effective_from", .string(effectiveFrom.description)), ("source", .string(source)),
                ] + rates.members + [
                    (
                        "tiers",
                        .array(
                            tiers.map { tier in
                                .object(
                                    JSONObject(
                                        [
                                            ("above_input_tokens", .integer(tier.aboveInputTokens)),
                                            ("is_inclusive", .bool(tier.isInclusive)),
                                        ] + tier.rates.members))
                            })
                    ), ("context_window", JSONValue(contextWindow)), ("max_output_tokens", JSONValue(maxOutputTokens)),
                ]))
    }
}

extension TokenRates {
    fileprivate var members: [(String, JSONValue)] {
        [
            ("input", .string(input.description)), ("output", .string(output.description)),
            ("cache_write", JSONValue(cacheWrite?.description)),
            ("cache_write_1h", JSONValue(longCacheWrite?.description)),
            ("cache_read", JSONValue(cacheRead?.description)),
        ]
    }
}
