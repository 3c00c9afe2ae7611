import Budget
import Foundation
import Ledger
import Platform
import TestDisk
import Testing
import UTCTime

@testable import Reports

/// Random lives of the books: rows are added, lines are damaged, torn and mended, months come, are replaced and deleted.
/// After each step every figure in memory is that of the rows on the disk.
@Suite struct WarmUsageTests {
    @Test("figures in memory are those of the rows, whatever happens to the files", arguments: 0..<20)
    func life(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let folder = try Folder()
        let rowsMax = [20, 60, 200_000].randomElement(using: &random) ?? 20
        let usage = WarmUsage(directory: folder.path, rowsMax: rowsMax)
        var files: [Int: [String]] = [:]
        if Bool.random(using: &random) { try usage.warm() }
        for step in 0..<8 {
            let month = Int.random(in: 9...12, using: &random)
            switch Int.random(in: 0..<9, using: &random) {
            case 0: files[files.keys.randomElement(using: &random) ?? 12] = nil
            case 1:
                if var lines = files[month], !lines.isEmpty {
                    // A spreadsheet saved the file; as often as not its size is the same.
                    lines[Int.random(in: lines.indices, using: &random)] = Self.line(month, &random)
                    files[month] = lines
                }
            case 2: files[month, default: []].append("2025,\(month),damaged by a crash")
            case 3: files[month, default: []].append(String(Self.line(month, &random).prefix(40)) + "\u{0}")
            default:
                for _ in 0..<Int.random(in: 1...12, using: &random) {
                    files[month, default: []].append(Self.line(month, &random))
                }
            }
            let tail = Bool.random(using: &random) ? "2025,\(month),1,09:1" : ""
            try Self.write(files, tail: (month, tail), to: folder)
            if step == 3 { try usage.warm() }
            try Self.compare(usage, folder, files, &random, "seed \(seed), step \(step)")
        }
    }

    @Test("a query is answered from the files while nothing is in memory")
    func cold() throws {
        let folder = try Folder()
        try Self.write([12: [Self.row(12, day: 13, user: "ann")]], to: folder)
        let usage = WarmUsage(directory: folder.path)
        let december = try #require(ReportTests.december)
        #expect(try usage.report(UsageQuery(by: [.user], days: december)).groups.map(\.key) == [["ann"]])
        #expect(!usage.isWarm)
        #expect(try usage.sessions().totalCount == 1)
        #expect(usage.isWarm)
    }

    @Test("rows beyond the limit leave memory by whole days and are read in the files", arguments: [9, 10, 11])
    func limit(count: Int) throws {
        let folder = try Folder()
        // Five rows a day.
        let lines = (0..<count).map { Self.row(12, day: 1 + $0 / 5, user: "u\($0)") }
        try Self.write([12: lines], to: folder)
        let usage = WarmUsage(directory: folder.path, rowsMax: 10)
        let december = try #require(ReportTests.december)
        #expect(try usage.report(UsageQuery(by: [], days: december)).totals.requestCount == count)
        let page = try usage.sessions()
        #expect(page.firstDay == (count > 10 ? Day("2025-12-02") : nil))
        #expect(page.totalCount == (count > 10 ? count - 5 : count))
        // What is not in memory is found in the files.
        #expect(try usage.session("group/app!u0")?.records.count == nil)
        #expect(try usage.session("group/app!100")?.records.map(\.context.user) == ["u0"])
        #expect(try usage.report(UsageQuery(by: [], days: december)).totals.requestCount == count)
    }

