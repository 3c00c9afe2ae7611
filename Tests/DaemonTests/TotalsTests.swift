import Budget
import Demo
import Forecast
import Foundation
import HTTPClient
import JSON
import Ledger
import Reports
import Testing
import UTCTime

@testable import Daemon

/// Every view of what was used, against a sum over the month's CSV.
@Suite struct `Totals in every view` {
    /// Sums of columns of the CSV, by hand.
    private struct Sums: Equatable {
        var calls = 0
        var input = 0
        var output = 0
        /// Nil when nothing is known.
        var microUSD: Int64? = 0
        var unpriced = 0

        init() {}

        init(_ rows: [[String]]) throws {
            for row in rows {
                calls += 1
                input += try #require(Int(row[8]))
                output += try #require(Int(row[9]))
                if row[15].isEmpty {
                    unpriced += 1
                } else {
                    microUSD = (microUSD ?? 0) + (try #require(MicroUSD(row[15])).value)
                }
            }
            if calls > 0, unpriced == calls { microUSD = nil }
        }

        /// What a view says.
        init(_ view: JSONValue?) throws {
            calls = try #require(view?["requests"]?.integer)
            input = try #require(view?["input_tokens"]?.integer)
            output = try #require(view?["output_tokens"]?.integer)
            unpriced = try #require(view?["unpriced"]?.integer)
            switch view?["cost_usd"] {
            case .decimal(let text)?: microUSD = try #require(MicroUSD(text)).value
            case .null?: microUSD = nil
            default: Issue.record("no amount: \(view?["cost_usd"] as Any)")
            }
        }

        /// A line of a CSV under the heading `columns`.
        init(_ line: [String], _ columns: [String]) throws {
            func cell(_ name: String) throws -> String { line[try #require(columns.firstIndex(of: name))] }
            calls = try #require(Int(try cell("requests")))
            input = try #require(Int(try cell("input_tokens")))
            output = try #require(Int(try cell("output_tokens")))
            unpriced = try #require(Int(try cell("unpriced")))
            let cost = try cell("cost_usd")
            microUSD = cost.isEmpty ? nil : try #require(MicroUSD(cost)).value
        }

        static func + (left: Sums, right: Sums) -> Sums {
            var sum = left
            sum.calls += right.calls
            sum.input += right.input
            sum.output += right.output
            sum.unpriced += right.unpriced
            // Parts of which nothing is known are in no sum; a whole of them alone is unknown.
            let known = [left.calls > 0 ? left.microUSD : nil, right.calls > 0 ? right.microUSD : nil].compactMap(
                \.self)
            sum.microUSD = sum.calls == 0 ? 0 : known.isEmpty ? nil : known.reduce(0, +)
            return sum
        }
    }

    private func lines(_ csv: String) -> [[String]] {
        csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    private func day(_ row: [String]) throws -> Day {
        try #require(Day("\(row[0])-\(padded(row[1]))-\(padded(row[2]))"))
    }

    private func padded(_ text: String) -> String { text.count == 1 ? "0" + text : text }

    @Test(arguments: 1...3) func `equal the rows to the micro-dollar`(_ seed: UInt64) async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "900000000"])
        var random = RandomCalls(seed: seed &* 104_729)
        _ = try await stage.send("PUT", "/teams/core", ["users": ["ann", "bob"]])
        _ = try await stage.send("PUT", "/teams/night", ["users": ["ann", "eve"]])
        let money: JSONValue = ["scope": "all", "period": "month", "limit": "1000usd", "unknown_price": "allow"]
        #expect(try await stage.send("PUT", "/budgets/money", money).status == 200)
        try await random.play(40, on: stage)
        // One of which nothing is known, whatever the dice say.
        #expect(
            try await stage.send(
                "POST", "/usage",
                [
                    "project": "dark", "merge_request": 9, "user": "zoe", "agent": "ghost", "model": "unheard-of",
                    "input_tokens": 100, "output_tokens": 10,
                ]
            ).status == 201)

        let rows = try stage.rows().map { row in
            var row = row
            // A call of no merge request has its project's full path there, and is of no session.
            if !row[20].contains("!") { row[20] = "" }
            return row
        }
        let wanted = try Sums(rows)
        #expect(wanted.calls == 41 && wanted.unpriced > 0 && wanted.microUSD ?? 0 > 0)
        try await checkReports(stage, rows, wanted)
        try await checkSessionsAndAgents(stage, rows)
        try await checkDashboard(stage, rows, wanted)
        try await checkBudgets(stage, rows, wanted)
        try await stage.stopDaemon()
        try checkBooks(stage, rows, wanted)
        try stage.startDaemon()
        try await checkBudgets(stage, rows, wanted)
        let export = try await stage.send("GET", "/usage/records?from=2026-03-01&format=csv").body.string ?? ""
        #expect(lines(export).dropFirst().map { $0[15] } == rows.map { $0[15] })
        #expect(try Sums(Array(lines(export).dropFirst())) == wanted)
        try await stage.strike()
    }

