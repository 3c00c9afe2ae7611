import HTTPClient
import Demo
import JSON
import Testing

/// What calls cost, as callers report and read it.
@Suite struct `Prices over HTTP` {
    private static func call(_ model: String, _ more: JSONValue = [:]) -> JSONValue {
        var object = JSONObject([
            ("model", .string(model)), ("project", "team/app"), ("user", "ann"), ("input_tokens", 1000),
            ("output_tokens", 100),
        ])
        for member in more.object?.members ?? [] { object[member.key] = member.value }
        return .object(object)
    }

    /// 400 × 2 + 400 × 2.5 + 200 × 0.1 + 100 × 10; with 300 of the written for an hour 100 × 2.5 + 300 × 4; half of it.
    static let calls: [(JSONValue, String, String)] = [
        (["cache_write_tokens": 400, "cache_read_tokens": 200], "0.002820", ""),
        (["cache_write_tokens": 400, "cache_read_tokens": 200, "batch": false], "0.002820", ""),
        (["cache_write_tokens": 400, "long_cache_write_tokens": 300, "cache_read_tokens": 200], "0.003270", ""),
        (
            ["cache_write_tokens": 400, "long_cache_write_tokens": 300, "cache_read_tokens": 200, "batch": true],
            "0.001635", "/batch"
        ),
    ]

    @Test(arguments: calls)
    func `hour-long cache writes and batches have their prices`(
        _ more: JSONValue, _ cost: String, _ suffix: String
    ) async throws {
        let stage = try Stage()
        let body = Self.call("claude-sonnet-5-5", more)
        let booked = try await stage.send("POST", "/usage", body)
        let made = try await stage.send("POST", "/budget/reservations", ["estimated_tokens": 2000])
        let id = try #require(made.body["id"]?.string)
        let settled = try await stage.send("POST", "/budget/reservations/\(id)/settle", body)
        #expect(booked.status == 201 && settled.status == 200)
        for answer in [booked, settled] {
            #expect(answer.body["cost_usd"] == .decimal(cost))
            #expect(answer.body["price_id"] == .string("claude-sonnet-5-5@2026-11-20" + suffix))
        }
        #expect(try stage.rows().map { $0[15] } == [cost, cost])
        try await stage.strike()
    }

    @Test(
        arguments: [
            (["long_cache_write_tokens": 1], "long_cache_write_tokens"),
            (["cache_write_tokens": 10, "long_cache_write_tokens": 11], "long_cache_write_tokens"),
            (["long_cache_write_tokens": -1], "long_cache_write_tokens"), (["batch": "yes"], "batch"),
        ] as [(JSONValue, String)])
    func `what cannot be is refused by name`(_ more: JSONValue, _ field: String) async throws {
        let stage = try Stage()
        let refused = try await stage.send("POST", "/usage", Self.call("claude-sonnet-5-5", more))
        #expect(refused.status == 400 && refused.body["errors"]?.array?.first?.string?.hasPrefix(field) == true)
        #expect(try stage.rows().isEmpty)
        try await stage.strike()
    }

    @Test func `an unknown price is nowhere a zero, and the model is listed`() async throws {
        let stage = try Stage()
        for _ in 0..<2 {
            let booked = try await stage.send("POST", "/usage", Self.call("unheard-of"))
            #expect(booked.status == 201 && booked.body["cost_usd"] == .null && booked.body["price_id"] == .null)
        }
        #expect(try stage.rows().allSatisfy { $0[15].isEmpty && $0[16].isEmpty })
        for path in ["/usage?by=model", "/usage?by=user", "/sessions", "/agents"] {
            let found = try await stage.send("GET", path).body
            #expect(!String(decoding: found.bytes, as: UTF8.self).contains("\"cost_usd\":0"), "\(path): \(found)")
        }
        #expect(try await stage.send("GET", "/usage").body["totals"]?["cost_usd"] == .null)
        let csv = try await stage.send("GET", "/usage?by=model", fields: ["Accept": "text/csv"]).body.string ?? ""
        #expect(csv.contains("unheard-of,2,2000,200,2200,0,0,,2,"))
        _ = try await stage.send("POST", "/usage", Self.call("claude-sonnet-5-5"))
        #expect(try await stage.send("GET", "/usage").body["totals"]?["cost_usd"] == .decimal("0.003000"))
        let metrics = try await stage.send("GET", "/metrics").body.string ?? ""
        #expect(!metrics.contains("cost_usd_total{model=\"unheard-of\"}"))

        let prices = try await stage.send("GET", "/prices")
        #expect(
            prices.body["unpriced_models"]
                == [["model": "unheard-of", "calls": 2, "total_tokens": 2200, "has_price_now": false]])
        let one = try await stage.send("GET", "/prices?model=claude-haiku-5-5").body
        #expect(one["unpriced_models"] == [])
        let price = try #require(one["prices"]?.array?.first)
        #expect(price["batch_input"] == "0.05" && price["is_in_force"] == true && price["effective_to"] == .null)
        let words = price["explanation"]?.string ?? ""
        for part in [
            "From 2026-11-20, and for earlier calls, by https://", "0.1 in, 0.5 out USD per million tokens",
            "Above 100000 input tokens, cached ones included, the whole call costs 0.5 in, 2.5 out.",
            "for an hour or more 0.2", "Through the batch interface 0.05 and 0.25",
        ] { #expect(words.contains(part), "\(words)") }
        try await stage.strike()
    }

    @Test func `a budget in money refuses a call without a price, unless it says otherwise`() async throws {
        let stage = try Stage()
        let budget = JSONObject([("scope", "all"), ("period", "day"), ("limit", "5usd")])
        #expect(try await stage.send("PUT", "/budgets/money", .object(budget)).status == 200)
        let call: JSONValue = ["estimated_tokens": 10, "model": "unheard-of"]
        let refused = try await stage.send("POST", "/budget/reservations", call)
        #expect(refused.status == 429 && refused.body["reason"] == "unknown_price" && refused.body["budget"] == "money")
        #expect(refused.body["largest_that_fits"] == 0)
        let known: JSONValue = ["estimated_tokens": 10, "model": "claude-sonnet-5-5"]
        #expect(try await stage.send("POST", "/budget/reservations", known).status == 201)
        var lenient = budget
        lenient["unknown_price"] = "allow"
        #expect(try await stage.send("PUT", "/budgets/money", .object(lenient)).status == 200)
        #expect(try await stage.send("POST", "/budget/reservations", call).status == 201)
        // Only warned of: it passes too.
        lenient["unknown_price"] = "block"
        lenient["enforcement"] = "warn"
        #expect(try await stage.send("PUT", "/budgets/money", .object(lenient)).status == 200)
        #expect(try await stage.send("POST", "/budget/reservations", call).body["decision"] == "warn")
        try await stage.strike()
    }
}
