import Demo
import Faults
import Foundation
import Glibc
import HTTPClient
import HTTPServer
import HTTPWire
import JSON
import Synchronization
import Testing

@Suite struct `A daemon that is killed` {
    /// A request at GitLab during which the daemon is killed.
    struct Moment: Sendable, CustomTestStringConvertible {
        let name: String
        let method: HTTPMethod
        let pathEnd: String
        /// Whether GitLab has acted on it by then.
        var isAfterEffect = false
        var testDescription: String { name }
    }

    static let moments = [
        Moment(name: "while it fetches the merge request", method: .get, pathEnd: "/123"),
        Moment(name: "while it fetches the changes", method: .get, pathEnd: "/diffs"),
        Moment(name: "before its note is posted", method: .post, pathEnd: "/notes"),
        Moment(name: "after its note was posted", method: .post, pathEnd: "/notes", isAfterEffect: true),
    ]

    @Test(arguments: moments)
    func `ends the review at the next start, with one call, one row, one note`(_ moment: Moment) async throws {
        let reached = Mutex(false)
        let world = try ReviewWorld(
            plan: FaultPlan { question in
                let path = question.target.prefix { $0 != "?" }
                guard question.method == moment.method.rawValue, path.hasSuffix(moment.pathEnd),
                    reached.withLock({ reached in
                        defer { reached = true }
                        return !reached
                    })
                else { return .none }
                return moment.isAfterEffect ? .hangAfterEffect : .hang
            })
        let killed = try await world.daemon()
        try await world.label(killed)
        try await world.until(moment.name) {
            reached.withLock { $0 } && (!moment.isAfterEffect || !world.notes.isEmpty)
        }
        killed.program.send(SIGKILL)
        #expect(try await killed.program.ending().status == 128 + SIGKILL)
        let daemon = try await world.daemon()
        try await world.untilDone(daemon)
        #expect(world.notes.count == 1 && world.notes[0].contains("Looks good."))
        #expect(world.model.callCount == 1 && world.rows.count == 1)
        let stats = try await daemon.get("/budget/status").body["stats"]
        #expect(stats?["total_tokens"] == 1500 && stats?["held_tokens"] == 0)
        #expect(!world.folder.files.contains { $0.contains("state/answers/") })
        #expect(try await daemon.stop().status == 0)
    }

    @Test func `while the model is called: the call stays held, the review is called again once`() async throws {
        let world = try ReviewWorld()
        world.model.hold()
        let killed = try await world.daemon()
        try await world.label(killed)
        try await world.until("the call") { world.model.callCount == 1 }
        killed.program.send(SIGKILL)
        _ = try await killed.program.ending()
        world.model.answerAll()
        let daemon = try await world.daemon()
        try await world.untilDone(daemon)
        #expect(world.model.callCount == 2 && world.rows.count == 1 && world.notes.count == 1)
        let stats = try await daemon.get("/budget/status").body["stats"]
        #expect(stats?["total_tokens"] == 1500 && stats?["held_tokens"]?.integer ?? 0 > 8192)
        let why = try await Program.run("why", "shop/backend-api!123", in: world.folder)
        for words in ["delivery queued", "call without outcome", "note posted", "review posted"] {
            #expect(why.output.contains(words))
        }
        #expect(try await daemon.stop().status == 0)
    }

    @Test func `twice while the model is called: it is not called a third time, and says so`() async throws {
        let world = try ReviewWorld()
        world.model.hold()
        var daemon = try await world.daemon()
        try await world.label(daemon)
        for count in 1...2 {
            try await world.until("call \(count)") { world.model.callCount == count }
            daemon.program.send(SIGKILL)
            _ = try await daemon.program.ending()
            daemon = try await world.daemon()
        }
        try await world.untilDone(daemon)
        #expect(world.model.callCount == 2 && world.rows.isEmpty && world.notes.count == 1)
        #expect(world.notes.first?.contains("Code Review Failed") == true)
        #expect(try await daemon.stop().status == 0)
    }

