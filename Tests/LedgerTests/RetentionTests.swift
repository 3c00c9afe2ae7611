import Budget
import Glibc
import Platform
import TestDisk
import Testing
import UTCTime

@testable import Ledger

@Suite struct `Retention of the books` {
    private static let archive = "/archive"
    private static let expired = [
        "daily-summaries/2024-01-31.json", "daily-summaries/2024-02-01.json", "token-logs/2024-01.csv",
        "audit-logs/2024-01.jsonl",
    ]
    /// The current and the previous period, and names that are almost ours.
    private static let kept = [
        "daily-summaries/2025-12-12.json", "token-logs/2025-11.csv", "daily-summaries/2024-01-31.json.bak",
        "daily-summaries/x2024-01-31.json", "daily-summaries/2024-1-31.json", "daily-summaries/2024-02-30.json",
        "token-logs/2024-13.csv", "token-logs/2024-01.CSV", "token-logs/2024-01.csv~", "audit-logs/2024-01.json",
    ]

    /// What a file holds: a month's rows are a header, and in the one that goes a call of the sample's merge request.
    private static func contents(_ name: String) -> [UInt8] {
        guard name.contains(".csv") else { return Array("\(name)\n".utf8) }
        let row =
            "2024,1,31,10:00:00,42,backend-api,123,john.doe,30,10,40,claude-sonnet-5-5,900,0,0,,,,reviewer,review,"
            + "group/backend-api!123,\n"
        return Array((RowFormat.header + "\n" + (name == "token-logs/2024-01.csv" ? row : "")).utf8)
    }

    /// Books with a day's figures, a hold, and files of two years ago.
    private func filled() throws -> FakeBench {
        let bench = try FakeBench("2025-12-13T10:00:00Z")
        let ledger = try bench.open()
        _ = try ledger.record(.of(100), context: .sample)
        _ = try ledger.reserve(.of(50, seconds: 86_400))
        ledger.close()
        for name in Self.expired { bench.disk.setContents("/data/" + name, Self.contents(name)) }
        for name in Self.kept where bench.disk.contents("/data/" + name) == nil {
            bench.disk.setContents("/data/" + name, Self.contents(name))
        }
        return bench
    }

    private func retention(_ bench: FakeBench, _ archive: String?) -> Retention {
        Retention(
            directory: "/data", windows: RetentionWindows(summaryDays: 1, logDays: 1, archiveDirectory: archive),
            calls: bench.disk.table)
    }

    private func clean(_ bench: FakeBench, _ archive: String?) throws -> CleanupResult {
        let retention = retention(bench, archive)
        return retention.execute(try retention.plan(today: bench.clock.now.day))
    }

