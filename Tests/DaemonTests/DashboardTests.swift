import Demo
import Foundation
import HTTPClient
import JSON
import Testing
import UTCTime

@testable import Daemon

/// The dashboard over real HTTP: its figures are the sums of the rows, and strangers see nothing.
@Suite struct DashboardTests {
    private func get(_ stage: Stage, _ path: String, cookie: String? = nil) async throws -> ClientResponse {
        var request = try ClientRequest(url: "\(stage.daemon.url)\(path)")
        if let cookie {
            request.fields["Cookie"] = cookie
        } else {
            request.fields["Authorization"] = "Bearer \(Stage.apiToken)"
        }
        return try await URLSessionTransport().send(request)
    }

    /// The values of `<data value=…>` in the part with this id, in their order.
    private func values(_ page: String, in id: String) throws -> [String] {
        let start = try #require(page.range(of: "id=\"\(id)\""))
        let end = try #require(page.range(of: "</section>", range: start.upperBound..<page.endIndex))
        return page[start.upperBound..<end.lowerBound].components(separatedBy: "<data value=\"").dropFirst()
            .map { String($0.prefix { $0 != "\"" }) }
    }

    private struct Row {
        var fields: [String]
        subscript(_ index: Int) -> String { fields[index] }
        var total: Int { Int(fields[10]) ?? -1 }
    }

