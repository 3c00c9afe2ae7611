import Demo
import Faults
import Foundation
import Glibc
import HTTPServer
import HTTPWire
import JSON
import Synchronization
import Testing

@Suite struct `A second review` {
    /// Two findings at first; the second review finds nothing.
    @Sendable private static func answer(_ number: Int) -> String {
        func finding(_ quote: String) -> JSONValue {
            [
                "severity": "major", "kind": "bug", "path": "api/orders.py", "side": "new", "line": 1,
                "quote": .string(quote), "title": .string("Wrong: \(quote)"), "text": "Why.", "replaced": "",
                "replacement": "",
            ]
        }
        let review: JSONValue =
            number == 1
            ? ["verdict": "Not yet.", "findings": [finding("rows = cursor.fetchall()"), finding("except:")]]
            : ["verdict": "Better.", "findings": []]
        return review.text
    }

    /// A push that takes the second finding's line away and adds a place of its own.
    private static func push(_ world: ReviewWorld) {
        world.gitlab.change(ReviewWorld.mergeRequest) {
            $0.sha = String(repeating: "5f", count: 20)
            $0.changes = [
                .init(
                    path: "api/orders.py",
                    diff: "@@ -18,1 +18,2 @@\n router = Router()\n+    rows = cursor.fetchall()\n"
                        + "@@ -40,1 +41,2 @@\n def tail():\n+    return rows[-1]\n")
            ]
        }
    }

    private static func wasResolved(_ world: ReviewWorld) -> [Bool] {
        world.gitlab.discussions(of: ReviewWorld.mergeRequest).map(\.isResolved).sorted { !$0 && $1 }
    }

    @Test(arguments: [("/discussions/", false), ("/discussions/", true), ("/notes/", false), ("/notes/", true)])
    func `that is killed says nothing twice and resolves what is gone`(
        _ part: String, _ isAfterEffect: Bool
    ) async throws {
        let reached = Mutex(false)
        let world = try ReviewWorld(
            plan: FaultPlan { question in
                guard question.method == "PUT", question.target.contains(part),
                    reached.withLock({ reached in
                        defer { reached = true }
                        return !reached
                    })
                else { return .none }
                return isAfterEffect ? .hangAfterEffect : .hang
            }, answer: Self.answer)
        let killed = try await world.daemon()
        try await world.label(killed)
        try await world.untilDone(killed)
        #expect(Self.wasResolved(world) == [false, false])
        Self.push(world)
        try await world.relabel(killed)
        try await world.until(part) {
            reached.withLock { $0 }
                && (!isAfterEffect
                    || (part == "/notes/"
                        ? world.notes.contains { $0.contains("Better.") }
                        : Self.wasResolved(world) == [false, true]))
        }
        killed.program.send(SIGKILL)
        #expect(try await killed.program.ending().status == 128 + SIGKILL)
        let daemon = try await world.daemon()
        try await world.untilDone(daemon)
        #expect(world.notes.count == 1 && world.notes[0].contains("Better."))
        #expect(world.notes.first?.contains("Wrong: rows = cursor.fetchall()") == true)
        #expect(Self.wasResolved(world) == [false, true])
        #expect(world.model.callCount == 2 && world.rows.count == 2)
        #expect(world.folder.files.contains { $0.contains("state/reviews/42-123.json") })
        #expect(try await daemon.stop().status == 0)
    }

    @Test func `is what an estimate counts, beside a running daemon`() async throws {
        let world = try ReviewWorld(answer: Self.answer)
        let daemon = try await world.daemon()
        try await world.label(daemon)
        try await world.untilDone(daemon)
        let address = "\(world.relay.url)/shop/backend-api/-/merge_requests/123"
        func estimate() async throws -> String {
            try await Program.run("estimate", "--mr", address, environment: world.environment, in: world.folder).output
        }
        // Nothing was pushed: the label set again has the whole reviewed.
        #expect(try await !estimate().contains("Only what changed"))
        world.gitlab.change(ReviewWorld.mergeRequest) { $0.sha = String(repeating: "5f", count: 20) }
        let unchanged = try await estimate()
        #expect(unchanged.contains("Only what changed since commit 4be1f0c2a9d3 was reviewed is counted"))
        #expect(unchanged.contains("unchanged"))
        Self.push(world)
        #expect(try await estimate().contains("api/orders.py  keep"))
        #expect(try await daemon.stop().status == 0)
    }
}