    private func checkReports(_ stage: Stage, _ rows: [[String]], _ wanted: Sums) async throws {
        let today = stage.clock.now.day
        let books = stage.directory.path + "/books"
        for (by, column) in [
            ("project", nil), ("user", 7), ("user,model", nil), ("session", 20), ("agent", 18), ("command", 19),
            ("model", 11), ("hour", nil), ("day", nil), ("month", nil), ("week", nil),
        ] as [(String, Int?)] {
            let found = try await stage.send("GET", "/usage?by=\(by)&from=2026-03-01").body
            #expect(try Sums(found["totals"]) == wanted, "\(by)")
            let groups = try #require(found["groups"]?.array)
            #expect(try groups.map { try Sums($0) }.reduce(Sums(), +) == wanted, "\(by)")
            if let column {
                for group in groups {
                    let own = rows.filter { $0[column] == group[by]?.string }
                    #expect(try Sums(group) == Sums(own), "\(group)")
                }
            }
            let csv = lines(
                try await stage.send("GET", "/usage?by=\(by)&from=2026-03-01&format=csv").body.string ?? "")
            let heading = try #require(csv.first)
            #expect(try csv.dropFirst().map { try Sums($0, heading) } == groups.map { try Sums($0) }, "\(by)")
            // What `bursar report` reads from the files is what the daemon knows.
            let report = try ReportReader(directory: books).report(
                UsageQuery(
                    by: by.split(separator: ",").compactMap { UsageDimension(rawValue: String($0)) },
                    days: today.month.firstDay...today))
            #expect(report.json == found)
        }
    }

    private func checkSessionsAndAgents(_ stage: Stage, _ rows: [[String]]) async throws {
        let sessions = try #require(try await stage.send("GET", "/sessions").body["sessions"]?.array)
        #expect(Set(sessions.compactMap { $0["session"]?.string }) == Set(rows.map { $0[20] }.filter { !$0.isEmpty }))
        for session in sessions {
            #expect(try Sums(session) == Sums(rows.filter { $0[20] == session["session"]?.string }), "\(session)")
        }
        let today = stage.clock.now.day
        let agents = try #require(try await stage.send("GET", "/agents").body["agents"]?.array)
        #expect(agents.count == 3)
        for agent in agents {
            let own = rows.filter { $0[18] == agent["agent"]?.string }
            #expect(try Sums(agent["totals"]) == Sums(own), "\(agent)")
            #expect(try Sums(agent["today"]) == Sums(own.filter { try day($0) == today }), "\(agent)")
        }
    }

    /// Amounts of money as the pages have them for programs, in millionths of a dollar, in a part of a page.
    private func amounts(_ html: String, from start: String, to end: String) throws -> [Int64] {
        let begin = try #require(html.range(of: start), "\(start)")
        let stop = try #require(html.range(of: end, range: begin.upperBound..<html.endIndex))
        return html[begin.upperBound..<stop.lowerBound].components(separatedBy: "<data value=\"").dropFirst()
            .map { String($0.prefix { $0 != "\"" }) }.filter { $0.contains(".") }
            .compactMap { MicroUSD($0)?.value }
    }

