import Demo
import Faults
import Foundation
import HTTPClient
import HTTPServer
import HTTPWire
import JSON
import Synchronization
import Testing
import UTCTime

@Suite struct `Every delivery counts, exactly once` {
    static let mergeRequest = StandInMergeRequest.workingDay[0]

    /// A comment on the merge request.
    private func comment(
        _ text: String, note: Int, by user: String = "maria.lopez", on stage: Stage, action: String = "create"
    ) throws -> JSONValue {
        let labels = stage.gitlab.condition(of: Self.mergeRequest).labels
        var payload = try #require(
            Self.mergeRequest.labelDelivery(before: labels, after: labels, at: stage.clock.now, instance: "").object)
        var subject = try #require(payload["object_attributes"]?.object)
        subject["labels"] = payload["labels"]
        payload["merge_request"] = .object(subject)
        payload["object_kind"] = "note"
        payload["event_type"] = "note"
        payload["project_id"] = .integer(Self.mergeRequest.project.id)
        payload["user"] = ["id": .integer(StandInMergeRequest.userID(user)), "username": .string(user)]
        payload["object_attributes"] = [
            "id": .integer(note), "note": .string(text), "noteable_type": "MergeRequest", "action": .string(action),
            "system": false, "author_id": .integer(StandInMergeRequest.userID(user)),
        ]
        return .object(payload)
    }

    @Test func `forty deliveries of one event at once are one call, one row, one note`() async throws {
        let stage = try Stage()
        let labels = stage.gitlab.add(label: "ai-review", to: Self.mergeRequest)
        let event = Self.mergeRequest.labelDelivery(
            before: labels.before, after: labels.after, at: stage.clock.now, instance: stage.gitlab.url)
        let statuses = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let answer = try await stage.deliver(event, key: number % 2 == 0 ? "same" : "key-\(number)")
                    return answer.body["status"]?.string ?? "\(answer.status)"
                }
            }
            return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(statuses == ["queued": 1, "duplicate": 39])
        #expect(stage.model.calls.count == 1 && stage.gitlab.notes(of: Self.mergeRequest).count == 1)
        #expect(try stage.rows().count == 1)
        try await stage.strike()
    }

    @Test func `a comment by somebody who may push asks for a review, with its subject`() async throws {
        let stage = try Stage()
        let answer = try await stage.deliver(try comment("/ai-review security", note: 501, on: stage))
        #expect(answer.body["status"] == "queued")
        #expect(stage.gitlab.notes(of: Self.mergeRequest).count == 1)
        #expect(stage.model.calls.first?.body.text.contains("\\\"security\\\"") == true)
        #expect(try stage.rows().first?[19] == "security")
        // The same comment by another hook, an edit of it, and another one.
        #expect(
            try await stage.deliver(try comment("/ai-review security", note: 501, on: stage)).body["status"]
                == "duplicate")
        #expect(
            try await stage.deliver(try comment("/ai-review x", note: 501, on: stage, action: "update")).body["status"]
                == "ignored")
        #expect(
            try await stage.deliver(try comment("Please /ai-review", note: 502, on: stage)).body["status"] == "ignored")
        #expect(stage.model.calls.count == 1)
        #expect(try await stage.deliver(try comment("/ai-review", note: 503, on: stage)).body["status"] == "queued")
        #expect(stage.model.calls.count == 2 && stage.gitlab.notes(of: Self.mergeRequest).count == 1)
        try await stage.strike()
    }

    @Test func `a comment by somebody who may not push buys nothing, and why says so`() async throws {
        let stage = try Stage()
        stage.gitlab.setAccessLevel(20, ofUser: StandInMergeRequest.userID("reporter"))
        _ = try await stage.deliver(try comment("/ai-review", note: 501, by: "reporter", on: stage))
        _ = try await stage.deliver(try comment("/ai-review", note: 502, by: "stranger", on: stage))
        #expect(stage.model.calls.isEmpty && stage.gitlab.notes(of: Self.mergeRequest).isEmpty)
        try await stage.stopDaemon()
        let audit = try String(
            contentsOfFile: stage.directory.path + "/books/audit-logs/2026-03.jsonl", encoding: .utf8)
        #expect(audit.contains("\"outcome\":\"refused\"") && audit.contains("reporter may not push"))
        #expect(audit.contains("stranger may not push") && audit.contains("\"event\":\"delivery\""))
    }

    @Test func `a comment that asks for an estimate gets one, without a call`() async throws {
        let stage = try Stage()
        _ = try await stage.deliver(try comment("/ai-review estimate", note: 501, on: stage))
        #expect(stage.model.calls.isEmpty)
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("claude-sonnet-5-5") && notes[0].body.contains("| "))
        #expect(try await stage.stats()["held_tokens"] == 0)
        #expect(try stage.rows().isEmpty)
        try await stage.strike()
    }

    @Test func `our own events start nothing`() async throws {
        let stage = try Stage()
        // Who we are is asked for at the start.
        for _ in 0..<200 where !stage.log.all.contains(where: { $0.contains("gitlab answers") }) {
            try await Task.sleep(for: .milliseconds(10))
        }
        var payload = try #require(try comment("/ai-review", note: 501, on: stage).object)
        payload["user"] = ["id": .integer(StandInGitLab.bot.id), "username": "bursar_bot"]
        let answer = try await stage.deliver(.object(payload))
        #expect(answer.body["status"] == "ignored" && answer.body["reason"]?.string?.contains("itself") == true)
        try await stage.strike()
    }

    @Test func `what the budget blocked runs after the reset, in order, if it is still wanted`() async throws {
        let day = StandInMergeRequest.workingDay
        let stage = try Stage(
            settings: ["TOKEN_DAILY_LIMIT": "21000", "REVIEW_CONCURRENCY": "1"],
            model: { _ in .answer(input: 6000, output: 6000) })
        for mergeRequest in day[0...4] { try await stage.label(mergeRequest) }
        #expect(stage.model.calls.count == 1)
        let queue = try await stage.send("GET", "/queue").body
        #expect(queue["blocked"] == 4 && queue["reviews"]?.array?.first?["state"] == "blocked")
        #expect(stage.gitlab.notes(of: day[1]).first?.body.contains("reviewed by itself tomorrow") == true)
        // One is closed, one loses its label without a word, the daemon is killed meanwhile.
        stage.gitlab.change(day[2]) { $0.state = "closed" }
        _ = stage.gitlab.remove(label: "ai-review", from: day[3])
        try await stage.stopDaemon()
        try stage.startDaemon()
        stage.clock.advance(to: try #require(Instant("2026-03-11T00:00:01Z")))
        try await stage.goOn()
        // One fits a day; the next is blocked again, in the same note.
        #expect(stage.model.calls.count == 2)
        #expect(stage.gitlab.notes(of: day[1]).map { $0.body.contains("Looks good.") } == [true])
        #expect(stage.gitlab.notes(of: day[4]).map { $0.body.contains("Exhausted") } == [true])
        stage.clock.advance(to: try #require(Instant("2026-03-12T00:00:01Z")))
        try await stage.goOn()
        #expect(stage.model.calls.count == 3)
        #expect(stage.gitlab.notes(of: day[4]).map { $0.body.contains("Looks good.") } == [true])
        #expect(try await stage.send("GET", "/queue").body["blocked"] == 0)
        try await stage.strike()
    }

    @Test func `with REVIEW_RESUME_AFTER_RESET=false the label has to be set again`() async throws {
        let day = StandInMergeRequest.workingDay
        let stage = try Stage(
            settings: ["TOKEN_DAILY_LIMIT": "21000", "REVIEW_RESUME_AFTER_RESET": "false"],
            model: { _ in .answer(input: 6000, output: 6000) })
        for mergeRequest in day[0...1] { try await stage.label(mergeRequest) }
        #expect(try await stage.send("GET", "/queue").body["blocked"] == 0)
        stage.clock.advance(to: try #require(Instant("2026-03-11T00:00:01Z")))
        try await stage.goOn()
        #expect(stage.model.calls.count == 1)
        try await stage.relabel(day[1])
        #expect(stage.model.calls.count == 2 && stage.gitlab.notes(of: day[1]).count == 1)
        try await stage.strike()
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a GitLab on a very bad day gets the same notes, rows and calls`(_ seed: UInt64) async throws {
        let day = StandInMergeRequest.workingDay
        let stage = try Stage(faults: .seeded(seed))
        for mergeRequest in day {
            try await stage.label(mergeRequest)
            try await stage.label(mergeRequest)
        }
        try await stage.goOn(hours: 12)
        let queue = try await stage.send("GET", "/queue").body
        #expect(queue["waiting"] == 0 && queue["running"] == 0 && queue["blocked"] == 0)
        for mergeRequest in day {
            #expect(stage.gitlab.notes(of: mergeRequest).map { $0.body.contains("Looks good.") } == [true])
        }
        #expect(stage.model.calls.count == day.count)
        #expect(try stage.rows().count == day.count && stage.keptAnswers.isEmpty)
        try await stage.strike()
    }

    @Test func `a GitLab that stays away is given up after a day, with one note when it is back`() async throws {
        let isAway = Mutex(true)
        let stage = try Stage(gitlabTrouble: { head in
            isAway.withLock { $0 } && head.rawPath.contains("merge_requests") && head.method == .get
                ? .json(503, ["message": "maintenance"]) : nil
        })
        try await stage.label(Self.mergeRequest)
        try await stage.goOn(hours: 23)
        #expect(stage.log.at("error").isEmpty && stage.gitlab.notes(of: Self.mergeRequest).isEmpty)
        #expect(try await stage.send("GET", "/queue").body["waiting"] == 1)
        try await stage.goOn(hours: 3)
        #expect(try await stage.send("GET", "/queue").body["waiting"] == 0)
        #expect(stage.log.at("error").contains { $0.contains("review failed") })
        #expect(stage.model.calls.isEmpty)
        try await stage.strike()
    }

    @Test func `the poll finds what no delivery told of, once`() async throws {
        let stage = try Stage(
            settings: ["GITLAB_POLL_SECONDS": "1", "GITLAB_PROJECTS": String(Self.mergeRequest.project.id)])
        _ = stage.gitlab.add(label: "ai-review", to: Self.mergeRequest)
        for _ in 0..<1000 where stage.gitlab.notes(of: Self.mergeRequest).isEmpty {
            try await Task.sleep(for: .milliseconds(5))
        }
        // The delivery comes after all.
        let labels = stage.gitlab.condition(of: Self.mergeRequest).labels
        let late = Self.mergeRequest.labelDelivery(
            before: [], after: labels, at: stage.gitlab.condition(of: Self.mergeRequest).updatedAt, instance: "")
        #expect(try await stage.deliver(late).body["status"] == "duplicate")
        #expect(stage.model.calls.count == 1 && stage.gitlab.notes(of: Self.mergeRequest).count == 1)
        try await stage.strike()
    }

    @Test func `system hooks tell the same`() async throws {
        let stage = try Stage()
        let labels = stage.gitlab.add(label: "ai-review", to: Self.mergeRequest)
        let event = Self.mergeRequest.labelDelivery(
            before: labels.before, after: labels.after, at: stage.clock.now, instance: "")
        func fields(_ kind: String, _ key: String) -> FieldList {
            ["X-Gitlab-Event": kind, "X-Gitlab-Token": Stage.secret, "Idempotency-Key": key]
        }
        #expect(try await stage.deliver(event, fields: fields("System Hook", "s")).body["status"] == "queued")
        #expect(try await stage.deliver(event, fields: fields("Merge Request Hook", "p")).body["status"] == "duplicate")
        #expect(stage.model.calls.count == 1)
        try await stage.strike()
    }
}
