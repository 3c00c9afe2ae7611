import Daemon
import Demo
import Foundation
import HTTPClient
import JSON
import Testing
import UTCTime

@Suite struct APITests {
    static let request: JSONValue = [
        "estimated_tokens": 6000, "project": "team/app", "user": "nightly", "merge_request": 7,
        "model": "claude-sonnet-5-5",
        "idempotency_key": "k1",
    ]

    @Test func `a reservation is held, dispatched and settled, each of it repeatable`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "10000"])
        let made = try await stage.send("POST", "/budget/reservations", Self.request)
        #expect(made.status == 201 && made.body["decision"] == "allow" && made.body["max_output_tokens"] == 6000)
        let id = try #require(made.body["id"]?.string)
        #expect(try await stage.send("POST", "/budget/reservations", Self.request).body["id"] == .string(id))
        #expect(try await stage.stats()["held_tokens"] == 6000)

        var second = Self.request.object ?? .init()
        second["idempotency_key"] = "k2"
        let refused = try await stage.send("POST", "/budget/reservations", .object(second))
        #expect(refused.status == 429 && Int(refused.fields["Retry-After"] ?? "") ?? 0 > 50_000)
        #expect(refused.fields["Content-Type"]?.hasPrefix("application/problem+json") == true)
        #expect(
            refused.body["budget"] == "daily" && refused.body["held"] == 6000 && refused.body["used"] == 0
                && refused.body["limit"] == 10_000 && refused.body["largest_that_fits"] == 4000
                && refused.body["resets_at"] == "2026-03-11T00:00:00Z")

        for _ in 1...2 {
            #expect(try await stage.send("POST", "/budget/reservations/\(id)/dispatch").status == 200)
        }
        #expect(try await stage.send("POST", "/budget/reservations/\(id)/release").status == 409)
        let counts: JSONValue = ["input_tokens": 3000, "output_tokens": 1000, "duration_ms": 20]
        for _ in 1...2 {
            let settled = try await stage.send("POST", "/budget/reservations/\(id)/settle", counts)
            #expect(settled.status == 200 && settled.body["total_tokens"] == 4000)
            #expect(settled.body["cost_usd"] == .decimal("0.016000") && settled.body["session_id"] == "team/app!7")
        }
        let other: JSONValue = ["input_tokens": 3001, "output_tokens": 1000]
        #expect(try await stage.send("POST", "/budget/reservations/\(id)/settle", other).status == 409)
        let stats = try await stage.stats()
        #expect(stats["held_tokens"] == 0 && stats["total_tokens"] == 4000)
        #expect(try stage.rows().count == 1)
        try await stage.strike()
    }

    @Test func `a reservation needs no more than its size`() async throws {
        let stage = try Stage()
        let made = try await stage.send("POST", "/budget/reservations", ["estimated_tokens": 1000])
        #expect(made.status == 201)
        let id = try #require(made.body["id"]?.string)
        let settled = try await stage.send(
            "POST", "/budget/reservations/\(id)/settle", ["input_tokens": 1, "output_tokens": 2, "model": "gpt-6-luna"])
        #expect(settled.status == 200 && settled.body["model"] == "gpt-6-luna")
        try await stage.strike()
    }

    @Test func `a release gives the tokens back, an unknown id is not found`() async throws {
        let stage = try Stage()
        let id = try #require(try await stage.send("POST", "/budget/reservations", Self.request).body["id"]?.string)
        for _ in 1...2 { #expect(try await stage.send("POST", "/budget/reservations/\(id)/release").status == 200) }
        #expect(try await stage.stats()["held_tokens"] == 0)
        for step in ["dispatch", "release"] {
            #expect(try await stage.send("POST", "/budget/reservations/nobody/\(step)").status == 404)
        }
        try await stage.strike()
    }

    @Test func `a hold that was never dispatched runs out, a settlement after that still counts`() async throws {
        let stage = try Stage()
        var request = Self.request.object ?? .init()
        request["ttl_seconds"] = 60
        let id = try #require(try await stage.send("POST", "/budget/reservations", .object(request)).body["id"]?.string)
        stage.clock.advance(to: stage.clock.now.adding(seconds: 61))
        #expect(try await stage.stats()["held_tokens"] == 0)
        let counts: JSONValue = ["input_tokens": 10, "output_tokens": 5]
        #expect(try await stage.send("POST", "/budget/reservations/\(id)/settle", counts).status == 200)
        #expect(try await stage.stats()["total_tokens"] == 15)
        try await stage.strike()
    }

    @Test func `a call that was not reserved is booked once`() async throws {
        let stage = try Stage()
        let usage: JSONValue = [
            "project": "team/app", "project_id": 5, "merge_request": "team/app!12", "user": "=cmd|x", "agent": "linter",
            "command": "security", "model": "unheard-of", "input_tokens": 1_000, "output_tokens": 20,
            "cache_read_tokens": 400, "duration_ms": 1234, "idempotency_key": "u1",
        ]
        let first = try await stage.send("POST", "/usage", usage)
        #expect(first.status == 201 && first.body["cost_usd"] == .null)
        #expect(try await stage.send("POST", "/usage", usage).body["usage_id"] == first.body["usage_id"])
        let row = try #require(try stage.rows().first)
        #expect(try stage.rows().count == 1)
        #expect(Array(row[4...7]) == ["5", "app", "12", "'=cmd|x"] && row[14] == "400" && row[15] == "")
        #expect(Array(row[18...20]) == ["linter", "security", "team/app!12"])
        try await stage.strike()
    }

    @Test(arguments: [
        #"{"output_tokens": 1, "model": "m"}"#, #"{"input_tokens": -1, "output_tokens": 1, "model": "m"}"#,
        #"{"input_tokens": 1, "output_tokens": 1}"#, #"{"input_tokens": 1.5, "output_tokens": 1, "model": "m"}"#,
        #"{"input_tokens": "1", "output_tokens": 1, "model": "m"}"#, "[]", "{", "",
        #"{"input_tokens": 9223372036854775807, "output_tokens": 9223372036854775807, "model": "m"}"#,
        #"{"input_tokens": 1, "output_tokens": 1, "model": "m", "cache_read_tokens": 2}"#,
        #"{"input_tokens": 1, "output_tokens": 1, "model": "m", "merge_request": "x"}"#,
        #"{"input_tokens": 1, "output_tokens": 1, "model": "m", "project": "g/p", "merge_request": "g/x!5"}"#,
    ])
    func `a body that is wrong books nothing and says what is wrong`(_ body: String) async throws {
        let stage = try Stage()
        let response = try await URLSessionTransport().send(
            ClientRequest(
                method: "POST", url: try stage.daemon.url + "/usage",
                fields: ["Authorization": "Bearer \(Stage.apiToken)", "Content-Type": "application/json"],
                body: Array(body.utf8)))
        #expect(response.status == 400)
        #expect(try JSONValue(parsing: response.body)["errors"]?.array?.isEmpty == false)
        #expect(try stage.rows().isEmpty)
        try await stage.strike()
    }

    @Test(arguments: [
        ("POST", "/budget/reservations"), ("POST", "/budget/reservations/x/settle"), ("POST", "/usage"),
    ])
    func `what spends or tells needs the token`(_ method: String, _ path: String) async throws {
        let stage = try Stage()
        for token in [nil, "", "wrong", Stage.apiToken + "x"] as [String?] {
            let answer = try await stage.send(method, path, [:], token: token)
            #expect(answer.status == 401 && answer.fields["WWW-Authenticate"] != nil)
        }
        #expect(try await stage.send(method, path, [:]).status != 401)
        try await stage.strike()
    }

    @Test func `a counter has the name that its rows have, and keeps it over a restart`() async throws {
        let stage = try Stage()
        let budget: JSONValue = ["scope": "user:*", "period": "day", "limit": 10]
        #expect(try await stage.send("PUT", "/budgets/people", budget).status == 200)
        for user in ["a\nb", "a\u{0}b", "a b", "a\u{7F}b"] {
            let call: JSONValue = ["user": .string(user), "model": "m", "input_tokens": 2, "output_tokens": 0]
            #expect(try await stage.send("POST", "/usage", call).status == 201)
        }
        func counters() async throws -> [JSONValue?] {
            let budgets = try await stage.send("GET", "/budgets").body["budgets"]?.array ?? []
            return budgets.filter { $0["name"] == "people" }.flatMap { [$0["counter"] ?? $0["scope"], $0["used"]] }
        }
        let before = try await counters()
        #expect(before == ["user:a b", 8])
        try await stage.stopDaemon()
        try stage.startDaemon()
        #expect(try await counters() == before)
        try await stage.strike()
    }

    @Test func `status, health and metrics are open`() async throws {
        let stage = try Stage()
        let status = try await stage.send("GET", "/budget/status", token: nil)
        #expect(
            status.body["stats"]?.object?.members.map(\.key).prefix(9) == [
                "date", "total_tokens", "request_count", "budget_limit", "budget_used_percent", "budget_remaining",
                "budget_exhausted", "avg_tokens_per_review", "last_updated",
            ])
        #expect(status.body["enabled"] == true && status.body["resets_at"] == "2026-03-11T00:00:00Z")
        #expect(try await stage.send("GET", "/healthz", token: nil).status == 200)
        #expect(try await stage.send("GET", "/readyz", token: nil).body["status"] == "ready")
        let metrics = try await stage.send("GET", "/metrics", token: nil)
        #expect(metrics.body.string?.contains("\nbursar_budget_limit_tokens 1000000\n") == true)
        #expect(try await stage.send("GET", "/nothing", token: nil).status == 404)
        #expect(try await stage.send("DELETE", "/budget/status", token: nil).status == 405)
        try await stage.strike()
    }

    @Test func `a second daemon is told who owns the books`() async throws {
        let stage = try Stage()
        let error = #expect(throws: (any Error).self) { try stage.startDaemon() }
        #expect("\(try #require(error))".contains("pid \(ProcessInfo.processInfo.processIdentifier)"))
        try await stage.strike()
    }
}
