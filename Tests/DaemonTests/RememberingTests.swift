import Demo
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Synchronization
import Testing
import UTCTime

/// What a second review does: it looks at what changed, knows the rest, and sets the discussions right.
@Suite struct RememberingTests {
    private func summary(_ stage: Stage) throws -> String {
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1)
        return try #require(notes.first?.body)
    }

    private func memory(_ stage: Stage) -> String { stage.directory.path + "/books/state/reviews/9-5.json" }

    @Test func `a finding lands on its line at the first try, wherever it is`() async throws {
        let stage = try Self.stage()
        try await stage.label(Self.mergeRequest)
        let discussions = stage.gitlab.discussions(of: Self.mergeRequest)
        // An added line by its new number, a removed one by its old one, an unchanged one by both.
        let places = discussions.map { "\($0.path) \($0.oldLine ?? 0) \($0.newLine ?? 0)" }
        #expect(
            Set(places) == [
                "src/orders.py 0 11", "src/orders.py 0 42", "lib/new.py 1 1", "lib/new.py 2 0", "lib/new.py 0 2",
            ])
        #expect(discussions.count == 5 && discussions.allSatisfy { $0.batchCount == 5 })
        #expect(try !summary(stage).contains("Because of") && stage.log.at("warning").isEmpty)
        try await stage.strike()
    }

    @Test func `a push is reviewed for what it changed, the rest is remembered`() async throws {
        let stage = try Self.stage()
        try await stage.label(Self.mergeRequest)
        let before = stage.gitlab.discussions(of: Self.mergeRequest)
        #expect(
            try await Self.push(Self.second, [Self.mended, Self.moved, Self.lock], on: stage)["status"] == "queued")
        #expect(stage.model.calls.count == 2)
        let sent = try #require(stage.model.calls.last?.body.text)
        #expect(sent.contains("DEFECT-FOUR") && !sent.contains("DEFECT-ONE") && !sent.contains("DEFECT-THREE"))
        #expect(sent.contains("lib/new.py: reviewed before and unchanged since"))
        let body = try summary(stage)
        for words in [
            "This review is of what changed since `a1a1a1a1a1a1`",
            "- reviewed at `a1a1a1a1a1a1`, unchanged since: `lib/new.py`", "- reviewed: `src/orders.py`",
            "src/orders.py:42` Wrong: FOUR", "From earlier reviews, still open:",
            // Where it stands now.
            "src/orders.py:21` Wrong: ONE", "lib/new.py:2` Wrong: THREE",
            "1 earlier finding: its line is no longer in the change.", "package-lock.json`: not reviewed: lock file",
        ] { #expect(body.contains(words), "\(words)") }
        #expect(!body.contains("Wrong: TWO"))
        // One new discussion; the one whose line is gone is resolved, the others are as they were.
        let after = stage.gitlab.discussions(of: Self.mergeRequest)
        #expect(after.count == before.count + 1)
        #expect(after.filter(\.isResolved).map { $0.body.contains("Wrong: TWO") } == [true])
        #expect(after.filter(\.isResolved).allSatisfy { $0.resolvedBy == StandInGitLab.bot.id })
        #expect(try stage.rows().count == 2 && stage.keptAnswers.isEmpty)
        try await stage.strike()
    }

    @Test func `a push that changes nothing that is shown calls no model and says so`() async throws {
        let stage = try Self.stage()
        try await stage.label(Self.mergeRequest)
        // A rebase: the same changes further down, and another lock file.
        let rebased = StandInMergeRequest.Change(
            path: "src/orders.py", diff: Self.ordersDiff.replacing("-10,3 +10,4", with: "-20,3 +20,4"))
        let lock = StandInMergeRequest.Change(path: "package-lock.json", diff: "@@ -1,1 +1,1 @@\n-  \"1\"\n+  \"3\"\n")
        try await Self.push(Self.second, [rebased, Self.moved, lock], on: stage)
        #expect(stage.model.calls.count == 1)
        #expect(try stage.rows().count == 1)
        let body = try summary(stage)
        for words in [
            "Nothing that a model would be shown has changed since `a1a1a1a1a1a1` was reviewed.",
            "Wrong: ONE", "Wrong: TWO", "No model was called and no tokens were spent · Commit `b2b2b2b2b2b2`",
        ] { #expect(body.contains(words), "\(words)") }
        #expect(stage.gitlab.discussions(of: Self.mergeRequest).allSatisfy { !$0.isResolved })
        // A file that goes back to what it was takes its findings along.
        try await Self.push(Self.third, [rebased, lock], on: stage)
        #expect(stage.model.calls.count == 1)
        #expect(try summary(stage).contains("3 earlier findings: their lines are no longer in the change."))
        #expect(stage.gitlab.discussions(of: Self.mergeRequest).count { $0.isResolved } == 3)
        try await stage.stopDaemon()
        let audit = try String(
            contentsOfFile: stage.directory.path + "/books/audit-logs/2026-03.jsonl", encoding: .utf8)
        #expect(audit.contains("nothing changed since a1a1a1a1a1a1, no model was called"))
        try await stage.strike()
    }

    @Test func `what people did with a discussion stays as they left it`() async throws {
        let stage = try Self.stage()
        try await stage.label(Self.mergeRequest)
        let discussions = stage.gitlab.discussions(of: Self.mergeRequest)
        let one = try #require(discussions.first { $0.body.contains("Wrong: ONE") }).id
        let two = try #require(discussions.first { $0.body.contains("Wrong: TWO") }).id
        stage.gitlab.change(discussion: one, of: Self.mergeRequest) { $0.resolvedBy = 77 }
        stage.gitlab.change(discussion: two, of: Self.mergeRequest) { $0.replies.append((77, "We want it so.")) }
        try await Self.push(Self.second, [Self.mended, Self.moved], on: stage)
        let after = stage.gitlab.discussions(of: Self.mergeRequest)
        #expect(after.first { $0.id == one }?.resolvedBy == 77 && after.first { $0.id == two }?.resolvedBy == nil)
        #expect(try !summary(stage).contains("Wrong: ONE"), "what people have settled is not open")
        // The whole again: both are found again, and neither is begun or opened again.
        try await Self.push(Self.third, [Self.orders, Self.moved], on: stage)
        try await Self.comment("/ai-review", note: 501, on: stage)
        let last = stage.gitlab.discussions(of: Self.mergeRequest)
        #expect(
            last.count { $0.body.contains("Wrong: ONE") } == 1 && last.count { $0.body.contains("Wrong: TWO") } == 1)
        #expect(last.first { $0.id == one }?.resolvedBy == 77)
        // Ours that was resolved for its line comes back with it.
        #expect(last.first { $0.body.contains("FOUR") }?.isResolved == true)
        try await Self.push(String(repeating: "d4", count: 20), [Self.mended, Self.moved], on: stage)
        #expect(stage.gitlab.discussions(of: Self.mergeRequest).first { $0.body.contains("FOUR") }?.isResolved == false)
        try await stage.strike()
    }

    @Test func `a discussion that cannot be resolved now is resolved by the next review`() async throws {
        let isAway = Mutex(true)
        let stage = try Stage(
            settings: ["REVIEW_ON_PUSH": "true"], mergeRequests: [Self.mergeRequest],
            gitlabTrouble: { head in
                isAway.withLock { $0 } && head.method == .put && head.rawPath.contains("/discussions/")
                    ? .json(503, ["message": "no"]) : nil
            }, model: Self.answer)
        try await stage.label(Self.mergeRequest)
        try await Self.push(Self.second, [Self.mended, Self.moved], on: stage)
        #expect(stage.gitlab.discussions(of: Self.mergeRequest).allSatisfy { !$0.isResolved })
        #expect(try summary(stage).contains("1 earlier finding: its line is"))
        isAway.withLock { $0 = false }
        try await Self.push(Self.third, [Self.mended, Self.moved, Self.lock], on: stage)
        #expect(stage.gitlab.discussions(of: Self.mergeRequest).count { $0.isResolved } == 1)
        #expect(try !summary(stage).contains("earlier finding: its"))
        try await stage.strike()
    }

    @Test func `a bot that may not resolve tries once, says so in the log and posts its review`() async throws {
        let tries = Mutex(0)
        let stage = try Stage(
            settings: ["REVIEW_ON_PUSH": "true"], mergeRequests: [Self.mergeRequest],
            gitlabTrouble: { head in
                guard head.method == .put, head.rawPath.contains("/discussions/") else { return nil }
                tries.withLock { $0 += 1 }
                return .json(403, ["message": "403 Forbidden"])
            }, model: Self.answer)
        try await stage.label(Self.mergeRequest)
        try await Self.push(Self.second, [Self.mended], on: stage)
        #expect(try summary(stage).contains("4 earlier findings: their lines are no longer in the change."))
        try await Self.push(Self.third, [Self.mended, Self.lock], on: stage)
        #expect(tries.withLock { $0 } == 1)
        #expect(stage.log.at("warning").count { $0.contains("a discussion could not be changed") } == 1)
        #expect(stage.gitlab.discussions(of: Self.mergeRequest).allSatisfy { !$0.isResolved })
        try await stage.strike()
    }

    @Test func `who asks again gets the whole, a label after a push what changed`() async throws {
        let stage = try Self.stage(["REVIEW_ON_PUSH": nil])
        func wasWhole() -> Bool { stage.model.calls.last?.body.text.contains("DEFECT-ONE") == true }
        try await stage.label(Self.mergeRequest)
        try await stage.relabel(Self.mergeRequest)
        #expect(stage.model.calls.count == 2 && wasWhole())
        try await Self.push(Self.second, [Self.mended, Self.moved], on: stage)
        #expect(stage.model.calls.count == 2, "pushes are not reviewed")
        try await stage.relabel(Self.mergeRequest)
        #expect(stage.model.calls.count == 3 && !wasWhole())
        try await Self.comment("/ai-review", note: 501, on: stage)
        #expect(stage.model.calls.count == 4 && wasWhole())
        #expect(try !summary(stage).contains("what changed since"))
        // The estimate is of what the comment would begin, and says what the label would.
        try await Self.push(Self.third, [Self.orders, Self.moved], on: stage)
        try await Self.comment("/ai-review estimate", note: 502, on: stage)
        let estimate = try #require(stage.gitlab.notes(of: Self.mergeRequest).last?.body)
        #expect(estimate.contains("This is for the whole change") && estimate.contains("b2b2b2b2b2b2"))
        #expect(stage.model.calls.count == 4)
        try await stage.strike()
    }

    @Test(arguments: ["", "{", #"{"version": 99}"#, "gone"])
    func `without its memory a push is reviewed whole, and the log says why`(_ text: String) async throws {
        let stage = try Self.stage()
        try await stage.label(Self.mergeRequest)
        let path = memory(stage)
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(permissions?.intValue == 0o600)
        if text == "gone" {
            try FileManager.default.removeItem(atPath: path)
        } else {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        try await Self.push(Self.second, [Self.mended, Self.moved], on: stage)
        #expect(stage.model.calls.last?.body.text.contains("DEFECT-ONE") == true)
        #expect(stage.log.at("warning").contains { $0.contains("earlier reviews saw is lost") } == (text != "gone"))
        // Nothing is said twice, and nothing is resolved for want of a memory.
        let discussions = stage.gitlab.discussions(of: Self.mergeRequest)
        #expect(discussions.count == 6 && discussions.allSatisfy { !$0.isResolved })
        try await stage.strike()
    }

    @Test(arguments: ["closed", "merged"])
    func `a merge request that is over is forgotten`(_ state: String) async throws {
        let stage = try Self.stage()
        try await stage.label(Self.mergeRequest)
        #expect(FileManager.default.fileExists(atPath: memory(stage)))
        stage.gitlab.change(Self.mergeRequest) { $0.state = state }
        try await Self.deliver(on: stage) {
            $0["state"] = .string(state)
            $0["action"] = state == "closed" ? "close" : "merge"
        }
        #expect(!FileManager.default.fileExists(atPath: memory(stage)))
        try await stage.strike()
    }

    @Test func `memories of merge requests that nobody heard of for long go at the next start`() async throws {
        let stage = try Self.stage()
        try await stage.label(Self.mergeRequest)
        let other = stage.directory.path + "/books/state/reviews/9-6.json"
        try Data("{}".utf8).write(to: URL(fileURLWithPath: other))
        try await stage.stopDaemon()
        try stage.startDaemon()
        #expect(FileManager.default.fileExists(atPath: memory(stage)) && !FileManager.default.fileExists(atPath: other))
        try await stage.stopDaemon()
        stage.clock.advance(to: stage.clock.now.adding(seconds: 91 * 86_400))
        try stage.startDaemon()
        #expect(!FileManager.default.fileExists(atPath: memory(stage)))
        try await stage.strike()
    }

    @Test(arguments: [("refusal", false), ("max_tokens", false), ("end_turn", true)])
    func `only an answer that was understood to its end counts as a review of its files`(
        _ stop: String, _ isRemembered: Bool
    ) async throws {
        let stage = try Stage(
            settings: ["REVIEW_ON_PUSH": "true"], mergeRequests: [Self.mergeRequest],
            model: { call in
                guard call.number == 1 else { return Self.answer(call) }
                return .answer(#"{"verdict": "Fine.", "findings": []}"#, stop: stop)
            })
        try await stage.label(Self.mergeRequest)
        try await Self.push(Self.second, [Self.mended, Self.moved], on: stage)
        #expect(stage.model.calls.last?.body.text.contains("DEFECT-ONE") != isRemembered)
        try await stage.strike()
    }

    @Test func `an older review that comes late leaves a later one as it is`() async throws {
        let isAway = Mutex(true)
        let stage = try Stage(
            settings: ["REVIEW_ON_PUSH": "true"], mergeRequests: [Self.mergeRequest],
            gitlabTrouble: { head in
                isAway.withLock { $0 } && head.method != .get ? .json(503, ["message": "no"]) : nil
            }, model: Self.answer)
        try await stage.label(Self.mergeRequest)
        #expect(try stage.model.calls.count == 1 && stage.keptAnswers.count == 1)
        isAway.withLock { $0 = false }
        // The first waits for its next try; by then the second is done.
        stage.gitlab.change(Self.mergeRequest) {
            $0.sha = Self.second
            $0.changes = [Self.mended, Self.moved]
        }
        try await Self.deliver(on: stage) {
            $0["oldrev"] = .string(Self.first)
            $0["last_commit"] = ["id": .string(Self.second), "message": "m", "title": "t"]
        }
        let later = try summary(stage)
        #expect(later.contains("Commit `b2b2b2b2b2b2`"))
        let discussions = stage.gitlab.discussions(of: Self.mergeRequest)
        let remembered = try String(contentsOfFile: memory(stage), encoding: .utf8)
        try await stage.goOn(hours: 1)
        #expect(try summary(stage) == later, "the older one stands in its place")
        #expect(stage.gitlab.discussions(of: Self.mergeRequest).map(\.id) == discussions.map(\.id))
        #expect(try String(contentsOfFile: memory(stage), encoding: .utf8) == remembered)
        // It is in the books all the same, and its answer is not left behind.
        #expect(try stage.model.calls.count == 2 && stage.rows().count == 2 && stage.keptAnswers.isEmpty)
        #expect(stage.log.all.contains { $0.contains("a later review stands on the merge request") })
        #expect(try await stage.send("GET", "/queue").body["waiting"] == 0)
        try await stage.strike()
    }

    @Test func `secrets are told when the answer comes after the change is gone`() async throws {
        let isAway = Mutex(true)
        let stage = try Stage(
            mergeRequests: [FindingReviewTests.mergeRequest],
            gitlabTrouble: { head in
                isAway.withLock { $0 } && head.method != .get ? .json(503, ["message": "no"]) : nil
            }, model: { _ in FindingReviewTests.answer() })
        try await stage.label(FindingReviewTests.mergeRequest)
        #expect(try stage.keptAnswers.count == 1)
        try await stage.stopDaemon()
        stage.gitlab.change(FindingReviewTests.mergeRequest) {
            $0.sha = Self.second
            $0.changes = [Self.lock]
        }
        isAway.withLock { $0 = false }
        try stage.startDaemon()
        try await stage.goOn(hours: 1)
        let notes = stage.gitlab.notes(of: FindingReviewTests.mergeRequest)
        #expect(notes.count == 1)
        let body = try #require(notes.first?.body)
        #expect(body.contains("src/orders.py:12` A secret in the code: AWS access key"))
        #expect(body.contains("SQL built from input") && !body.contains(FindingReviewTests.key))
        #expect(try stage.model.calls.count == 1 && stage.keptAnswers.isEmpty)
        try await stage.strike()
    }

    @Test func `a line that GitLab refuses is told in the summary, once, and the others stand at theirs`() async throws
    {
        let refusals = Mutex(0)
        let stage = try Stage(
            settings: ["REVIEW_MAX_INLINE_COMMENTS": "1"], mergeRequests: [Self.mergeRequest],
            gitlabTrouble: { head in
                guard head.method == .post, head.rawPath.hasSuffix("/discussions") else { return nil }
                refusals.withLock { $0 += 1 }
                let field = "must be a valid line code"
                return .json(400, ["message": .string("400 Bad request - Note {:line_code=>[\"\(field)\"]}")])
            }, model: Self.answer)
        try await stage.label(Self.mergeRequest)
        let body = try summary(stage)
        #expect(stage.gitlab.discussions(of: Self.mergeRequest).isEmpty && refusals.withLock { $0 } == 1)
        #expect(body.split(separator: "Because of ONE.").count == 2 && body.contains("Because of THREE."))
        try await stage.strike()
    }

    @Test(arguments: [403, 404])
    func `a summary that was deleted, or that a token wrote that is no more, is followed by a new one`(
        _ status: Int
    ) async throws {
        let stage = try Stage(
            settings: ["REVIEW_ON_PUSH": "true"], mergeRequests: [Self.mergeRequest],
            gitlabTrouble: { head in
                head.method == .put && head.rawPath.contains("/notes/") ? .json(status, ["message": "no"]) : nil
            }, model: Self.answer)
        try await stage.label(Self.mergeRequest)
        try await Self.push(Self.second, [Self.mended, Self.moved], on: stage)
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 2 && notes[1].body.contains("what changed since `a1a1a1a1a1a1`"))
        #expect(notes[1].body.contains("Wrong: ONE") && stage.gitlab.discussions(of: Self.mergeRequest).count == 6)
        try await stage.strike()
    }
}
