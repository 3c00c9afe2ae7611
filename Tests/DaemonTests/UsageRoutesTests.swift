import Budget
import Demo
import Foundation
import HTTPClient
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Reports
import Testing
import UTCTime

@testable import Daemon

@Suite struct UsageRoutesTests {
    static func record(_ stage: Stage, _ number: Int, user: String = "ann") async throws {
        let body: JSONValue = [
            "project": "team/app", "merge_request": .integer(number), "user": .string(user),
            "model": "claude-sonnet-5-5", "input_tokens": 1000, "output_tokens": .integer(number), "duration_ms": 1500,
        ]
        #expect(try await stage.send("POST", "/usage", body).status == 201)
    }

    @Test func `reports are those of the command line, and follow every record`() async throws {
        let stage = try Stage()
        for number in 1...3 {
            try await Self.record(stage, number)
            let found = try await stage.send("GET", "/usage?by=session,model&from=2026-03-01")
            let day = try #require(Day("2026-03-10"))
            let report = try ReportReader(directory: stage.directory.path + "/books")
                .report(UsageQuery(by: [.session, .model], days: day.month.firstDay...day))
            #expect(found.status == 200 && found.body == report.json)
            #expect(found.body["totals"]?["requests"] == .integer(number))
        }
        let csv = try await stage.send("GET", "/usage?by=user", fields: ["Accept": "text/csv"])
        #expect(csv.fields["Content-Type"]?.hasPrefix("text/csv") == true)
        #expect(csv.body.string?.hasPrefix("user,requests,") == true)
        try await stage.strike()
    }

    @Test func `a report that the client has is not sent again, until it has changed`() async throws {
        let stage = try Stage()
        try await Self.record(stage, 1)
        let first = try await stage.send("GET", "/sessions")
        let tag = try #require(first.fields["ETag"])
        for matching in [tag, "W/" + tag, "\"other\", " + tag, "*"] {
            let again = try await stage.send("GET", "/sessions", fields: ["If-None-Match": matching])
            #expect(again.status == 304 && again.body == .string(""), "\(matching)")
        }
        #expect(try await stage.send("GET", "/sessions", fields: ["If-None-Match": "\"other\""]).status == 200)
        try await Self.record(stage, 2)
        #expect(try await stage.send("GET", "/sessions", fields: ["If-None-Match": tag]).status == 200)
        try await stage.strike()
    }

    @Test func `sessions come in pages and one is opened with its calls`() async throws {
        let stage = try Stage()
        for number in 1...5 {
            try await Self.record(stage, number, user: number == 2 ? "bob" : "ann")
            stage.clock.advance(to: stage.clock.now.adding(seconds: 60))
        }
        var path = "/sessions?limit=2"
        var ids: [String] = []
        while true {
            let page = try await stage.send("GET", path).body
            ids += page["sessions"]?.array?.compactMap { $0["session"]?.string } ?? []
            guard let next = page["next"]?.string else { break }
            path = "/sessions?limit=2&before=\(next.replacing("/", with: "%2F").replacing("!", with: "%21"))"
        }
        #expect(ids == [5, 4, 3, 2, 1].map { "team/app!\($0)" })
        let found = try await stage.send("GET", "/sessions?q=BOB").body["sessions"]?.array
        #expect(found?.compactMap { $0["session"]?.string } == ["team/app!2"])
        let one = try await stage.send("GET", "/session?id=team%2Fapp%213")
        #expect(one.status == 200 && one.body["records"]?.array?.count == 1 && one.body["output_tokens"] == 3)
        #expect(try await stage.send("GET", "/session?id=team/app!9").status == 404)
        #expect(try await stage.send("GET", "/session").status == 400)
        try await stage.strike()
    }

    @Test(
        arguments: [
            "/usage?by=colour", "/usage?by=user,user", "/usage?by=", "/usage?from=2026-02-30", "/usage?format=xml",
            "/usage?user=a&user=b", "/sessions?limit=0", "/sessions?limit=201", "/sessions?limit=+5",
            "/sessions?before=x", "/forecast?team_size=0", "/why", "/why?merge_request=app",
            "/usage/records?to=yesterday",
        ])
    func `a parameter that is wrong is named`(path: String) async throws {
        let stage = try Stage()
        let answer = try await stage.send("GET", path)
        #expect(answer.status == 400)
        #expect(answer.fields["Content-Type"]?.hasPrefix("application/problem+json") == true)
        #expect(answer.body["errors"]?.array?.count == 1)
        try await stage.strike()
    }

    @Test func `records are exported as rows, as JSON, and not from before what is kept`() async throws {
        let stage = try Stage()
        for number in 1...3 { try await Self.record(stage, number) }
        let csv = try await stage.send("GET", "/usage/records?from=2026-03-10&format=csv")
        let file = try String(contentsOfFile: stage.directory.path + "/books/token-logs/2026-03.csv", encoding: .utf8)
        #expect(csv.status == 200 && csv.body.string == file)
        #expect(csv.fields["Content-Disposition"] == "attachment; filename=\"bursar-2026-03-10-2026-03-10.csv\"")
        let json = try await stage.send("GET", "/usage/records?from=2026-03-10&user=ann")
        #expect(json.body["records"]?.array?.count == 3 && json.body["to"] == "2026-03-10")
        #expect(try await stage.send("GET", "/usage/records?user=nobody").body["records"]?.array?.isEmpty == true)
        #expect(try await stage.send("GET", "/usage/records?from=2024-01-01").status == 410)
        try await stage.strike()
    }

