import Budget
import Foundation
import Ledger
import TestDisk
import Testing
import UTCTime

@testable import Reports

@Suite struct RecordCursorTests {
    @Test("records come piece by piece as they come at once", arguments: 0..<12)
    func pieces(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let folder = try Folder()
        for month in 10...12 {
            let lines = (0..<Int.random(in: 0...60, using: &random)).map { _ in WarmUsageTests.line(month, &random) }
            let damaged = Bool.random(using: &random) ? ["2025,\(month),damaged"] : []
            let ending = Bool.random(using: &random) ? "\n" : "\r\n"
            try folder.write(
                ([RowFormat.header] + lines + damaged).map { $0 + ending }.joined()
                    + (Bool.random(using: &random) ? "2025,1" : ""), to: "token-logs/2025-\(month).csv")
        }
        let first = try #require(Day("2025-10-01")).adding(days: Int.random(in: 0...40, using: &random))
        let query = UsageQuery(by: [], days: first...first.adding(days: 40), user: seed % 2 == 0 ? "ann" : nil)
        var wanted: [UsageRecord] = []
        let problems = try RecordExport(directory: folder.path).forEach(query) { wanted.append($0) }
        var cursor = try RecordCursor(
            query, directory: folder.path, pieceBytes: Int.random(in: 400...5000, using: &random))
        var found: [UsageRecord] = []
        while let records = try cursor.next() { found += records }
        #expect(found == wanted)
        #expect(cursor.problemCount == problems.count)
    }

    @Test("a line longer than a piece is passed over")
    func longLine() throws {
        let folder = try Folder()
        let row = WarmUsageTests.row(12, day: 1, user: "ann")
        try folder.write(
            [RowFormat.header, row, String(repeating: "x", count: 5000), row].map { $0 + "\n" }.joined(),
            to: "token-logs/2025-12.csv")
        var cursor = try RecordCursor(
            UsageQuery(by: [], days: try #require(ReportTests.december)), directory: folder.path, pieceBytes: 512)
        var count = 0
        while let records = try cursor.next() { count += records.count }
        #expect(count == 2 && cursor.problemCount == 1)
    }
}
