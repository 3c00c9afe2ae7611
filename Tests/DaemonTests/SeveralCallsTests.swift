import Demo
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Synchronization
import Testing
import UTCTime

/// Reviews of changes that one prompt cannot hold.
@Suite struct SeveralCallsTests {
    /// `count` files, of which two do not fit a prompt of `settings`.
    static func mergeRequest(_ count: Int) -> StandInMergeRequest {
        StandInMergeRequest(
            project: StandInProject(id: 9, path: "team/app"), iid: 7, title: "Much", description: "", author: "mia",
            branch: "much", sha: String(repeating: "7a", count: 20),
            changes: (1...count).map { number in
                let lines = (1...45).map { "+    total_\(number)_\($0) = price_of(item_\($0)) * quantity[\($0)]\n" }
                return .init(path: "src/f\(number).py", diff: "@@ -1,0 +1,45 @@\n" + lines.joined())
            })
    }
    static let settings: [String: String?] = [
        "REVIEW_MAX_INPUT_TOKENS": "6000", "REVIEW_MAX_OUTPUT_TOKENS": "1000",
    ]

    /// An answer in the form, with one finding about `line` of the file of that number.
    static func answer(_ number: Int, input: Int = 1000) -> Response {
        let finding: JSONValue = [
            "severity": "minor", "kind": "correctness", "path": .string("src/f\(number).py"), "side": "new", "line": 3,
            "quote": .string("total_\(number)_3 = price_of"), "title": .string("Finding \(number)"),
            "text": "So it is.",
            "replaced": "", "replacement": "",
        ]
        let review: JSONValue = ["verdict": .string("Verdict \(number)."), "findings": [finding]]
        return .answer(review.text, input: input, output: 100)
    }

