import Daemon
import Demo
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Testing
import UTCTime

@Suite struct BudgetTests {
    static let day = StandInMergeRequest.workingDay

    /// `count` merge requests of one small change.
    static func mergeRequests(_ count: Int) -> [StandInMergeRequest] {
        (1...count).map { number in
            StandInMergeRequest(
                project: StandInProject(id: 9, path: "team/app"), iid: number, title: "Change \(number)",
                description: "",
                author: "user\(number % 3)", branch: "b\(number)", sha: String(repeating: "\(number % 10)", count: 40),
                changes: [.init(path: "a.py", diff: "@@ -1,1 +1,1 @@\n-a = 1\n+a = \(number)\n")])
        }
    }

    @Test func `twelve reviews at once never pass a budget for a few`() async throws {
        let wanted = Self.mergeRequests(12)
        let stage = try Stage(
            settings: ["TOKEN_DAILY_LIMIT": "30000", "REVIEW_CONCURRENCY": "12", "REVIEW_MAX_OUTPUT_TOKENS": "4000"],
            mergeRequests: wanted, model: { _ in .answer(input: 1900, output: 4000) })
        try await withThrowingTaskGroup { group in
            for mergeRequest in wanted { group.addTask { try await stage.label(mergeRequest) } }
            try await group.waitForAll()
        }
        await (try stage.daemon).untilIdle()
        let total = try stage.rows().reduce(0) { $0 + (Int($1[10]) ?? .max) }
        #expect(total <= 30_000 && total >= 15_000)
        let bodies = wanted.map { stage.gitlab.notes(of: $0) }
        #expect(bodies.allSatisfy { $0.count == 1 })
        let blocked = bodies.filter { $0[0].body.contains("Daily Token Budget Exhausted") }
        #expect(blocked.count == 12 - stage.model.calls.count && !blocked.isEmpty)
        #expect(try stage.rows().count == stage.model.calls.count)
        #expect(stage.log.at("error").isEmpty)
        try await stage.strike()
    }

    @Test func `an empty budget says so once, in place, and the review takes its place the next day`() async throws {
        let stage = try Stage(
            settings: ["TOKEN_DAILY_LIMIT": "12000"], model: { _ in .answer(input: 4000, output: 4000) })
        try await stage.label(Self.day[0])
        try await stage.label(Self.day[1])
        let first = try #require(stage.gitlab.notes(of: Self.day[1]).first)
        #expect(stage.model.calls.count == 1)
        for line in [
            "⚠️ **Daily Token Budget Exhausted**", "(8,000 tokens used)", "Reviews will automatically resume tomorrow.",
            "- Check the budget status at: GET /budget/status", "midnight UTC (2026-03-11 00:00 UTC)",
            "- Remove and re-add the 'ai-review' label tomorrow", "- Contact your DevOps team if this is urgent",
            "Token budget helps control costs and ensures fair usage.", "8,000 of 12,000 tokens", "still fit: 4,000",
        ] { #expect(first.body.contains(line)) }
        try await stage.relabel(Self.day[1])
        #expect(stage.gitlab.notes(of: Self.day[1]).count == 1)
        // Another process has no memory of the note and finds it at GitLab.
        try await stage.stopDaemon()
        try stage.startDaemon()
        try await stage.relabel(Self.day[1])
        #expect(stage.gitlab.notes(of: Self.day[1]).count == 1 && stage.model.calls.count == 1)
        // The reset comes, and nobody does anything.
        stage.clock.advance(to: try #require(Instant("2026-03-11T00:00:01Z")))
        try await stage.goOn()
        let notes = stage.gitlab.notes(of: Self.day[1])
        #expect(notes.count == 1 && notes[0].id == first.id && notes[0].body.contains("Looks good."))
        #expect(notes[0].body.contains("AI code review") && stage.model.calls.count == 2)
        #expect(try await stage.stats()["date"] == "2026-03-11")
        try await stage.strike()
    }

    @Test func `what was booked counts after a restart, also when the summary is gone`() async throws {
        let stage = try Stage()
        try await stage.label(Self.day[0])
        try await stage.stopDaemon()
        try FileManager.default.removeItem(atPath: stage.directory.path + "/books/daily-summaries/2026-03-10.json")
        try stage.startDaemon()
        #expect(try await stage.stats()["total_tokens"] == 1500)
        try await stage.strike()
        #expect(FileManager.default.fileExists(atPath: stage.directory.path + "/books/daily-summaries/2026-03-10.json"))
    }

    @Test func `a budget that only warns lets the review pass, aloud`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "2000", "TOKEN_BUDGET_ENFORCEMENT": "warn"])
        try await stage.label(Self.day[0])
        #expect(try stage.rows().count == 1)
        #expect(stage.log.at("warning").contains { $0.contains("only warns") })
        try await stage.strike()
    }

    @Test func `without a budget everything is reviewed and recorded`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "1000", "TOKEN_BUDGET_ENABLED": "false"])
        try await stage.label(Self.day[0])
        try await stage.label(Self.day[1])
        #expect(try stage.rows().count == 2)
        #expect(try await stage.send("GET", "/budget/status").body["enabled"] == false)
        try await stage.strike()
    }

    @Test func `the warning threshold warns once a day, and one large review is remarked`() async throws {
        let stage = try Stage(
            settings: ["TOKEN_DAILY_LIMIT": "100000", "TOKEN_WARNING_THRESHOLD": "20%"],
            model: { call in .answer(input: call.number == 1 ? 14_500 : 5000, output: 500) })
        try await stage.label(Self.day[0])
        #expect(stage.gitlab.notes(of: Self.day[0]).first?.body.contains("Large review") == true)
        #expect(try await stage.stats()["level"] == "ok")
        try await stage.label(Self.day[1])
        #expect(try await stage.stats()["level"] == "warning")
        try await stage.label(Self.day[2])
        let warnings = stage.log.at("warning")
        #expect(
            warnings.count { $0.contains("the warning threshold") } == 1
                && warnings.count { $0.contains("large share") } == 1)
        try await stage.strike()
    }

    @Test func `reviews that fit wait for the holds of those under way`() async throws {
        let wanted = Self.mergeRequests(8)
        let stage = try Stage(
            settings: ["TOKEN_DAILY_LIMIT": "25000", "REVIEW_CONCURRENCY": "4"], mergeRequests: wanted)
        try await withThrowingTaskGroup { group in
            for mergeRequest in wanted { group.addTask { try await stage.label(mergeRequest) } }
            try await group.waitForAll()
        }
        await (try stage.daemon).untilIdle()
        #expect(stage.model.calls.count == 8)
        #expect(try stage.rows().count == 8)
        #expect(wanted.allSatisfy { stage.gitlab.notes(of: $0).first?.body.contains("Looks good.") == true })
        try await stage.strike()
    }
}