    private func rows(_ stage: Stage) throws -> [Row] {
        let text = try String(contentsOfFile: stage.directory.path + "/books/token-logs/2026-03.csv", encoding: .utf8)
        return text.split(separator: "\n").dropFirst().map {
            Row(fields: $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `every figure is the sum of the rows it is of`(seed: UInt64) async throws {
        let stage = try Stage()
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func dice(_ count: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % count
        }
        let transport = URLSessionTransport()
        for _ in 0..<(20 + dice(20)) {
            stage.clock.advance(to: stage.clock.now.adding(seconds: Int64(dice(9000))))
            let body: JSONValue = [
                "project": .string("g/app\(dice(4))"), "merge_request": .integer(Int(1 + dice(5))),
                "user": .string("user\(dice(3))"), "agent": .string("agent\(dice(3))"),
                "command": .string(dice(2) == 0 ? "review" : "ask"),
                "model": .string(dice(4) == 0 ? "unpriced" : "claude-sonnet-4-5"),
                "input_tokens": .integer(Int(dice(90_000))), "output_tokens": .integer(Int(dice(9000))),
            ]
            let answer = try await transport.send(
                ClientRequest(
                    method: "POST", url: "\(stage.daemon.url)/usage",
                    fields: ["Content-Type": "application/json", "Authorization": "Bearer \(Stage.apiToken)"],
                    body: body.bytes))
            #expect(answer.status == 201)
        }
        let rows = try rows(stage)
        let ofToday = rows.filter { isDay($0, stage.clock.now.day) }

        let first = String(decoding: try await get(stage, "/").body, as: UTF8.self)
        let figures = try values(first, in: "figures")
        #expect(figures.first == String(ofToday.count))
        #expect(
            Array(figures.suffix(2))
                == [8, 9].map { column in String(ofToday.reduce(0) { $0 + (Int($1[column]) ?? 0) }) })

        let month = String(decoding: try await get(stage, "/dashboard/month").body, as: UTF8.self)
        #expect(try values(month, in: "sums").first == String(rows.reduce(0) { $0 + $1.total }))
        let calendar = try values(month, in: "calendar").compactMap { Int($0) }
        #expect(calendar.reduce(0, +) == rows.reduce(0) { $0 + $1.total })
        for (id, column) in [("by-user", 7), ("by-model", 11), ("by-agent", 18), ("by-command", 19)] {
            var sums: [String: Int] = [:]
            for row in rows { sums[row[column], default: 0] += row.total }
            let shown = try values(month, in: id).filter { !$0.contains(".") }.compactMap { Int($0) }
            // Tokens, then calls, for each name.
            #expect(stride(from: 0, to: shown.count, by: 2).map { shown[$0] } == sums.values.sorted(by: >), "\(id)")
            #expect(stride(from: 1, to: shown.count, by: 2).map { shown[$0] }.reduce(0, +) == rows.count, "\(id)")
        }
        let filtered = String(
            decoding: try await get(stage, "/dashboard/month?user=user1&agent=agent2&command=review").body,
            as: UTF8.self)
        let wanted = rows.filter { $0[7] == "user1" && $0[18] == "agent2" && $0[19] == "review" }
        #expect(try values(filtered, in: "sums").first == String(wanted.reduce(0) { $0 + $1.total }))

        for session in Set(rows.map { $0[20] }) {
            let id = session.replacing("/", with: "%2F").replacing("!", with: "%21")
            let page = String(decoding: try await get(stage, "/dashboard/session?id=\(id)").body, as: UTF8.self)
            let own = rows.filter { $0[20] == session }
            #expect(try values(page, in: "sums").first == String(own.reduce(0) { $0 + $1.total }))
        }
        try await stage.strike()
    }

    private func isDay(_ row: Row, _ day: Day) -> Bool {
        let parts = day.parts
        return Int(row[0]) == parts.year && Int(row[1]) == parts.month && Int(row[2]) == parts.day
    }

    @Test(
        arguments: [
            "/dashboard/month", "/dashboard/sessions", "/dashboard/agents", "/dashboard/budgets", "/dashboard/alerts",
            "/dashboard/queue", "/dashboard/why", "/dashboard/prices", "/dashboard/session?id=a%211",
        ])
    func `a page is for those who show the token, under a policy that lets nothing else in`(path: String) async throws {
        let stage = try Stage()
        let answer = try await get(stage, path)
        #expect(answer.status == (path.contains("session?") ? 404 : 200))
        #expect(answer.fields["content-security-policy"]?.contains("default-src 'none'; script-src 'self'") == true)
        #expect(answer.fields["content-security-policy"]?.contains("unsafe") == false)
        #expect(answer.fields["cache-control"] == "no-store")
        let stranger = try await get(stage, path, cookie: "bursar=guess")
        #expect(!String(decoding: stranger.body, as: UTF8.self).contains("<nav"))
        try await stage.strike()
    }
}

/// Books of a large team: what a page shows is bounded, what it says of the rest is right.
@Suite struct `Pages of large books` {
    private static let header =
        "year,month,day,time,project_id,project_name,mr_iid,username,input_tokens,output_tokens,total_tokens,model,"
        + "duration_ms,cache_write_tokens,cache_read_tokens,cost_usd,price_id,estimated_tokens,agent,command,session_id,usage_id"

    @Test func `stay readable with 5,000 users, sessions, agents and models`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "100000000"])
        try await stage.stopDaemon()
        let rows = (1...5000).map { index in
            "2026,3,10,08:\(10 + index % 50):\(10 + index % 50),42,app-\(index),\(index),user-\(index),1000,100,1100,"
                + "model-\(index),900,0,0,0.004500,p,1500,agent-\(index),review,shop/app-\(index)!\(index),u-\(index)"
        }
        let folder = stage.directory.path + "/books/token-logs"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try ([Self.header] + rows + [""]).joined(separator: "\n")
            .write(toFile: folder + "/2026-03.csv", atomically: true, encoding: .utf8)
        try stage.startDaemon()
        let people: JSONValue = ["scope": "user:*", "period": "day", "limit": 500_000]
        #expect(try await stage.send("PUT", "/budgets/people", people).status == 200)
        let pages: [(path: String, words: String)] = [
            ("/", "All <data value=\"5000\">5,000</data>"), ("/dashboard/month", "4988 others"),
            ("/dashboard/sessions", "<data value=\"5000\">5,000</data> in all"),
            ("/dashboard/agents", "and <data value=\"4940\">4,940</data> more"),
            ("/dashboard/budgets", "<data value=\"4980\">4,980</data> more counters"),
            ("/dashboard/queue", "No tokens are held."), ("/dashboard/alerts", "Unread"),
            ("/dashboard/session?id=shop%2Fapp-7%217", "user-7"), ("/dashboard/prices", "In force"),
            ("/dashboard/why", "Why"), ("/dashboard/teams", "no team"),
        ]
        for (path, words) in pages {
            let answer = try await URLSessionTransport().send(
                ClientRequest(
                    url: try stage.daemon.url + path, fields: ["Authorization": "Bearer \(Stage.apiToken)"]))
            #expect(answer.status == 200, "\(path)")
            #expect(answer.body.count < 120_000, "\(path): \(answer.body.count) bytes")
            #expect(String(decoding: answer.body, as: UTF8.self).contains(words), "\(path)")
        }
        try await stage.strike()
    }

    @Test(arguments: [100, 101]) func `count every hold, and show those whose outcome is unknown first`(count: Int)
        async throws
    {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "100000000"])
        for index in 1...count {
            let call: JSONValue = [
                "estimated_tokens": 1000, "model": "claude-sonnet-5-5", "project": "shop/app",
                "merge_request": .integer(index),
            ]
            #expect(try await stage.send("POST", "/budget/reservations", call).status == 201)
        }
        let answer = try await URLSessionTransport().send(
            ClientRequest(
                url: try stage.daemon.url + "/dashboard/queue", fields: ["Authorization": "Bearer \(Stage.apiToken)"]))
        let page = String(decoding: answer.body, as: UTF8.self)
        #expect(page.components(separatedBy: "<tr>").count == 1 + 1 + 100)
        #expect(page.contains("and <data value=\"1\">1</data> more") == (count == 101))
        #expect(page.contains("<data value=\"\(count * 1000)\">"))
        try await stage.strike()
    }
}

@Suite struct SignInTests {
    private let start = Instant(seconds: 1_800_000_000)

