import Budget
import Dispatch
import Platform
import TestDisk
import Testing
import UTCTime

@testable import Ledger

@Suite struct RecordNewsTests {
    @Test func `every durable record is told once, in the order of the rows`() throws {
        let bench = try Bench()
        let ledger = try bench.open(hasThreads: true)
        let told = Collected<UsageRecord>()
        let before = try ledger.record(.of(1), context: .sample)
        let observation = ledger.observeRecords { news in
            #expect(news.missedCount == 0)
            news.records.forEach(told.append)
        }
        DispatchQueue.concurrentPerform(iterations: 8) { worker in
            for number in 0..<20 {
                _ = try? ledger.record(.of(10 + number), context: .sample, idempotencyKey: "\(worker)-\(number)")
                // A repetition is no record.
                _ = try? ledger.record(.of(10 + number), context: .sample, idempotencyKey: "\(worker)-\(number)")
            }
        }
        ledger.close()
        withExtendedLifetime(observation) {}
        let rows = try UsageReader(directory: bench.folder.path)
            .rows(of: try #require(Month(year: 2025, month: 12))).records
        #expect(rows.count == 161 && rows.first == before.record)
        #expect(told.values == Array(rows.dropFirst()))
    }

    @Test func `a settlement is told, a release is not`() throws {
        let ledger = try Bench().open()
        let told = Collected<UsageRecord>()
        let observation = ledger.observeRecords { $0.records.forEach(told.append) }
        let first = try ledger.reserve(.of(100)).reservation()
        _ = try ledger.dispatch(first.id)
        let booking = try ledger.settle(first.id, with: .of(90))
        let second = try ledger.reserve(.of(100)).reservation()
        _ = try ledger.release(second.id)
        ledger.close()
        withExtendedLifetime(observation) {}
        #expect(told.values == [booking.record])
    }

    @Test func `a record that is only in memory is told when its row is written`() throws {
        let bench = try FakeBench()
        let ledger = try bench.open()
        let told = Collected<UsageRecord>()
        let observation = ledger.observeRecords { $0.records.forEach(told.append) }
        bench.disk.setCapacity(bench.disk.usedBytes)
        let booking = try ledger.record(.of(7), context: .sample)
        #expect(!booking.isDurable)
        bench.disk.setCapacity(.max)
        #expect(told.values.isEmpty)
        ledger.tick()
        ledger.close()
        withExtendedLifetime(observation) {}
        #expect(told.values == [booking.record])
    }

    @Test func `who cancels hears no more`() throws {
        let ledger = try Bench().open()
        let told = Collected<UsageRecord>()
        ledger.observeRecords { $0.records.forEach(told.append) }.cancel()
        _ = try ledger.record(.of(1), context: .sample)
        ledger.close()
        #expect(told.values.isEmpty)
    }

    @Test func `what slow observers cannot be told of is counted`() throws {
        let announcer = RecordAnnouncer()
        let (gate, begun) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let counts = Collected<[Int]>()
        let observation = announcer.observe { news in
            counts.append([news.records.count, news.missedCount])
            begun.signal()
            gate.wait()
        }
        let record = UsageRecord(
            time: Instant(seconds: 0), context: .sample, usage: try TokenUsage(inputTokens: 1, outputTokens: 0),
            durationMilliseconds: 1, cost: nil, estimatedTokens: nil, usageID: "u")
        announcer.put([record])
        begun.wait()
        announcer.put([UsageRecord](repeating: record, count: RecordAnnouncer.recordsMax))
        announcer.put([record, record])
        gate.signal()
        gate.signal()
        announcer.drain()
        withExtendedLifetime(observation) {}
        #expect(counts.values == [[1, 0], [RecordAnnouncer.recordsMax, 2]])
    }
}