    @Test(
        arguments: [
            "/usage", "/usage/records", "/sessions", "/session", "/agents", "/forecast", "/prices", "/why", "/budgets",
            "/queue",
        ])
    func `nothing is told without the token`(path: String) async throws {
        let stage = try Stage()
        #expect(try await stage.send("GET", path, token: nil).status == 401)
        #expect(try await stage.send("GET", path, token: "wrong").status == 401)
        try await stage.strike()
    }

    @Test func `agents, forecast, prices and the story of a merge request are told`() async throws {
        let stage = try Stage()
        for number in 1...21 { try await Self.record(stage, number) }
        let agent = try #require(try await stage.send("GET", "/agents").body["agents"]?.array?.first)
        #expect(agent["agent"] == "reviewer" && agent["totals"]?["requests"] == 21)
        // The last ten have 12 to 21 tokens out, those before 2 to 11: 10065 after 10165.
        #expect(agent["trend"]?["last_tokens"] == 10_165 && agent["trend"]?["earlier_tokens"] == 10_065)
        #expect(agent["trend"]?["direction"] == "steady")
        #expect(try await stage.send("GET", "/forecast").body["tokens"]?["day"]?["used"] == 21_231)
        #expect(try await stage.send("GET", "/prices?model=claude-sonnet-5-5").body["prices"]?.array?.count == 1)
        #expect(try await stage.send("GET", "/prices?model=nothing").status == 404)
        #expect(try await stage.send("GET", "/why?merge_request=team/app!1").body == [])
        try await stage.strike()
    }

    @Test func `metrics count tokens and dollars by model and project`() async throws {
        let stage = try Stage()
        for number in 1...2 { try await Self.record(stage, number) }
        var text = ""
        // Observers are told soon, not at once.
        for _ in 0..<1000 where !text.contains("bursar_model_calls_total{model=\"claude-sonnet-5-5\"} 2\n") {
            text = try await stage.send("GET", "/metrics").body.string ?? ""
        }
        #expect(text.contains("bursar_model_tokens_total{model=\"claude-sonnet-5-5\",kind=\"input\"} 2000\n"))
        #expect(text.contains("bursar_project_cost_usd_total{project=\"team/app\"} 0.004030\n"))
        #expect(text.contains("bursar_call_duration_seconds_bucket{le=\"1\"} 0\n"))
        #expect(text.contains("bursar_call_duration_seconds_bucket{le=\"2\"} 2\n"))
        #expect(text.contains("bursar_call_duration_seconds_sum 3.000\n"))
        try await stage.strike()
    }

    @Test func `every route says what it takes and answers, and no more are told of than there are`() async throws {
        let stage = try Stage()
        // The dashboard's pages and forms are for people and change with it.
        let routes = try stage.daemon.routes.filter { !$0.pattern.hasPrefix("/dashboard") }
        for route in routes { #expect(route.declaration != nil, "\(route.method.rawValue) \(route.pattern)") }
        let ids = routes.compactMap(\.declaration?.operationID)
        #expect(Set(ids).count == ids.count)
        let document = try await stage.send("GET", "/openapi.json", token: nil)
        #expect(document.status == 200 && document.body["openapi"] == "3.1.0")
        let told = document.body["paths"]?.object?.members.flatMap { path in
            (path.value.object?.members ?? []).map { "\($0.key.uppercased()) \(path.key)" }
        }
        #expect(Set(told ?? []) == Set(routes.map { "\($0.method.rawValue) \($0.pattern)" }))
        try await stage.strike()
    }
}

@Suite struct UsageCountersTests {
    @Test(arguments: [UsageCounters.modelsMax, UsageCounters.modelsMax + 1])
    func `models beyond the limit are counted together`(count: Int) throws {
        let counters = UsageCounters()
        let records = try (0..<count).map { number in
            UsageRecord(
                time: Instant(seconds: 0), context: CallContext(model: "m\"\(number)"),
                usage: try TokenUsage(inputTokens: 1, outputTokens: 0), durationMilliseconds: 301_000, cost: nil,
                estimatedTokens: nil, usageID: "u")
        }
        counters.count(RecordNews(records: records))
        let text = counters.families.map(\.text).joined()
        #expect(text.contains("{model=\"other\"} 1\n") == (count > UsageCounters.modelsMax))
        #expect(text.contains("bursar_model_calls_total{model=\"m\\\"0\"} 1\n"))
        #expect(text.contains("bursar_project_unpriced_calls_total{project=\"none\"} \(count)\n"))
        #expect(text.contains("_bucket{le=\"300\"} 0\n") && text.contains("_bucket{le=\"+Inf\"} \(count)\n"))
    }
}
