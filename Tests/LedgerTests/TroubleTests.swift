import Budget
import Glibc
import Platform
import Testing
import UTCTime

@testable import Ledger

@Suite struct `Trouble with the disk` {
    private func alerts(_ bench: FakeBench) -> [LedgerEvent] {
        bench.events.values.filter { event in
            switch event {
            case .writeFailed, .lowSpace, .recovered: true
            default: false
            }
        }
    }

    @Test func `is told once when it begins and once when it is over`() throws {
        let bench = try FakeBench()
        bench.disk.setCapacity(1_000_000)
        let ledger = try bench.open(floor: 16 << 20)
        let errors = { bench.lines.values.count { $0.contains(" error ") } }
        // Space gets low, then there is none, and every write fails.
        bench.disk.setContents("/filler", [UInt8](repeating: 0, count: 960_000))
        for _ in 0..<3 { ledger.tick() }
        bench.disk.setCapacity(bench.disk.usedBytes)
        for number in 0..<5 {
            #expect(try !ledger.record(.of(number), context: .sample).isDurable)
            ledger.tick()
        }
        #expect(alerts(bench).count == 1 && errors() == 1)
        guard case .lowSpace = alerts(bench).first else {
            Issue.record("\(alerts(bench))")
            return
        }
        #expect(ledger.trouble.count == 1 && ledger.trouble.recordsInMemory == 5)
        #expect(ledger.health != .writable)
        // There is room for the records, but not yet as much as there should be.
        bench.disk.setCapacity(bench.disk.usedBytes + 20_000)
        ledger.tick()
        #expect(ledger.trouble.recordsInMemory == 0 && alerts(bench).count == 1 && ledger.health != .writable)
        bench.disk.setContents("/filler", nil)
        for _ in 0..<3 { ledger.tick() }
        #expect(alerts(bench).dropFirst() == [.recovered(records: 5)] && ledger.health == .writable)
        #expect(bench.lines.values.count { $0.contains("can be written again") } == 1)
        // The next time is told again.
        bench.disk.setCapacity(bench.disk.usedBytes)
        _ = try ledger.record(.of(9), context: .sample)
        #expect(alerts(bench).count == 3 && errors() == 2 && ledger.trouble.count == 2)
    }

    @Test func `with summaries is told once, and they are right in the end`() throws {
        let bench = try FakeBench()
        let ledger = try bench.open()
        _ = try ledger.record(.of(7), context: .sample)
        bench.disk.setUnwritable(FileCalls.temporaryPath(for: "/data/daily-summaries/2025-12-13.json"), ENOSPC)
        for _ in 0..<4 { ledger.tick() }
        #expect(bench.lines.values.count { $0.contains("summary cannot be written") } == 1)
        #expect(ledger.health == .writable)
        bench.disk.setUnwritable(FileCalls.temporaryPath(for: "/data/daily-summaries/2025-12-13.json"), nil)
        ledger.tick()
        let reader = SummaryReader(directory: "/data", calls: bench.disk.table)
        #expect(try reader.summary(of: #require(Day("2025-12-13")))?.totalTokens == 7)
    }

    @Test(arguments: 1...8) func `rows that a killed process left unsure are made certain, not believed`(
        _ seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        let bench = try FakeBench()
        var ledger = try bench.open()
        _ = try ledger.record(.of(1), context: .sample)
        // The write of the row passes, its fdatasync does not; then the process is killed.
        bench.disk.setFault(FakeDisk.Fault(calls: (bench.disk.calls + 2)...(bench.disk.calls + 2), code: EIO))
        #expect(try !ledger.record(.of(2), context: .sample, idempotencyKey: "k").isDurable)
        #expect(bench.disk.faultsMet == 1)
        bench.disk.kill()
        ledger = try bench.open()
        let again = try ledger.record(.of(2), context: .sample, idempotencyKey: "k")
        #expect(again.isDurable && again.wasRepeated)
        #expect(try ledger.record(.of(3), context: .sample).isDurable)
        bench.disk.cutPower(&random)
        ledger = try bench.open()
        #expect(ledger.health == .writable)
        #expect(try bench.rows().records.map(\.usage.inputTokens) == [1, 2, 3])
    }

    @Test func `after an orderly end the rows are not written again`() throws {
        let bench = try Bench()
        let ledger = try bench.open()
        _ = try ledger.record(.of(1), context: .sample)
        ledger.close()
        #expect(try bench.folder.text("state/lock") == "ended\n")
        let renamed = Collected<String>()
        var calls = FileCalls.system
        calls.rename = { from, to in
            renamed.append(to)
            return FileCalls.system.rename(from, to)
        }
        var next = try bench.open(files: calls)
        #expect(!renamed.values.contains { $0.hasSuffix(".csv") })
        next.leaveAddress("http://127.0.0.1:8000")
        #expect(
            BooksHolder.noted(in: bench.folder.path)
                == BooksHolder(pid: Int(getpid()), address: "http://127.0.0.1:8000"))
        next.close()
        // A process that was killed leaves its own note.
        try bench.folder.write("4711\n", to: "state/lock")
        next = try bench.open(files: calls)
        #expect(renamed.values.contains { $0.hasSuffix(".csv") })
        #expect(next.status().totalTokens == 1)
    }

    @Test(arguments: ["saved", "emptied", "deleted"])
    func `rows go where readers find them when somebody else saved the file`(_ how: String) throws {
        let bench = try Bench()
        let ledger = try bench.open()
        _ = try ledger.record(.of(100), context: .sample)
        let name = "token-logs/2025-12.csv"
        let text = try bench.folder.text(name)
        switch how {
        case "saved": try bench.folder.write(text.replacing("\n", with: "\r\n"), to: name)
        case "emptied": try bench.folder.write("", to: name)
        default: unlink(bench.folder.path + "/" + name)
        }
        #expect(try ledger.record(.of(20), context: .sample).isDurable)
        #expect(ledger.status().totalTokens == 120)
        let rows = try UsageReader(directory: bench.folder.path).rows(of: #require(Month("2025-12")))
        #expect(rows.problems.isEmpty)
        #expect(rows.records.map(\.usage.totalTokens) == (how == "saved" ? [100, 20] : [20]))
        #expect(bench.lines.values.count { $0.contains("somebody else changed the rows") } == 1)
        _ = try ledger.record(.of(3), context: .sample)
        #expect(bench.lines.values.count { $0.contains("somebody else changed the rows") } == 1)
    }
}
