import Budget
import Foundation
import Ledger
import Platform
import Reports
import TestDisk
import Testing
import UTCTime

@Suite struct ReportTests {
    static let december = Month(year: 2025, month: 12).map { $0.firstDay...$0.firstDay.adding(days: 30) }

    /// Every dimension alone and some nested, with and without filters, against a sum of a few lines over the records.
    @Test("sums are those of the records", arguments: 0..<40)
    func sums(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let folder = try Folder()
        let count = Int.random(in: 0...300, using: &random)
        let lines = (0..<count).map { _ in Self.line(&random) }
        let ending = Bool.random(using: &random) ? "\n" : "\r\n"
        let columns = RowFormat.columns.joined(separator: ",")
        var text = ([columns] + lines).map { $0 + ending }.joined()
        if Bool.random(using: &random) { text += "2025,12,1,09:15" }
        try folder.write(text, to: "token-logs/2025-12.csv")
        let month = try #require(Month(year: 2025, month: 12))
        let rows = try UsageReader(directory: folder.path).rows(of: month)
        for dimensions in UsageDimension.allCases.map({ [$0] }) + [[], [.project, .user], [.day, .model, .session]] {
            let first = month.firstDay.adding(days: Int.random(in: 0...10, using: &random))
            var query = UsageQuery(by: dimensions, days: first...month.firstDay.adding(days: 30))
            if Bool.random(using: &random) { query.user = "zoë" }
            if Bool.random(using: &random) { query.project = "app" }
            var effort = ScanEffort(threadCountMax: Int.random(in: 1...3, using: &random))
            effort.pieceBytes = Int.random(in: 512...2048, using: &random)
            effort.threadBytesMin = 100
            let report = try ReportReader(directory: folder.path, effort: effort).report(query)
            let wanted = rows.records.filter { Self.isWanted($0, query) }
            #expect(report.totals == Self.sum(wanted), "seed \(seed), by \(dimensions)")
            #expect(report.problemCount == rows.problems.count, "seed \(seed)")
            #expect(report.problems == Array(rows.problems.prefix(UsageReport.problemsMax)), "seed \(seed)")
            let groups = Dictionary(grouping: wanted) { record in dimensions.map { Self.value($0, of: record) } }
            #expect(Set(report.groups.map(\.key)) == Set(groups.keys), "seed \(seed), by \(dimensions)")
            #expect(report.groups.count == groups.count)
            for group in report.groups {
                #expect(group.totals == Self.sum(groups[group.key] ?? []), "seed \(seed), \(group.key)")
            }
        }
    }