    @Test func `are made in several calls, each held and booked, and posted as one`() async throws {
        let stage = try Stage(
            settings: Self.settings, mergeRequests: [Self.mergeRequest(3)], model: { Self.answer($0.number) })
        try await stage.label(Self.mergeRequest(3))
        #expect(stage.model.calls.count == 3)
        for (number, call) in stage.model.calls.enumerated() {
            #expect(call.body.text.contains("This is part \(number + 1) of 3 of the change"))
        }
        let notes = stage.gitlab.notes(of: Self.mergeRequest(3))
        #expect(notes.count == 1)
        for words in [
            "Verdict 1.", "Verdict 2.", "Verdict 3.", "**3 findings:**",
            "Coverage: 3 of 3 changed files reviewed.",
            "3,000 tokens in (estimated ", "300 out", "0.009000 USD (estimated 0.",
        ] { #expect(notes[0].body.contains(words), "\(words)") }
        #expect(stage.gitlab.discussions(of: Self.mergeRequest(3)).count == 3)
        let rows = try stage.rows()
        #expect(rows.count == 3 && Set(rows.map { $0[20] }) == ["team/app!7"] && Set(rows.map { $0[21] }).count == 3)
        let stats = try await stage.stats()
        #expect(stats["total_tokens"] == 3300 && stats["held_tokens"] == 0)
        #expect(try stage.keptAnswers.isEmpty && stage.log.at("error").isEmpty)
        try await stage.strike()
    }

    @Test func `have at most four calls; what they do not hold is named`() async throws {
        let stage = try Stage(
            settings: Self.settings, mergeRequests: [Self.mergeRequest(6)], model: { Self.answer($0.number) })
        try await stage.label(Self.mergeRequest(6))
        #expect(stage.model.calls.count == 4)
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest(6)).first?.body)
        #expect(body.contains("over the input limit of one review"))
        #expect(try stage.rows().count == 4)
        try await stage.strike()
    }

    @Test func `end where the budget does: what was answered is posted, the rest is named`() async throws {
        // The first answer takes far more than was held for it.
        let stage = try Stage(
            settings: Self.settings.merging(["TOKEN_DAILY_LIMIT": "25000"]) { $1 },
            mergeRequests: [Self.mergeRequest(3)], model: { Self.answer($0.number, input: 23_000) })
        try await stage.label(Self.mergeRequest(3))
        #expect(stage.model.calls.count == 1)
        let notes = stage.gitlab.notes(of: Self.mergeRequest(3))
        #expect(notes.count == 1)
        for words in [
            "Verdict 1.", "Not the whole change was reviewed", "the budget `daily` left no room",
            "Coverage: 1 of 3 changed files reviewed", "not reviewed: over what is left of the budget",
        ] { #expect(notes[0].body.contains(words), "\(words)") }
        #expect(try stage.rows().count == 1)
        #expect(try await stage.stats()["held_tokens"] == 0)
        #expect(try stage.keptAnswers.isEmpty)
        try await stage.strike()
    }

    @Test func `end where no model answers: what was paid for is posted`() async throws {
        let stage = try Stage(
            settings: Self.settings, mergeRequests: [Self.mergeRequest(3)],
            model: { call in
                call.number < 3 ? Self.answer(call.number) : FallbackTests.error(401, "authentication_error")
            })
        try await stage.label(Self.mergeRequest(3))
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest(3)).first?.body)
        for words in [
            "Verdict 1.", "Verdict 2.", "does not accept the API key (401)",
            "not reviewed: the model gave no answer about it",
        ] { #expect(body.contains(words), "\(words)") }
        #expect(try stage.rows().count == 2)
        #expect(try await stage.stats()["held_tokens"] == 0)
        try await stage.strike()
    }

    @Test func `ask again once about the part whose outcome is unknown, and about no other`() async throws {
        let stage = try Stage(
            settings: Self.settings, mergeRequests: [Self.mergeRequest(2)],
            model: { call in
                call.number == 2 ? Response(status: 200, body: Array("<html>".utf8)) : Self.answer(call.number)
            })
        try await stage.label(Self.mergeRequest(2))
        #expect(stage.model.calls.count == 3)
        #expect(
            stage.model.calls[1].body.text.contains("part 2 of 2") && stage.model.calls[2].body.text.contains("part 2"))
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest(2)).first?.body)
        #expect(body.contains("Verdict 1.") && body.contains("Verdict 3.") && body.contains("Coverage: 2 of 2"))
        #expect(try stage.rows().count == 2)
        #expect(try await stage.stats()["held_tokens"]?.integer ?? 0 > 1000)
        try await stage.strike()
    }

    @Test func `end when commits come: nothing more is paid for the old ones`() async throws {
        let pushed = Mutex<(@Sendable () -> Void)?>(nil)
        let stage = try Stage(
            settings: Self.settings, mergeRequests: [Self.mergeRequest(3)],
            model: { call in
                if call.number == 1 { pushed.withLock { $0 }?() }
                return Self.answer(call.number)
            })
        let gitlab = stage.gitlab
        pushed.withLock {
            $0 = { gitlab.change(Self.mergeRequest(3)) { $0.sha = String(repeating: "8b", count: 20) } }
        }
        try await stage.label(Self.mergeRequest(3))
        #expect(stage.model.calls.count == 1)
        #expect(try stage.rows().count == 1 && stage.keptAnswers.isEmpty)
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest(3)).first?.body)
        #expect(body.contains("Verdict 1.") && body.contains("not reviewed: commits came before it was its turn"))
        try await stage.strike()
    }

    @Test func `a model that declines a later part gives way for that part alone`() async throws {
        let stage = try Stage(
            settings: Self.settings.merging(FallbackTests.ladder) { $1 }, mergeRequests: [Self.mergeRequest(2)],
            model: { call in call.number == 2 ? .answer("", stop: "refusal") : Self.answer(call.number) })
        try await stage.label(Self.mergeRequest(2))
        #expect(
            stage.model.calls.map { $0.body["model"]?.string }
                == ["claude-opus-5-5", "claude-opus-5-5", "claude-sonnet-5-5"])
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest(2)).first?.body)
        #expect(body.contains("Verdict 1.") && body.contains("Verdict 3.") && body.contains("Coverage: 2 of 2"))
        #expect(try stage.rows().count == 3)
        try await stage.strike()
    }
}
