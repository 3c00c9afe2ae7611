import Testing
import UTCTime

@testable import Queue

@Suite struct `Whether a delivery starts a review` {
    /// One delivery, when it is told by GitLab's clock, and what becomes of it.
    typealias Step = (report: DeliveryReport, status: DeliveryRecord.Status)

    static let tables: [(name: String, steps: [Step])] = [
        (
            "the same key is one delivery, whatever it holds",
            [(.wish("k"), .queued), (.wish("k"), .duplicate), (.wish("k", second: 9), .duplicate)]
        ),
        ("another hook tells the same event", [(.wish("k"), .queued), (.wish("l"), .duplicate)]),
        (
            "removing and adding asks again",
            [
                (.wish("1", second: 1), .queued), (.removal("2", second: 2), .ignored),
                (.wish("3", second: 3), .queued),
            ]
        ),
        (
            "two hooks tell removing and adding",
            [
                (.wish("1", second: 1), .queued), (.wish("1b", second: 1), .duplicate),
                (.removal("2", second: 2), .ignored), (.removal("2b", second: 2), .duplicate),
                (.wish("3", second: 3), .queued), (.wish("3b", second: 3), .duplicate),
            ]
        ),
        (
            "a second hook is late with all of it",
            [
                (.wish("1", second: 1), .queued), (.removal("2", second: 2), .ignored),
                (.wish("3", second: 3), .queued), (.wish("1b", second: 1), .duplicate),
                (.removal("2b", second: 2), .duplicate), (.wish("3b", second: 3), .duplicate),
            ]
        ),
        (
            "a removal that did not come is inferred from a second adding",
            [(.wish("1", second: 1), .queued), (.wish("3", second: 3), .queued), (.wish("3b", second: 3), .duplicate)]
        ),
        (
            "a removal that comes after the adding it was before changes nothing",
            [
                (.wish("1", second: 1), .queued), (.wish("3", second: 3), .queued),
                (.removal("2", second: 2), .ignored), (.wish("3b", second: 3), .duplicate),
            ]
        ),
        (
            "an adding that comes after its removal starts nothing",
            [(.removal("2", second: 2), .ignored), (.wish("1", second: 1), .duplicate)]
        ),
        (
            "adding and removing within a second",
            [
                (.wish("1", second: 1), .queued), (.removal("2", second: 1), .ignored),
                (.wish("3", second: 1), .queued), (.wish("3b", second: 1), .duplicate),
            ]
        ),
        (
            "dates that cannot be read",
            [
                (.wish("1", second: nil), .queued), (.wish("2", second: nil), .duplicate),
                (.removal("3", second: nil), .ignored), (.wish("4", second: nil), .queued),
            ]
        ),
        (
            "the Test button does not buy a review twice",
            [
                (.wish("1", .opened, second: 1), .queued), (.wish("2", .opened, second: 1), .duplicate),
                (.wish("3", .opened, head: "b2", second: 8), .duplicate),
            ]
        ),
        (
            "nor on a merge request that was reviewed for its label",
            [(.wish("1", second: 1), .queued), (.wish("2", .opened, second: 1), .duplicate)]
        ),
        (
            "ready again, with the head of the draft and with another",
            [
                (.wish("1", second: 1), .queued), (.wish("2", .ready, second: 2), .duplicate),
                (.wish("3", .ready, head: "b2", second: 3), .queued),
            ]
        ),
        (
            "reopened with the same head",
            [(.wish("1", second: 1), .queued), (.wish("2", .reopened, second: 5), .duplicate)]
        ),
        (
            "pushes, out of order and twice",
            [
                (.wish("1", second: 1), .queued), (.wish("3", .push, head: "c3", second: 3), .queued),
                (.wish("2", .push, head: "b2", second: 2), .duplicate),
                (.wish("3b", .push, head: "c3", second: 3), .duplicate),
                (.wish("4", .push, head: "d4", second: 4), .queued),
            ]
        ),
        (
            "an update that does not say what changed",
            [
                (.wish("1", .labelPresent, second: 1), .queued), (.wish("2", .labelPresent, second: 4), .duplicate),
                (.wish("3", .labelPresent, head: "b2", second: 5), .duplicate),
            ]
        ),
        (
            "the poll finds what was missed and nothing else",
            [
                (.wish("", .poll, second: 1), .queued), (.wish("", .poll, second: 5), .duplicate),
                (.wish("1", second: 1), .duplicate), (.removal("2", second: 6), .ignored),
                (.wish("", .poll, second: 7), .queued),
            ]
        ),
        (
            "each comment asks once",
            [
                (.wish("1", second: 1), .queued), (.wish("2", .command, second: 2, note: 11), .queued),
                (.wish("2b", .command, second: 2, note: 11), .duplicate),
                (.wish("3", .command, second: 3, note: 12), .queued),
            ]
        ),
        (
            "comments do not fill the queue",
            [
                (.wish("1", .command, note: 11), .queued), (.wish("2", .command, note: 12), .queued),
                (.wish("3", .command, note: 13), .ignored),
                (.wish("4", .command, of: MergeRequestID(projectID: 42, iid: 8), note: 14), .queued),
            ]
        ),
        ("what asks for nothing", [(.nothing("1"), .ignored), (.nothing("1"), .duplicate)]),
    ]

