import Budget
import Glibc
import Platform
import Testing
import UTCTime

@testable import Ledger

@Suite struct DamageTests {
    /// Books with four rows of two days, an open, a dispatched and a released reservation.
    private func filled() throws -> (FakeBench, open: String, dispatched: String) {
        let bench = try FakeBench("2025-12-12T10:00:00Z")
        let ledger = try bench.open()
        _ = try ledger.record(.of(100), context: .sample)
        _ = try ledger.record(.of(200), context: .sample)
        try bench.clock.set("2025-12-13T10:00:00Z")
        _ = try ledger.record(.of(300), context: .sample)
        _ = try ledger.record(.of(400), context: .sample)
        let open = try ledger.reserve(.of(5000, seconds: 7200)).reservation()
        let dispatched = try ledger.reserve(.of(6000, seconds: 7200)).reservation()
        _ = try ledger.dispatch(dispatched.id)
        _ = try ledger.release(ledger.reserve(.of(7000)).reservation().id)
        ledger.tick()
        ledger.close()
        return (bench, open.id, dispatched.id)
    }

    private let csv = "/data/token-logs/2025-12.csv"
    private let journal = "/data/state/journal"

    private func edit(_ bench: FakeBench, _ path: String, _ edit: (inout [Substring]) -> Void) throws {
        let text = String(decoding: try #require(bench.disk.contents(path)), as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        edit(&lines)
        bench.disk.setContents(path, Array(lines.joined(separator: "\n").utf8))
    }

    @Test func `sound books have no findings, before and after a restart`() throws {
        let (bench, open, dispatched) = try filled()
        let verifier = Verifier(bench.configuration(), calls: bench.disk.table)
        #expect(try verifier.check(at: bench.clock.now) == [])
        let ledger = try bench.open()
        #expect(ledger.health == .writable)
        #expect(ledger.openReservations().map(\.id) == [open, dispatched])
        #expect(ledger.openReservations().map(\.state) == [.open, .unresolved])
        #expect(ledger.status().heldTokens == 11000 && ledger.status().totalTokens == 700)
        #expect(bench.events.values.contains { if case .unresolved = $0 { true } else { false } })
        #expect(try verifier.check(at: bench.clock.now) == [])
        #expect(try bench.snapshot().reservations.map(\.id) == [open, dispatched])
    }

    @Test func `a damaged middle row is named, blocks, and is repaired without lowering anything`() throws {
        let (bench, _, _) = try filled()
        try edit(bench, csv) { lines in lines[3] = "2025,12,13,garbage" }
        var ledger = try bench.open()
        guard case .damaged(let reason) = ledger.health else {
            Issue.record("\(ledger.health)")
            return
        }
        #expect(reason.contains("token-logs/2025-12.csv:4") && reason.contains("garbage"))
        #expect(throws: LedgerError.damaged(reason: reason)) { try ledger.reserve(.of(1)) }
        // Reading goes on, what is known is not lowered, and facts are still booked.
        #expect(ledger.status().totalTokens == 700)
        _ = try ledger.record(.of(1), context: .sample)
        #expect(ledger.status().totalTokens == 701)
        ledger.close()
        #expect(bench.disk.contents(csv).map { String(decoding: $0, as: UTF8.self) }?.contains("garbage") == true)

        let verifier = Verifier(bench.configuration(), calls: bench.disk.table)
        let findings = try verifier.check(at: bench.clock.now)
        #expect(findings.contains { $0.check == .rows && $0.place == "token-logs/2025-12.csv:4" })
        let report = try verifier.repair(at: bench.clock.now, author: "root")
        #expect(report.copies.contains { $0.contains("2025-12.csv") } && !report.actions.isEmpty)
        #expect(try verifier.check(at: bench.clock.now) == [])
        ledger = try bench.open()
        #expect(ledger.health == .writable && ledger.status().totalTokens == 701)
        _ = try ledger.reserve(.of(1)).reservation()
        #expect(try bench.rows().records.map(\.usage.totalTokens) == [100, 200, 400, 1, 300])
        let audit = try #require(bench.disk.contents("/data/audit-logs/2025-12.jsonl"))
        #expect(String(decoding: audit, as: UTF8.self).contains(#""event":"repair","actor":"root""#))
    }

    @Test(arguments: ["missing", "emptied", "cut", "a day gone"])
    func `rows that are gone are missed`(_ how: String) throws {
        let (bench, _, _) = try filled()
        switch how {
        case "missing": bench.disk.setContents(csv, nil)
        case "emptied": bench.disk.setContents(csv, [])
        case "cut": try edit(bench, csv) { lines in lines.removeSubrange(3...4) }
        default: try edit(bench, csv) { lines in lines.removeSubrange(1...2) }
        }
        var ledger = try bench.open()
        guard case .damaged(let reason) = ledger.health else {
            Issue.record("\(ledger.health)")
            return
        }
        #expect(reason.contains("token-logs/2025-12.csv"))
        #expect(ledger.status().totalTokens == 700)
        #expect(throws: LedgerError.damaged(reason: reason)) { try ledger.reserve(.of(1)) }
        ledger.close()
        let verifier = Verifier(bench.configuration(), calls: bench.disk.table)
        #expect(try verifier.check(at: bench.clock.now).contains { $0.check == .rows })
        _ = try verifier.repair(at: bench.clock.now, author: "root")
        #expect(try verifier.check(at: bench.clock.now) == [])
        ledger = try bench.open()
        #expect(ledger.health == .writable && ledger.status().totalTokens == 700)
        #expect(try bench.rows().records.reduce(0) { $0 + $1.usage.totalTokens } == 1000)
    }

    @Test func `a missing or wrong summary is made again, aloud, and lowers nothing`() throws {
        let (bench, _, _) = try filled()
        bench.disk.setContents("/data/daily-summaries/2025-12-13.json", nil)
        bench.disk.setContents("/data/daily-summaries/2025-12-12.json", Array("{".utf8))
        let verifier = Verifier(bench.configuration(), calls: bench.disk.table)
        #expect(try verifier.check(at: bench.clock.now).map(\.check) == [.summaries, .summaries])
        let ledger = try bench.open()
        #expect(ledger.status().totalTokens == 700 && ledger.health == .writable)
        #expect(bench.lines.values.count { $0.contains("rebuilt from the rows") } == 2)
        ledger.close()
        #expect(try verifier.check(at: bench.clock.now) == [])
    }

    @Test func `where the summary disagrees the rows win, aloud`() throws {
        let (bench, _, _) = try filled()
        let path = "/data/daily-summaries/2025-12-13.json"
        let text = String(decoding: try #require(bench.disk.contents(path)), as: UTF8.self)
        bench.disk.setContents(path, Array(text.replacing("700", with: "999").utf8))
        let ledger = try bench.open()
        #expect(ledger.status().totalTokens == 700 && ledger.health == .writable)
        #expect(bench.lines.values.contains { $0.contains("rebuilt from the rows") && $0.contains("999") })
    }

    @Test(arguments: ["mark", "reserved", "dispatched"])
    func `a damaged line of the journal blocks, stays, and is repaired`(_ verb: String) throws {
        let (bench, open, _) = try filled()
        var line = 0
        try edit(bench, journal) { lines in
            line = lines.firstIndex { $0.contains("\t\(verb)\t") } ?? 0
            lines[line] = "x" + lines[line].dropFirst()
        }
        var ledger = try bench.open()
        guard case .damaged(let reason) = ledger.health else {
            Issue.record("\(ledger.health)")
            return
        }
        #expect(reason.contains("state/journal:\(line + 1)"))
        #expect(throws: LedgerError.damaged(reason: reason)) { try ledger.reserve(.of(1)) }
        _ = try ledger.record(.of(1), context: .sample)
        // It stays damaged however often the daemon is started.
        ledger.close()
        ledger = try bench.open()
        #expect(ledger.health != .writable)
        ledger.close()
        let verifier = Verifier(bench.configuration(), calls: bench.disk.table)
        #expect(try verifier.check(at: bench.clock.now).contains { $0.check == .journal })
        let report = try verifier.repair(at: bench.clock.now, author: "root")
        #expect(report.copies.contains { $0.contains("journal") })
        #expect(try verifier.check(at: bench.clock.now) == [])
        ledger = try bench.open()
        #expect(ledger.health == .writable)
        // What may have been lost is held: nothing fits until an operator has looked.
        guard case .refused(let refusal) = try ledger.reserve(.of(1)) else {
            Issue.record("a hold that may have been lost was given away")
            return
        }
        #expect(refusal.usedTokens + refusal.heldTokens == 1_000_000)
        let rest = try #require(ledger.openReservations().first { $0.context.command == "repair" })
        _ = try ledger.resolve(releasing: rest.id, OperatorNote(author: "root", reason: "looked"))
        _ = try ledger.reserve(.of(1)).reservation()
        #expect(verb == "reserved" || ledger.openReservations().contains { $0.id == open })
    }

    @Test func `a missing journal is missed`() throws {
        let (bench, _, _) = try filled()
        bench.disk.setContents(journal, nil)
        var ledger = try bench.open()
        #expect(ledger.health != .writable)
        ledger.close()
        _ = try Verifier(bench.configuration(), calls: bench.disk.table).repair(at: bench.clock.now, author: "root")
        ledger = try bench.open()
        #expect(ledger.health == .writable)
        guard case .refused = try ledger.reserve(.of(1)) else {
            Issue.record("holds that nobody knows of were given away")
            return
        }
    }

    @Test func `a budget that only warns goes on with damaged books`() throws {
        let bench = try Bench()
        try bench.folder.write(RowFormat.header + "\nx\n", to: "token-logs/2025-12.csv")
        let ledger = try bench.open(enforcement: .warn)
        _ = try ledger.reserve(.of(1)).reservation()
        #expect(ledger.health != .writable)
    }

    @Test(arguments: ["directory", "link", "pipe"])
    func `a file of the wrong type is named and does not stop the start`(_ kind: String) throws {
        let bench = try Bench()
        let path = bench.folder.path + "/token-logs/2025-12.csv"
        try FileCalls.system.makingDirectories(FileCalls.parent(of: path))
        switch kind {
        case "directory": mkdir(path, 0o700)
        case "link": symlink("/dev/null", path)
        default: mkfifo(path, 0o600)
        }
        let ledger = try bench.open()
        guard case .damaged(let reason) = ledger.health else {
            Issue.record("\(ledger.health)")
            return
        }
        #expect(reason.contains("token-logs/2025-12.csv"))
        #expect(throws: LedgerError.damaged(reason: reason)) { try ledger.reserve(.of(1)) }
        #expect(try !ledger.record(.of(7), context: .sample).isDurable)
        #expect(ledger.status().totalTokens == 7)
    }

    @Test func `torn tails are set aside and the files go on`() throws {
        let (bench, open, _) = try filled()
        for (path, tail) in [
            (csv, "2025,12,13,10:0"), (journal, "99\t17"), ("/data/audit-logs/2025-12.jsonl", "{\"ti"),
        ] {
            let bytes = try #require(bench.disk.contents(path))
            bench.disk.setContents(path, bytes + Array(tail.utf8))
        }
        let verifier = Verifier(bench.configuration(), calls: bench.disk.table)
        #expect(try verifier.check(at: bench.clock.now).map(\.check) == [.tails, .tails, .tails])
        let ledger = try bench.open()
        #expect(ledger.health == .writable && ledger.status().totalTokens == 700)
        _ = try ledger.record(.of(1), context: .sample)
        ledger.audit(AuditEntry(time: bench.clock.now, event: "test"))
        ledger.close()
        #expect(try verifier.check(at: bench.clock.now) == [])
        #expect(try bench.snapshot().reservations.contains { $0.id == open })
        let copies = bench.disk.paths.filter { $0.hasPrefix("/data/state/recovered/") }
        #expect(copies.count == 2)
        #expect(copies.compactMap { bench.disk.contents($0) }.contains(Array("2025,12,13,10:0".utf8)))
    }

    @Test func `a last row that lost only its line break is kept`() throws {
        let (bench, _, _) = try filled()
        let bytes = try #require(bench.disk.contents(csv))
        bench.disk.setContents(csv, bytes.dropLast())
        let ledger = try bench.open()
        #expect(ledger.health == .writable && ledger.status().totalTokens == 700)
        _ = try ledger.record(.of(1), context: .sample)
        #expect(try bench.rows().records.map(\.usage.totalTokens) == [100, 200, 300, 400, 1])
    }

    /// The whole lines before `count` bytes, and one more when only its line break is missing.
    private func survivors(_ bytes: [UInt8], _ count: Int) -> Int {
        let breaks = bytes.indices.filter { bytes[$0] == 0x0A }
        return breaks.count { $0 < count } + (breaks.contains(count) ? 1 : 0)
    }

    @Test func `rows cut at every byte: what was whole is there, the rest is set aside`() throws {
        let bench = try FakeBench()
        var ledger = try bench.open()
        var context = CallContext.sample
        context.user = "a \"quoted\", name"
        for tokens in [1, 20, 300] { _ = try ledger.record(.of(tokens), context: context) }
        ledger.close()
        let bytes = try #require(bench.disk.contents(csv))
        bench.disk.setContents(journal, nil)
        bench.disk.setContents("/data/state/lock", nil)
        for count in 0..<bytes.count {
            bench.disk.setContents(csv, Array(bytes.prefix(count)))
            bench.disk.setContents("/data/daily-summaries/2025-12-13.json", nil)
            bench.disk.setContents(journal, nil)
            bench.disk.setContents("/data/state/lock", nil)
            ledger = try bench.open()
            let wanted = [0, 1, 21, 321][max(0, survivors(bytes, count) - 1)]
            #expect(ledger.status().totalTokens == wanted && ledger.health == .writable, "cut at \(count)")
            _ = try ledger.record(.of(7), context: context)
            bench.disk.kill()
            let rows = try bench.rows()
            #expect(rows.problems.isEmpty && rows.records.reduce(0) { $0 + $1.usage.totalTokens } == wanted + 7)
        }
    }

    @Test func `the journal cut at every byte: a prefix of what happened`() throws {
        let bench = try FakeBench()
        var ledger = try bench.open()
        let first = try ledger.reserve(.of(1000, key: "tab\tand\nbreak")).reservation()
        let second = try ledger.reserve(.of(200)).reservation()
        _ = try ledger.dispatch(first.id)
        _ = try ledger.release(second.id)
        bench.disk.kill()
        let bytes = try #require(bench.disk.contents(journal))
        // Two lines begin the file; then four things happen.
        let held = [0, 0, 0, 1000, 1200, 1200, 1000]
        for count in (bytes.firstIndex(of: 0x0A) ?? 0)..<bytes.count {
            bench.disk.setContents(journal, Array(bytes.prefix(count)))
            ledger = try bench.open()
            let lines = bytes.prefix(count).count { $0 == 0x0A }
            if lines > 0 {
                #expect(ledger.health == .writable && ledger.status().heldTokens == held[lines], "cut at \(count)")
            } else {
                #expect(ledger.health != .writable, "cut at \(count)")
            }
            bench.disk.kill()
        }
    }
}

@Suite struct `Files that may not be read` {
    @Test(arguments: [
        ("token-logs/2025-12.csv", Finding.Check.rows, true), ("state/journal", .journal, true),
        ("daily-summaries/2025-12-13.json", .summaries, false), ("audit-logs/2025-12.jsonl", .audit, false),
    ])
    func `are named, and never taken for empty`(_ name: String, _ check: Finding.Check, _ blocks: Bool) throws {
        let bench = try FakeBench("2025-12-13T10:00:00Z")
        var ledger = try bench.open(limit: 1000)
        _ = try ledger.record(.of(900), context: .sample)
        _ = try ledger.release(ledger.reserve(.of(1)).reservation().id)
        ledger.close()
        bench.disk.setUnreadable("/data/" + name)
        ledger = try bench.open(limit: 1000)
        #expect((ledger.health != .writable) == blocks)
        if blocks {
            guard case .damaged(let reason) = ledger.health else {
                Issue.record("\(ledger.health)")
                return
            }
            #expect(reason.contains(name) && reason.contains("Permission denied"))
            #expect(throws: LedgerError.damaged(reason: reason)) { try ledger.reserve(.of(50)) }
        }
        #expect(ledger.status().totalTokens == 900)
        ledger.close()
        let verifier = Verifier(bench.configuration(limit: 1000), calls: bench.disk.table)
        #expect(try verifier.check(at: bench.clock.now).contains { $0.check == check && $0.place.hasPrefix(name) })
        bench.disk.setUnreadable("/data/" + name, false)
        ledger = try bench.open(limit: 1000)
        #expect(ledger.health == .writable && ledger.status().totalTokens == 900)
    }
}
