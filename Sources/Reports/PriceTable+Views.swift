package import JSON
package import Prices
package import Terminal
package import UTCTime

// The price table as others read it.

extension PriceTable {
    /// `{"retrieved", "age_days", "is_stale", "source", "unit", "prices": [...], "unpriced_models": [...],
    /// "damaged_lines"}`: each price with what it means in words; the models whose calls were booked without a price, by
    /// the report of `UnpricedModel.query`, and lines that are in no sum of it. Both are null without a report.
    package func json(of prices: [ModelPrice], on today: Day, usage: UsageReport?) -> JSONValue {
        [
            "retrieved": .string(retrieved.description), "age_days": .integer(ageDays(on: today)),
            "is_stale": .bool(isStale(on: today)), "source": .string(source), "unit": "USD per million tokens",
            "prices": .array(prices.map { json(of: $0, on: today) }),
            "unpriced_models": usage.map { .array(UnpricedModel.all(in: $0).map { json(of: $0, on: today) }) } ?? .null,
            "damaged_lines": JSONValue(usage?.problemCount),
        ]
    }

    private func json(of model: UnpricedModel, on today: Day) -> JSONValue {
        [
            "model": .string(model.name), "calls": .integer(model.callCount),
            "total_tokens": .integer(model.totalTokens),
            "has_price_now": .bool(price(of: model.name, at: today.start) != nil),
        ]
    }

    private func json(of price: ModelPrice, on today: Day) -> JSONValue {
        guard case .object(var object) = price.json else { return price.json }
        object["effective_to"] = JSONValue(lastDay(of: price)?.description)
        object["is_in_force"] = .bool(self.price(of: price.model, at: today.start) == price)
        object["explanation"] = .string(explanation(of: price))
        return .object(object)
    }

    /// What `price` means, in sentences: from when to when, where it was read, what caches, long calls and batches cost.
    package func explanation(of price: ModelPrice) -> String {
        var from = "From \(price.effectiveFrom)"
        if let last = lastDay(of: price) { from += " to \(last)" }
        if prices.allSatisfy({ $0.model != price.model || $0.effectiveFrom >= price.effectiveFrom }) {
            from += ", and for earlier calls"
        }
        let plain = price.rates
        var sentences = [
            "\(from), by \(price.source): \(plain.plain) USD per million tokens.", plain.caches,
        ]
        for tier in price.tiers {
            let mark = "\(tier.isInclusive ? "From" : "Above") \(tier.aboveInputTokens) input tokens"
            sentences.append("\(mark), cached ones included, the whole call costs \(tier.rates.plain).")
            sentences.append(tier.rates.caches)
        }
        sentences.append(
            plain.batch.map {
                "Through the batch interface \($0.input) and \($0.output); cached tokens"
                    + (price.tiers.isEmpty ? "" : " and long calls") + " get cheaper by the same share."
            } ?? "No batch price is known: a batch call costs what any call does.")
        return sentences.joined(separator: " ")
    }

    /// A row for each price and each of its tiers, then one for each of the `unpriced` models that have none today.
    package func rows(of prices: [ModelPrice], on today: Day, unpriced: [UnpricedModel] = []) -> Rows {
        Rows(
            columns: [
                .init("model"), .init("from", .exact, rank: 2), .init("input", .number, absent: "unknown"),
                .init("output", .number, absent: "unknown"), .init("cache_write", .number, rank: 4),
                .init("cache_write_1h", .number, rank: 5), .init("cache_read", .number, rank: 3),
                .init("batch_input", .number, rank: 9), .init("batch_output", .number, rank: 10),
                .init("above_input_tokens", .number, rank: 1), .init("context_window", .number, rank: 6),
                .init("max_output", .number, rank: 7), .init("price_id", .name, rank: 8),
                .init("source", .name, rank: 11), .init("unpriced_calls", .number, rank: 12),
            ],
            rows: prices.flatMap { price in
                [price.row(price.rates, tier: "")]
                    + price.tiers.map {
                        // Tokens are whole: from 200,000 on is above 199,999, and the column stays one of numbers.
                        price.row($0.rates, tier: String($0.aboveInputTokens - ($0.isInclusive ? 1 : 0)))
                    }
            }
                + unpriced.filter { price(of: $0.name, at: today.start) == nil }.map { model in
                    [model.name] + [String](repeating: "", count: 13) + [String(model.callCount)]
                })
    }
}

extension ModelPrice {
    fileprivate func row(_ rates: TokenRates, tier: String) -> [String] {
        [
            model, effectiveFrom.description, rates.input.description, rates.output.description,
            rates.cacheWrite?.description ?? "", rates.longCacheWrite?.description ?? "",
            rates.cacheRead?.description ?? "", rates.batch?.input.description ?? "",
            rates.batch?.output.description ?? "", tier, contextWindow.map(String.init) ?? "",
            maxOutputTokens.map(String.init) ?? "", id, source, "",
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
            ("batch_input", JSONValue(batch?.input.description)),
            ("batch_output", JSONValue(batch?.output.description)),
        ]
    }

    /// `2 in, 10 out`.
    fileprivate var plain: String { "\(input) in, \(output) out" }

    /// What cached input costs, in a sentence.
    fileprivate var caches: String {
        guard cacheWrite ?? longCacheWrite ?? cacheRead != nil else {
            return "Cached input costs what other input does."
        }
        let write = cacheWrite ?? input
        return "A token written to a cache costs \(write), for an hour or more \(longCacheWrite ?? write), read from "
            + "one \(cacheRead ?? input)."
    }
}
