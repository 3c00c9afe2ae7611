import Budget
import Daemon
import Demo
import Foundation
import HTTPClient
import JSON
import Ledger
import Platform
import Testing
import UTCTime

@Suite struct `Operators over HTTP` {
    /// An unresolved reservation of 6000 tokens.
    private func unresolved(_ stage: Stage) async throws -> String {
        let made = try await stage.send(
            "POST", "/budget/reservations",
            ["estimated_tokens": 6000, "model": "claude-sonnet-5-5", "ttl_seconds": 600])
        let id = try #require(made.body["id"]?.string)
        #expect(try await stage.send("POST", "/budget/reservations/\(id)/dispatch").status == 200)
        stage.clock.advance(to: stage.clock.now.adding(seconds: 601))
        return id
    }

    @Test func `a grant raises the limit for the day, and the list tells who gave it`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "10000"])
        let granted = try await stage.send(
            "POST", "/grants", ["budget": "daily", "tokens": 500, "reason": "release week", "author": "ann"])
        #expect(granted.status == 201 && granted.body["granted"] == 500)
        #expect(try await stage.stats()["budget_limit"] == 10_500)
        let budgets = try await stage.send("GET", "/budgets")
        #expect(budgets.status == 200 && budgets.body["budgets"]?.array?.count == 1)
        let budget = try #require(budgets.body["budgets"]?.array?.first)
        #expect(
            budget["name"] == "daily" && budget["scope"] == "all" && budget["period"] == "day"
                && budget["enforcement"] == "block" && budget["limit_tokens"] == 10_000
                && budget["remaining_tokens"] == 10_500 && budget["resets_at"] == "2026-03-11T00:00:00Z")
        #expect(
            budget["grants"]?.array == [
                [
                    "amount": 500, "author": "ann", "reason": "release week", "until": "2026-03-11T00:00:00Z",
                ]
            ])
        stage.clock.advance(to: try #require(Instant("2026-03-11T00:00:01Z")))
        #expect(try await stage.stats()["budget_limit"] == 10_000)
        try await stage.strike()
    }

    @Test func `a cleaning that is asked for leaves nothing that is too old`() async throws {
        let stage = try Stage()
        let old = stage.directory.path + "/books/daily-summaries/2024-01-01.json"
        try Data().write(to: URL(fileURLWithPath: old))
        let path = "/maintenance/cleanup"
        let dry = try await stage.send("POST", path, ["dry_run": true])
        #expect(dry.status == 200 && dry.body["dry_run"] == true && dry.body["logs_deleted"] == 0)
        #expect(try await stage.send("POST", path, token: nil).status == 401)
        #expect(try await stage.send("POST", path, ["dry_run": "yes"]).status == 400)
        // The daemon's own cleaning after its start may come first.
        let done = try await stage.send("POST", path)
        #expect(done.status == 200 && done.body["dry_run"] == false)
        #expect(!FileManager.default.fileExists(atPath: old))
        let nothing: JSONValue = ["summaries_deleted": 0, "logs_deleted": 0, "dry_run": false]
        #expect(try await stage.send("POST", path).body == nothing)
        try await stage.strike()
    }

    @Test func `a budget that is put binds at once, and no more when it is deleted`() async throws {
        let stage = try Stage()
        let call: JSONValue = ["estimated_tokens": 6000, "model": "claude-sonnet-5-5", "user": "Ann"]
        #expect(try await stage.send("POST", "/budget/reservations", call).status == 201)
        let body: JSONValue = ["scope": "user:*", "period": "week", "limit": 10_000, "warn": ["80%"]]
        let put = try await stage.send("PUT", "/budgets/people", body)
        #expect(put.status == 200 && put.body["name"] == "people" && put.body["enforcement"] == "block")
        let refused = try await stage.send("POST", "/budget/reservations", call)
        #expect(refused.status == 429 && refused.body["budget"] == "people" && refused.body["scope"] == "user:ann")
        #expect(refused.body["held"] == 6000 && refused.body["largest_that_fits"] == 4000)
        let money: JSONValue = [
            "scope": "all", "period": "total", "limit": "0.01usd", "reason": "small", "author": "ann",
        ]
        #expect(try await stage.send("PUT", "/budgets/money", money).status == 200)
        let dear = try await stage.send("POST", "/budget/reservations", call)
        #expect(dear.status == 429 && dear.body["budget"] == "money" && dear.body["unit"] == "micro_usd")
        #expect(dear.body["resets_at"] == .null && dear.body["detail"]?.string?.contains("0.01usd") == true)
        let list = try await stage.send("GET", "/budgets")
        #expect(list.body["definitions"]?.array?.map { $0["name"] } == ["money", "people"])
        for name in ["people", "money"] {
            #expect(try await stage.send("DELETE", "/budgets/\(name)").status == 200)
            #expect(try await stage.send("DELETE", "/budgets/\(name)").status == 404)
        }
        #expect(try await stage.send("POST", "/budget/reservations", call).status == 201)
        let wrong = try await stage.send("PUT", "/budgets/people", ["scope": "usr:*", "period": "week", "limit": 1])
        #expect(wrong.status == 400 && wrong.body["detail"]?.string?.contains("no such scope") == true)
        try await stage.strike()
    }

    @Test func `a team keeps its cost centre until another is given`() async throws {
        let stage = try Stage()
        func put(_ body: JSONValue) async throws -> JSONValue { try await stage.send("PUT", "/teams/web", body).body }
        #expect(try await put(["users": ["fay"], "cost_centre": "4711"])["cost_centre"] == "4711")
        let kept = try await put(["users": ["Gus", "fay"], "author": "ann"])
        #expect(kept["cost_centre"] == "4711" && kept["users"] == ["fay", "gus"])
        #expect(try await put(["users": ["fay"], "cost_centre": .null])["cost_centre"] == "4711")
        #expect(try await stage.send("GET", "/teams").body["teams"]?.array?.first?["cost_centre"] == "4711")
        let desk = OperatorDesk(
            LedgerConfiguration(directory: stage.directory.path + "/books", dailyLimitTokens: 10_000),
            prices: try .inForce(file: nil), apiToken: Stage.apiToken, log: .silent)
        let note = OperatorNote(author: "ann", reason: "a move")
        let team = try Team(name: "web", users: ["fay"])
        #expect(try await desk.change(.setPeople(team), note)["cost_centre"] == "4711")
        #expect(try await desk.change(.setTeam(team), note)["cost_centre"] == nil)
        for wrong in [["users": ["fay"], "cost_centre": 4711], ["users": ["fay"], "author": 5], ["fay"]] as [JSONValue]
        {
            #expect(try await stage.send("PUT", "/teams/web", wrong).status == 400)
        }
        try await stage.strike()
    }

    @Test func `the budgets are told as rows too, and not again while they are as they were`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "10000"])
        #expect(
            try await stage.send("PUT", "/budgets/money", ["scope": "all", "period": "total", "limit": "5usd"]).status
                == 200)
        let csv = try await stage.send("GET", "/budgets?format=csv")
        #expect(csv.fields["Content-Type"]?.hasPrefix("text/csv") == true)
        #expect(
            csv.body.string?.split(separator: "\n").map(String.init) == [
                "budget,counter,period,unit,limit,granted,used,held,unresolved,left,percent,enforcement,label,"
                    + "resets_at,unpriced_calls",
                "daily,all,day,tokens,10000,0,0,0,0,10000,0,block,,2026-03-11T00:00:00Z,0",
                "money,all,total,usd,5.000000,0.000000,0.000000,0.000000,0.000000,5.000000,0,block,,,0",
            ])
        #expect(try await stage.send("GET", "/budgets", fields: ["Accept": "text/csv"]).body == csv.body)
        let tag = try #require(try await stage.send("GET", "/budgets").fields["ETag"])
        #expect(try await stage.send("GET", "/budgets", fields: ["If-None-Match": tag]).status == 304)
        #expect(try await stage.send("POST", "/grants", ["tokens": 5, "reason": "x"]).status == 201)
        #expect(try await stage.send("GET", "/budgets", fields: ["If-None-Match": tag]).status == 200)
        #expect(try await stage.send("GET", "/budgets?format=xml").status == 400)
        try await stage.strike()
    }

    @Test(
        arguments: [
            (["tokens": 5], "reason is missing"), (["tokens": 5, "reason": ""], "reason is empty"),
            (["tokens": 0, "reason": "x"], "amount \"0\": accepted is more than 0"),
            (["reason": "x"], "amount is missing"),
            (["tokens": 5, "amount": 5, "reason": "x"], "amount is given twice"),
            (["amount": "5eur", "reason": "x"], "amount 5eur"), (["amount": "5usd", "reason": "x"], "counts tokens"),
            (["tokens": 5, "reason": "x", "scope": "user:*"], "scope is user:*"),
            (["tokens": 5, "reason": "x", "scope": "user:ann"], "is for all"),
            (["tokens": 1_000_000_000_000_001, "reason": "x"], "tokens 1000000000000001"),
        ] as [(JSONValue, String)])
    func `a grant without sense or reason is refused`(_ body: JSONValue, _ message: String) async throws {
        let stage = try Stage()
        let answer = try await stage.send("POST", "/grants", body)
        #expect(answer.status == 400 && answer.body["detail"]?.string?.contains(message) == true)
        try await stage.strike()
    }

    @Test func `only what there is can be granted, and the token is needed`() async throws {
        let stage = try Stage()
        let other = try await stage.send("POST", "/grants", ["budget": "weekly", "tokens": 5, "reason": "x"])
        #expect(other.status == 404 && other.body["detail"]?.string?.contains("there is: daily") == true)
        for (method, path) in [
            ("GET", "/budgets"), ("POST", "/grants"), ("POST", "/budget/reservations/r-1/resolve"),
        ] {
            #expect(try await stage.send(method, path, method == "POST" ? [:] : nil, token: nil).status == 401)
        }
        try await stage.strike()
    }

    @Test func `an unresolved reservation is settled or released`() async throws {
        let stage = try Stage()
        let first = try await unresolved(stage)
        #expect(try await stage.stats()["held_tokens"] == 6000)
        let path = "/budget/reservations/\(first)/resolve"
        let settled = try await stage.send(
            "POST", path, ["input_tokens": 3000, "output_tokens": 1000, "reason": "the bill"])
        #expect(settled.status == 200 && settled.body["usage_id"] == .string(first))
        #expect(settled.body["cost_usd"] == .decimal("0.016000"))
        #expect(try await stage.stats()["held_tokens"] == 0)
        let second = try await unresolved(stage)
        let released = try await stage.send(
            "POST", "/budget/reservations/\(second)/resolve", ["release": true, "reason": "never sent"])
        #expect(released.status == 200 && released.body["state"] == "released")
        #expect(try await stage.stats()["held_tokens"] == 0 && stage.rows().count == 1)
        let unknown = try await stage.send(
            "POST", "/budget/reservations/r-x/resolve", ["release": true, "reason": "x"])
        #expect(unknown.status == 404)
        try await stage.strike()
    }

    @Test(
        arguments: [
            ["reason": "x"], ["release": true],
            ["release": true, "input_tokens": 1, "output_tokens": 1, "reason": "x"],
            ["input_tokens": 1, "reason": "x"], ["release": 1, "reason": "x"],
            ["input_tokens": -1, "output_tokens": 1, "reason": "x"],
        ] as [JSONValue])
    func `a resolution that does not say one thing is refused`(_ body: JSONValue) async throws {
        let stage = try Stage()
        let id = try await unresolved(stage)
        #expect(try await stage.send("POST", "/budget/reservations/\(id)/resolve", body).status == 400)
        #expect(try await stage.stats()["held_tokens"] == 6000)
        try await stage.strike()
    }

    @Test func `the command line asks the daemon that has the books`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "10000"])
        let configuration = LedgerConfiguration(directory: stage.directory.path + "/books", dailyLimitTokens: 10_000)
        let note = OperatorNote(author: "ann", reason: "release week")
        let tokens = { BudgetLimit($0, .tokens) ?? .none }
        let desk = { OperatorDesk(configuration, prices: try .inForce(file: nil), apiToken: $0, log: .silent) }
        #expect(try await desk(Stage.apiToken).grant(tokens(500), to: "daily", scope: nil, note)["granted"] == 500)
        #expect(try await stage.stats()["budget_limit"] == 10_500)
        let missing = await #expect(throws: OperatorDesk.Declined.self) {
            _ = try await desk(Stage.apiToken).grant(tokens(500), to: "weekly", scope: nil, note)
        }
        #expect(missing?.description.contains("there is: daily") == true)
        let refused = await #expect(throws: OperatorDesk.Declined.self) {
            _ = try await desk("another").grant(tokens(500), to: "daily", scope: nil, note)
        }
        #expect(refused?.description.contains("BURSAR_API_TOKEN") == true)
        let id = try await unresolved(stage)
        let conflict = await #expect(throws: OperatorDesk.Declined.self) {
            _ = try await desk(Stage.apiToken).resolve("../../grants", usage: nil, note)
        }
        #expect(conflict?.description.contains("no reservation") == true)
        #expect(try await desk(Stage.apiToken).resolve(id, usage: nil, note)["state"] == "released")
        try await stage.stopDaemon()
        // With the daemon gone the books are opened, and given back.
        for _ in 1...2 { _ = try await desk(nil).grant(tokens(100), to: "daily", scope: nil, note) }
        try stage.startDaemon()
        try await stage.strike()
    }
}
