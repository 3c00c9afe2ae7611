import Demo
import Foundation
import JSON
import Testing
import UTCTime

@testable import Daemon

@Suite struct `Budgets that change while the daemon runs` {
    private static let day = StandInMergeRequest.workingDay

    private func call(_ tokens: Int, user: String = "ann", labels: [JSONValue] = [], iid: Int? = nil) -> JSONValue {
        [
            "estimated_tokens": .integer(tokens), "model": "claude-sonnet-5-5", "user": .string(user),
            "project": "shop/api", "merge_request": JSONValue(iid), "labels": .array(labels),
        ]
    }

    private func reserve(_ stage: Stage, _ body: JSONValue) async throws -> (status: Int, body: JSONValue) {
        let answer = try await stage.send("POST", "/budget/reservations", body)
        return (answer.status, answer.body)
    }

    @Test(arguments: ["grant", "file"])
    func `a review that was blocked is tried again when there is room`(_ how: String) async throws {
        let settings = how == "grant" ? ["TOKEN_DAILY_LIMIT": "12000"] : [:]
        let stage = try Stage(settings: settings, model: { _ in .answer(input: 4000, output: 4000) })
        let people: JSONValue = ["scope": "all", "period": "day", "limit": 12_000]
        if how == "file" { #expect(try await stage.send("PUT", "/budgets/small", people).status == 200) }
        try await stage.label(Self.day[0])
        try await stage.label(Self.day[1])
        #expect(stage.gitlab.notes(of: Self.day[1]).first?.body.contains("Exhausted") == true)
        #expect(stage.model.calls.count == 1)
        if how == "grant" {
            let grant: JSONValue = ["tokens": 50_000, "reason": "release week"]
            #expect(try await stage.send("POST", "/grants", grant).status == 201)
        } else {
            #expect(try await stage.send("DELETE", "/budgets/small").status == 200)
        }
        await (try stage.daemon).untilIdle()
        let notes = stage.gitlab.notes(of: Self.day[1])
        #expect(notes.count == 1 && notes.first?.body.contains("Looks good.") == true && stage.model.calls.count == 2)
        try await stage.strike()
    }

    @Test func `a change that makes no room leaves a blocked review blocked, with one note`() async throws {
        let stage = try Stage(
            settings: ["TOKEN_DAILY_LIMIT": "12000"], model: { _ in .answer(input: 4000, output: 4000) })
        try await stage.label(Self.day[0])
        try await stage.label(Self.day[1])
        #expect(try await stage.send("PUT", "/teams/core", ["users": ["ann"]]).status == 200)
        await (try stage.daemon).untilIdle()
        #expect(stage.gitlab.notes(of: Self.day[1]).count == 1 && stage.model.calls.count == 1)
        #expect(try await stage.send("GET", "/queue").body["blocked"] == 1)
        stage.clock.advance(to: try #require(Instant("2026-03-11T00:00:01Z")))
        try await stage.goOn()
        #expect(stage.model.calls.count == 2)
        try await stage.strike()
    }

    @Test func `a template is for merge requests with its label, and labels make calls urgent`() async throws {
        let stage = try Stage()
        let bugfix: JSONValue = ["scope": "merge_request:*", "limit": 10, "label": "bugfix"]
        #expect(try await stage.send("PUT", "/budgets/bugfix", bugfix).status == 200)
        _ = stage.gitlab.add(label: "bugfix", to: Self.day[0])
        try await stage.label(Self.day[0])
        try await stage.label(Self.day[1])
        let notes = Self.day.prefix(2).map { stage.gitlab.notes(of: $0).first?.body ?? "" }
        #expect(notes[0].contains("Budget `bugfix` Exhausted") && notes[1].contains("Looks good."))
        // It never begins anew, so it waits for more of it.
        let grant: JSONValue = [
            "budget": "bugfix", "amount": 100_000, "reason": "worth it",
            "scope": .string("merge_request:\(Self.day[0].project.path)!\(Self.day[0].iid)"),
        ]
        #expect(try await stage.send("POST", "/grants", grant).status == 201)
        await (try stage.daemon).untilIdle()
        #expect(stage.gitlab.notes(of: Self.day[0]).first?.body.contains("Looks good.") == true)
        let shared: JSONValue = [
            "scope": "user:*", "period": "day", "limit": 10_000, "urgent": ["percent": 20, "labels": ["hotfix"]],
        ]
        #expect(try await stage.send("PUT", "/budgets/shared", shared).status == 200)
        let refused = try await reserve(stage, call(8001))
        #expect(refused.status == 429 && refused.body["largest_that_fits"] == 8000)
        #expect(try await reserve(stage, call(10_000, labels: ["backend", "hotfix"])).status == 201)
        #expect(try await reserve(stage, call(1, labels: ["hotfix"])).status == 429)
        #expect(try await reserve(stage, call(1, labels: [5])).status == 400)
        try await stage.strike()
    }

    @Test func `a refusal names the reviews that hold`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "10000"])
        for iid in 1...6 { #expect(try await reserve(stage, call(1000 + iid, iid: iid)).status == 201) }
        let refused = try await reserve(stage, call(5000))
        #expect(refused.body["held_by"]?.array?.count == 5)
        #expect(
            refused.body["held_by"]?.array?.first == ["merge_request": "shop/api!6", "amount": 1006, "calls": 1])
        #expect(refused.body["held_by_others"] == ["reviews": 1, "amount": 1001])
        try await stage.strike()
    }

    @Test func `teams are made, listed, used and removed`() async throws {
        let stage = try Stage()
        let made = try await stage.send("PUT", "/teams/core", ["users": ["Bob", "ann", "bob"], "reason": "new"])
        #expect(made.status == 200 && made.body == ["name": "core", "users": ["ann", "bob"]])
        let budget: JSONValue = ["scope": "team:core", "period": "day", "limit": 100]
        #expect(try await stage.send("PUT", "/budgets/core", budget).status == 200)
        #expect(try await reserve(stage, call(101, user: "BOB")).status == 429)
        #expect(try await reserve(stage, call(101, user: "eve")).status == 201)
        #expect(try await stage.send("GET", "/teams").body == ["teams": [made.body]])
        let used = try await stage.send("DELETE", "/teams/core")
        #expect(
            used.status == 400 && used.body["detail"]?.string?.contains("remove what is for it first: core") == true)
        #expect(try await stage.send("DELETE", "/budgets/core", ["author": "ann", "reason": "over"]).status == 200)
        #expect(try await stage.send("DELETE", "/teams/core").status == 200)
        #expect(try await stage.send("DELETE", "/teams/core").status == 404)
        for (path, body) in [
            ("/teams/a%20b", ["users": ["ann"]]), ("/teams/core", ["users": []]), ("/teams/core", ["users": ["a b"]]),
            ("/teams/core", ["people": ["ann"]]), ("/teams/core", ["name": "other", "users": ["ann"]]),
        ] as [(String, JSONValue)] {
            #expect(try await stage.send("PUT", path, body).status == 400)
        }
        for (method, path) in [("GET", "/teams"), ("PUT", "/teams/core"), ("DELETE", "/teams/core")] {
            #expect(try await stage.send(method, path, method == "PUT" ? [:] : nil, token: nil).status == 401)
        }
        try await stage.stopDaemon()
        let audit = try String(
            contentsOfFile: stage.directory.path + "/books/audit-logs/2026-03.jsonl", encoding: .utf8)
        #expect(audit.contains(#""event":"budget_removed","actor":"ann","budget":"core","reason":"over""#))
        try stage.startDaemon()
        try await stage.strike()
    }
}
