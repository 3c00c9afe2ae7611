import Alerts
import Demo
import Foundation
import HTTPClient
import HTTPServer
import HTTPWire
import JSON
import Platform
import Settings
import Synchronization
import Testing
import UTCTime

@testable import Daemon

/// A receiver of alerts on loopback.
final class AlertInbox: Sendable {
    private let bodies = Mutex<[JSONValue]>([])
    private let bound = Mutex<(server: Server, port: Int)?>(nil)

    init() throws {
        let handler: @Sendable (RoutedRequest) -> Response = { [weak self] routed in
            if let body = try? JSONValue(parsing: routed.request.body) { self?.bodies.withLock { $0.append(body) } }
            return .json(200, [:])
        }
        let server = Server(routes: [Route(.post, "/in", handler: .now(handler))], time: .system, log: .silent)
        let port = try server.start(host: "127.0.0.1", port: 0)
        bound.withLock { $0 = (server, port) }
    }

    deinit { bound.withLock { $0 }?.server.stop(graceSeconds: 0) }

    var url: String { "http://127.0.0.1:\(bound.withLock { $0?.port ?? 0 })/in" }
    var types: [String] { bodies.withLock { $0 }.compactMap { $0["type"]?.string } }
    var titles: [String] { bodies.withLock { $0 }.compactMap { $0["data"]?["title"]?.string ?? $0["text"]?.string } }
}

extension Stage {
    /// Looks for what is to be told, and waits until it is.
    func tellAlerts() async throws {
        let daemon = try daemon
        daemon.tick()
        await daemon.watch.untilLooked()
        for _ in 0..<6000 where daemon.alerts.owedCount > 0 { try await Task.sleep(for: .milliseconds(10)) }
        await daemon.alerts.settled()
    }

    /// Books a call.
    func use(_ tokens: Int, model: String = "claude-sonnet-5-5", key: String = UUID().uuidString) async throws {
        let answer = try await send(
            "POST", "/usage",
            [
                "project": "group/app", "merge_request": 7, "user": "ann", "model": .string(model),
                "input_tokens": .integer(tokens), "output_tokens": 0, "idempotency_key": .string(key),
            ])
        #expect(answer.status == 201)
    }

    /// What `GET /alerts` shows of a kind.
    func alerts(_ kind: String, _ query: String = "") async throws -> [JSONValue] {
        let body = try await send("GET", "/alerts" + query).body
        return (body["alerts"]?.array ?? []).filter { $0["kind"]?.string == kind }
    }
}

@Suite struct `The daemon tells` {
    private func stage(
        _ inbox: AlertInbox, _ changes: [String: String?] = [:], at start: String = "2026-03-10T09:00:00Z"
    )
        throws -> Stage
    {
        var settings: [String: String?] = [
            "TOKEN_DAILY_LIMIT": "10000", "ALERT_WEBHOOK_URL": inbox.url, "ALERT_DIGEST_TIME": "off",
            "GITLAB_URL": nil, "GITLAB_TOKEN": nil, "GITLAB_WEBHOOK_SECRET": nil,
        ]
        for (name, value) in changes { settings[name] = value }
        return try Stage(settings: settings, at: Instant(start))
    }

