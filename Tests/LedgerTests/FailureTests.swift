import Budget
import Glibc
import Platform
import Testing
import UTCTime

@testable import Ledger

/// The books on a disk in memory, through failures and restarts.
struct FakeBench {
    let disk = FakeDisk()
    let clock: Clock
    let events = Collected<LedgerEvent>()
    let lines = Collected<String>()
    let directory = "/data"

    init(_ time: String = "2025-12-13T09:15:32Z") throws { clock = try Clock(time) }

    func configuration(limit: Int = 1_000_000, policy: FailurePolicy = .continue, floor: Int = 0)
        -> LedgerConfiguration
    {
        LedgerConfiguration(
            directory: directory, dailyLimitTokens: limit, warningThresholdTokens: limit / 10 * 8,
            failurePolicy: policy, freeSpaceFloorBytes: floor)
    }

    func open(
        limit: Int = 1_000_000, policy: FailurePolicy = .continue, floor: Int = 0, seed: UInt64 = 7
    ) throws -> Ledger {
        let (events, lines) = (events, lines)
        return try Ledger.open(
            configuration(limit: limit, policy: policy, floor: floor), files: disk.table, time: clock.source,
            randomness: { seed &* 0x9E37_79B9_7F4A_7C15 }, log: Log(sink: { lines.append($0) }),
            events: { events.append($0) }, hasThreads: false)
    }

    /// The books closed in order, where they are open, and opened again.
    func reopened(_ ledger: Ledger?, limit: Int) throws -> Ledger {
        ledger?.close()
        disk.kill()
        return try open(limit: limit)
    }

    func rows(_ month: String = "2025-12") throws -> MonthRows {
        try UsageReader(directory: directory, calls: disk.table).rows(of: try #require(Month(month)))
    }

    func snapshot(limit: Int = 1_000_000) throws -> LedgerSnapshot {
        try LedgerReader(configuration(limit: limit), calls: disk.table).snapshot(at: clock.now)
    }
}

@Suite struct FailureTests {
    /// What was acknowledged in one run of the script below.
    struct Acknowledged {
        var durable: Set<String> = []
        var inMemory: Set<String> = []
        var refused: Set<String> = []
        var held: [String: Int] = [:]
        var unsure: Set<String> = []
    }

    /// A little of everything, noting what was acknowledged; it goes on after errors, as callers do.
    private func script(_ ledger: Ledger, _ clock: Clock, _ acknowledged: inout Acknowledged) throws {
        func note(_ id: String, _ body: () throws -> Booking) {
            guard let booking = try? body() else {
                acknowledged.refused.insert(id)
                return
            }
            let usageID = booking.record.usageID
            if booking.isDurable { acknowledged.durable.insert(usageID) } else { acknowledged.inMemory.insert(usageID) }
        }
        for round in 0..<2 {
            note("record") { try ledger.record(.of(100 + round), context: .sample) }
            note("keyed") { try ledger.record(.of(10 + round), context: .sample, idempotencyKey: "key \(round)") }
            for (number, fate) in ["settle", "keep", "release"].enumerated() {
                let tokens = 1000 * (round + 1) + number
                guard case .granted(let reservation, _)? = try? ledger.reserve(.of(tokens, key: "\(fate) \(round)"))
                else { continue }
                acknowledged.held[reservation.id] = tokens
                switch fate {
                case "settle":
                    guard (try? ledger.dispatch(reservation.id)) != nil else { continue }
                    note(reservation.id) { try ledger.settle(reservation.id, with: .of(500)) }
                    if acknowledged.durable.contains(reservation.id) || acknowledged.inMemory.contains(reservation.id) {
                        acknowledged.held[reservation.id] = nil
                    }
                case "release":
                    acknowledged.held[reservation.id] = nil
                    _ = try? ledger.release(reservation.id)
                default:
                    _ = try? ledger.dispatch(reservation.id)
                }
            }
            clock.advance(seconds: 1)
            ledger.tick()
        }
        ledger.tick()
    }

