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
    private let dimensionCount: Int
    /// Whether the rows have all columns; those of older tools have fewer.
    private let isOurs: Bool
    private let fieldCount: Int
    /// Whether `PlainRow` knows of such rows what is asked for.
    private let isPlain: Bool
    private let prefix: PlainRow.Prefix
    private var reader: RowReader

    /// Bytes that must be readable before and behind the lines.
    static let margin = FieldEnds.margin
    private static let excerptBytesMax = 400

    /// A scanner for rows of `columnCount` columns.
    init(_ query: UsageQuery, month: Month, columnCount: Int) {
        sums = RowSums(query, month: month)
        dimensionCount = query.dimensions.count
        self.month = month
        isOurs = columnCount == RowFormat.columns.count
        fieldCount = columnCount
        isPlain = isOurs || !query.needsSession
        prefix = PlainRow.Prefix(month)
        reader = RowReader(columnCount: columnCount)
    }

    /// Adds up the whole lines in `count` bytes at `base` that begin before `limit`; answers where the first line
    /// begins that was not taken. What lies behind the last line break is not looked at.
    mutating func scan(_ base: UnsafePointer<UInt8>, count: Int, limit: Int) -> Int {
        var size = count
        while size > 0, base[size - 1] != 0x0A { size -= 1 }
        let end = min(size, limit)
        var ends = FieldEnds()
        var batch = RowBatch(dimensionCount: dimensionCount)
        var start = 0
        while start < end {
            ends.find(in: base + start, count: min(size - start, FieldEnds.windowBytes))
            let taken = takeLines(base + start, ends, limit: end - start, &batch)
            start += taken > 0 ? taken : takeLongLine(base + start, count: size - start)
        }
        sums.add(restOf: &batch)
        return start
    }

    /// Adds up the lines at `base` that begin before `limit` and whose fields all end at `ends`; answers how many
    /// bytes they have.
    private mutating func takeLines(
        _ base: UnsafePointer<UInt8>, _ ends: borrowing FieldEnds, limit: Int, _ batch: inout RowBatch
    ) -> Int {
        var start = 0
        var next = 0
        while start < limit {
            let last = next &+ fieldCount &- 1
            if isPlain, last < ends.count {
                var fields = RowFields(base, start: start, ends: ends.offsets + next)
                if let row = PlainRow(&fields, month: prefix, isOurs: isOurs),
                    ends.isPlain || Self.isPlain(base, from: start, to: Int(ends.offsets[last])), sums.add(row, &batch)
                {
                    lineCount &+= 1
                    start = Int(ends.offsets[last]) &+ 1
                    next = last &+ 1
                    continue
                }
            }
            while next < ends.count, base[Int(ends.offsets[next])] != 0x0A { next += 1 }
            guard next < ends.count else { return start }
            let end = Int(ends.offsets[next])
            lineCount += 1
            takeCarefully(UnsafeBufferPointer(start: base + start, count: end - start))
            start = end + 1
            next += 1
        }
        return start
    }

    /// Adds up a line that no window holds; answers how many bytes it has.
    private mutating func takeLongLine(_ base: UnsafePointer<UInt8>, count: Int) -> Int {
        guard let found = UnsafeRawPointer(memchr(base, 0x0A, count)) else { return count }
        let length = found - UnsafeRawPointer(base)
        lineCount += 1
        takeCarefully(UnsafeBufferPointer(start: base, count: length))
        return length + 1
    }

    /// Whether a line has neither quotes nor control characters, and is UTF-8.
    private static func isPlain(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Bool {
        let line = UnsafeBufferPointer(start: base + start, count: end - start)
        var high: UInt8 = 0
        for byte in line {
            guard byte >= 0x20, byte != UInt8(ascii: "\"") else { return false }
            high |= byte
        }
        return high < 0x80 || String(validating: line, as: UTF8.self) != nil
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