    /// Everything that must be so after a cleaning that ended.
    private func check(_ bench: FakeBench, _ archive: String?, _ comment: Comment) throws {
        for name in Self.expired {
            #expect(bench.disk.contents("/data/" + name) == nil, comment)
            if archive != nil {
                #expect(bench.disk.contents(Self.archive + "/" + name) == Self.contents(name), comment)
            }
        }
        for name in Self.kept { #expect(bench.disk.contents("/data/" + name) != nil, "\(name), \(comment)") }
        #expect(!bench.disk.paths.contains { $0.contains("/.tmp-") }, comment)
        let status = try bench.snapshot().status
        #expect(status.totalTokens == 100 && status.heldTokens == 50, comment)
        try checkLife(bench, comment)
    }

    /// What the merge request used in its whole life, in the month that goes too, is never less and never more.
    private func checkLife(_ bench: FakeBench, _ comment: Comment) throws {
        let ledger = try bench.open(seed: 9)
        let request = ReservationRequest(
            estimatedTokens: 1000, context: .sample, mergeRequestLimit: BudgetLimit(1000, .tokens))
        guard case .refused(let refusal) = try ledger.reserve(request) else {
            Issue.record("not refused: \(comment)")
            return
        }
        #expect(refusal.cause.used == 140 && refusal.cause.held == 50, comment)
        ledger.close()
    }

    @Test(arguments: [nil, "/archive"], [false, true])
    func `only whole names go, and no counter of a live period moves`(_ archive: String?, _ isForeign: Bool) throws {
        let bench = try filled()
        if isForeign { bench.disk.setForeign(Self.archive) }
        let result = try clean(bench, archive)
        #expect(result.summariesDeleted == 2 && result.logsDeleted == 2 && result.failures.isEmpty)
        try check(bench, archive, "archive \(archive ?? "none")")
        #expect(try clean(bench, archive) == CleanupResult())
    }

    @Test(arguments: [nil, "/archive"], [false, true])
    func `a cleaning cut off at any call is finished by the next, and loses nothing`(
        _ archive: String?, _ isForeign: Bool
    ) throws {
        var random = SeededGenerator(seed: 5)
        var number = 1
        while true {
            for isPowerCut in [false, true] {
                let bench = try filled()
                if isForeign { bench.disk.setForeign(Self.archive) }
                let first = bench.disk.calls + number
                bench.disk.setFault(FakeDisk.Fault(calls: first...(first + 100_000), code: EIO))
                _ = try clean(bench, archive)
                let wasMet = bench.disk.faultsMet > 0
                if isPowerCut { bench.disk.cutPower(&random) } else { bench.disk.kill() }
                if archive != nil {
                    for name in Self.expired {
                        let copies = ["/data/", Self.archive + "/"].compactMap { bench.disk.contents($0 + name) }
                        #expect(copies.contains(Self.contents(name)), "\(name) is nowhere, call \(number)")
                    }
                }
                try checkLife(bench, "cut off at call \(number)")
                #expect(try clean(bench, archive).failures.isEmpty)
                // Expired files may come back with the power, to be cleaned once more; copies may not be gone with it.
                bench.disk.cutPower(&random)
                #expect(try clean(bench, archive).failures.isEmpty)
                try check(bench, archive, "call \(number), power cut: \(isPowerCut)")
                if !wasMet {
                    #expect(number > 4)
                    return
                }
            }
            number += 1
        }
    }

    @Test func `on a real second file system files are copied, then removed`() throws {
        let folder = try Folder()
        let archive = "/dev/shm/bursar-test-\(getpid())"
        var (here, there) = (stat(), stat())
        guard stat(folder.path, &here) == 0, stat("/dev/shm", &there) == 0, here.st_dev != there.st_dev else { return }
        defer {
            for name in ["daily-summaries/2024-01-31.json"] { unlink(archive + "/" + name) }
            for name in ["/daily-summaries", ""] { rmdir(archive + name) }
        }
        try folder.write("x\n", to: "daily-summaries/2024-01-31.json")
        let retention = Retention(
            directory: folder.path, windows: RetentionWindows(archiveDirectory: archive))
        let result = retention.execute(try retention.plan(today: #require(Day("2025-12-13"))))
        #expect(result.summariesDeleted == 1 && result.failures.isEmpty)
        #expect(try folder.names("daily-summaries") == [])
        #expect(try FileCalls.system.contents(of: archive + "/daily-summaries/2024-01-31.json") == Array("x\n".utf8))
    }

    @Test func `what a link or a directory calls itself is left alone`() throws {
        let folder = try Folder()
        try folder.write("x", to: "daily-summaries/keep.txt")
        symlink(folder.path + "/daily-summaries/keep.txt", folder.path + "/daily-summaries/2024-01-01.json")
        mkdir(folder.path + "/daily-summaries/2024-01-02.json", 0o700)
        let retention = Retention(directory: folder.path, windows: RetentionWindows())
        let result = retention.execute(try retention.plan(today: #require(Day("2025-12-13"))))
        #expect(result == CleanupResult())
        #expect(try folder.names("daily-summaries").count == 3)
    }
}
