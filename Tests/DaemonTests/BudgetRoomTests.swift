import Demo
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Testing
import UTCTime

/// Budgets beside the daily one, as a review meets them.
@Suite struct BudgetRoomTests {
    static let first = BudgetTests.mergeRequests(2)[0]
    static let second = BudgetTests.mergeRequests(2)[1]

    /// A stage whose project says `configuration` on its target branch, with small answers.
    static func stage(
        _ configuration: String = "{}", settings: [String: String?] = [:],
        model answer: @escaping @Sendable (ScriptedModel.Call) -> Response = { _ in .answer() }
    ) throws -> Stage {
        try Stage(
            settings: ["REVIEW_MAX_OUTPUT_TOKENS": "1000"].merging(settings) { $1 },
            mergeRequests: [first, second],
            gitlabTrouble: { head in
                head.rawPath.contains("bursar")
                    ? Response(status: 200, body: Array(configuration.utf8)) : nil
            }, model: answer)
    }

    /// Writes budgets.json and starts the daemon again.
    static func set(_ budgets: String, _ stage: Stage) async throws {
        try await stage.stopDaemon()
        try "{\"version\": 1, \"budgets\": [\(budgets)], \"teams\": []}".write(
            toFile: stage.directory.path + "/books/budgets.json", atomically: true, encoding: .utf8)
        try stage.startDaemon()
    }

    @Test(arguments: [("4000", "1,500 of 4,000 tokens"), ("\"0.021usd\"", "0.007usd of 0.021usd")])
    func `a merge request's own budget spans its reviews and restarts, and its refusal names it`(
        _ limit: String, _ figures: String
    ) async throws {
        let stage = try Self.stage("{\"merge_request_budget\": \(limit)}")
        try await stage.label(Self.first)
        #expect(try stage.rows().count == 1, "the first fits")
        for _ in 0..<2 {
            try await stage.relabel(Self.first)
            let notes = stage.gitlab.notes(of: Self.first)
            #expect(notes.contains { $0.body.contains("Looks good.") })
            let body = try #require(notes.last?.body)
            for words in ["`merge_request_budget` Exhausted", figures, "on the target branch", "It never begins anew"] {
                #expect(body.contains(words), "\(words)")
            }
            try await stage.stopDaemon()
            stage.clock.advance(to: stage.clock.now.adding(seconds: 40 * 86_400))
            try stage.startDaemon()
        }
        #expect(stage.model.calls.count == 1)
        // It is of one merge request alone.
        try await stage.label(Self.second)
        #expect(stage.model.calls.count == 2)
        #expect(stage.log.at("error").isEmpty)
        try await stage.strike()
    }

    @Test func `without one nothing is counted for a merge request`() async throws {
        let stage = try Self.stage("{}")
        try await stage.label(Self.first)
        for _ in 0..<3 { try await stage.relabel(Self.first) }
        #expect(stage.model.calls.count == 4)
        try await stage.strike()
    }

    @Test func `a project's budget in money walks the ladder down to a model that fits`() async throws {
        let stage = try Self.stage(
            settings: ["MODEL_LADDER": "claude-opus-5-5:0.7,claude-sonnet-5-5:0.3,claude-haiku-5-5:0.1"])
        // An answer of a thousand tokens is held at 0.02 for the first, 0.01 for the second, 0.0005 for the third.
        try await Self.set(
            "{\"name\": \"app-money\", \"scope\": \"project:team/app\", \"period\": \"day\", \"limit\": \"0.009usd\"}",
            stage)
        try await stage.label(Self.first)
        #expect(stage.model.calls.map { $0.body["model"]?.string } == ["claude-haiku-5-5"])
        let body = try #require(stage.gitlab.notes(of: Self.first).first?.body)
        #expect(body.contains("Switched to `claude-haiku-5-5` to conserve budget"))
        #expect(try await stage.stats()["held_tokens"] == 0)
        try await stage.strike()
    }