    @Test(arguments: tables.indices)
    func `is decided in the books`(_ index: Int) async throws {
        let (name, steps) = Self.tables[index]
        let desk = Desk()
        for (number, step) in steps.enumerated() {
            #expect(try await desk.deliver(step.report) == step.status, "\(name), step \(number + 1)")
            desk.wait(1)
        }
        // The same again, with the daemon killed after each delivery.
        let other = Desk()
        for (number, step) in steps.enumerated() {
            #expect(try await other.deliver(step.report) == step.status, "\(name), killed, step \(number + 1)")
            other.kill()
        }
    }

    @Test func `a newer head takes the place of one that waits, and keeps its turn`() async throws {
        let desk = Desk()
        let other = MergeRequestID(projectID: 42, iid: 8)
        try await desk.deliver(.wish("1", head: "a1", second: 1))
        try await desk.deliver(.wish("2", of: other, second: 1))
        try await desk.deliver(.wish("3", .push, head: "b2", second: 3))
        let jobs = try desk.queue().overview.jobs
        #expect(jobs.map(\.wish.head) == ["b2", "a1"] && jobs.map(\.wish.mergeRequest.iid) == [7, 8])
    }

    @Test func `a comment takes nobody's place, and nobody takes its`() async throws {
        let desk = Desk()
        try await desk.deliver(.wish("1", second: 1))
        try await desk.deliver(.wish("2", .command, second: 2, note: 11, command: "security"))
        try await desk.deliver(.wish("3", .push, head: "b2", second: 3))
        let jobs = try desk.queue().overview.jobs
        #expect(jobs.map(\.wish.command) == ["review", "security"] && jobs.map(\.wish.head) == ["b2", "a1"])
    }

    @Test func `taking the label away drops what waits for it, but not what a comment asked for`() async throws {
        let desk = Desk()
        try await desk.deliver(.wish("1", second: 1))
        try await desk.deliver(.wish("2", .command, second: 2, note: 11))
        try await desk.deliver(.removal("3", second: 3))
        #expect(try desk.queue().overview.jobs.map(\.wish.cause) == [.command])
    }

    @Test func `a full queue refuses, keeps nothing of it, and takes it when there is room`() async throws {
        var limits = QueueLimits()
        limits.waitingMax = 3
        let desk = Desk(limits: limits)
        func report(_ iid: Int) -> DeliveryReport {
            .wish("k\(iid)", of: MergeRequestID(projectID: 1, iid: iid))
        }
        for iid in 1...3 { #expect(try await desk.deliver(report(iid)) == .queued) }
        #expect(try await desk.take(report(4)) == .failure(.full(waiting: 3)))
        // What needs no room is answered all the same.
        #expect(try await desk.deliver(.nothing("x")) == .ignored)
        #expect(
            try await desk.deliver(.wish("y", .push, of: MergeRequestID(projectID: 1, iid: 2), head: "b")) == .queued)
        try await desk.deliver(.removal("z", of: MergeRequestID(projectID: 1, iid: 1), second: 9))
        #expect(try await desk.deliver(report(4)) == .queued)
    }

    @Test func `deliveries are forgotten by number and by age, merge requests much later`() async throws {
        var limits = QueueLimits()
        limits.deliveriesMax = 3
        let desk = Desk(limits: limits)
        for key in 1...4 { try await desk.deliver(.nothing("\(key)")) }
        #expect(try await desk.deliver(.nothing("2")) == .duplicate)
        #expect(try await desk.deliver(.nothing("1")) == .ignored)
        try await desk.deliver(.wish("w", second: 1))
        desk.wait(31 * 86_400)
        desk.kill()
        #expect(try await desk.deliver(.nothing("2")) == .ignored)
        // The head is known still: the poll must not buy it again.
        #expect(try await desk.deliver(.wish("", .poll, second: 5)) == .duplicate)
        desk.wait(400 * 86_400)
        for job in try desk.queue().overview.jobs {
            try await desk.queue().record(.finished(JobResult(.posted, "")), of: job.id)
        }
        desk.wait(400 * 86_400)
        desk.kill()
        #expect(try await desk.deliver(.wish("", .poll, second: 5)) == .queued)
    }
}
