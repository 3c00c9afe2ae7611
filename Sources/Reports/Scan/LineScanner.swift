import Budget
import Glibc
import Ledger
import UTCTime

/// Has each line of a buffer added up: plain ones as they are, the rest by way of
/// `RowReader`.
struct LineScanner: Sendable {
    /// A line that is no record.
    struct Problem: Sendable {
        /// Its number among the lines this scanner has seen, from 1.
        var line: Int
        var bytes: [UInt8]
        var reason: String
    }

    /// What has been added up so far.
    private(set) var sums: RowSums
    /// Lines seen so far.
    private(set) var lineCount = 0
    /// The first lines that are no records.
    private(set) var problems: [Problem] = []
    /// How many lines are no records.
    private(set) var problemCount = 0

    private let month: Month
    /// Whether the rows have all columns; those of older tools, which have fewer, are read with care.
    private let isOurs: Bool
    /// `2025,12,`: how every plain row of the month begins.
    private let prefix: [UInt8]
    private var reader: RowReader

    /// Bytes that must be readable before and behind the lines.
    static let margin = 64
    private static let excerptBytesMax = 400
    /// Longer lines are looked at with care.
    private static let plainBytesMax = 16 << 10

    /// A scanner for rows of `columnCount` columns.
    init(_ query: UsageQuery, month: Month, columnCount: Int) {
        sums = RowSums(query, month: month)
        self.month = month
        isOurs = columnCount == RowFormat.columns.count
        prefix = Array("\(month.year),\(month.month),".utf8)
        reader = RowReader(columnCount: columnCount)
    }

    /// Adds up the whole lines in `count` bytes at `base` that begin before `limit`; answers where the first line
    /// begins that was not taken. What lies behind the last line break is not looked at.
    mutating func scan(_ base: UnsafePointer<UInt8>, count: Int, limit: Int) -> Int {
        var size = count
        while size > 0, base[size - 1] != 0x0A { size -= 1 }
        let end = min(size, limit)
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: KeyWriter.bytesMax) { key in
            guard let key = key.baseAddress else { return 0 }
            var start = 0
            while start < end { start = take(base, at: start, size: size, KeyWriter(place: key)) }
            return start
        }
    }

    /// Adds up the line that begins at `start`; answers where the next one begins.
    ///
    /// The end is looked for first although the fields lead to it: so the processor can begin the next line before it
    /// is through with this one.
    @inline(__always)
    private mutating func take(_ base: UnsafePointer<UInt8>, at start: Int, size: Int, _ key: KeyWriter) -> Int {
        guard let found = UnsafeRawPointer(memchr(base + start, 0x0A, size - start)) else { return start }
        let next = found - UnsafeRawPointer(base) + 1
        lineCount += 1
        var cursor = FieldCursor(base, at: start)
        if isOurs, next - start <= Self.plainBytesMax, let row = PlainRow(&cursor, month: prefix),
            cursor.position == next, !cursor.hasHighBit || isUTF8(base, from: start, to: next), sums.add(row, key)
        {
            return next
        }
        takeCarefully(UnsafeBufferPointer(start: base + start, count: next - start - 1))
        return next
    }

    private func isUTF8(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Bool {
        String(validating: UnsafeBufferPointer(start: base + start, count: end - start), as: UTF8.self) != nil
    }

    /// Notes a line that is too long to be one.
    mutating func refuseLongLine(beginning bytes: UnsafeBufferPointer<UInt8>) {
        lineCount += 1
        note(bytes, "the line is longer than any record")
    }

    @inline(never)
    private mutating func takeCarefully(_ bytes: UnsafeBufferPointer<UInt8>) {
        var line = bytes
        if line.last == 0x0D { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
        do throws(RowError) {
            sums.add(try reader.record(from: line, of: month).record)
        } catch {
            note(line, error.reason)
        }
    }

    private mutating func note(_ line: UnsafeBufferPointer<UInt8>, _ reason: String) {
        problemCount += 1
        guard problems.count < UsageReport.problemsMax else { return }
        problems.append(Problem(line: lineCount, bytes: Array(line.prefix(Self.excerptBytesMax)), reason: reason))
    }
}
