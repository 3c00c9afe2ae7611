import Budget
import Ledger
import TestDisk
import Testing
import UTCTime

@testable import Reports

/// The fast way through the rows against the careful one, which reads every line on its own.
@Suite struct LineScannerTests {
    @Test("the fast way and the careful one agree on every line, damaged or not", arguments: 0..<30)
    func agree(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 0...120, using: &random) {
            var line = Array(Self.line(&random).utf8)
            if Int.random(in: 0..<3, using: &random) == 0 { Self.damage(&line, &random) }
            text += line + (Int.random(in: 0..<20, using: &random) == 0 ? [0x0D, 0x0A] : [0x0A])
        }
        if Bool.random(using: &random) { text += "2025,12,1,09:15:32,42,app".utf8 }
        let keys: [[UsageDimension]] = [
            [], [.project, .user], [.session, .project], [.hour, .agent], [.day, .model, .command],
        ]
        for dimensions in keys {
            try Self.compare(text, dimensions, filling: [0x20, 0x0A, 0x2C, 0x22].randomElement(using: &random) ?? 0)
        }
    }

    @Test("they agree on the rows of older tools too, whatever is asked for", arguments: 0..<20)
    func agreeOnOldRows(seed: UInt64) throws {
        let columnCount = RowFormat.oldColumnCount
        var random = SeededGenerator(seed: seed)
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 0...120, using: &random) {
            let fields = Self.line(&random).split(separator: ",", omittingEmptySubsequences: false)
            var line = Array(fields.prefix(columnCount).joined(separator: ",").utf8)
            if Int.random(in: 0..<4, using: &random) == 0 { Self.damage(&line, &random) }
            text += line + [0x0A]
        }
        for dimensions in [[], [.project, .user], [.hour, .model], [.session], [.agent, .command]] as [[UsageDimension]]
        {
            try Self.compare(text, dimensions, columnCount: columnCount)
        }
        let paths = "2025,12,13,09:15:32,42,group/app,7,ann,100,20,120,claude,900\n"
        for project in ["app", "group/app", "group"] {
            try Self.compare(text + paths.utf8, [.project], columnCount: columnCount, project: project)
        }
    }

    @Test("a row may lie anywhere across the windows' seams", arguments: ["x", "é"])
    func seams(letter: String) throws {
        let row = ReportTests.row(user: "ann") + "\n"
        let rows = String(repeating: row, count: 2)
        let full = FieldEnds.windowBytes
        // Rows up to the seam, the last of them longer by one byte each time.
        let count = full / row.utf8.count - 1
        for more in 0...row.utf8.count {
            let long = ReportTests.row(user: "ann" + String(repeating: letter, count: more)) + "\n"
            let text = String(repeating: row, count: count) + long + rows
            try Self.compare(Array(text.utf8), [.user], edges: [.back])
        }
    }

    @Test("a line may be as long as a window, a byte shorter or longer", arguments: -3...3)
    func windows(more: Int) throws {
        let row = ReportTests.row(user: "ann") + "\n"
        let length = FieldEnds.windowBytes + more - row.utf8.count
        let long = ReportTests.row(user: "ann" + String(repeating: "x", count: length)) + "\n"
        #expect(long.utf8.count == FieldEnds.windowBytes + more)
        try Self.compare(Array((row + long + row + long + long + row).utf8), [.user, .session])
    }

    /// A project's path is half of its session's name, so both together are longer than the row.
    @Test("the parts of a key may together be longer than their line", arguments: [1000, 4000, 7900, 8000, 8190])
    func longKeys(length: Int) throws {
        let path = String(repeating: "g", count: length) + "/app"
        let text = ReportTests.row(user: "ann", session: "\(path)!7") + "\n"
        try Self.compare(Array((text + text).utf8), [.project, .session, .user, .model, .agent, .command, .hour])
        let query = UsageQuery(by: [.project, .session], days: try #require(ReportTests.december))
        let sums = try Self.scanned(Array(text.utf8), query, .front, filling: 0x20)
        #expect(sums.groups.keys.map(\.count) == [2 * path.utf8.count + 4])
    }

    @Test("the last line may end anywhere", arguments: [0x20, 0x0A, 0x2C, 0x30] as [UInt8])
    func torn(filling: UInt8) throws {
        let whole = Array((ReportTests.row(user: "zoë") + "\n" + ReportTests.row(user: "bob") + "\n").utf8)
        for count in 0...whole.count { try Self.compare(Array(whole.prefix(count)), [.user], filling: filling) }
    }

    @Test("a line of nothing but commas is refused, however many", arguments: [0, 1, 20, 21, 22, 23, 63, 64, 65, 9000])
    func commas(count: Int) throws {
        let line = String(repeating: ",", count: count) + "\n"
        try Self.compare(Array((line + ReportTests.row(user: "ann") + "\n" + line).utf8), [.user])
        let query = UsageQuery(by: [], days: try #require(ReportTests.december))
        #expect(try Self.scanned(Array(line.utf8), query, .front, filling: 0x2C).problems == 1)
    }

    // MARK: Both ways

    private struct Sums: Equatable {
        var groups: [[UInt8]: UsageTotals] = [:]
        var lines = 0
        var problems = 0
        var reasons: [String] = []
    }

    private static func compare(
        _ text: [UInt8], _ dimensions: [UsageDimension], filling: UInt8 = 0x20,
        edges: [GuardedBytes.Edge] = GuardedBytes.Edge.allCases, columnCount: Int = RowFormat.columns.count,
        project: String? = nil
    ) throws {
        let query = UsageQuery(by: dimensions, days: try #require(ReportTests.december), project: project)
        let wanted = try careful(text, query, columnCount)
        for edge in edges {
            let found = try scanned(text, query, edge, filling: filling, columnCount)
            #expect(found == wanted, "by \(dimensions): \(String(decoding: text.prefix(2000), as: UTF8.self))")
        }
    }

    private static func scanned(
        _ text: [UInt8], _ query: UsageQuery, _ edge: GuardedBytes.Edge, filling: UInt8,
        _ columnCount: Int = RowFormat.columns.count
    ) throws -> Sums {
        let memory = try #require(
            GuardedBytes(text, margin: LineScanner.margin, filling: filling, edge: edge))
        var scanner = LineScanner(
            query, month: try #require(Month(year: 2025, month: 12)), columnCount: columnCount)
        let taken = scanner.scan(memory.base, count: memory.count, limit: memory.count)
        #expect(taken == text.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)
        var sums = Sums(lines: scanner.lineCount, problems: scanner.problemCount)
        sums.reasons = scanner.problems.map { "\($0.line): \($0.reason)" }
        scanner.sums.table.forEach { key, totals in sums.groups[Array(key)] = totals }
        return sums
    }

    private static func careful(_ text: [UInt8], _ query: UsageQuery, _ columnCount: Int) throws -> Sums {
        let month = try #require(Month(year: 2025, month: 12))
        var sums = Sums()
        var reader = RowReader(columnCount: columnCount)
        var rows = RowSums(query, month: month)
        // What follows the last line break is no line yet.
        for line in text.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            sums.lines += 1
            let line = Array(line.last == 0x0D ? line.dropLast() : line)
            do throws(RowError) {
                rows.add(
                    try line.withUnsafeBufferPointer { bytes throws(RowError) in
                        try reader.record(from: bytes, of: month).record
                    })
            } catch {
                sums.problems += 1
                if sums.reasons.count < UsageReport.problemsMax {
                    sums.reasons.append("\(sums.lines): \(error.reason)")
                }
            }
        }
        rows.table.forEach { key, totals in sums.groups[Array(key)] = totals }
        return sums
    }

    // MARK: Lines

    /// Mostly plain rows with numbers and names of all lengths; now and then what `ReportTests` makes.
    private static func line(_ random: inout SeededGenerator) -> String {
        guard Int.random(in: 0..<4, using: &random) > 0 else { return ReportTests.line(&random) }
        func digits(_ most: Int) -> Int {
            var bound = 1
            for _ in 0..<Int.random(in: 0...most, using: &random) { bound *= 10 }
            return Int.random(in: 0...bound, using: &random)
        }
        func name(_ most: Int) -> String {
            let letters = Array("abcXYZ019-_.~@éß")
            let count = Int.random(in: 0...most, using: &random)
            return "n" + String((0..<count).map { _ in letters.randomElement(using: &random) ?? "a" })
        }
        let (input, output) = (digits(9), digits(9))
        let iid = String(digits(9))
        let slug = name(20)
        let path = (0..<Int.random(in: 0...3, using: &random)).map { _ in name(40) + "/" }.joined()
        return ReportTests.row(
            day: String(Int.random(in: 1...31, using: &random)), slug: slug, iid: iid, user: name(60),
            input: String(input + 30), output: String(output), total: String(input + 30 + output), model: name(30),
            cost: "\(digits(9)).\(String(String(1_000_000 + digits(5)).dropFirst()))", estimated: String(digits(9)),
            agent: name(10), session: "\(path)\(slug)!\(iid)")
    }

    /// A byte or two changed, put in or taken out; or a field made much longer.
    private static func damage(_ line: inout [UInt8], _ random: inout SeededGenerator) {
        let odd = Array(",\"'\r\n0189xX.-!/:; \t=".utf8) + [0, 0x1F, 0x7F, 0x80, 0xA0, 0xC3, 0xE2, 0xFF]
        for _ in 0..<Int.random(in: 1...3, using: &random) where !line.isEmpty {
            let place = Int.random(in: 0..<line.count, using: &random)
            let byte = odd.randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<6, using: &random) {
            case 0: line.remove(at: place)
            case 1: line.insert(byte, at: place)
            case 2:
                let count = Int.random(in: 1...18, using: &random)
                line.insert(contentsOf: "123456789012345678".utf8.prefix(count), at: place)
            case 3: line.removeSubrange(place..<min(line.count, place + Int.random(in: 1...30, using: &random)))
            case 4 where Int.random(in: 0..<8, using: &random) == 0:
                let length = Int.random(in: 1...(2 * FieldEnds.windowBytes), using: &random)
                line.insert(contentsOf: repeatElement(UInt8(ascii: "y"), count: length), at: place)
            default: line[place] = byte
            }
        }
    }
}