    @Test("sessions come in pages, the latest first, and are found by id and person", arguments: [1, 2, 7, 30])
    func pages(limit: Int) throws {
        let folder = try Folder()
        let lines = (0..<30).map { Self.row(12, day: 1 + $0 / 2, iid: 100 + $0, user: $0 % 2 == 0 ? "Ann" : "bob") }
        try Self.write([12: lines], to: folder)
        let usage = WarmUsage(directory: folder.path)
        var found: [String] = []
        var query = SessionQuery(limit: limit)
        while true {
            let page = try usage.sessions(query)
            #expect(page.sessions.count <= limit && page.totalCount == 30)
            found += page.sessions.map(\.id)
            guard let next = page.next else { break }
            query.before = SessionCursor(next.description)
            #expect(query.before == next)
        }
        #expect(found.count == 30 && Set(found).count == 30)
        #expect(found.first == "group/app!129" && found.last == "group/app!100")
        #expect(try usage.sessions(SessionQuery(limit: 100, text: "ANN")).sessions.count == 15)
        #expect(try usage.sessions(SessionQuery(text: "app!117")).sessions.map(\.id) == ["group/app!117"])
        #expect(try usage.sessions(SessionQuery(text: "carol")).sessions.isEmpty)
    }

    @Test("rows that come together make the same sessions as rows that come one by one", arguments: [64, 65, 200])
    func together(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let lines = (0..<count).map { index in
            Self.row(
                12, day: 1 + Int.random(in: 0...9, using: &random), iid: 100 + Int.random(in: 0...20, using: &random),
                user: "u\(index)", agent: "a\(index % 3)")
        }
        let (whole, grown) = (try Folder(), try Folder())
        try Self.write([12: lines], to: whole)
        let slow = WarmUsage(directory: grown.path)
        for end in 1...count {
            try Self.write([12: Array(lines[..<end])], to: grown)
            _ = try slow.revision()
        }
        let query = SessionQuery(limit: 100)
        let pages = (try WarmUsage(directory: whole.path).sessions(query), try slow.sessions(query))
        #expect(pages.0 == pages.1)
        #expect(pages.0.sessions.reduce(0) { $0 + $1.users.count } == count)
        #expect(pages.0.sessions.map(\.end) == pages.0.sessions.map(\.end).sorted(by: >))
        let day = try #require(Day("2025-12-10"))
        #expect(try WarmUsage(directory: whole.path).agents(today: day) == slow.agents(today: day))
    }

    @Test("a trend needs twenty calls and more than five per cent")
    func trend() {
        #expect(AgentTrend([Int](repeating: 100, count: 19)).direction == .unknown)
        let before = [Int](repeating: 100, count: 10)
        let cases: [(Int, AgentTrend.Direction, Int)] = [
            (1050, .steady, 50), (1060, .up, 60), (950, .steady, -50), (940, .down, -60), (1000, .steady, 0),
        ]
        for (tokens, direction, permille) in cases {
            let trend = AgentTrend(before + [Int](repeating: 0, count: 9) + [tokens])
            #expect(trend.direction == direction && trend.changePermille == permille, "\(tokens)")
            #expect(trend.lastTokens == tokens && trend.earlierTokens == 1000)
        }
        #expect(AgentTrend([Int](repeating: 0, count: 20)).direction == .steady)
        #expect(AgentTrend([Int](repeating: 0, count: 10) + before).changePermille == nil)
    }

