import Glibc
import Platform
import Synchronization
import TestDisk
import Testing
import UTCTime

@testable import Queue

@Suite struct `What the queue was told survives` {
    /// A queue that has seen everything that can be written down.
    private func filled() async throws -> Desk {
        let desk = Desk()
        try await desk.deliver(.wish("1", second: 1))
        try await desk.deliver(.wish("2", .command, second: 2, note: 11, command: "security"))
        try await desk.deliver(.nothing("3\t\n\\"))
        try await desk.deliver(.removal("4", second: 4))
        try await desk.deliver(.wish("5", second: 5))
        try await desk.deliver(.wish("6", of: MergeRequestID(projectID: 9, iid: 1), second: 5))
        let queue = try desk.queue()
        let id = try #require(queue.overview.jobs.first { $0.wish.cause == .command }).id
        let deferral = Deferral(
            kind: .trouble, until: Desk.start.adding(seconds: 9), since: Desk.start, failureCount: 2, reason: "no\tway")
        for event in [
            JobStep.Event.started(count: 1), .planned(head: "a1"), .reserved(reservation: "r-1", tokens: 500),
            .released(reservation: "r-1"), .deferred(deferral), .reserved(reservation: "r-2", tokens: 600),
            .dispatched(reservation: "r-2"), .lost(reservation: "r-2"), .reserved(reservation: "r-3", tokens: 700),
            .dispatched(reservation: "r-3"), .answered(reservation: "r-3"), .settled(reservation: "r-3"), .posting,
            .posted(noteID: 5),
        ] {
            desk.wait(1)
            try await queue.record(event, of: id)
        }
        try await queue.record(.present(noteID: 77), on: .one)
        try await queue.record(.absent, on: MergeRequestID(projectID: 9, iid: 1))
        let other = try #require(queue.overview.jobs.first { $0.wish.mergeRequest.projectID == 9 }).id
        try await queue.record(.finished(JobResult(.failed, "GitLab: \"no\"")), of: other)
        return desk
    }

    /// All that the books know, comparable.
    private func contents(_ books: QueueBooks) -> [String] {
        books.snapshot.map { "\($0.time.milliseconds) \($0.entry)" } + ["\(books.nextTurn)"]
            + books.projects.map { "\($0)" }.sorted()
    }

    @Test func `a restart, and a journal begun anew, forget nothing`() async throws {
        let desk = try await filled()
        let before = contents(try desk.queue().state.withLock { $0.books })
        desk.kill()
        #expect(contents(try desk.queue().state.withLock { $0.books }) == before)
        // Begun anew: the same from fewer or as many lines.
        let queue = try desk.queue()
        queue.state.withLock { $0.wantsReplacement = true }
        try await desk.deliver(.nothing("1"))
        #expect(contents(queue.state.withLock { $0.books }) == before)
        desk.kill()
        #expect(contents(try desk.queue().state.withLock { $0.books }) == before)
        #expect(desk.log.all.isEmpty)
    }

    @Test func `cut at every byte, the lines before are kept and the file goes on`() async throws {
        let desk = try await filled()
        let bytes = try #require(desk.disk.contents("/books/state/queue.journal"))
        var lines = 0
        for size in 0...bytes.count {
            if size > 0, bytes[size - 1] == 0x0A { lines += 1 }
            let load = JournalLoad(reading: Array(bytes[..<size]), limits: QueueLimits())
            #expect(load.problems.isEmpty && load.next == lines + 1)
        }
        // The same through the front door, at a few places.
        for size in stride(from: 0, through: bytes.count, by: 97) {
            let other = Desk()
            _ = try other.queue()
            other.kill()
            other.disk.setContents("/books/state/queue.journal", Array(bytes[..<size]))
            let taken = try await other.take(.wish("new", of: MergeRequestID(projectID: 5, iid: 5)))
            #expect(try taken.get().status == .queued)
            other.kill()
            #expect(try await other.deliver(.wish("new", of: MergeRequestID(projectID: 5, iid: 5))) == .duplicate)
        }
    }

    @Test func `a damaged line is named and kept aside, the rest counts`() async throws {
        let desk = try await filled()
        var bytes = try #require(desk.disk.contents("/books/state/queue.journal"))
        let second = try #require(bytes.firstIndex(of: 0x0A)) + 30
        bytes[second] ^= 1
        desk.kill()
        desk.disk.setContents("/books/state/queue.journal", bytes)
        let queue = try desk.queue()
        #expect(queue.problems.map(\.line) == [2] && queue.problems[0].reason.contains("checksum"))
        #expect(desk.log.all.contains { $0.contains("passed over") && $0.contains("queue.journal:2") })
        #expect(desk.disk.paths.contains { $0.hasPrefix("/books/state/recovered/") && $0.hasSuffix(".damaged") })
        #expect(try await desk.deliver(.wish("5", second: 5)) == .duplicate)
        desk.kill()
        #expect(try desk.queue().problems.isEmpty)
        #expect(try await desk.deliver(.wish("5", second: 5)) == .duplicate)
    }