    @Test func `one address has ten tries, and another every six seconds`() {
        let gate = SignInGate()
        for _ in 0..<10 { #expect(gate.admits("a", at: start)) }
        #expect(!gate.admits("a", at: start))
        #expect(gate.admits("b", at: start))
        #expect(!gate.admits("a", at: start.adding(seconds: 5)))
        #expect(gate.admits("a", at: start.adding(seconds: 6)))
        #expect(!gate.admits("a", at: start.adding(seconds: 6)))
    }

    @Test func `a try that was right costs nothing`() {
        let gate = SignInGate()
        for _ in 0..<50 {
            #expect(gate.admits("a", at: start))
            gate.giveBack("a")
        }
    }

    @Test func `all addresses together have a hundred tries`() {
        let gate = SignInGate()
        for index in 0..<100 { #expect(gate.admits("peer \(index)", at: start)) }
        #expect(!gate.admits("one more", at: start))
        #expect(gate.admits("one more", at: start.adding(seconds: 1)))
    }

    @Test func `addresses are forgotten before they are too many`() {
        let gate = SignInGate()
        for index in 0..<(SignInGate.peersMax + 500) {
            _ = gate.admits("peer \(index)", at: start.adding(seconds: Int64(index / 100)))
        }
        #expect(gate.peerCount <= SignInGate.peersMax)
    }

    @Test func `a session ends after twelve hours, when it is signed out of, and with the sixty-fifth`() {
        let clock = TestClock(start)
        let random = TestClock(start)
        let desk = SignInDesk(randomness: { UInt64(bitPattern: random.next()) }, now: { clock.now })
        let (id, session) = desk.begin()
        #expect(id.utf8.count == 64 && session.formToken.utf8.count == 64 && id != session.formToken)
        #expect(desk.session(id)?.formToken == session.formToken)
        #expect(desk.session(String(id.dropLast()) + "x") == nil && desk.session("") == nil)
        clock.set(start.adding(seconds: 12 * 3600 - 1))
        #expect(desk.session(id) != nil)
        clock.set(start.adding(seconds: 12 * 3600))
        #expect(desk.session(id) == nil)
        let other = desk.begin().id
        desk.end(other)
        #expect(desk.session(other) == nil)
        let first = desk.begin().id
        for _ in 0..<63 { _ = desk.begin() }
        #expect(desk.session(first) != nil)
        _ = desk.begin()
        #expect(desk.session(first) == nil)
    }

    @Test(
        arguments: [
            ("localhost", true), ("LOCALHOST:8000", true), ("127.0.0.1:8000", true), ("127.9.9.9", true),
            ("[::1]:80", true),
            ("[::1]", true), ("evil.example", false), ("127.0.0.1.evil.example", false),
            ("localhost.evil.example", false),
            ("127.0.0", false), ("128.0.0.1", false), ("[::2]", false), ("[::1].evil", false), ("", false),
            ("127.0.0.+1", false),
        ])
    func `without a token only names of this machine lead to the dashboard`(host: String, isTaken: Bool) {
        #expect(DashboardAccess.namesLoopback(host) == isTaken)
        #expect(!DashboardAccess.namesLoopback(nil))
    }

    @Test(
        arguments: [
            ("/", "/"), ("/?a=b", "/?a=b"), ("/dashboard/why?mr=a%211", "/dashboard/why?mr=a%211"), ("//evil", "/"),
            ("https://evil", "/"), ("/\\evil", "/"), ("/dashboard/\r\nSet-Cookie: a=b", "/"), ("", "/"),
            ("/usage", "/"),
            ("/dashboard/\\evil", "/"),
        ])
    func `signing in leads to pages of the dashboard alone`(next: String, path: String) {
        #expect(DashboardRoutes.safeNext(next) == path)
    }

    @Test(
        arguments: [
            ("a=b&c=d+e%21", "b", "d e!"), ("c=&a=%C3%B6", "ö", ""), ("a=1&a=2&c", "1", ""), ("a=+x+", "x", ""),
            ("", "", ""),
        ])
    func `forms are read as browsers send them`(body: String, a: String, c: String) throws {
        let fields = try #require(FormFields(Array(body.utf8)))
        #expect(fields["a"] == a && fields["c"] == c)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", String(repeating: "a=b&", count: 65)])
    func `what is no form is refused`(body: String) {
        #expect(FormFields(Array(body.utf8)) == nil)
        #expect(FormFields(Array(String(repeating: "a=b&", count: 64).utf8)) != nil)
        #expect(FormFields([UInt8](repeating: 0x61, count: FormFields.bytesMax + 1)) == nil)
    }
}

/// A time that the test sets.
private final class TestClock: @unchecked Sendable {
    // Used by one test on one thread.
    private(set) var now: Instant
    private var count: Int64 = 0
    init(_ now: Instant) { self.now = now }
    func set(_ time: Instant) { now = time }
    func next() -> Int64 {
        count += 1
        return count &* 0x1234_5678_9ABC_DEF1
    }
}