    @Test("a line longer than a piece is named and passed over", arguments: [511, 512, 513, 5000])
    func longLine(length: Int) throws {
        let folder = try Folder()
        let row = Self.row(user: "ann")
        let long = String(repeating: "x", count: length)
        try folder.write([RowFormat.header, row, long, row].map { $0 + "\n" }.joined(), to: "token-logs/2025-12.csv")
        var effort = ScanEffort(threadCountMax: 1)
        effort.pieceBytes = 512
        let report = try ReportReader(directory: folder.path, effort: effort)
            .report(UsageQuery(by: [.user], days: try #require(Self.december)))
        #expect(report.totals.requestCount == 2)
        #expect(report.problems.map(\.line) == [3])
    }

    @Test("the files of older tools with thirteen columns are read")
    func oldColumns() throws {
        let folder = try Folder()
        let header = RowFormat.columns.prefix(13).joined(separator: ",")
        try folder.write(
            "\u{FEFF}\(header)\n2025,12,13,09:15:32,42,app,7,ann,100,20,120,claude,900\n", to: "token-logs/2025-12.csv")
        let report = try ReportReader(directory: folder.path)
            .report(UsageQuery(by: [.project, .session, .agent], days: try #require(Self.december)))
        #expect(report.groups.map(\.key) == [["app", "app!7", "reviewer"]])
        #expect(report.totals.totalTokens == 120 && report.totals.unpricedCount == 1)
    }

    @Test("months outside the period and missing books add nothing")
    func nothing() throws {
        let folder = try Folder()
        try folder.write("\(RowFormat.header)\n\(Self.row(user: "ann"))\n", to: "token-logs/2025-12.csv")
        let day = try #require(Day("2026-01-01"))
        #expect(
            try ReportReader(directory: folder.path).report(UsageQuery(by: [.user], days: day...day)).groups.isEmpty)
        #expect(
            try ReportReader(directory: folder.path + "/none").report(UsageQuery(by: [.user], days: day...day)).groups
                .isEmpty)
    }

    // MARK: The reference

    static func isWanted(_ record: UsageRecord, _ query: UsageQuery) -> Bool {
        query.days.contains(record.time.day) && (query.user.map { $0 == record.context.user } ?? true)
            && (query.project.map { $0 == record.context.project || $0 == record.context.projectName } ?? true)
    }

    static func value(_ dimension: UsageDimension, of record: UsageRecord) -> String {
        let day = record.time.day
        switch dimension {
        case .project: return record.context.project
        case .user: return record.context.user
        case .model: return record.context.model
        case .session: return record.context.sessionID
        case .agent: return record.context.agent
        case .command: return record.context.command
        case .hour: return String("\(record.time)".prefix(13))
        case .day: return "\(day)"
        case .week: return "\(day.adding(days: 1 - day.weekday))"
        case .month: return "\(day.month)"
        }
    }

    static func sum(_ records: [UsageRecord]) -> UsageTotals {
        var totals = UsageTotals()
        for record in records {
            totals.requestCount += 1
            totals.inputTokens += record.usage.inputTokens
            totals.outputTokens += record.usage.outputTokens
            totals.cacheWriteTokens += record.usage.cacheWriteTokens
            totals.cacheReadTokens += record.usage.cacheReadTokens
            totals.durationMilliseconds += record.durationMilliseconds
            totals.costMicroUSD += Int(record.cost?.amount.value ?? 0)
            if record.cost == nil { totals.unpricedCount += 1 }
            if let estimated = record.estimatedTokens {
                totals.estimatedTokens += estimated
                totals.estimatedActualTokens += record.usage.totalTokens
            }
        }
        return totals
    }

    // MARK: Lines

    static func row(
        day: String = "13", time: String = "09:15:32", slug: String = "app", iid: String = "7", user: String,
        input: String = "100", output: String = "20", total: String = "120", model: String = "claude-sonnet-5-5",
        cost: String = "0.000600", estimated: String = "150", agent: String = "reviewer", session: String? = nil
    ) -> String {
        let session = session ?? (iid.isEmpty ? "group/\(slug)" : "group/\(slug)!\(iid)")
        return
            "2025,12,\(day),\(time),42,\(slug),\(iid),\(user),\(input),\(output),\(total),\(model),900,10,20,\(cost),"
            + "price,\(estimated),\(agent),review,\(session),u-01jf0000000000000000000000"
    }

    /// Mostly what Bursar writes; now and then what spreadsheets, other tools and accidents make of it.
    static func line(_ random: inout SeededGenerator) -> String {
        let input = Int.random(in: 30...60_000, using: &random)
        let output = Int.random(in: 0...9000, using: &random)
        func one<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random) ?? values[0] }
        var total = input + output
        if one([false, false, false, false, false, false, true]) { total += one([-1, 0, 1]) }
        return row(
            day: one(["1", "5", "13", "31", "13", "05", "32", "x"]),
            time: one(["09:15:32", "23:59:59", "00:00:00", "9:15:32", "24:00:00"]),
            slug: one(["app", "app", "lib", "\"a,b\"", "'=app", ""]), iid: one(["7", "123", "", "07"]),
            user: one(["ann", "bob", "zoë", "\"x\"\"y\"", "'", "'@bob", "o'neil", "\u{1}"]), input: String(input),
            output: String(output), total: one([String(total), String(total), "\"\(total)\"", " \(total)"]),
            model: one(["claude-sonnet-5-5", "gpt-5", ""]),
            cost: one(["0.000600", "", "0.5", "12.345678", "123456789.000001", "1,5", "-1.000000"]),
            estimated: one(["150", "", "999999999", "1.5"]), agent: one(["reviewer", "security"]),
            session: one([nil, nil, nil, "other!7", "group/app!7"]))
    }
}

/// A folder of its own, removed at the end.
final class Folder {
    let path = NSTemporaryDirectory() + "bursar-reports-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }
}