    private func checkDashboard(_ stage: Stage, _ rows: [[String]], _ wanted: Sums) async throws {
        let now = stage.clock.now
        func page(_ path: String) async throws -> String { try await stage.send("GET", path).body.string ?? "" }
        func known(_ rows: [[String]]) throws -> [Int64] { try [Sums(rows).microUSD].compactMap(\.self) }
        let ofToday = try rows.filter { try day($0) == now.day }
        #expect(try amounts(await page("/"), from: "id=\"figures\"", to: "</section>") == known(ofToday))
        let month = try await page("/dashboard/month")
        #expect(try amounts(month, from: "id=\"sums\"", to: "</section>") == known(rows))
        for part in ["by-project", "by-user", "by-model", "by-agent", "by-command"] {
            let shown = try amounts(month, from: "id=\"\(part)\"", to: "</section>")
            #expect(shown.reduce(0, +) == wanted.microUSD, "\(part)")
        }
        let sessions = Set(rows.map { $0[20] }).filter { !$0.isEmpty }
        let ofSessions = rows.filter { !$0[20].isEmpty }
        #expect(
            try amounts(await page("/dashboard/sessions"), from: "id=\"sessions\"", to: "</section>").reduce(0, +)
                == Sums(ofSessions).microUSD ?? 0)
        for session in sessions {
            let id = session.replacing("/", with: "%2F").replacing("!", with: "%21")
            let html = try await page("/dashboard/session?id=\(id)")
            let own = rows.filter { $0[20] == session }
            #expect(try amounts(html, from: "id=\"sums\"", to: "</section>") == known(own), "\(session)")
            #expect(
                try amounts(html, from: "id=\"agents\"", to: "</section>").reduce(0, +) == Sums(own).microUSD ?? 0,
                "\(session)")
        }
        let cards = try await page("/dashboard/agents").components(separatedBy: "class=\"card agent").dropFirst()
        #expect(cards.count == 3)
        for card in cards {
            let name = try #require(card.components(separatedBy: "<bdi>").dropFirst().first?.prefix { $0 != "<" })
            let own = rows.filter { $0[18] == name }
            #expect(try amounts(card, from: "<dt>Today", to: "</div>") == known(own.filter { try day($0) == now.day }))
            #expect(try amounts(card, from: "<dt>This month", to: "</div>") == known(own))
            // Nobody may read that what is not known is little.
            if name == "ghost" { #expect(card.contains("no price") && !card.contains("level-ok")) }
        }
    }

    /// The counter of a budget for the month, and today's figures.
    private func checkBudgets(_ stage: Stage, _ rows: [[String]], _ wanted: Sums) async throws {
        let standing = try #require(
            try await stage.send("GET", "/budgets").body["budgets"]?.array?.first { $0["name"] == "money" })
        #expect(standing["used"]?.integer.map(Int64.init) == wanted.microUSD)
        #expect(standing["calls"] == .integer(wanted.calls) && standing["unpriced_calls"] == .integer(wanted.unpriced))
        let ofToday = try Sums(rows.filter { try day($0) == stage.clock.now.day })
        let stats = try await stage.stats()
        #expect(stats["total_tokens"] == .integer(ofToday.input + ofToday.output))
        #expect(stats["request_count"] == .integer(ofToday.calls))
        let forecast = try await stage.send("GET", "/forecast").body["cost_usd"]
        let soFar = forecast?["month"]
        #expect(soFar?["used"] == wanted.microUSD.map { .decimal(MicroUSD($0).description) } ?? .null)
        #expect(soFar?["unpriced"] == .integer(wanted.unpriced))
        let used: JSONValue = ofToday.microUSD.map { .decimal(MicroUSD($0).description) } ?? .null
        #expect(forecast?["day"]?["used"] == used)
    }

    /// The daily summaries, and who pays for the month.
    private func checkBooks(_ stage: Stage, _ rows: [[String]], _ wanted: Sums) throws {
        let books = stage.directory.path + "/books"
        var (calls, tokens) = (0, 0)
        for day in Set(try rows.map(day)).sorted() {
            let summary = try #require(try SummaryReader(directory: books).summary(of: day))
            let sums = try Sums(rows.filter { try self.day($0) == day })
            #expect(summary.inputTokens == sums.input && summary.outputTokens == sums.output)
            #expect(summary.requestCount == sums.calls)
            calls += summary.requestCount
            tokens += summary.totalTokens
        }
        #expect(calls == wanted.calls && tokens == wanted.input + wanted.output)
        let bill = try ReportReader(directory: books).chargeback(
            stage.clock.now.day.month,
            teams: TeamDirectory(members: ["core": ["ann", "bob"], "night": ["ann", "eve"]])
        ).bill
        #expect(try Sums(bill.json["total"]) == wanted)
        let parts = try #require(bill.json["rows"]?.array).map { try Sums($0) }
        #expect(parts.compactMap(\.microUSD).reduce(0, +) == wanted.microUSD)
        #expect(parts.map(\.input).reduce(0, +) == wanted.input && parts.map(\.calls).reduce(0, +) == wanted.calls)
    }

    @Test func `metrics count what the rows say since the start`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "900000000"])
        var random = RandomCalls(seed: 31)
        try await random.play(30, on: stage)
        let rows = try stage.rows()
        let wanted = try Sums(rows)
        for label in ["model", "project"] {
            var text = ""
            func sum(_ name: String) -> Int64 {
                text.split(separator: "\n").filter { $0.hasPrefix("bursar_\(label)_\(name)_total{") }.reduce(0) {
                    let value = String($1.split(separator: " ").last ?? "")
                    return $0 + (value.contains(".") ? MicroUSD(value)?.value ?? -1 : Int64(value) ?? -1)
                }
            }
            // Observers are told soon, not at once.
            for _ in 0..<1000 where sum("calls") < wanted.calls {
                text = try await stage.send("GET", "/metrics").body.string ?? ""
            }
            #expect(sum("calls") == wanted.calls && sum("unpriced_calls") == wanted.unpriced)
            #expect(sum("cost_usd") == wanted.microUSD, "\(label)")
            #expect(sum("tokens") >= wanted.input + wanted.output)
            #expect(!text.contains("bursar_model_cost_usd_total{model=\"unheard-of\"}"))
        }
        try await stage.strike()
    }
}
