import Demo
import JSON
import Settings
import Testing

@testable import Daemon

/// What all budgets say to an estimate, whatever was set when the daemon started.
@Suite struct EstimateBudgetTests {
    private static let diff = """
        diff --git a/a.py b/a.py
        --- a/a.py
        +++ b/a.py
        @@ -1,1 +1,1 @@
        -a = 1
        +a = 2

        """

    private func set(_ stage: Stage, _ name: String, scope: String, limit: Int, _ enforcement: String) async throws {
        let body: JSONValue = [
            "scope": .string(scope), "period": "month", "limit": .integer(limit), "enforcement": .string(enforcement),
            "reason": "a test", "author": "ann",
        ]
        #expect(try await stage.send("PUT", "/budgets/\(name)", body).status == 200)
    }

    @Test func `a narrower budget than the daily one has its say`() async throws {
        let stage = try Stage()
        let allowed = try await stage.post(text: Self.diff, to: "/estimate").body
        #expect(allowed["budget"]?["decision"] == "allow" && allowed["remarks"] == [])
        // For another model, and for a project that is not this diff's: neither has anything to say.
        try await set(stage, "other-model", scope: "model:gpt-9", limit: 1, "block")
        try await set(stage, "other-project", scope: "project:team/else", limit: 1, "block")
        #expect(try await stage.post(text: Self.diff, to: "/estimate").body == allowed)
        try await set(stage, "careful", scope: "all", limit: 1, "warn")
        let warned = try await stage.post(text: Self.diff, to: "/estimate").body
        #expect(warned["budget"]?["decision"] == "warn")
        #expect(warned["remarks"]?.array?.first?.string?.contains("'careful'") == true)
        try await set(stage, "this-model", scope: "model:claude-sonnet-5-5", limit: 100, "block")
        let blocked = try await stage.post(text: Self.diff, to: "/estimate").body
        #expect(blocked["budget"]?["decision"] == "block")
        #expect(
            blocked["remarks"]?.array?.contains {
                $0.string?.contains("'this-model' (model:claude-sonnet-5-5, a month)") == true
            } == true, "\(blocked["remarks"] ?? .null)")
        // An estimate holds nothing, and leaves no counter behind.
        #expect(try await stage.stats()["held_tokens"] == 0)
        try await stage.strike()
    }

    @Test(arguments: [("hotfix", true), ("bugfix", false)])
    func `an estimate on a merge request asks for its labels, as a review does`(
        _ label: String, isUrgent: Bool
    ) async throws {
        let stage = try RememberingTests.stage()
        let body: JSONValue = [
            "scope": "all", "period": "month", "limit": 100_000, "reason": "a test",
            "urgent": ["percent": 99, "labels": ["hotfix"]],
        ]
        #expect(try await stage.send("PUT", "/budgets/kept-back", body).status == 200)
        _ = stage.gitlab.add(label: label, to: RememberingTests.mergeRequest)
        try await RememberingTests.comment("/ai-review estimate", note: 501, on: stage)
        let note = try #require(stage.gitlab.notes(of: RememberingTests.mergeRequest).first?.body)
        #expect(note.contains("kept-back") != isUrgent, "\(note)")
        try await stage.strike()
    }

    @Test(arguments: [("hotfix", true), ("bugfix", false)])
    func `a label's own budget says nothing to an estimate on a merge request without the label`(
        _ label: String, isAsked: Bool
    ) async throws {
        let stage = try RememberingTests.stage()
        let body: JSONValue = [
            "scope": "merge_request:*", "period": "total", "limit": 10, "label": "hotfix", "reason": "a test",
        ]
        #expect(try await stage.send("PUT", "/budgets/by-label", body).status == 200)
        _ = stage.gitlab.add(label: label, to: RememberingTests.mergeRequest)
        try await RememberingTests.comment("/ai-review estimate", note: 501, on: stage)
        let note = try #require(stage.gitlab.notes(of: RememberingTests.mergeRequest).first?.body)
        #expect(note.contains("by-label") == isAsked && note.contains("It would be blocked.") == isAsked, "\(note)")
        try await stage.strike()
    }

    @Test(arguments: [("0.08usd", "allow"), ("0.02usd", "block")])
    func `several calls are each priced by themselves, not as one long call of a dearer tier`(
        _ limit: JSONValue, _ decision: JSONValue
    ) async throws {
        // Two calls of at most 85,000 tokens cost 0.04 dollars at most; one of 170,000, above the step, 0.19.
        let stage = try Stage(settings: ["MODEL": "claude-haiku-5-5"])
        let body: JSONValue = ["scope": "all", "period": "month", "limit": limit, "reason": "a test"]
        #expect(try await stage.send("PUT", "/budgets/money", body).status == 200)
        let diff = (0..<4).map { file in
            let lines = (0..<1100).map { "+    value_\($0) = compute(\($0), name=\(file))\n" }.joined()
            return "--- /dev/null\n+++ b/src/part_\(file).py\n@@ -0,0 +1,1100 @@\n" + lines
        }.joined()
        let estimate = try await stage.post(text: diff, to: "/estimate").body
        #expect(
            estimate["calls"] == 2 && (estimate["tokens"]?["input"]?.integer ?? 0) > 105_000,
            "\(estimate["tokens"] ?? .null)")
        #expect(estimate["budget"]?["decision"] == decision, "\(estimate["remarks"] ?? .null)")
        try await stage.strike()
    }

    @Test(arguments: [("command:review", true), ("command:estimate", false)])
    func `an estimate is of a review, whatever the command that asks for it`(
        _ scope: JSONValue, isAsked: Bool
    ) async throws {
        let stage = try RememberingTests.stage()
        let body: JSONValue = ["scope": scope, "period": "month", "limit": 5000, "reason": "a test"]
        #expect(try await stage.send("PUT", "/budgets/by-command", body).status == 200)
        try await RememberingTests.comment("/ai-review estimate", note: 501, on: stage)
        let note = try #require(stage.gitlab.notes(of: RememberingTests.mergeRequest).first?.body)
        #expect(note.contains("The budget has 5,000 tokens left") == isAsked, "\(note)")
        try await stage.strike()
    }

    @Test func `what a reload puts in force is in the next estimate`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "100", "TOKEN_WARNING_THRESHOLD": "80"])
        func decision() async throws -> JSONValue? {
            try await stage.post(text: Self.diff, to: "/estimate").body["budget"]?["decision"]
        }
        #expect(try await decision() == "block")
        try (stage.daemon).reload(stage.loaded(["TOKEN_BUDGET_ENFORCEMENT": "warn"]))
        #expect(try await decision() == "warn")
        try (stage.daemon).reload(stage.loaded(["TOKEN_DAILY_LIMIT": "1000000"]))
        #expect(try await decision() == "allow")
        try await stage.strike()
    }

    @Test func `the answer has the contract's keys first, in its order`() async throws {
        let stage = try Stage()
        let body = try await stage.post(text: Self.diff, to: "/estimate").body
        func keys(_ value: JSONValue?) -> [String] { value?.object?.members.map(\.key) ?? [] }
        #expect(keys(body).prefix(5) == ["files", "tokens", "saved_percent", "models", "budget"])
        #expect(keys(body["files"]?.array?.first).prefix(4) == ["path", "tokens", "action", "reason"])
        #expect(
            keys(body["tokens"]).prefix(5) == ["full_diff", "prompt", "input", "expected_output", "total"])
        #expect(keys(body["models"]?.array?.first).prefix(2) == ["model", "cost_usd"])
        #expect(keys(body["budget"]) == ["remaining", "share_percent", "decision"])
        try await stage.strike()
    }
}
