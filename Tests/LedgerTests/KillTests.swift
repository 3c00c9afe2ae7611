import Budget
import Foundation
import Glibc
import Platform
import Synchronization
import TestDisk
import Testing
import UTCTime

@testable import Ledger

/// A step at which a process is killed: a call, the file it is about, which time, and whether before or after it.
struct KillStep: Sendable, CustomTestStringConvertible {
    let work: String
    let call: String
    let file: String
    let number: Int
    let isAfter: Bool

    init(_ work: String, _ moment: String, _ call: String, _ file: String, _ number: Int = 1) {
        self.work = work
        self.call = call
        self.file = file
        self.number = number
        isAfter = moment == "after"
    }

    /// Reads what `text` wrote.
    init(_ text: String) {
        let parts = text.split(separator: "|").map(String.init)
        self.init(parts[0], parts[1], parts[2], parts[3], Int(parts[4]) ?? 1)
    }

    /// One text for the process that is to be killed.
    var text: String { [work, isAfter ? "after" : "before", call, file, String(number)].joined(separator: "|") }

    var testDescription: String { "\(work): \(isAfter ? "after" : "before") \(call) \(number) of \(file)" }

    /// The system's calls, but that the process is killed at this step. Nothing waits for the disk: what a process wrote
    /// is there after it was killed.
    func calls() -> FileCalls {
        let system = FileCalls.system
        var calls = system
        let paths = Mutex<[CInt: String]>([:])
        let met = Atomic(0)
        @Sendable func meet(_ name: String, _ path: String, _ body: () -> Int) -> Int {
            guard name == call, path.contains(file) else { return body() }
            guard met.add(1, ordering: .relaxed).newValue == number else { return body() }
            if !isAfter { kill(getpid(), SIGKILL) }
            let result = body()
            kill(getpid(), SIGKILL)
            return result
        }
        @Sendable func path(_ descriptor: CInt) -> String { paths.withLock { $0[descriptor] ?? "" } }
        calls.open = { path, purpose in
            let isNew = purpose == .create || purpose == .append
            let result = isNew ? meet("open", path) { system.open(path, purpose) } : system.open(path, purpose)
            if result >= 0 { paths.withLock { $0[CInt(result)] = path } }
            return result
        }
        calls.write = { descriptor, bytes in meet("write", path(descriptor)) { system.write(descriptor, bytes) } }
        calls.synchronize = { descriptor in meet("fsync", path(descriptor)) { 0 } }
        calls.synchronizeData = { descriptor in meet("fdatasync", path(descriptor)) { 0 } }
        calls.truncate = { descriptor, size in meet("truncate", path(descriptor)) { system.truncate(descriptor, size) }
        }
        calls.rename = { from, to in
            meet("rename", to) {
                // The archive is on another file system.
                to.contains("/archive/") && !from.contains("/archive/") ? -Int(EXDEV) : system.rename(from, to)
            }
        }
        calls.unlink = { path in
            // Temporaries that are not there are unlinked too.
            guard case .success = system.status(path) else { return system.unlink(path) }
            return meet("unlink", path) { system.unlink(path) }
        }
        return calls
    }
}

/// What a process does until it is killed, and what it was told meanwhile.
enum KilledWork {
    static let limit = 100_000
    static let now = "2025-12-13T10:00:00Z"

    /// Does the work of `step` in `directory`; ends by SIGKILL at the step, or with exit status 0 when it never comes.
    static func run(_ text: String, in directory: String) throws {
        let step = KillStep(text)
        var calls = step.calls()
        switch step.work {
        case "work": try work(try open(directory, calls), told: directory + "/told")
        case "compaction":
            // There is so little room that the journal is begun anew at 64 KiB.
            calls.space = { _ in .success(FileSystemSpace(availableBytes: 400_000, totalBytes: 800_000)) }
            try compaction(try open(directory, calls), told: directory + "/told")
        case "recovery": try open(directory, calls).close()
        case "repair":
            _ = try Verifier(configuration(directory), calls: calls)
                .repair(at: Clock(now).now, author: "root")
        default:
            let archive = step.work == "archive" ? directory + "/archive" : nil
            let retention = Retention(
                directory: directory, windows: RetentionWindows(summaryDays: 1, logDays: 1, archiveDirectory: archive),
                calls: calls)
            _ = retention.execute(try retention.plan(today: Clock(now).now.day))
        }
    }

    static func configuration(_ directory: String) -> LedgerConfiguration {
        LedgerConfiguration(directory: directory, dailyLimitTokens: limit, freeSpaceFloorBytes: 0)
    }

