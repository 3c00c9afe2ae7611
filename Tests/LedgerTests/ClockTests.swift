import Budget
import Platform
import Testing
import UTCTime

@testable import Ledger

@Suite struct `Time and its accidents` {
    @Test(arguments: [
        ("2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"), ("2025-11-30T23:59:59Z", "2025-12-01T00:00:00Z"),
        ("2028-02-28T23:59:59Z", "2028-02-29T00:00:00Z"), ("2028-02-29T23:59:59Z", "2028-03-01T00:00:00Z"),
        ("2027-02-28T23:59:59Z", "2027-03-01T00:00:00Z"), ("2000-02-28T23:59:59Z", "2000-02-29T00:00:00Z"),
    ])
    func `the last second of a day and the first of the next are two days`(_ last: String, _ first: String) throws {
        let bench = try Bench(last)
        var ledger = try bench.open(limit: 1000)
        _ = try ledger.record(.of(900), context: .sample)
        guard case .refused(let refusal) = try ledger.reserve(.of(200)) else { throw LedgerError.closed }
        #expect(refusal.resetsAt == Instant(first))
        try bench.clock.set(first)
        _ = try ledger.record(.of(5), context: .sample)
        _ = try ledger.reserve(.of(200)).reservation()
        ledger.close()
        let days = [last, first].map { String($0.prefix(10)) }
        #expect(try bench.folder.names("daily-summaries") == days.map { $0 + ".json" })
        #expect(try bench.folder.names("token-logs") == Array(Set(days.map { $0.prefix(7) + ".csv" })).sorted())
        ledger = try bench.open(limit: 1000)
        #expect(ledger.status().totalTokens == 5 && ledger.status().heldTokens == 200)
        #expect(try Verifier(ledger.configuration).check(at: bench.clock.now) == [])
    }

    @Test func `a review that spans midnight is held in both days and booked in the second`() throws {
        let bench = try Bench("2025-12-13T23:59:50Z")
        let ledger = try bench.open(limit: 1000)
        let id = try ledger.reserve(.of(600)).reservation().id
        _ = try ledger.dispatch(id)
        #expect(ledger.status().heldTokens == 600)
        try bench.clock.set("2025-12-14T00:00:10Z")
        #expect(ledger.status().heldTokens == 600)
        guard case .refused = try ledger.reserve(.of(500)) else { throw LedgerError.closed }
        #expect(try ledger.settle(id, with: .of(550)).record.time == Instant("2025-12-14T00:00:10Z"))
        #expect(ledger.status().totalTokens == 550 && ledger.status().heldTokens == 0)
        ledger.close()
        #expect(try bench.folder.names("daily-summaries") == ["2025-12-14.json"])
    }

    @Test func `one whose outcome is lost counts in the day of its dispatch`() throws {
        let bench = try Bench("2025-12-13T23:59:00Z")
        var ledger = try bench.open(limit: 1000)
        let before = try ledger.reserve(.of(600, seconds: 120)).reservation().id
        _ = try ledger.dispatch(before)
        let after = try ledger.reserve(.of(300, seconds: 300)).reservation().id
        try bench.clock.set("2025-12-14T00:00:30Z")
        _ = try ledger.dispatch(after)
        #expect(ledger.status().heldTokens == 900)
        try bench.clock.set("2025-12-14T00:01:00Z")
        #expect(ledger.status().heldTokens == 300)
        _ = try ledger.markUnresolved(after)
        #expect(ledger.status().heldTokens == 300)
        ledger.close()
        ledger = try bench.open(limit: 1000)
        #expect(ledger.status().heldTokens == 300 && ledger.openReservations().count == 2)
        try bench.clock.set("2025-12-15T00:00:00Z")
        #expect(ledger.status().heldTokens == 0)
        #expect(try ledger.settle(before, with: .of(100)).record.time.day == Day("2025-12-15"))
        #expect(ledger.status().totalTokens == 100)
    }

