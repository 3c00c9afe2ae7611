import Budget
import JSON
import Platform
import Synchronization
import Testing
import UTCTime

@testable import Ledger

@Suite struct `Readers beside the writer` {
    /// The system's calls without its waits: what readers see does not depend on them.
    private static let quick: FileCalls = {
        var calls = FileCalls.system
        calls.synchronize = { _ in 0 }
        calls.synchronizeData = { _ in 0 }
        return calls
    }()

    @Test func `find whole lines, whole JSON and figures that only grow, at any moment`() throws {
        let bench = try Bench("2025-12-31T23:59:30Z")
        let ledger = try bench.open(limit: 1_000_000_000, files: Self.quick, hasThreads: true)
        let directory = bench.folder.path
        let isOver = Atomic(false)
        let failures = Atomic(0)
        let writers = (0..<3).map { writer in
            WorkerThread {
                var count = 0
                while !isOver.load(ordering: .acquiring), count < 700 {
                    count += 1
                    if writer == 0 { bench.clock.advance(seconds: 1) }
                    do {
                        let id = try ledger.reserve(.of(1000)).reservation().id
                        _ = try ledger.dispatch(id)
                        _ = try ledger.settle(id, with: .of(10, count))
                        if count % 7 == 0 { _ = try ledger.reserve(.of(1, seconds: 5)) }
                    } catch {
                        failures.add(1, ordering: .relaxed)
                    }
                }
            }
        }
        var largest: [Day: Int] = [:]
        let reader = LedgerReader(ledger.configuration)
        for round in 0..<30 {
            let snapshot = try reader.snapshot(at: bench.clock.now)
            #expect(snapshot.problems.isEmpty)
            let day = snapshot.status.day
            #expect(snapshot.status.totalTokens >= largest[day] ?? 0)
            largest[day] = snapshot.status.totalTokens
            for day in try SummaryReader(directory: directory).days() {
                #expect(throws: Never.self) { try SummaryReader(directory: directory).summary(of: day) }
            }
            if round % 6 == 0 {
                // The summary of a day that has just ended may be behind for a moment.
                let findings = try Verifier(ledger.configuration).check(at: bench.clock.now)
                #expect(findings.filter { $0.check != .summaries } == [])
            }
            for name in try bench.folder.names("audit-logs") {
                let lines = try bench.folder.text("audit-logs/" + name)
                    .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                for line in lines.suffix(20) {
                    #expect(throws: Never.self) { try JSONValue(parsing: Array(line.utf8)) }
                }
            }
        }
        isOver.store(true, ordering: .releasing)
        for writer in writers { writer.join() }
        #expect(failures.load(ordering: .relaxed) == 0)
        ledger.close()
        #expect(try Verifier(ledger.configuration).check(at: bench.clock.now) == [])
        #expect(largest.count >= 1)
    }
}
