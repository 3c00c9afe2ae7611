import Demo
import Foundation
import FoundationNetworking
import HTTPClient
import HTTPServer
import HTTPWire
import JSON
import Synchronization
import Testing
import UTCTime

@testable import Daemon

/// Somebody who signed in to the dashboard of a stage, and sends its forms as a browser does.
private struct Visitor {
    let stage: Stage
    let cookie: String
    let formToken: String

    init(_ stage: Stage) async throws {
        let answer = try await Self.send(
            stage, "POST", "/dashboard/sign-in", ["api_token": Stage.apiToken, "next": "/dashboard/alerts"])
        #expect(answer.status == 303 && answer.fields["Location"] == "/dashboard/alerts")
        let line = try #require(answer.fields["Set-Cookie"])
        let cookie = String(line.prefix { $0 != ";" })
        let page = try await Self.send(stage, "GET", "/dashboard/alerts", cookie: cookie)
        let parts = String(decoding: page.body, as: UTF8.self).components(separatedBy: "name=\"token\" value=\"")
        self.stage = stage
        self.cookie = cookie
        formToken = String(try #require(parts.dropFirst().first).prefix { $0 != "\"" })
    }

    func page(_ path: String) async throws -> String {
        let answer = try await Self.send(stage, "GET", path, cookie: cookie)
        #expect(answer.status == 200)
        return String(decoding: answer.body, as: UTF8.self)
    }

    /// Sends a form; `token` goes with it in the place of the right one.
    func submit(_ path: String, _ fields: [String: String], token: String? = nil) async throws -> (
        status: Int, location: String, page: String
    ) {
        let answer = try await Self.send(
            stage, "POST", path, fields.merging(["token": token ?? formToken]) { $1 }, cookie: cookie)
        return (answer.status, answer.fields["Location"] ?? "", String(decoding: answer.body, as: UTF8.self))
    }

    private static func send(
        _ stage: Stage, _ method: String, _ path: String, _ form: [String: String]? = nil, cookie: String? = nil
    ) async throws -> ClientResponse {
        var request = try ClientRequest(
            method: method, url: stage.daemon.url + path, fields: ["Sec-Fetch-Site": "same-origin"])
        if let cookie { request.fields["Cookie"] = cookie }
        if let form {
            request.fields["Content-Type"] = "application/x-www-form-urlencoded"
            let pairs = form.map { name, value in
                name + "=" + (value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            }
            request.body = Array(pairs.joined(separator: "&").utf8)
        }
        return try await URLSessionTransport().send(request)
    }
}

@Suite struct `Forms of the dashboard` {
    private static func stage(_ changes: [String: String?] = [:]) throws -> Stage {
        var settings: [String: String?] = ["TOKEN_DAILY_LIMIT": "10000", "ALERT_DIGEST_TIME": "off"]
        for (name, value) in changes { settings[name] = value }
        return try Stage(settings: settings)
    }

    /// The ids of alerts that can be acknowledged on `page`.
    private static func unread(_ page: String) -> [String] {
        page.components(separatedBy: "name=\"id\" value=\"alert_").dropFirst().map {
            "alert_" + $0.prefix { $0 != "\"" }
        }
    }

    @Test func `alerts are listed, and acknowledged one by one or all together`() async throws {
        let stage = try Self.stage()
        let visitor = try await Visitor(stage)
        #expect(try await visitor.page("/dashboard/alerts").contains("Nothing to see to."))
        try await stage.use(8500)
        try await stage.tellAlerts()
        let page = try await visitor.page("/dashboard/alerts")
        #expect(page.contains("Budget daily has reached 80% of its limit") && page.contains("Acknowledge all 2"))
        let ids = Self.unread(page)
        #expect(ids.count == 2)

        let path = "/dashboard/alerts/acknowledge"
        let unknown = try await visitor.submit(path, ["id": "alert_none"])
        #expect(unknown.status == 422 && unknown.page.contains("alert_none"))
        #expect(try await visitor.submit(path, ["id": ids[0]], token: "guess").status == 403)
        #expect(Self.unread(try await visitor.page("/dashboard/alerts")) == ids)

        let one = try await visitor.submit(path, ["id": ids[0]])
        #expect(one.status == 303 && one.location == "/dashboard/alerts?done=acknowledged")
        #expect(Self.unread(try await visitor.page("/dashboard/alerts")) == [ids[1]])
        let seen = try await stage.send("GET", "/alerts?state=acknowledged").body["alerts"]?.array
        #expect(seen?.map { $0["id"] } == [.string(ids[0])] && seen?.first?["acknowledged_by"] == "dashboard")

        #expect(try await visitor.submit(path, ["id": "all"]).status == 303)
        let rest = try await visitor.page("/dashboard/alerts")
        #expect(Self.unread(rest).isEmpty && rest.contains("Nothing to see to."))
        #expect(try await stage.send("GET", "/alerts").body["unread"] == 0)
        try await stage.strike()
    }

    @Test func `yesterday's figures are news and no warning`() async throws {
        let stage = try Self.stage(["ALERT_DIGEST_TIME": "08:00"])
        try await stage.use(1200)
        stage.clock.advance(to: try #require(Instant("2026-03-11T09:00:00Z")))
        try await stage.tellAlerts()
        let page = try await Visitor(stage).page("/dashboard/alerts")
        let digest = try #require(
            page.components(separatedBy: "<li class=\"alert-").first { $0.contains("Token use on") })
        #expect(digest.hasPrefix("ok\"") && digest.contains("for information"))
        try await stage.strike()
    }

    @Test func `teams are made, changed and removed, and refused as the API refuses them`() async throws {
        let stage = try Self.stage()
        let visitor = try await Visitor(stage)
        #expect(try await visitor.page("/dashboard/teams").contains("There is no team yet."))
        let set = "/dashboard/teams/set"
        let team = ["name": "web", "users": "Ann, bob\r\n eve\r\n\r\nann;", "cost_centre": "4711"]
        #expect(try await visitor.submit(set, team, token: "guess").status == 403)
        let refusals: [([String: String], String)] = [
            (["name": "bad name!"], "bad name!"), (["name": ""], "name"), (["users": " \r\n,"], "0 people"),
            (["users": "ann \(String(repeating: "u", count: 513))"], "uuu"),
            (["cost_centre": String(repeating: "x", count: 201)], "200 bytes"),
        ]
        for (change, words) in refusals {
            let refused = try await visitor.submit(set, team.merging(change) { $1 })
            #expect(refused.status == 422 && refused.page.contains(words), "\(change)")
            // What was typed is still there.
            if change["users"] == nil { #expect(refused.page.contains("\nAnn\nbob\neve\nann</textarea>"), "\(change)") }
        }
        #expect(try await stage.send("GET", "/teams").body["teams"] == [])

        let made = try await visitor.submit(set, team)
        #expect(made.status == 303 && made.location == "/dashboard/teams?done=teamSet")
        let teams = try await stage.send("GET", "/teams").body["teams"]?.array
        #expect(teams == [["name": "web", "users": ["ann", "bob", "eve"], "cost_centre": "4711"]])
        let page = try await visitor.page("/dashboard/teams?edit=web&done=teamSet")
        #expect(page.contains("The team is in force.") && page.contains("\nann\nbob\neve</textarea>"))

        // Who is left out is no longer in it, and an empty cost centre is none.
        #expect(try await visitor.submit(set, ["name": "web", "users": "ann", "cost_centre": ""]).status == 303)
        #expect(try await stage.send("GET", "/teams").body["teams"] == [["name": "web", "users": ["ann"]]])

        let remove = "/dashboard/teams/remove"
        #expect(try await visitor.submit(remove, ["name": "web"]).status == 422)
        #expect(try await visitor.submit(remove, ["name": "other", "sure": "yes"]).status == 422)
        let budget: JSONValue = ["scope": "team:web", "period": "week", "limit": 1000]
        #expect(try await stage.send("PUT", "/budgets/web", budget).status == 200)
        let used = try await visitor.submit(remove, ["name": "web", "sure": "yes"])
        #expect(used.status == 422 && used.page.contains("web"))
        #expect(try await stage.send("DELETE", "/budgets/web").status == 200)
        #expect(try await visitor.submit(remove, ["name": "web", "sure": "yes"]).status == 303)
        #expect(try await stage.send("GET", "/teams").body["teams"] == [])
        try await stage.strike()
    }

    @Test func `a team of the most people there may be is set, and one more is refused in words`() async throws {
        let stage = try Self.stage()
        let visitor = try await Visitor(stage)
        // Names as long as GitLab lets them be would not fit into a form of the usual size.
        func names(_ count: Int) -> String { (1...count).map { "somebody-\($0)" }.joined(separator: "\r\n") }
        let set = "/dashboard/teams/set"
        #expect(try await visitor.submit(set, ["name": "all", "users": names(5000)]).status == 303)
        let refused = try await visitor.submit(set, ["name": "all", "users": names(5001)])
        #expect(refused.status == 422 && refused.page.contains("5001 people"))
        #expect(try await stage.send("GET", "/teams").body["teams"]?.array?.first?["users"]?.array?.count == 5000)
        try await stage.strike()
    }

    @Test(arguments: [0, 1, 31, 32])
    func `cookies of our name that somebody else set lock nobody out`(count: Int) async throws {
        let stage = try Self.stage()
        let visitor = try await Visitor(stage)
        let strays = (0..<count).map { "bursar=\(String(repeating: "0", count: 63))\($0 % 10)" }
        let cookies = ["bursar=x", "bursar=", "bursar", "other=1"] + strays + [visitor.cookie]
        var request = try ClientRequest(url: stage.daemon.url + "/dashboard/teams")
        request.fields["Cookie"] = cookies.joined(separator: "; ")
        let answer = try await URLSessionTransport().send(request)
        // So many are tried and no more.
        #expect(answer.status == (count < DashboardAccess.sessionIDsMax ? 200 : 303))
        request.fields["Cookie"] = cookies.dropLast().joined(separator: "; ")
        #expect(try await URLSessionTransport().send(request).status == 303)
        try await stage.strike()
    }

    @Test func `one counter of a budget that has many is granted more`() async throws {
        let stage = try Self.stage()
        let body: JSONValue = ["scope": "user:*", "period": "week", "limit": 1000]
        #expect(try await stage.send("PUT", "/budgets/people", body).status == 200)
        let call: JSONValue = ["estimated_tokens": 1500, "model": "claude-sonnet-5-5", "user": "ann"]
        #expect(try await stage.send("POST", "/budget/reservations", call).status == 429)
        let visitor = try await Visitor(stage)
        let form = ["budget": "people", "scope": "user:ann", "amount": "600", "reason": "a release"]
        let refusals: [([String: String], String)] = [
            (["scope": ""], "has a counter for each"), (["scope": "user:*"], "is not one counter"),
            (["scope": "planet:mars"], "is not one counter"), (["scope": "project:a/b"], "has a counter for each"),
            (["amount": "5usd"], "counts tokens"), (["amount": "0"], "more than 0"), (["amount": "lots"], "lots"),
            (["reason": ""], "needs a reason"), (["budget": "weekly"], "No budget is called"),
        ]
        for (change, words) in refusals {
            let refused = try await visitor.submit("/dashboard/budgets/grant", form.merging(change) { $1 })
            #expect(refused.status == 422 && refused.page.contains(words), "\(change)")
        }
        #expect(try await visitor.submit("/dashboard/budgets/grant", form, token: "").status == 403)
        #expect(try await stage.send("POST", "/budget/reservations", call).status == 429)

        let granted = try await visitor.submit("/dashboard/budgets/grant", form)
        #expect(granted.status == 303 && granted.location == "/dashboard/budgets?done=granted")
        #expect(try await stage.send("POST", "/budget/reservations", call).status == 201)
        let other: JSONValue = ["estimated_tokens": 1500, "model": "claude-sonnet-5-5", "user": "bob"]
        #expect(try await stage.send("POST", "/budget/reservations", other).status == 429)
        try await stage.strike()
    }

    @Test func `an alert is an event for whoever looks on, and so is that somebody has seen it`() async throws {
        let stage = try Self.stage()
        try await stage.use(8500)
        let heard = Events()
        var request = URLRequest(url: try #require(URL(string: stage.daemon.url + "/events")))
        request.setValue("Bearer \(Stage.apiToken)", forHTTPHeaderField: "Authorization")
        let session = URLSession(configuration: .ephemeral, delegate: heard, delegateQueue: nil)
        session.dataTask(with: request).resume()
        try await heard.wait { $0.contains("retry:") }
        try await stage.tellAlerts()
        try await heard.wait { $0.contains("event: change") }
        let id = try #require(try await stage.alerts("budget_threshold").first?["id"]?.string)
        let before = heard.text
        #expect(try await stage.send("POST", "/alerts/\(id)/acknowledge").status == 200)
        try await heard.wait { $0.dropFirst(before.count).contains("event: change") }
        session.invalidateAndCancel()
        try await stage.strike()
    }
}

/// What comes by an event stream, as it comes.
private final class Events: NSObject, URLSessionDataDelegate, Sendable {
    private let received = Mutex("")
    var text: String { received.withLock { $0 } }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        received.withLock { $0 += String(decoding: data, as: UTF8.self) }
    }

    /// Waits at most a minute until `condition` is true of all that came.
    func wait(_ condition: (String) -> Bool) async throws {
        for _ in 0..<6000 where !condition(text) { try await Task.sleep(for: .milliseconds(10)) }
        try #require(condition(text))
    }
}
