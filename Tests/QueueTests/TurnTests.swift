import Synchronization
import Testing
import UTCTime

@testable import Queue

@Suite struct `Whose turn it is` {
    /// Books with a wish for each merge request, asked for in this order.
    private func books(_ wishes: [(project: Int, iid: Int)]) -> QueueBooks {
        var books = QueueBooks(limits: QueueLimits())
        for (turn, wish) in wishes.enumerated() {
            books.apply(
                .wished(
                    id: "\(wish.project)!\(wish.iid)", turn: turn + 1, generation: 0,
                    Wish(
                        mergeRequest: MergeRequestID(projectID: wish.project, iid: wish.iid), projectPath: "",
                        head: "a", cause: .labelAdded, occurredAt: nil)), at: Desk.start)
        }
        return books
    }

    /// The ids in the order in which they are begun when each ends before the next begins.
    private func order(_ books: QueueBooks, at now: Instant = Desk.start) -> [String] {
        var turns = Turns()
        var books = books
        var order: [String] = []
        while let job = turns.next(in: books, at: now, concurrency: 1) {
            order.append(job.id)
            books.apply(.step(job: job.id, .finished(JobResult(.posted, ""))), at: now)
            turns.end(job.id)
        }
        return order
    }

    @Test func `a project with many does not hold up one with few`() {
        let books = books([(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (3, 1), (3, 2)])
        #expect(order(books) == ["1!1", "2!1", "3!1", "1!2", "3!2", "1!3", "1!4"])
    }

    @Test func `no project has all the places while others wait`() {
        var turns = Turns()
        let books = books([(1, 1), (1, 2), (1, 3), (2, 1)])
        let begun = (0..<3).compactMap { _ in turns.next(in: books, at: Desk.start, concurrency: 3)?.id }
        #expect(begun == ["1!1", "2!1", "1!2"])
        #expect(turns.next(in: books, at: Desk.start, concurrency: 3) == nil)
        #expect(turns.next(in: books, at: Desk.start, concurrency: 4)?.id == "1!3")
    }

    @Test func `one review at a time for each merge request`() {
        var turns = Turns()
        var books = books([(1, 1), (2, 1)])
        let first = turns.next(in: books, at: Desk.start, concurrency: 9)
        books.apply(
            .wished(
                id: "later", turn: 3, generation: 1,
                Wish(
                    mergeRequest: MergeRequestID(projectID: 1, iid: 1), projectPath: "", head: "b", cause: .push,
                    occurredAt: nil)), at: Desk.start)
        #expect(turns.next(in: books, at: Desk.start, concurrency: 9)?.id == "2!1")
        #expect(turns.next(in: books, at: Desk.start, concurrency: 9) == nil)
        turns.end(first?.id ?? "")
        books.apply(.step(job: "1!1", .finished(JobResult(.posted, ""))), at: Desk.start)
        #expect(turns.next(in: books, at: Desk.start, concurrency: 9)?.id == "later")
    }

    @Test func `what waits is not begun before its time, what was blocked runs in the order of request`() {
        var books = books([(1, 1), (1, 2), (2, 1), (1, 3), (3, 1)])
        let reset = Desk.start.adding(seconds: 100)
        for id in ["1!1", "1!2", "2!1"] {
            books.apply(
                .step(
                    job: id,
                    .deferred(
                        Deferral(kind: .budget, until: reset, since: Desk.start, failureCount: 0, reason: "blocked"))),
                at: Desk.start)
        }
        #expect(order(books) == ["3!1", "1!3"] || order(books) == ["1!3", "3!1"])
        #expect(order(books, at: Instant(milliseconds: reset.milliseconds - 1)).count == 2)
        let resumed = order(books, at: reset).filter { ["1!1", "1!2", "2!1"].contains($0) }
        #expect(resumed == ["1!1", "1!2", "2!1"])
    }

    @Test func `what is not on the disk yet is not begun`() {
        var turns = Turns()
        let books = books([(1, 1)])
        turns.unwritten = ["1!1"]
        #expect(turns.next(in: books, at: Desk.start, concurrency: 1) == nil)
        turns.unwritten = []
        #expect(turns.next(in: books, at: Desk.start, concurrency: 1)?.id == "1!1")
    }

    @Test func `reviews run side by side up to the limit, and none twice`() async throws {
        let desk = Desk()
        let queue = try desk.queue()
        let seen = Mutex<(now: Int, most: Int, ids: [String])>((0, 0, []))
        for iid in 1...20 {
            try await desk.deliver(.wish("k\(iid)", of: MergeRequestID(projectID: iid % 3, iid: iid)))
        }
        queue.start(concurrency: 4) { job in
            seen.withLock { seen in
                seen.now += 1
                seen.most = max(seen.most, seen.now)
                seen.ids.append(job.id)
            }
            for _ in 0..<20 { await Task.yield() }
            seen.withLock { $0.now -= 1 }
            return .finished(JobResult(.posted, ""))
        }
        await queue.untilIdle()
        let result = seen.withLock { $0 }
        #expect(result.most <= 4 && result.ids.count == 20 && Set(result.ids).count == 20)
        #expect(queue.overview.jobs.isEmpty)
    }

    @Test func `what was put off runs when its time has come, and a stop begins nothing`() async throws {
        let desk = Desk()
        let queue = try desk.queue()
        let runs = Mutex<[Int]>([])
        try await desk.deliver(.wish("k"))
        queue.start(concurrency: 1) { job in
            let count = runs.withLock { runs in
                runs.append(job.deferral?.failureCount ?? 0)
                return runs.count
            }
            guard count < 3 else { return .finished(JobResult(.posted, "")) }
            return .deferred(
                Deferral(
                    kind: .trouble, until: desk.now.adding(seconds: 10), since: desk.now, failureCount: count,
                    reason: "GitLab answered 500"))
        }
        await queue.untilIdle()
        #expect(runs.withLock { $0.count } == 1)
        desk.wait(9)
        queue.tick()
        await queue.untilIdle()
        #expect(runs.withLock { $0.count } == 1)
        desk.wait(1)
        queue.tick()
        await queue.untilIdle()
        #expect(runs.withLock { $0.count } == 2)
        queue.stop()
        desk.wait(10)
        queue.tick()
        await queue.untilIdle()
        #expect(runs.withLock { $0.count } == 2)
        #expect(try await desk.take(.wish("l", second: 5)) == .failure(.stopped))
    }
}