    @Test func `a budget in money shrinks the change in its own unit, and blocks in it`() async throws {
        let changed = SeveralCallsTests.mergeRequest(2)
        let stage = try Stage(settings: ["REVIEW_MAX_OUTPUT_TOKENS": "1000"], mergeRequests: [changed])
        // One file and an answer cost about 0.03 at two and ten dollars with a cache written for an hour; both, 0.05.
        try await Self.set(
            "{\"name\": \"money\", \"scope\": \"all\", \"period\": \"day\", \"limit\": \"0.035usd\"}", stage)
        try await stage.label(changed)
        #expect(stage.model.calls.count == 1)
        let body = try #require(stage.gitlab.notes(of: changed).first?.body)
        #expect(body.contains("Only a part of the change fits what is left of the budget"))
        #expect(body.contains("over what is left of the budget"))
        try await Self.set(
            "{\"name\": \"money\", \"scope\": \"all\", \"period\": \"day\", \"limit\": \"0.012usd\"}", stage)
        try await stage.relabel(changed)
        #expect(stage.model.calls.count == 1)
        let blocked = try #require(stage.gitlab.notes(of: changed).last?.body)
        #expect(blocked.contains("⚠️ **Budget `money` Exhausted**") && blocked.contains("of 0.012usd"))
        try await stage.strike()
    }

    @Test func `the tightest of all budgets decides the rung`() async throws {
        let stage = try Self.stage(settings: ["MODEL_LADDER": "claude-opus-5-5:0.7,claude-sonnet-5-5:0.3"])
        try await Self.set(
            "{\"name\": \"app\", \"scope\": \"project:team/app\", \"period\": \"week\", \"limit\": 20000}", stage)
        try await stage.label(Self.first)
        _ = try await stage.send(
            "POST", "/usage",
            [
                "project": "team/app", "model": "claude-opus-5-5", "input_tokens": 9000, "output_tokens": 0,
                "duration_ms": 1, "idempotency_key": "other",
            ])
        try await stage.label(Self.second)
        #expect(stage.model.calls.map { $0.body["model"]?.string } == ["claude-opus-5-5", "claude-sonnet-5-5"])
        let body = try #require(stage.gitlab.notes(of: Self.second).first?.body)
        #expect(body.contains("to conserve budget: 47.5 % of it is left"))
        try await stage.strike()
    }

    @Test func `what fits an unused budget in part is reviewed after the reset, not called too large`() async throws {
        let changed = SeveralCallsTests.mergeRequest(3)
        let stage = try Stage(
            settings: [
                "TOKEN_DAILY_LIMIT": "9000", "REVIEW_MAX_OUTPUT_TOKENS": "1000", "REVIEW_MAX_INPUT_TOKENS": "6000",
            ], mergeRequests: [changed], model: { SeveralCallsTests.answer($0.number) })
        _ = try await stage.send(
            "POST", "/usage",
            [
                "project": "team/app", "model": "claude-opus-5-5", "input_tokens": 8900, "output_tokens": 0,
                "duration_ms": 1, "idempotency_key": "other",
            ])
        try await stage.label(changed)
        #expect(stage.model.calls.isEmpty)
        let blocked = try #require(stage.gitlab.notes(of: changed).first?.body)
        #expect(blocked.contains("Daily Token Budget Exhausted") && !blocked.contains("will not make it fit"))
        stage.clock.advance(to: try #require(Instant("2026-03-11T00:00:01Z")))
        try await stage.goOn()
        #expect(!stage.model.calls.isEmpty)
        #expect(stage.gitlab.notes(of: changed).first?.body.contains("Verdict 1.") == true)
        try await stage.strike()
    }

    @Test(.timeLimit(.minutes(2)))
    func `an overrun budget blocks at once what costs it nothing, although nothing is under way`() async throws {
        let stage = try Self.stage(settings: ["MODEL": "a-model-without-a-price"])
        _ = try await stage.send(
            "POST", "/usage",
            [
                "project": "team/app", "model": "claude-opus-5-5", "input_tokens": 50_000, "output_tokens": 0,
                "duration_ms": 1, "idempotency_key": "other",
            ])
        // Lower than what was used already.
        try await Self.set(
            #"{"name": "money", "scope": "all", "period": "month", "limit": "0.01usd", "unknown_price": "allow"}"#,
            stage)
        try await stage.label(Self.first)
        #expect(stage.model.calls.isEmpty)
        let body = try #require(stage.gitlab.notes(of: Self.first).first?.body)
        #expect(body.contains("⚠️ **Budget `money` Exhausted**") && body.contains("of 0.01usd"), "\(body)")
        // With room in it, what nobody knows the price of passes.
        try await Self.set(
            #"{"name": "money", "scope": "all", "period": "month", "limit": "1usd", "unknown_price": "allow"}"#, stage)
        try await stage.relabel(Self.first)
        #expect(stage.model.calls.count == 1)
        try await stage.strike()
    }
}