    static func open(_ directory: String, _ calls: FileCalls) throws -> Ledger {
        let clock = try Clock(now)
        return try Ledger.open(
            configuration(directory), files: calls, time: clock.source,
            randomness: { UInt64.random(in: .min ... .max) },
            log: .silent, events: { _ in }, hasThreads: false)
    }

    /// Notes in `path` what was acknowledged, in one write: what is noted had been told.
    private static func tell(_ path: String, _ text: String) {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        let bytes = Array((text + "\n").utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
        Glibc.close(descriptor)
    }

    private static func work(_ ledger: Ledger, told: String) throws {
        let note = OperatorNote(author: "ann", reason: "why")
        for round in 1...2 {
            let record = try ledger.record(.of(10 * round), context: .sample, idempotencyKey: "k\(round)").record
            tell(told, "row \(record.usageID) \(record.usage.totalTokens)")
            let settled = try ledger.reserve(.of(100)).reservation().id
            tell(told, "held \(settled) 100")
            _ = try ledger.dispatch(settled)
            tell(told, "dispatched \(settled) 100")
            _ = try ledger.settle(settled, with: .of(70))
            tell(told, "row \(settled) 70")
            let open = try ledger.reserve(.of(200, key: "open \(round)")).reservation().id
            tell(told, "held \(open) 200")
            let lost = try ledger.reserve(.of(300)).reservation().id
            _ = try ledger.dispatch(lost)
            tell(told, "dispatched \(lost) 300")
            let released = try ledger.reserve(.of(400)).reservation().id
            _ = try ledger.release(released)
            tell(told, "released \(released) 400")
            _ = try ledger.markUnresolved(lost)
            _ = try ledger.resolve(lost, with: .of(33), note)
            tell(told, "row \(lost) 33")
            _ = try ledger.grant(tokens: 1000, note)
            tell(told, "granted - 1000")
            ledger.tick()
        }
        ledger.close()
    }

    private static func compaction(_ ledger: Ledger, told: String) throws {
        ledger.tick()
        let kept = try ledger.reserve(.of(500)).reservation().id
        tell(told, "held \(kept) 500")
        let gone = try ledger.reserve(.of(1, key: "gone")).reservation().id
        _ = try ledger.release(gone)
        tell(told, "released \(gone) 1")
        _ = try ledger.grant(tokens: 1000, OperatorNote(author: "ann", reason: "why"))
        tell(told, "granted - 1000")
        for number in 0..<600 {
            let id = try ledger.reserve(.of(1 + number % 5)).reservation().id
            _ = try ledger.settle(id, with: .of(1))
            tell(told, "row \(id) 1")
        }
        ledger.close()
    }
}

@Suite struct `A process killed at a named step` {
    /// The lines that were told before the end.
    private func told(_ folder: Folder) -> [(what: String, id: String, tokens: Int)] {
        ((try? folder.text("told")) ?? "").split(separator: "\n").map { line in
            let parts = line.split(separator: " ").map(String.init)
            return (parts[0], parts[1], Int(parts[2]) ?? 0)
        }
    }

    /// Everything that was told is so, and nothing is there twice.
    private func check(_ folder: Folder, _ comment: Comment) throws {
        let told = told(folder)
        let ledger = try KilledWork.open(folder.path, .system)
        #expect(ledger.health == .writable, comment)
        let rows = try UsageReader(directory: folder.path).rows(of: #require(Month("2025-12")))
        #expect(rows.problems.isEmpty && rows.tailSize == 0, comment)
        let ids = rows.records.map(\.usageID)
        #expect(Set(ids).count == ids.count, "a row twice: \(comment)")
        let live = Dictionary(uniqueKeysWithValues: ledger.openReservations().map { ($0.id, $0) })
        for (what, id, tokens) in told {
            switch what {
            case "row": #expect(rows.records.contains { $0.usageID == id && $0.usage.totalTokens == tokens }, comment)
            case "held": #expect(live[id]?.tokens == tokens || ids.contains(id), comment)
            case "dispatched": #expect(live[id]?.state == .unresolved || ids.contains(id), comment)
            case "released": #expect(live[id] == nil && !ids.contains(id), comment)
            default: break
            }
        }
        let granted = told.reduce(0) { $0 + ($1.what == "granted" ? $1.tokens : 0) }
        #expect(ledger.status().limitTokens >= KilledWork.limit + granted, comment)
        #expect(ledger.status().totalTokens == rows.records.reduce(0) { $0 + $1.usage.totalTokens }, comment)
        // What was asked for with a key is recognised.
        if told.contains(where: { $0.what == "row" }), ids.contains(where: { $0.hasPrefix("uk-") }) {
            #expect(try ledger.record(.of(10), context: .sample, idempotencyKey: "k1").wasRepeated, comment)
        }
        ledger.close()
        #expect(try Verifier(KilledWork.configuration(folder.path)).check(at: Clock(KilledWork.now).now) == [], comment)
    }

    private func kill(_ step: KillStep, in folder: Folder) async {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [text = step.text as String, path = folder.path as String] in
            try KilledWork.run(text, in: path)
        }
    }

