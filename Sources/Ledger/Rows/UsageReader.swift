public import Budget
import Glibc
public import Platform
public import UTCTime

/// A line that cannot be read: where it is, what it says, what is wrong with it.
public struct LineProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file, from the data directory on: `token-logs/2025-12.csv`.
    public let file: String
    /// The line's number, the header being 1.
    public let line: Int
    /// The beginning of the line; what cannot be printed is escaped.
    public let excerpt: String
    /// What is wrong.
    public let reason: String

    /// A problem of these parts.
    public init(file: String, line: Int, excerpt: String, reason: String) {
        self.file = file
        self.line = line
        self.excerpt = excerpt
        self.reason = reason
    }

    /// A problem of the line `bytes`.
    package init(file: String, line: Int, bytes: UnsafeBufferPointer<UInt8>, reason: String) {
        let shown = String(decoding: bytes.prefix(80), as: UTF8.self).unicodeScalars.map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
        self.init(
            file: file, line: line, excerpt: shown.joined() + (bytes.count > 80 ? "…" : ""), reason: reason)
    }

    /// `token-logs/2025-12.csv:17: output_tokens is "12x", not a whole number: 2025,12,13,…`.
    public var description: String { "\(file):\(line): \(reason): \(excerpt)" }
}

/// What a month's file holds, as far as it can be read.
public struct MonthRows: Sendable, Equatable {
    /// The month.
    public var month: Month
    /// Its records in the order of the file.
    public var records: [UsageRecord] = []
    /// Lines that are no records.
    public var problems: [LineProblem] = []
    /// Bytes up to and with the last line break: what a reader may rely on beside a writer.
    public var size = 0
    /// Bytes behind the last line break: a line that is being written, or was torn.
    public var tailSize = 0
}

/// Reads the rows of a month, without a lock, beside a running daemon.
public struct UsageReader: Sendable {
    private let layout: LedgerLayout
    private let calls: FileCalls

    /// A reader of the books in `directory`.
    public init(directory: String, calls: FileCalls = .system) {
        layout = LedgerLayout(directory: directory)
        self.calls = calls
    }

    /// The months that have a file, the earliest first.
    public func months() throws(POSIXFailure) -> [Month] {
        switch calls.names(layout.logs) {
        case .success(let names): return names.compactMap(Self.month).sorted()
        case .failure(let failure):
            if failure.code == ENOENT { return [] }
            throw failure
        }
    }

    /// The month of a file name: `2025-12` for `2025-12.csv`; nil for other names.
    static func month(ofName name: String) -> Month? {
        name.hasSuffix(".csv") ? Month(name.dropLast(4)) : nil
    }

    /// The rows of `month`; none when it has no file.
    public func rows(of month: Month) throws(POSIXFailure) -> MonthRows {
        var rows = MonthRows(month: month)
        try scan(month) { (row: Row) in
            switch row.content {
            case .record(let record, _): rows.records.append(record)
            case .problem(let problem): rows.problems.append(problem)
            }
        } end: { size, tailSize in
            rows.size = size
            rows.tailSize = tailSize
        }
        return rows
    }

    /// A line of the file but the header.
    struct Row {
        enum Content {
            case record(UsageRecord, RecordID?)
            case problem(LineProblem)
        }
        let content: Content
        /// Where the line begins and how long it is with its line break, in bytes.
        let offset: Int
        let length: Int
    }

    /// Hands each line of the file of `month` to `body`, and the sizes before and behind the last line break to `end`.
    func scan(_ month: Month, _ body: (Row) -> Void, end: (Int, Int) -> Void = { _, _ in }) throws(POSIXFailure) {
        let bytes: [UInt8]
        do throws(POSIXFailure) {
            bytes = try calls.contents(of: layout.log(month))
        } catch {
            if error.code == ENOENT { return end(0, 0) }
            throw error
        }
        let (size, tailSize) = Self.scan(bytes, file: "token-logs/\(month).csv", month: month, body)
        end(size, tailSize)
    }

    /// Hands each line of `bytes` to `body`; answers with the sizes before and behind the last line break.
    static func scan(_ bytes: [UInt8], file: String, month: Month, _ body: (Row) -> Void) -> (size: Int, tailSize: Int)
    {
        bytes.withUnsafeBufferPointer { bytes in
            var reader = RowReader(columnCount: RowFormat.columns.count)
            var start = 0
            var number = 0
            while start < bytes.count {
                let rest = UnsafeBufferPointer(rebasing: bytes[start...])
                guard let length = Self.lineLength(rest) else { break }
                var line = UnsafeBufferPointer(rebasing: rest[..<(length - 1)])
                if line.last == 0x0D { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
                if number == 0, line.starts(with: [0xEF, 0xBB, 0xBF]) {
                    line = UnsafeBufferPointer(rebasing: line.dropFirst(3))
                }
                number += 1
                let place = (offset: start, length: length)
                do throws(RowError) {
                    if number == 1 {
                        reader = RowReader(columnCount: try RowReader.columnCount(ofHeader: line))
                    } else {
                        let (record, id) = try reader.record(from: line, of: month)
                        body(Row(content: .record(record, id), offset: place.offset, length: place.length))
                    }
                } catch {
                    let problem = LineProblem(file: file, line: number, bytes: line, reason: error.reason)
                    body(Row(content: .problem(problem), offset: place.offset, length: place.length))
                }
                start += length
            }
            return (start, bytes.count - start)
        }
    }

    /// Bytes up to and with the first line break; nil when there is none.
    static func lineLength(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let base = bytes.baseAddress, let found = memchr(base, 0x0A, bytes.count) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
    }
}