    @Test(arguments: [ENOSPC, EIO, 0 as CInt])
    func `whichever call fails, what was answered is kept and what was refused is not half there`(_ code: CInt)
        async throws
    {
        for number in 1...30 {
            let desk = Desk(
                limits: {
                    var limits = QueueLimits(); limits.compactionBytes = 600; return limits
                }())
            _ = try desk.queue()
            let first = desk.disk.calls + number
            desk.disk.setFault(FakeDisk.Fault(calls: first...first, code: code))
            var answered: [String] = []
            for key in 1...12 {
                let mergeRequest = MergeRequestID(projectID: 1, iid: key)
                switch try await desk.take(.wish("\(key)", of: mergeRequest)) {
                case .success: answered.append("\(key)")
                case .failure(let error):
                    guard case .writeFailed = error else {
                        Issue.record("\(error)")
                        continue
                    }
                    // GitLab's maintainers send it again later.
                    #expect(try await desk.take(.wish("\(key)", of: mergeRequest)) == .failure(error))
                    desk.wait(2)
                    desk.disk.setFault(nil)
                    // Where it had got into a new journal whose name was not certain it is known by now.
                    _ = try await desk.deliver(.wish("\(key)", of: mergeRequest))
                    answered.append("\(key)")
                }
            }
            #expect(answered.count == 12)
            var random = SeededGenerator(seed: UInt64(number))
            desk.cutPower(&random)
            let jobs = try desk.queue().overview.jobs
            #expect(jobs.count == 12 && Set(jobs.map(\.wish.deliveryID)).count == 12)
            for key in answered {
                let mergeRequest = MergeRequestID(projectID: 1, iid: Int(key) ?? 0)
                #expect(try await desk.deliver(.wish(key, of: mergeRequest)) == .duplicate)
            }
        }
    }

    @Test func `a full disk refuses deliveries, and lets them in when there is room`() async throws {
        let desk = Desk()
        try await desk.deliver(.wish("1"))
        desk.disk.setCapacity(desk.disk.usedBytes + 10)
        let refused = try await desk.take(.wish("2", of: MergeRequestID(projectID: 2, iid: 2)))
        #expect(throws: QueueError.self) { try refused.get() }
        #expect(try desk.queue().failure?.code == ENOSPC)
        #expect(desk.log.all.count { $0.contains("cannot be written") } == 1)
        desk.disk.setCapacity(.max)
        desk.wait(2)
        try desk.queue().tick()
        await (try desk.queue()).untilWritten()
        #expect(try desk.queue().failure == nil)
        #expect(try await desk.deliver(.wish("2", of: MergeRequestID(projectID: 2, iid: 2))) == .queued)
        #expect(try desk.queue().overview.jobs.count == 2)
    }

    @Test func `an end that cannot be written down is written later, and the review is not run again`() async throws {
        let desk = Desk()
        let queue = try desk.queue()
        let runs = Mutex(0)
        try await desk.deliver(.wish("1"))
        queue.start(concurrency: 1) { _ in
            runs.withLock { $0 += 1 }
            await (try? desk.queue())?.untilWritten()
            desk.disk.setCapacity(0)
            return .finished(JobResult(.posted, ""))
        }
        while queue.failure == nil { await Task.yield() }
        desk.wait(2)
        queue.tick()
        #expect(queue.counts.running == 1)
        desk.disk.setCapacity(.max)
        for _ in 0..<3 {
            desk.wait(2)
            queue.tick()
            await queue.untilWritten()
        }
        #expect(runs.withLock { $0 } == 1 && queue.overview.jobs.isEmpty && queue.counts.running == 0)
    }

    @Test func `answers are kept until they are discarded`() throws {
        let desk = Desk()
        let answers = AnswerFiles(desk.layout, calls: desk.disk.table)
        #expect(try answers.answer(for: "r-1") == nil)
        for id in ["r-1", "r-2", "../../x"] { try answers.keep(Array(id.utf8), for: id) }
        #expect(try answers.answer(for: "r-1") == Array("r-1".utf8))
        #expect(try answers.answer(for: "../../x") == Array("../../x".utf8))
        #expect(desk.disk.paths.allSatisfy { $0.hasPrefix("/books/state/answers/") })
        answers.discardAll(except: ["r-2"])
        #expect(try answers.answer(for: "r-1") == nil && answers.answer(for: "r-2") != nil)
        answers.discard("r-2")
        #expect(desk.disk.paths.isEmpty)
    }
}

extension ReviewQueue {
    /// Returns when all that was decided is written, or known not to be.
    func untilWritten() async { try? await record(.absent, on: MergeRequestID(projectID: 1, iid: 1)) }
}
