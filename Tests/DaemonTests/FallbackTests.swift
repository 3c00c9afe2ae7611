import Demo
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Testing
import UTCTime

/// What happens when the model that was chosen does not do what it is asked.
@Suite struct FallbackTests {
    static let mergeRequest = StandInMergeRequest.workingDay[0]
    static let ladder: [String: String?] = ["MODEL_LADDER": "claude-opus-5-5:0.2,claude-sonnet-5-5:0.1"]

    static func error(_ status: Int, _ type: String, _ message: String = "no") -> Response {
        .json(status, ["type": "error", "error": ["type": .string(type), "message": .string(message)]])
    }

    @Test(arguments: [
        (404, "not_found_error", "is not known to the model's server", 1),
        (529, "overloaded_error", "was overloaded", 3), (503, "api_error", "was overloaded", 3),
        (429, "rate_limit_error", "had too many requests", 3),
        (403, "permission_error", "may not be used with the API key", 1),
    ])
    func `what cost nothing is given back, and the next model of the ladder answers`(
        _ status: Int, _ type: String, _ reason: String, _ tries: Int
    ) async throws {
        let stage = try Stage(
            settings: Self.ladder,
            model: { call in
                call.body["model"] == "claude-opus-5-5" ? Self.error(status, type) : .answer("Fine by me.")
            })
        try await stage.label(Self.mergeRequest)
        #expect(stage.model.calls.count == tries + 1)
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("Fine by me."))
        #expect(notes[0].body.contains("Answered by `claude-sonnet-5-5`, because `claude-opus-5-5` \(reason)."))
        #expect(!notes[0].body.contains("to conserve budget"))
        let rows = try stage.rows()
        #expect(rows.count == 1 && rows[0][11] == "claude-sonnet-5-5")
        #expect(try await stage.stats()["held_tokens"] == 0)
        #expect(try stage.keptAnswers.isEmpty)
        try await stage.strike()
    }

    @Test func `a refusal that was charged is a row of its own, and the figures are of both`() async throws {
        let stage = try Stage(
            settings: Self.ladder,
            model: { call in
                call.body["model"] == "claude-opus-5-5"
                    ? .answer("", input: 900, output: 10, stop: "refusal") : .answer("Fine by me.")
            })
        try await stage.label(Self.mergeRequest)
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest).first?.body)
        #expect(
            body.contains("Answered by `claude-sonnet-5-5`, because `claude-opus-5-5` declined to review the change."))
        #expect(body.contains("1,900 tokens in") && body.contains("510 out") && !body.contains("The model declined"))
        let rows = try stage.rows()
        #expect(rows.map { $0[11] } == ["claude-opus-5-5", "claude-sonnet-5-5"])
        #expect(Set(rows.map { $0[20] }) == ["shop/backend-api!123"] && Set(rows.map { $0[21] }).count == 2)
        let stats = try await stage.stats()
        #expect(stats["total_tokens"] == 2410 && stats["held_tokens"] == 0)
        #expect(try stage.keptAnswers.isEmpty)
        try await stage.strike()
    }

    @Test func `each model is asked once, and what was paid for is posted when none answers`() async throws {
        let stage = try Stage(
            settings: Self.ladder,
            model: { call in
                call.body["model"] == "claude-opus-5-5"
                    ? .answer("I would rather not.", stop: "refusal") : Self.error(404, "not_found_error")
            })
        try await stage.label(Self.mergeRequest)
        #expect(stage.model.calls.map { $0.body["model"]?.string } == ["claude-opus-5-5", "claude-sonnet-5-5"])
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1)
        for words in [
            "I would rather not.", "The model declined to review this change",
            "`claude-opus-5-5` declined to review the change and `claude-sonnet-5-5` is not known",
        ] { #expect(notes[0].body.contains(words), "\(words)") }
        #expect(try stage.rows().count == 1)
        #expect(try await stage.stats()["held_tokens"] == 0)
        try await stage.strike()
    }

    @Test func `when no model is there, the failure names each of them and nothing was spent`() async throws {
        let stage = try Stage(settings: Self.ladder, model: { _ in Self.error(404, "not_found_error") })
        try await stage.label(Self.mergeRequest)
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("Code Review Failed"))
        #expect(
            notes[0].body.contains("`claude-opus-5-5` is not known") && notes[0].body.contains("No tokens were spent"))
        #expect(stage.model.calls.count == 2)
        #expect(try stage.rows().isEmpty)
        #expect(try await stage.stats()["held_tokens"] == 0)
        try await stage.strike()
    }

    @Test(arguments: [
        (401, "authentication_error", ladder), (400, "invalid_request_error", ladder), (402, "billing_error", ladder),
        (404, "not_found_error", ladder.merging(["MODEL_LADDER_MODE": "warn"]) { $1 }),
        (404, "not_found_error", ["MODEL": "claude-opus-5-5"]),
    ])
    func `what another model would not mend, and a ladder that only warns, call no other`(
        _ status: Int, _ type: String, _ settings: [String: String?]
    ) async throws {
        let stage = try Stage(settings: settings, model: { _ in Self.error(status, type) })
        try await stage.label(Self.mergeRequest)
        #expect(Set(stage.model.calls.map { $0.body["model"]?.string }).count == 1)
        #expect(stage.gitlab.notes(of: Self.mergeRequest).first?.body.contains("Code Review Failed") == true)
        try await stage.strike()
    }

    @Test(arguments: [
        ("claude-haiku-4-5:0.2,claude-opus-4-5:0.15,claude-sonnet-5-5:0.1", ["claude-haiku-4-5", "claude-sonnet-5-5"]),
        ("claude-sonnet-5-5:0.2,claude-haiku-4-5:0.1", ["claude-sonnet-5-5"]),
    ])
    func `a prompt that is too long goes to a model that takes more, and to no other`(
        _ ladder: String, _ asked: [String]
    ) async throws {
        let stage = try Stage(
            settings: ["MODEL_LADDER": ladder],
            model: { call in
                call.number == 1
                    ? Self.error(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")
                    : .answer("Fine by me.")
            })
        try await stage.label(Self.mergeRequest)
        #expect(stage.model.calls.map { $0.body["model"]?.string } == asked)
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest).first?.body)
        #expect(
            body.contains(asked.count == 2 ? "takes no prompt of this length." : "longer than claude-sonnet-5-5 takes"))
        #expect(try await stage.stats()["held_tokens"] == 0)
        try await stage.strike()
    }

    @Test func `without a budget the ladder still stands in for the model`() async throws {
        let stage = try Stage(
            settings: Self.ladder.merging(["TOKEN_BUDGET_ENABLED": "false"]) { $1 },
            model: { call in
                call.body["model"] == "claude-sonnet-5-5" ? Self.error(529, "overloaded_error") : .answer("Fine by me.")
            })
        try await stage.label(Self.mergeRequest)
        #expect(try stage.rows().map { $0[11] } == ["claude-opus-5-5"])
        #expect(
            stage.gitlab.notes(of: Self.mergeRequest).first?.body.contains("`claude-sonnet-5-5` was overloaded") == true
        )
        try await stage.strike()
    }
}