    @Test(arguments: [
        KillStep("work", "before", "write", "/state/journal", 2),
        KillStep("work", "after", "write", "/state/journal", 2),
        KillStep("work", "after", "fdatasync", "/state/journal", 3),
        KillStep("work", "before", "write", "token-logs/2025-12.csv"),
        KillStep("work", "after", "write", "token-logs/2025-12.csv", 2),
        KillStep("work", "after", "fdatasync", "token-logs/2025-12.csv", 2),
        KillStep("work", "after", "open", "token-logs/2025-12.csv"),
        KillStep("work", "after", "write", "audit-logs", 2), KillStep("work", "after", "fdatasync", "audit-logs"),
        KillStep("work", "before", "rename", "/state/journal"), KillStep("work", "after", "rename", "/state/journal"),
        KillStep("work", "after", "write", "/state/lock"),
        KillStep("work", "before", "rename", "daily-summaries"), KillStep("work", "after", "rename", "daily-summaries"),
    ])
    func `while it works: what was told is there once`(_ step: KillStep) async throws {
        let folder = try Folder()
        await kill(step, in: folder)
        try check(folder, "\(step.testDescription)")
    }

    @Test(arguments: [
        KillStep("compaction", "before", "rename", "/state/journal", 2),
        KillStep("compaction", "after", "rename", "/state/journal", 2),
        KillStep("compaction", "after", "open", "/state/.tmp-journal", 2),
        KillStep("compaction", "after", "write", "/state/journal", 500),
    ])
    func `while the journal is begun anew: nothing that counts is forgotten`(_ step: KillStep) async throws {
        let folder = try Folder()
        await kill(step, in: folder)
        #expect(told(folder).count > 200)
        try check(folder, "\(step.testDescription)")
    }

    /// Books that a first crash left with torn tails.
    private func torn() throws -> Folder {
        let folder = try Folder()
        let ledger = try KilledWork.open(folder.path, .system)
        var told = ""
        for tokens in [10, 20] {
            let id = try ledger.record(.of(tokens), context: .sample, idempotencyKey: "k\(tokens / 10)").record.usageID
            told += "row \(id) \(tokens)\n"
        }
        let id = try ledger.reserve(.of(300)).reservation().id
        _ = try ledger.dispatch(id)
        told += "dispatched \(id) 300\n"
        ledger.close()
        for (name, tail) in [
            ("token-logs/2025-12.csv", "2025,12,13,10:0"), ("state/journal", "99\t17"),
            ("audit-logs/2025-12.jsonl", "{\"ti"), ("daily-summaries/.tmp-2025-12-13.json-1", "{"),
        ] {
            try folder.write(((try? folder.text(name)) ?? "") + tail, to: name)
        }
        try folder.write("4711\n", to: "state/lock")
        try folder.write(told, to: "told")
        return folder
    }

    @Test(arguments: [
        [KillStep("recovery", "after", "rename", ".torn")],
        [KillStep("recovery", "before", "truncate", "token-logs/2025-12.csv")],
        [KillStep("recovery", "after", "truncate", "token-logs/2025-12.csv")],
        [KillStep("recovery", "before", "rename", "token-logs/2025-12.csv")],
        [KillStep("recovery", "before", "rename", "/state/journal")],
        [KillStep("recovery", "after", "rename", "/state/journal")],
        [
            KillStep("recovery", "after", "rename", ".torn"),
            KillStep("recovery", "after", "truncate", "token-logs/2025-12.csv"),
            KillStep("recovery", "after", "open", "token-logs/.tmp-2025-12.csv"),
            KillStep("recovery", "after", "open", "/state/.tmp-journal"),
        ],
    ])
    func `while it recovers, again and again: recovery ends all the same`(_ steps: [KillStep]) async throws {
        let folder = try torn()
        for step in steps { await kill(step, in: folder) }
        try check(folder, "\(steps.map(\.testDescription))")
    }

    /// Books with a bad middle row, a bad journal line, and a bad audit line.
    private func damaged() throws -> Folder {
        let folder = try Folder()
        let ledger = try KilledWork.open(folder.path, .system)
        for tokens in [10, 20, 30] { _ = try ledger.record(.of(tokens), context: .sample) }
        let id = try ledger.reserve(.of(300)).reservation().id
        _ = try ledger.dispatch(id)
        ledger.close()
        for (name, index) in [("token-logs/2025-12.csv", 2), ("state/journal", 2), ("audit-logs/2025-12.jsonl", 0)] {
            var lines = try folder.text(name).split(separator: "\n", omittingEmptySubsequences: false)
            lines[index] = "garbage"
            try folder.write(lines.joined(separator: "\n"), to: name)
        }
        return folder
    }