    /// Whoever reads the figures first moves the time on; what came about then is told by whoever comes next.
    @Test func `what ended while somebody read is told, whatever comes next`() throws {
        let bench = try Bench()
        let ledger = try bench.open(limit: 1000)
        let reservation = try ledger.reserve(.of(600, seconds: 120)).reservation()
        _ = try ledger.dispatch(reservation.id)
        bench.clock.advance(seconds: 120)
        #expect(ledger.status().heldTokens == 600 && bench.events.values.isEmpty)
        ledger.audit(AuditEntry(time: bench.clock.now, event: "alert"))
        guard case .unresolved(let lost)? = bench.events.values.first else { throw LedgerError.closed }
        #expect(lost.id == reservation.id && bench.events.values.count == 1)
    }

    @Test func `a clock that goes back gives no hold and no day a second life`() throws {
        let bench = try Bench("2025-12-14T10:00:00Z")
        let ledger = try bench.open(limit: 1000)
        _ = try ledger.record(.of(500), context: .sample)
        let open = try ledger.reserve(.of(100, seconds: 60)).reservation().id
        bench.clock.advance(seconds: 60)
        #expect(ledger.status().heldTokens == 0)
        try bench.clock.set("2025-12-13T09:00:00Z")
        #expect(throws: LedgerError.expired(id: open)) { try ledger.dispatch(open) }
        #expect(ledger.status().day == Day("2025-12-14") && ledger.status().totalTokens == 500)
        guard case .refused = try ledger.reserve(.of(501)) else { throw LedgerError.closed }
        // A hold that is made meanwhile lives for its time once the clock has caught up.
        let late = try ledger.reserve(.of(100, seconds: 60)).reservation()
        #expect(late.createdAt == Instant("2025-12-14T10:01:00Z"))
        try bench.clock.set("2025-12-14T10:01:59Z")
        #expect(ledger.status().heldTokens == 100)
        bench.clock.advance(seconds: 1)
        #expect(ledger.status().heldTokens == 0)
        #expect(bench.events.values.count { if case .clockBehind = $0 { true } else { false } } == 1)
    }

    @Test func `a clock that leapt ahead and came back opens no earlier day, restart or not`() throws {
        let bench = try Bench("2025-12-14T10:00:00Z")
        var ledger = try bench.open(limit: 1000)
        _ = try ledger.record(.of(500), context: .sample)
        try bench.clock.set("2026-03-01T00:00:00Z")
        _ = try ledger.record(.of(700), context: .sample)
        try bench.clock.set("2025-12-14T10:05:00Z")
        #expect(try ledger.record(.of(1), context: .sample).record.time == Instant("2026-03-01T00:00:00Z"))
        ledger.close()
        ledger = try bench.open(limit: 1000)
        #expect(ledger.status().day == Day("2026-03-01") && ledger.status().totalTokens == 701)
        guard case .refused = try ledger.reserve(.of(300)) else { throw LedgerError.closed }
        #expect(try bench.folder.text("token-logs/2025-12.csv").split(separator: "\n").count == 2)
        #expect(ledger.health == .writable)
    }

    @Test func `a machine that slept finds its holds overdue at the first look`() throws {
        let bench = try Bench("2025-12-14T10:00:00Z")
        let folder = bench.folder
        // Asleep, the monotonic clock stands still and the wall clock goes on.
        let time = TimeSource(now: { bench.clock.now }, monotonicNanoseconds: { 1_000_000_000 })
        let ledger = try Ledger.open(
            LedgerConfiguration(directory: folder.path, dailyLimitTokens: 1000), files: .system, time: time,
            randomness: { 1 }, log: .silent, events: { bench.events.append($0) }, hasThreads: false)
        let open = try ledger.reserve(.of(100)).reservation().id
        let called = try ledger.reserve(.of(200)).reservation().id
        _ = try ledger.dispatch(called)
        bench.clock.advance(seconds: 8 * 3600)
        guard case .refused(let refusal) = try ledger.reserve(.of(801)) else { throw LedgerError.closed }
        #expect(refusal.heldTokens == 200)
        #expect(throws: LedgerError.expired(id: open)) { try ledger.dispatch(open) }
        #expect(ledger.openReservations().map(\.state) == [.unresolved])
        _ = try ledger.settle(called, with: .of(150))
        #expect(ledger.status().totalTokens == 150 && ledger.status().heldTokens == 0)
    }
}