    /// Every check there is, after a restart on a disk that works.
    private func check(_ bench: FakeBench, _ acknowledged: Acknowledged, survived: Bool, _ comment: Comment) throws {
        let ledger = try bench.open(seed: 8)
        #expect(ledger.health == .writable, comment)
        let rows = try bench.rows()
        let ids = rows.records.map(\.usageID)
        #expect(rows.problems.isEmpty && rows.tailSize == 0, comment)
        #expect(Set(ids).count == ids.count, "a row twice: \(comment)")
        #expect(acknowledged.durable.isSubset(of: ids), comment)
        if survived { #expect(acknowledged.inMemory.isSubset(of: ids), comment) }
        #expect(ledger.status().totalTokens == rows.records.reduce(0) { $0 + $1.usage.totalTokens }, comment)
        let open = Dictionary(uniqueKeysWithValues: ledger.openReservations().map { ($0.id, $0.tokens) })
        for (id, tokens) in acknowledged.held where !ids.contains(id) { #expect(open[id] == tokens, comment) }
        _ = try ledger.record(.of(1), context: .sample)
        let final = ledger.status()
        ledger.close()
        let summary = try SummaryReader(directory: bench.directory, calls: bench.disk.table).summary(of: final.day)
        #expect(summary == DailySummary(final), comment)
    }

    @Test(arguments: [ENOSPC, EIO, EROFS, EDQUOT, EINTR, 0], [FailurePolicy.continue, .stop])
    func `any call may fail once`(_ code: CInt, _ policy: FailurePolicy) throws {
        var number = 1
        while true {
            let bench = try FakeBench()
            bench.disk.setFault(FakeDisk.Fault(calls: number...number, code: code))
            var acknowledged = Acknowledged()
            if let ledger = try? bench.open(policy: policy) {
                try script(ledger, bench.clock, &acknowledged)
                #expect(ledger.health == .writable, "call \(number), errno \(code), \(policy)")
                ledger.close()
            }
            let wasMet = bench.disk.faultsMet > 0
            bench.disk.kill()
            try check(bench, acknowledged, survived: true, "call \(number), errno \(code), \(policy)")
            guard wasMet else { break }
            number += 1
        }
        #expect(number > 50)
    }

    @Test(arguments: [ENOSPC, EIO, EROFS])
    func `all calls may fail from any one on, until the power does`(_ code: CInt) throws {
        var random = SeededGenerator(seed: UInt64(code))
        for number in 1...80 {
            let bench = try FakeBench()
            bench.disk.setFault(FakeDisk.Fault(calls: number...(number + 10_000), code: code))
            var acknowledged = Acknowledged()
            if let ledger = try? bench.open() { try script(ledger, bench.clock, &acknowledged) }
            bench.disk.cutPower(&random)
            acknowledged.held = acknowledged.held.filter { _ in false }
            try check(bench, acknowledged, survived: false, "from call \(number) on, errno \(code)")
        }
    }

    @Test func `the power may fail at any call`() throws {
        for seed in 0..<3 {
            var random = SeededGenerator(seed: UInt64(seed))
            var number = 1
            while true {
                let bench = try FakeBench()
                // From this call on nothing works any more: that is as far as the process got.
                bench.disk.setFault(FakeDisk.Fault(calls: number...1_000_000, code: EIO))
                var acknowledged = Acknowledged()
                var isMet = false
                if let ledger = try? bench.open(policy: .stop) {
                    try script(ledger, bench.clock, &acknowledged)
                    isMet = bench.disk.faultsMet > 0
                } else {
                    isMet = true
                }
                bench.disk.cutPower(&random)
                try check(bench, acknowledged, survived: false, "power cut at call \(number), seed \(seed)")
                guard isMet else { break }
                number += 1
            }
        }
    }

    @Test func `a full disk loses nothing and counts nothing twice`() throws {
        let bench = try FakeBench()
        let ledger = try bench.open(limit: 100_000)
        let before = try ledger.reserve(.of(5000)).reservation()
        _ = try ledger.dispatch(before.id)
        bench.disk.setCapacity(bench.disk.usedBytes)
        let booking = try ledger.settle(before.id, with: .of(1000))
        #expect(!booking.isDurable)
        // What the hold has beyond the record stays held until the row is there, as a restart would find it.
        #expect(ledger.status().totalTokens == 1000 && ledger.status().heldTokens == 4000)
        #expect(try ledger.settle(before.id, with: .of(1000)).wasRepeated)
        #expect(ledger.health != .writable)
        #expect(try !ledger.record(.of(7), context: .sample, idempotencyKey: "a").isDurable)
        #expect(throws: LedgerError.self) { try ledger.reserve(.of(1)) }
        let volatile = try ledger.reserve(.of(10), durability: .preferred).reservation()
        _ = try ledger.dispatch(volatile.id)
        ledger.tick()
        #expect(ledger.health != .writable)
        #expect(bench.events.values.count { if case .writeFailed = $0 { true } else { false } } == 1)
        bench.disk.setCapacity(.max)
        ledger.tick()
        #expect(ledger.health == .writable)
        #expect(bench.events.values.contains(.recovered(records: 2)))
        #expect(ledger.status().totalTokens == 1007 && ledger.status().heldTokens == 10)
        #expect(try bench.rows().records.map(\.usage.inputTokens) == [1000, 7])
        bench.disk.kill()
        let again = try bench.open(limit: 100_000)
        #expect(again.status().totalTokens == 1007 && again.status().heldTokens == 10)
        #expect(again.openReservations().map(\.id) == [volatile.id])
    }

    @Test func `with stop nothing is booked that is not on the disk`() throws {
        let bench = try FakeBench()
        let ledger = try bench.open(policy: .stop)
        let reservation = try ledger.reserve(.of(5000)).reservation()
        bench.disk.setCapacity(bench.disk.usedBytes)
        #expect(throws: LedgerError.self) { try ledger.settle(reservation.id, with: .of(1000)) }
        #expect(ledger.status().totalTokens == 0 && ledger.status().heldTokens == 5000)
        #expect(throws: LedgerError.self) { try ledger.reserve(.of(1), durability: .preferred) }
        bench.disk.setCapacity(.max)
        ledger.tick()
        #expect(try ledger.settle(reservation.id, with: .of(1000)).isDurable)
        #expect(ledger.status().totalTokens == 1000 && ledger.status().heldTokens == 0)
    }

    @Test func `below the floor reservations stop and settlements go on`() throws {
        let bench = try FakeBench()
        bench.disk.setCapacity(1_000_000)
        let ledger = try bench.open(floor: 16 << 20)
        let reservation = try ledger.reserve(.of(5000)).reservation()
        bench.disk.setContents("/filler", [UInt8](repeating: 0, count: 960_000))
        ledger.tick()
        #expect(throws: LedgerError.self) { try ledger.reserve(.of(1)) }
        _ = try ledger.reserve(.of(1), durability: .preferred).reservation()
        #expect(try ledger.settle(reservation.id, with: .of(100)).isDurable)
        #expect(ledger.health != .writable)
        #expect(bench.events.values.count { if case .lowSpace = $0 { true } else { false } } == 1)
        bench.disk.setContents("/filler", nil)
        ledger.tick()
        _ = try ledger.reserve(.of(1)).reservation()
        #expect(ledger.health == .writable)
    }

    @Test func `a failed synchronisation is not believed later`() throws {
        var random = SeededGenerator(seed: 1)
        let bench = try FakeBench()
        let ledger = try bench.open()
        _ = try ledger.record(.of(1), context: .sample)
        // The write of the row passes, its fdatasync does not.
        bench.disk.setFault(FakeDisk.Fault(calls: (bench.disk.calls + 2)...(bench.disk.calls + 2), code: EIO))
        let lost = try ledger.record(.of(2), context: .sample)
        #expect(!lost.isDurable)
        ledger.tick()
        let booked = try ledger.record(.of(3), context: .sample)
        #expect(booked.isDurable)
        bench.disk.cutPower(&random)
        _ = try bench.open()
        #expect(try bench.rows().records.map(\.usage.inputTokens) == [1, 2, 3])
    }
}