    @Test(arguments: [
        [KillStep("repair", "after", "rename", ".damaged")],
        [KillStep("repair", "before", "rename", "token-logs/2025-12.csv")],
        [KillStep("repair", "after", "rename", "token-logs/2025-12.csv")],
        [KillStep("repair", "after", "rename", "audit-logs/2025-12.jsonl")],
        [KillStep("repair", "before", "rename", "/state/journal")],
        [KillStep("repair", "after", "rename", "/state/journal")],
        [
            KillStep("repair", "after", "rename", ".damaged"),
            KillStep("repair", "after", "rename", "token-logs/2025-12.csv"),
            KillStep("repair", "before", "rename", "/state/journal"),
        ],
    ])
    func `while it repairs, again and again: nothing is lowered and copies are kept`(_ steps: [KillStep]) async throws {
        let folder = try damaged()
        for step in steps { await kill(step, in: folder) }
        let comment: Comment = "\(steps.map(\.testDescription))"
        let verifier = Verifier(KilledWork.configuration(folder.path))
        let now = try Clock(KilledWork.now).now
        _ = try verifier.repair(at: now, author: "root")
        #expect(try verifier.check(at: now) == [], comment)
        let ledger = try KilledWork.open(folder.path, .system)
        #expect(ledger.health == .writable && ledger.status().totalTokens == 60, comment)
        // The lost line was a hold: whatever it was, nothing fits until an operator has looked.
        guard case .refused = try ledger.reserve(.of(1)) else {
            Issue.record("what may have been held was given away: \(comment)")
            return
        }
        let copies = try folder.names("state/recovered").filter { $0.hasSuffix(".damaged") }
        for name in ["2025-12.csv", "journal", "2025-12.jsonl"] {
            #expect(copies.contains { $0.hasPrefix(name + "-") }, comment)
        }
    }

    @Test(arguments: [
        KillStep("cleanup", "before", "unlink", "daily-summaries/2024-01-31.json"),
        KillStep("cleanup", "before", "rename", "state/carried/2024-01.jsonl"),
        KillStep("cleanup", "after", "rename", "state/carried/2024-01.jsonl"),
        KillStep("cleanup", "after", "unlink", "token-logs/2024-01.csv"),
        KillStep("archive", "after", "open", "archive/token-logs/.tmp-2024-01.csv"),
        KillStep("archive", "before", "rename", "archive/token-logs/2024-01.csv", 2),
        KillStep("archive", "after", "rename", "archive/token-logs/2024-01.csv", 2),
        KillStep("archive", "before", "unlink", "/token-logs/2024-01.csv"),
    ])
    func `while it cleans: the next cleaning ends it`(_ step: KillStep) async throws {
        let folder = try Folder()
        let ledger = try KilledWork.open(folder.path, .system)
        _ = try ledger.record(.of(10), context: .sample)
        ledger.close()
        let names = ["daily-summaries/2024-01-31.json", "token-logs/2024-01.csv"]
        let row =
            "2024,1,31,10:00:00,42,backend-api,123,john.doe,30,10,40,claude-sonnet-5-5,900,0,0,,,,reviewer,review,"
            + "group/backend-api!123,"
        let text = "\(RowFormat.header)\n\(row)\n"
        for name in names { try folder.write(text, to: name) }
        await kill(step, in: folder)
        let archive = step.work == "archive" ? folder.path + "/archive" : nil
        // On the same file system now: a copy that is there already is taken for what it is.
        let retention = Retention(
            directory: folder.path, windows: RetentionWindows(summaryDays: 1, logDays: 1, archiveDirectory: archive),
            calls: KillStep("archive", "before", "nothing", "-").calls())
        #expect(retention.execute(try retention.plan(today: Clock(KilledWork.now).now.day)).failures == [])
        for name in names {
            #expect(throws: (any Error).self) { try folder.text(name) }
            if archive != nil { #expect(try folder.text("archive/" + name) == text) }
        }
        if archive != nil { #expect(try folder.names("archive/token-logs") == ["2024-01.csv"]) }
        #expect(try folder.text("state/carried/2024-01.jsonl").contains(#""tokens":40,"#))
        #expect(try folder.names("state/carried") == ["2024-01.jsonl"])
        try check(folder, "\(step.testDescription)")
    }
}
