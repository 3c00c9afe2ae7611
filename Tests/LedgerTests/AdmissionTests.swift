import Budget
import Platform
import Synchronization
import Testing
import UTCTime

@testable import Ledger

@Suite struct `Admission under threads` {
    /// What one thread did.
    private struct Count: Sendable {
        var granted = 0
        var refused = 0
        var used = 0
        var problems: [String] = []
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `settled, held and new never pass the limit, and what fits is not refused for good`(_ seed: UInt64) throws {
        let limit = 60_000
        let bench = try Bench()
        var calls = FileCalls.system
        calls.synchronize = { _ in 0 }
        calls.synchronizeData = { _ in 0 }
        let ledger = try bench.open(limit: limit, files: calls, hasThreads: true)
        let total = Mutex(Count())
        let threads = (0..<16).map { number in
            WorkerThread {
                var random = SeededGenerator(seed: seed &* 1000 &+ UInt64(number))
                var count = Count()
                for _ in 0..<60 {
                    do {
                        let tokens = Int.random(in: 1...3000, using: &random)
                        switch try ledger.reserve(.of(tokens)) {
                        case .refused(let refusal):
                            count.refused += 1
                            if refusal.usedTokens + refusal.heldTokens + tokens <= limit {
                                count.problems.append("\(refusal)")
                            }
                        case .granted(let reservation, _):
                            count.granted += 1
                            if Int.random(in: 0..<4, using: &random) == 0 {
                                _ = try ledger.release(reservation.id)
                                continue
                            }
                            _ = try ledger.dispatch(reservation.id)
                            let used = Int.random(in: 0...tokens, using: &random)
                            _ = try ledger.settle(reservation.id, with: .of(used))
                            count.used += used
                        }
                        let status = ledger.status()
                        if status.totalTokens + status.heldTokens > limit { count.problems.append("\(status)") }
                    } catch {
                        count.problems.append("\(error)")
                    }
                }
                total.withLock { all in
                    all.granted += count.granted
                    all.refused += count.refused
                    all.used += count.used
                    all.problems += count.problems
                }
            }
        }
        for thread in threads { thread.join() }
        let count = total.withLock { $0 }
        #expect(count.problems.isEmpty, "seed \(seed): \(count.problems.prefix(3))")
        #expect(count.granted > 0 && count.refused > 0 && count.granted + count.refused == 16 * 60)
        #expect(ledger.status().totalTokens == count.used && ledger.status().heldTokens == 0)
        #expect(limit - count.used < 3000, "seed \(seed): \(limit - count.used) tokens were left")
        ledger.close()
        let rows = try UsageReader(directory: bench.folder.path).rows(of: #require(Month("2025-12")))
        #expect(rows.records.reduce(0) { $0 + $1.usage.totalTokens } == count.used && rows.problems.isEmpty)
    }
}
