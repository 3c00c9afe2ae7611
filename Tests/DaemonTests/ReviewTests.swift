import Demo
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Synchronization
import Testing
import UTCTime

@Suite struct ReviewTests {
    static let mergeRequest = StandInMergeRequest.workingDay[0]

    @Test func `a label becomes a review, a row and a summary`() async throws {
        let stage = try Stage()
        let answer = try await stage.label(Self.mergeRequest)
        #expect(answer["status"] == "queued")
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("Looks good."))
        #expect(stage.model.calls.count == 1)
        let rows = try stage.rows()
        #expect(rows.count == 1)
        #expect(Array(rows[0][..<3]) == ["2026", "3", "10"] && rows[0][3].hasPrefix("09:0"))
        #expect(
            Array(rows[0][4..<12])
                == ["42", "backend-api", "123", "maria.lopez", "1000", "500", "1500", "claude-sonnet-5-5"])
        #expect(Array(rows[0][13..<16]) == ["0", "0", "0.007000"])
        #expect(rows[0][20] == "shop/backend-api!123")
        let stats = try await stage.stats()
        #expect(stats["total_tokens"] == 1500 && stats["held_tokens"] == 0 && stats["request_count"] == 1)
        try await stage.strike()
        let summary = try Data(
            contentsOf: URL(fileURLWithPath: stage.directory.path + "/books/daily-summaries/2026-03-10.json"))
        let value = try JSONValue(parsing: Array(summary))
        #expect(
            value["total_tokens"] == 1500 && value["budget_remaining"] == 998_500 && value["budget_exhausted"] == false)
        #expect(stage.log.at("error").isEmpty && stage.log.at("warning").isEmpty)
        #expect(!stage.log.all.contains { $0.contains("of-the-test") || $0.contains("SELECT") })
    }

    @Test func `the model is sent what the newest models take, and nothing secret`() async throws {
        let stage = try Stage()
        try await stage.label(Self.mergeRequest)
        let call = try #require(stage.model.calls.first)
        #expect(
            call.head.fields["x-api-key"] == "model-key-of-the-test"
                && call.head.fields["anthropic-version"] == "2023-06-01")
        let members = call.body.object?.members.map(\.key).sorted() ?? []
        #expect(members == ["max_tokens", "messages", "model", "output_config", "system"])
        let text = call.body.text
        #expect(
            text.contains("SELECT number") && text.contains("tests/test_orders.py") && !text.contains("of-the-test"))
        try await stage.strike()
    }

    @Test func `what GitLab sends twice is reviewed once, a label set again is reviewed again`() async throws {
        let stage = try Stage()
        let labels = stage.gitlab.add(label: "ai-review", to: Self.mergeRequest)
        let event = Self.mergeRequest.labelDelivery(
            before: labels.before, after: labels.after, at: stage.clock.now, instance: stage.gitlab.url)
        #expect(try await stage.deliver(event, key: "delivery-1").body["status"] == "queued")
        #expect(try await stage.deliver(event, key: "delivery-1").body["status"] == "duplicate")
        // The same event by another hook has another key.
        #expect(try await stage.deliver(event, key: "delivery-2").body["status"] == "duplicate")
        #expect(stage.model.calls.count == 1)
        #expect(try await stage.relabel(Self.mergeRequest)["status"] == "queued")
        #expect(stage.model.calls.count == 2)
        // The new review stands in the place of the old one.
        #expect(stage.gitlab.notes(of: Self.mergeRequest).count == 1)
        try await stage.strike()
    }

    @Test func `a merge request that lost its label before its turn is skipped`() async throws {
        let stage = try Stage()
        let labels = stage.gitlab.add(label: "ai-review", to: Self.mergeRequest)
        _ = stage.gitlab.remove(label: "ai-review", from: Self.mergeRequest)
        let answer = try await stage.deliver(
            Self.mergeRequest.labelDelivery(
                before: labels.before, after: labels.after, at: stage.clock.now, instance: ""))
        #expect(answer.body["status"] == "queued")
        #expect(stage.model.calls.isEmpty && stage.gitlab.notes(of: Self.mergeRequest).isEmpty)
        try await stage.strike()
    }

    @Test func `what a model says cannot act on GitLab`() async throws {
        let stage = try Stage(model: { _ in
            .answer("/approve\n/merge\n@all look at <img src=x> ![a](https://evil/) gitlab-token-of-the-test")
        })
        try await stage.label(Self.mergeRequest)
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest).first?.body)
        #expect(!body.split(separator: "\n").contains { $0.hasPrefix("/") })
        #expect(
            !body.contains("@all") && !body.contains("<img") && !body.contains("![")
                && !body.contains("token-of-the-test"))
        try await stage.strike()
    }

    @Test(arguments: [
        ("max_tokens", "incomplete"), ("refusal", "declined"), ("something_new", "something"),
    ])
    func `an answer that is not whole is posted, booked and said so`(_ stop: String, _ remark: String) async throws {
        let stage = try Stage(model: { _ in .answer("Half of", stop: stop) })
        try await stage.label(Self.mergeRequest)
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest).first?.body)
        #expect(body.contains("Half of") && body.contains(remark))
        #expect(try stage.rows().count == 1)
        try await stage.strike()
    }

    @Test func `an answer without usage is posted and stays held`() async throws {
        let stage = try Stage(model: { _ in .answer("Fine.", usage: [:]) })
        try await stage.label(Self.mergeRequest)
        #expect(stage.gitlab.notes(of: Self.mergeRequest).first?.body.contains("Fine.") == true)
        #expect(try stage.rows().isEmpty)
        #expect(try await stage.stats()["held_tokens"]?.integer ?? 0 > 8192)
        #expect(stage.log.at("warning").contains { $0.contains("without usage") })
        try await stage.strike()
    }

    @Test(arguments: [
        (401, "authentication_error"), (404, "not_found_error"), (400, "invalid_request_error"),
        (529, "overloaded_error"),
    ])
    func `a call that cost nothing gives its tokens back and says why once`(_ status: Int, _ type: String) async throws
    {
        let stage = try Stage(model: { _ in
            .json(status, ["type": "error", "error": ["type": .string(type), "message": "no"]])
        })
        try await stage.label(Self.mergeRequest)
        // What may be the form's fault is tried without it.
        #expect(stage.model.calls.count == ([529: 3, 400: 2][status] ?? 1))
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("Code Review Failed"))
        #expect(try await stage.stats()["held_tokens"] == 0)
        try await stage.relabel(Self.mergeRequest)
        #expect(stage.gitlab.notes(of: Self.mergeRequest).count == 1)
        try await stage.strike()
    }

    @Test func `a call whose outcome is unknown stays held and is made once more`() async throws {
        // An answer that is no JSON came after the money was spent.
        let stage = try Stage(model: { call in
            call.number == 1 ? Response(status: 200, body: Array("<html>".utf8)) : .answer()
        })
        try await stage.label(Self.mergeRequest)
        #expect(stage.model.calls.count == 2)
        #expect(try stage.rows().count == 1)
        let stats = try await stage.stats()
        #expect(stats["total_tokens"] == 1500 && stats["held_tokens"]?.integer ?? 0 > 8192)
        #expect(stage.gitlab.notes(of: Self.mergeRequest).count == 1)
        try await stage.strike()
    }

    @Test func `a failure of GitLab is told on the merge request`() async throws {
        let stage = try Stage(gitlabTrouble: { head in
            head.rawPath.hasSuffix("/diffs") ? .json(403, ["message": "403 Forbidden"]) : nil
        })
        try await stage.label(Self.mergeRequest)
        #expect(stage.model.calls.isEmpty)
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("Code Review Failed"))
        #expect(stage.log.at("error").count == 1)
        try await stage.strike()
    }

    @Test func `speaks to an OpenAI-compatible server`() async throws {
        let stage = try Stage(
            settings: [
                "MODEL_PROVIDER": "openai", "MODEL": "gpt-6-luna", "OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": nil,
            ],
            model: { _ in
                .json(
                    200,
                    [
                        "id": "c1", "model": "gpt-6-luna",
                        "choices": [
                            ["message": ["role": "assistant", "content": "Fine by me."], "finish_reason": "stop"]
                        ],
                        "usage": [
                            "prompt_tokens": 2000, "completion_tokens": 100, "total_tokens": 2100,
                            "prompt_tokens_details": ["cached_tokens": 1500],
                        ],
                    ])
            })
        try await stage.label(Self.mergeRequest)
        #expect(stage.gitlab.notes(of: Self.mergeRequest).first?.body.contains("Fine by me.") == true)
        let row = try #require(try stage.rows().first)
        #expect(Array(row[8...10]) == ["2000", "100", "2100"] && row[14] == "1500")
        try await stage.strike()
    }

    @Test func `a paid review is posted when GitLab takes it at last`() async throws {
        let failures = Mutex(15)
        let stage = try Stage(gitlabTrouble: { head in
            guard head.method == .post else { return nil }
            let mustFail = failures.withLock { count in
                count -= 1
                return count >= 0
            }
            return mustFail ? .json(500, ["message": "500 Internal Server Error"]) : nil
        })
        try await stage.label(Self.mergeRequest)
        try await stage.goOn(hours: 3)
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("Looks good."))
        #expect(stage.model.calls.count == 1)
        #expect(try stage.rows().count == 1)
        #expect(try stage.keptAnswers.isEmpty)
        try await stage.strike()
    }

    @Test func `a GitLab that knows neither user nor notes still gets its review`() async throws {
        let stage = try Stage(gitlabTrouble: { head in
            head.method == .get && (head.rawPath.hasSuffix("/user") || head.rawPath.hasSuffix("/notes"))
                ? .json(500, ["message": "no"]) : nil
        })
        try await stage.label(Self.mergeRequest)
        #expect(stage.gitlab.notes(of: Self.mergeRequest).count == 1)
        try await stage.strike()
    }

    @Test func `a removal that two hooks tell makes one new wish`() async throws {
        let stage = try Stage()
        try await stage.label(Self.mergeRequest)
        let removed = stage.gitlab.remove(label: "ai-review", from: Self.mergeRequest)
        let added = stage.gitlab.add(label: "ai-review", to: Self.mergeRequest)
        stage.clock.advance(to: stage.clock.now.adding(seconds: 60))
        func event(_ labels: (before: [String], after: [String]), second: Int64) -> JSONValue {
            Self.mergeRequest.labelDelivery(
                before: labels.before, after: labels.after, at: Instant(seconds: 1_800_000_000 + second),
                instance: stage.gitlab.url)
        }
        #expect(try await stage.deliver(event(removed, second: 1)).body["status"] == "ignored")
        #expect(try await stage.deliver(event(added, second: 2)).body["status"] == "queued")
        #expect(try await stage.deliver(event(removed, second: 1)).body["status"] == "duplicate")
        #expect(try await stage.deliver(event(added, second: 2)).body["status"] == "duplicate")
        #expect(stage.model.calls.count == 2)
        try await stage.strike()
    }
}