    /// Three files, of which one fits a prompt.
    private static let manyParts = StandInMergeRequest(
        project: StandInProject(id: 9, path: "team/app"), iid: 7, title: "Much", description: "", author: "mia",
        branch: "much", sha: String(repeating: "7a", count: 20),
        changes: (1...3).map { number in
            let lines = (1...45).map { "+    total_\(number)_\($0) = price_of(item_\($0)) * quantity[\($0)]\n" }
            return .init(path: "src/f\(number).py", diff: "@@ -1,0 +1,45 @@\n" + lines.joined())
        })

    @Test func `between the calls of one review: what was answered is not called again`() async throws {
        let world = try ReviewWorld(
            Self.manyParts, settings: ["REVIEW_MAX_INPUT_TOKENS": "6000", "REVIEW_MAX_OUTPUT_TOKENS": "1000"])
        world.model.hold(after: 1)
        let killed = try await world.daemon()
        try await world.label(killed)
        try await world.until("the second call") { world.model.callCount == 2 }
        killed.program.send(SIGKILL)
        _ = try await killed.program.ending()
        #expect(world.rows.count == 1 && world.notes.isEmpty)
        world.model.answerAll()
        let daemon = try await world.daemon()
        try await world.untilDone(daemon)
        // One answered before, one cut off, and the two that were left.
        #expect(world.model.callCount == 4 && world.rows.count == 3)
        #expect(world.notes.count == 1 && world.notes[0].contains("Coverage: 3 of 3 changed files reviewed."))
        let stats = try await daemon.get("/budget/status").body["stats"]
        #expect(stats?["total_tokens"] == 4500 && stats?["held_tokens"]?.integer ?? 0 > 1000)
        #expect(!world.folder.files.contains { $0.contains("state/answers/") })
        #expect(try await daemon.stop().status == 0)
    }

    @Test func `SIGTERM takes nothing more, lets the call end, and leaves the rest for the next start`() async throws {
        let world = try ReviewWorld()
        world.model.hold()
        let stopped = try await world.daemon()
        try await world.label(stopped, key: "first")
        try await world.until("the call") { world.model.callCount == 1 }
        stopped.program.send(SIGTERM)
        var ready = try await stopped.get("/readyz")
        while ready.status == 200 { ready = try await stopped.get("/readyz") }
        #expect(ready.body.text.contains("draining"))
        #expect(try await world.deliver(to: stopped, key: "second").status == 503)
        world.model.answerAll()
        #expect(try await stopped.program.ending().status == 0)
        #expect(world.notes.count == 1 && world.model.callCount == 1 && world.rows.count == 1)
    }

    @Test func `SIGHUP reads the settings again, and names what has to wait`() async throws {
        let folder = try Folder()
        try folder.write(".env", "TOKEN_DAILY_LIMIT=500000\n")
        let daemon = try await Daemon(in: folder)
        #expect(try await daemon.get("/budget/status").body["stats"]?["budget_limit"] == 500_000)
        try folder.write(".env", "TOKEN_DAILY_LIMIT=700000\nLOG_LEVEL=debug\nREVIEW_CONCURRENCY=9\n")
        daemon.program.send(SIGHUP)
        let line = try await daemon.program.line(with: "at the next start")
        #expect(line.contains("changed=REVIEW_CONCURRENCY"))
        #expect(try await daemon.get("/budget/status").body["stats"]?["budget_limit"] == 700_000)
        try folder.write(".env", "TOKEN_DAILY_LIMIT=many\n")
        daemon.program.send(SIGHUP)
        _ = try await daemon.program.line(with: "settings were not reloaded")
        #expect(try await daemon.get("/budget/status").body["stats"]?["budget_limit"] == 700_000)
        #expect(try await daemon.stop().status == 0)
        #expect(
            folder.text(of: "data/tokens/audit-logs/\(Calendar.today.prefix(7)).jsonl").contains("\"limit\":700000"))
    }
}