    @Test func `a budget's threshold once a day, restarts included, and the next day again`() async throws {
        let inbox = try AlertInbox()
        let stage = try stage(inbox)
        for _ in 0..<7 { try await stage.use(1000) }
        try await stage.tellAlerts()
        #expect(!inbox.types.contains("alert.budget_threshold"))
        try await stage.use(1000)
        try await stage.tellAlerts()
        try await stage.use(100)
        try await stage.tellAlerts()
        #expect(inbox.titles == ["Budget daily has reached 80% of its limit"])
        try await stage.stopDaemon()
        try stage.startDaemon()
        try await stage.tellAlerts()
        #expect(inbox.titles.count == 1)
        let text = try #require(try await stage.alerts("budget_threshold").first?["text"]?.string)
        #expect(text.contains("Agent reviewer spent 8,000 tokens."))
        #expect(text.contains("8,000 tokens used and 0 tokens held of 10,000 tokens, 80%"))
        stage.clock.advance(to: try #require(Instant("2026-03-11T00:00:01Z")))
        for _ in 0..<9 { try await stage.use(1000) }
        try await stage.tellAlerts()
        #expect(inbox.titles.count == 2)
        try await stage.strike()
    }

    @Test(arguments: ["ann", "John Doe", "**", "a*b", "<!channel> @all\u{202E}"])
    func `a counter of somebody whose name no budget can be written for`(_ user: String) async throws {
        let inbox = try AlertInbox()
        let stage = try stage(inbox)
        let budget: JSONValue = ["scope": "user:*", "period": "day", "limit": 10]
        #expect(try await stage.send("PUT", "/budgets/people", budget).status == 200)
        let call: JSONValue = [
            "user": .string(user), "model": "claude-sonnet-5-5", "input_tokens": 20, "output_tokens": 0,
        ]
        #expect(try await stage.send("POST", "/usage", call).status == 201)
        try await stage.tellAlerts()
        #expect(inbox.titles == ["Budget people for user:\(user.lowercased()) is used up"])
        try await stage.strike()
    }

    @Test func `a threshold that a grant moved, when it is reached anew`() async throws {
        let inbox = try AlertInbox()
        let stage = try stage(inbox)
        for _ in 0..<9 { try await stage.use(1000) }
        try await stage.tellAlerts()
        let grant = try await stage.send("POST", "/grants", ["tokens": 10_000, "reason": "a release"])
        #expect(grant.status == 201)
        try await stage.tellAlerts()
        #expect(inbox.titles.count == 1)
        for _ in 0..<11 { try await stage.use(1000) }
        try await stage.tellAlerts()
        #expect(inbox.titles.last == "Budget daily is used up")
        try await stage.strike()
    }

    @Test func `one large call, a price that is not known, a hold whose outcome is not known`() async throws {
        let inbox = try AlertInbox()
        let stage = try stage(inbox)
        try await stage.use(1499)
        try await stage.use(1500, model: "nobody-knows-1")
        let held = try await stage.send(
            "POST", "/budget/reservations", ["estimated_tokens": 500, "model": "claude-sonnet-5-5", "ttl_seconds": 600])
        let id = try #require(held.body["id"]?.string)
        #expect(try await stage.send("POST", "/budget/reservations/\(id)/dispatch").status == 200)
        stage.clock.advance(to: stage.clock.now.adding(seconds: 700))
        try await stage.use(1)
        // The books tell of a hold on a thread of their own.
        for _ in 0..<3000 where inbox.types.count < 3 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(
            inbox.types.sorted() == ["alert.large_review", "alert.unknown_price", "alert.unresolved_hold"])
        try await stage.stopDaemon()
        try stage.startDaemon()
        try await stage.tellAlerts()
        #expect(inbox.types.count == 3)
        try await stage.strike()
    }

    @Test func `yesterday's figures once, also when their time was missed`() async throws {
        let inbox = try AlertInbox()
        let stage = try stage(inbox, ["ALERT_DIGEST_TIME": "08:00"], at: "2026-03-09T12:00:00Z")
        try await stage.tellAlerts()
        #expect(inbox.types.isEmpty)
        try await stage.use(1200)
        try await stage.stopDaemon()
        stage.clock.advance(to: try #require(Instant("2026-03-10T07:59:00Z")))
        try stage.startDaemon()
        try await stage.tellAlerts()
        #expect(inbox.types.isEmpty)
        try await stage.stopDaemon()
        stage.clock.advance(to: try #require(Instant("2026-03-10T11:00:00Z")))
        for _ in 0..<2 {
            try stage.startDaemon()
            try await stage.tellAlerts()
            try await stage.stopDaemon()
        }
        try stage.startDaemon()
        #expect(inbox.titles == ["Token use on 2026-03-09"])
        #expect(
            try await stage.alerts("digest").first?["text"]?.string?.hasPrefix("1,200 tokens, $0.00, 1 call") == true)
        try await stage.strike()
    }

    @Test func `what is expected to run out, and what stands out`() async throws {
        let inbox = try AlertInbox()
        let stage = try stage(inbox, at: "2026-03-02T08:00:00Z")
        func go(to time: String) throws { stage.clock.advance(to: try #require(Instant("2026-03-" + time + ":00Z"))) }
        for day in 2...18 {
            for hour in ["09", "10", "11", "13", "14", "15"] {
                try go(to: "\(day < 10 ? "0" : "")\(day)T\(hour):00")
                try await stage.use(2000)
            }
        }
        try go(to: "19T09:30")
        try await stage.use(2000)
        try await stage.tellAlerts()
        try await stage.tellAlerts()
        let forecasts = try await stage.alerts("forecast_over_limit", "?limit=2000")
        #expect(forecasts.count { $0["facts"]?["resets_at"] == "2026-03-20T00:00:00Z" } == 1)
        #expect(try await stage.alerts("anomaly", "?limit=2000").isEmpty)
        try go(to: "19T10:30")
        try await stage.use(60_000)
        try await stage.tellAlerts()
        try go(to: "19T11:30")
        try await stage.use(1)
        try await stage.tellAlerts()
        let anomalies = try await stage.alerts("anomaly", "?limit=2000")
        #expect(anomalies.count { $0["facts"]?["hour"] == 10 } == 1)
        let runaways = try await stage.alerts("runaway", "?limit=2000").compactMap { $0["title"]?.string }
        #expect(
            runaways.sorted() == [
                "Merge request group/app!7 uses far more than usual", "User ann uses far more than usual",
            ])
        try await stage.strike()
    }

    @Test func `through the API: the list, what is unread, who has seen it`() async throws {
        let inbox = try AlertInbox()
        let stage = try stage(inbox)
        try await stage.use(9000)
        try await stage.tellAlerts()
        #expect(try await stage.send("GET", "/alerts", token: "wrong").status == 401)
        let list = try await stage.send("GET", "/alerts?state=unread")
        #expect(list.body["unread"] == 2)
        let alert = try #require(try await stage.alerts("budget_threshold").first)
        #expect(alert["deliveries"] == ["webhook": "sent"])
        let id = try #require(alert["id"]?.string)
        let seen = try await stage.send("POST", "/alerts/\(id)/acknowledge", ["author": "ann"])
        #expect(seen.status == 200 && seen.body["acknowledged_by"] == "ann" && seen.body["state"] == "acknowledged")
        #expect(try await stage.send("POST", "/alerts/\(id)/acknowledge").body["acknowledged_by"] == "ann")
        #expect(try await stage.send("POST", "/alerts/none/acknowledge").status == 404)
        #expect(try await stage.alerts("budget_threshold", "?state=unread").isEmpty)
        #expect(try await stage.alerts("budget_threshold", "?state=acknowledged").count == 1)
        for query in ["?state=odd", "?limit=0", "?limit=2001", "?limit=x", "?format=xml"] {
            #expect(try await stage.send("GET", "/alerts" + query).status == 400, "\(query)")
        }
        let csv = try await stage.send("GET", "/alerts", fields: ["Accept": "text/csv"]).body.string ?? ""
        #expect(csv.hasPrefix("id,raised_at,kind,title,text,state,acknowledged_at,acknowledged_by\nalert_"))
        let metrics = try await stage.send("GET", "/metrics").body.string ?? ""
        #expect(metrics.contains("bursar_alerts_total{kind=\"budget_threshold\"} 1\n"))
        #expect(metrics.contains("bursar_alerts_pending 0\n") && metrics.contains("bursar_alerts_unread 1\n"))
        #expect(metrics.contains("bursar_alert_failures_total{target=\"webhook\"} 0\n"))
        try await stage.strike()
        let audit = try String(
            contentsOfFile: stage.directory.path + "/books/audit-logs/2026-03.jsonl", encoding: .utf8)
        #expect(audit.contains("\"alert\":\"budget_threshold\"") && audit.contains("alert_acknowledged"))
    }

    @Test func `a review that failed for good`() async throws {
        let inbox = try AlertInbox()
        let stage = try Stage(
            settings: ["ALERT_SLACK_URL": inbox.url, "ALERT_DIGEST_TIME": "off"], model: { _ in .json(400, [:]) })
        try await stage.label(StandInMergeRequest.workingDay[0])
        try await stage.tellAlerts()
        #expect(inbox.titles.count { $0.hasPrefix(":warning: *The review of ") } == 1)
        try await stage.strike()
    }

    @Test func `where new settings say, from the reload on`() async throws {
        let (first, second) = (try AlertInbox(), try AlertInbox())
        let stage = try stage(first)
        let settings = try Settings.load(environment: [
            "TOKEN_DATA_DIR": stage.directory.path + "/books", "TOKEN_DAILY_LIMIT": "10000",
            "ALERT_SLACK_URL": second.url, "ALERT_DIGEST_TIME": "off", "BURSAR_PORT": "0",
            "BURSAR_API_TOKEN": Stage.apiToken,
        ]).get().0
        try stage.daemon.reload(settings)
        for _ in 0..<8 { try await stage.use(1000) }
        try await stage.tellAlerts()
        #expect(first.types.isEmpty)
        #expect(second.titles.count == 1 && second.titles.first?.contains("*Budget daily has reached") == true)
        try await stage.strike()
    }
}