    @Test("rows that were decided before midnight and written after it are of their day")
    func midnight() throws {
        let folder = try Folder()
        let usage = WarmUsage(directory: folder.path)
        try usage.warm()
        let late = Self.row(11, day: 30, time: "23:59:59", user: "ann", agent: "late")
        try Self.write([11: [], 12: [Self.row(12, day: 1, time: "00:00:01", user: "bob")]], to: folder)
        #expect(try usage.recentRecords(10).map(\.context.user) == ["bob"])
        try Self.write([11: [late], 12: [Self.row(12, day: 1, time: "00:00:01", user: "bob")]], to: folder)
        #expect(try usage.recentRecords(10).map(\.context.user) == ["bob", "ann"])
        #expect(try usage.recentRecords(1).map(\.context.user) == ["bob"])
        let days = try #require(Day("2025-11-30"))...(try #require(Day("2025-12-01")))
        #expect(
            try usage.report(UsageQuery(by: [.day], days: days)).groups.map(\.key) == [["2025-11-30"], ["2025-12-01"]])
        let cards = try usage.agents(today: days.upperBound)
        #expect(cards.map(\.name) == ["reviewer", "late"])
        #expect(cards.map(\.today.requestCount) == [1, 0])
    }

    @Test("of records in any order the latest are kept, up to a limit", arguments: [0, 1, 4, 5, 6, 20])
    func latest(max: Int) throws {
        let folder = try Folder()
        // Five of them, not in the order of time.
        let lines = [1, 4, 2, 5, 3].map { Self.row(12, day: $0, user: "u\($0)") }
        try Self.write([12: lines], to: folder)
        var latest = LatestRecords(max: max)
        let december = try #require(ReportTests.december)
        _ = try RecordExport(directory: folder.path).forEach(UsageQuery(by: [], days: december)) { record in
            latest.add(record)
            #expect(latest.records.count <= max)
        }
        #expect(latest.records.map(\.context.user) == ["u1", "u2", "u3", "u4", "u5"].suffix(max))
    }

    @Test("no session is looked for in the files where a call has no merge request", arguments: ["", "group/app!none"])
    func namelessSession(id: String) throws {
        let folder = try Folder()
        try Self.write([12: (0..<11).map { Self.row(12, day: 1 + $0 / 5, user: "u\($0)") }], to: folder)
        let usage = WarmUsage(directory: folder.path, rowsMax: 10)
        #expect(try usage.sessions().firstDay != nil)
        // Months of folders that cannot be read are told by whoever reads them.
        try FileManager.default.createDirectory(
            atPath: folder.path + "/token-logs/2025-10.csv", withIntermediateDirectories: true)
        if id.isEmpty {
            #expect(try usage.session(id) == nil)
        } else {
            #expect(throws: POSIXFailure.self) { try usage.session(id) }
        }
    }

    @Test("a record is found in a file of any size")
    func largeFile() throws {
        let folder = try Folder()
        let lines = (0..<400).map { Self.row(12, day: 1 + $0 / 20, user: "u\($0)") }
        try Self.write([12: lines], to: folder)
        let usage = WarmUsage(directory: folder.path)
        #expect(try usage.session("group/app!100")?.records.map(\.context.user) == ["u0"])
        #expect(try usage.recentRecords(200).count == 200)
    }

    // MARK: The rows on the disk

    static func compare(
        _ usage: WarmUsage, _ folder: Folder, _ files: [Int: [String]], _ random: inout SeededGenerator,
        _ comment: Comment
    ) throws {
        let reader = UsageReader(directory: folder.path)
        let records = try reader.months().flatMap { try reader.rows(of: $0).records }
        let first = try #require(Day("2025-09-01")).adding(days: Int.random(in: 0...100, using: &random))
        let last = first.adding(days: Int.random(in: 0...120, using: &random))
        for dimensions in UsageDimension.allCases.map({ [$0] }) + [
            [], [.session, .agent], [.month, .model, .command],
        ] {
            var query = UsageQuery(by: dimensions, days: first...last)
            if Bool.random(using: &random) { query.user = ["ann", "zoë", "nobody"].randomElement(using: &random) }
            if Bool.random(using: &random) { query.project = ["app", "group/lib"].randomElement(using: &random) }
            if Bool.random(using: &random) { query.model = "gpt-5" }
            let report = try usage.report(query)
            #expect(try report == ReportReader(directory: folder.path).report(query), comment)
            let wanted = records.filter { query.wants($0) }
            #expect(report.totals == ReportTests.sum(wanted), comment)
        }
        let page = try usage.sessions(SessionQuery(limit: 200))
        let kept = records.filter { record in page.firstDay.map { record.time.day >= $0 } ?? true }
        let groups = Dictionary(grouping: kept.filter { !$0.context.sessionID.isEmpty }, by: \.context.sessionID)
        #expect(page.totalCount == groups.count, comment)
        #expect(Set(page.sessions.map(\.id)) == Set(groups.keys), comment)
        for session in page.sessions {
            let rows = groups[session.id] ?? []
            #expect(session.totals == ReportTests.sum(rows), comment)
            #expect(session.start == rows.map(\.time).min() && session.end == rows.map(\.time).max(), comment)
            #expect(Set(session.models) == Set(rows.map(\.context.model)), comment)
            #expect(Set(session.agents) == Set(rows.map(\.context.agent)), comment)
        }
        #expect(page.sessions.map(\.end) == page.sessions.map(\.end).sorted(by: >), comment)
        if let id = groups.keys.sorted().first {
            let detail = try usage.session(id)
            let all = records.filter { $0.context.sessionID == id }
            #expect(detail?.summary.totals == ReportTests.sum(all), comment)
            #expect(Set(detail?.records ?? []) == Set(all), comment)
        }
        for card in try usage.agents(today: last) {
            let rows = kept.filter { $0.context.agent == card.name }
            #expect(card.totals == ReportTests.sum(rows), comment)
            #expect(card.lastRequest == rows.map(\.time).max(), comment)
        }
        let recent = try usage.recentRecords(10)
        #expect(recent.map(\.time) == Array(kept.map(\.time).sorted(by: >).prefix(10)), comment)
    }

    static func write(
        _ files: [Int: [String]], tail: (month: Int, text: String) = (0, ""), to folder: Folder
    ) throws {
        for month in 9...12 {
            let name = "token-logs/2025-\(month < 10 ? "0" : "")\(month).csv"
            guard let lines = files[month] else {
                try? FileManager.default.removeItem(atPath: folder.path + "/" + name)
                continue
            }
            let text = ([RowFormat.header] + lines).map { $0 + "\n" }.joined() + (month == tail.month ? tail.text : "")
            let path = folder.path + "/" + name
            // As a daemon adds to its file where nothing else changed, else as an editor replaces it.
            let old = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            if !old.isEmpty, text.hasPrefix(old) {
                let descriptor = try FileCalls.system.opening(path, for: .append)
                try Array(text.utf8.dropFirst(old.utf8.count)).withUnsafeBytes { bytes in
                    try FileCalls.system.writing(bytes, to: descriptor, path: path)
                }
                _ = FileCalls.system.close(descriptor)
            } else if text != old {
                try FileCalls.system.makingDirectories(FileCalls.parent(of: path))
                try FileCalls.system.replacing(path, with: Array(text.utf8), lasts: false)
            }
        }
    }

    static func row(
        _ month: Int, day: Int, time: String = "09:15:32", iid: Int? = nil, user: String, agent: String = "reviewer"
    ) -> String {
        let number = iid ?? 100 + (Int(user.dropFirst()) ?? 0)
        return
            "2025,\(month),\(day),\(time),42,app,\(number),\(user),100,20,120,claude-sonnet-5-5,900,10,20,0.000600,"
            + "price,150,\(agent),review,group/app!\(number),u-\(month)-\(day)-\(number)-\(user)"
    }

    static func line(_ month: Int, _ random: inout SeededGenerator) -> String {
        func one(_ values: [String]) -> String { values.randomElement(using: &random) ?? "" }
        let (input, output) = (Int.random(in: 30...60_000, using: &random), Int.random(in: 0...9000, using: &random))
        let (slug, iid) = (one(["app", "lib"]), one(["7", "8", "9", "123", ""]))
        let session = iid.isEmpty ? "group/\(slug)" : "group/\(slug)!\(iid)"
        let hour = Int.random(in: 10...23, using: &random)
        return
            "2025,\(month),\(Int.random(in: 1...30, using: &random)),\(hour):15:32,42,\(slug),\(iid),"
            + one(["ann", "bob", "zoë", "zoe\u{308}", "\"x,y\""])
            + ",\(input),\(output),\(input + output),\(one(["claude-sonnet-5-5", "gpt-5"])),900,10,20,"
            + one(["0.000600", "", "12.345678"]) + ",price,\(one(["150", "", "900"])),"
            + one(["reviewer", "security"]) + ",review,\(session),u-\(random.next())"
    }
}
