package import Budget
package import UTCTime

/// Why a line of a monthly CSV is no record, in words that name the column and its value.
package struct RowError: Error, Equatable {
    /// The words.
    package let reason: String
}

/// Reads lines of the monthly CSV back into records: ours, those of older tools with the first thirteen columns, and what
/// a spreadsheet makes of either when it saves them (CRLF, hours of one digit, costs without trailing zeros).
package struct RowReader: Sendable {
    /// How many columns the file's header names.
    package let columnCount: Int
    private var fields: [Range<Int>] = []

    /// A reader of lines with `columnCount` columns.
    package init(columnCount: Int) {
        self.columnCount = columnCount
        fields.reserveCapacity(RowFormat.columns.count + 1)
    }

    /// The number of columns when `line` is a header that can be read.
    package static func columnCount(ofHeader line: UnsafeBufferPointer<UInt8>) throws(RowError) -> Int {
        let text = String(decoding: line, as: UTF8.self)
        if text == RowFormat.header { return RowFormat.columns.count }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map { name in
            name.count >= 2 && name.first == "\"" && name.last == "\""
                ? String(name.dropFirst().dropLast()) : String(name)
        }
        if names == RowFormat.columns { return RowFormat.columns.count }
        if names == Array(RowFormat.columns.prefix(RowFormat.oldColumnCount)) { return RowFormat.oldColumnCount }
        if text.hasPrefix("year;") {
            throw RowError(reason: "the file was saved with semicolons; save it again with commas")
        }
        throw RowError(reason: "the first line is not the header")
    }

    /// The record of `line`, which comes without its line break, and the bytes of its id.
    package mutating func record(from line: UnsafeBufferPointer<UInt8>) throws(RowError) -> (
        record: UsageRecord, id: RecordID?
    ) {
        try split(line)
        guard fields.count == columnCount else {
            throw RowError(reason: "the line has \(fields.count) columns, not \(columnCount)")
        }
        let time = try time(in: line)
        let usage = try usage(in: line)
        var context = CallContext(
            projectID: try optionalNumber(4, in: line), project: try text(5, in: line),
            mergeRequestIID: try optionalNumber(6, in: line), user: try text(7, in: line), model: try text(11, in: line)
        )
        let duration = try number(12, in: line)
        guard columnCount == RowFormat.columns.count else {
            return (
                UsageRecord(
                    time: time, context: context, usage: usage, durationMilliseconds: duration, cost: nil,
                    estimatedTokens: nil, usageID: ""), nil
            )
        }
        context.agent = try text(18, in: line)
        context.command = try text(19, in: line)
        let session = try text(20, in: line)
        context.project = Self.project(ofSession: session, context: context)
        let usageID = try text(21, in: line)
        let amount = try cost(in: line)
        let priceID = try text(16, in: line)
        let record = UsageRecord(
            time: time, context: context, usage: usage, durationMilliseconds: duration,
            cost: amount.map { CallCost(amount: $0, priceID: priceID) },
            estimatedTokens: try optionalNumber(17, in: line),
            usageID: usageID)
        return (record, RecordID(usageID))
    }

    /// The record of `line`, which must be of `month`: a row in another month's file is nobody's.
    package mutating func record(from line: UnsafeBufferPointer<UInt8>, of month: Month) throws(RowError) -> (
        record: UsageRecord, id: RecordID?
    ) {
        let row = try record(from: line)
        guard row.record.time.day.month == month else {
            throw RowError(reason: "the row is of \(row.record.time.day), the file of \(month)")
        }
        return row
    }

    private static func project(ofSession session: String, context: CallContext) -> String {
        var path = session
        if let iid = context.mergeRequestIID {
            let suffix = "!\(iid)"
            guard session.hasSuffix(suffix) else { return context.project }
            path = String(session.dropLast(suffix.utf8.count))
        }
        // A session that is not of this project was written by someone else: the slug is all that is known then.
        return path == context.project || path.hasSuffix("/" + context.project) ? path : context.project
    }

    /// Finds the fields of `line`. A quoted field keeps its quotes for `text`.
    private mutating func split(_ line: UnsafeBufferPointer<UInt8>) throws(RowError) {
        fields.removeAll(keepingCapacity: true)
        var start = 0
        while true {
            var end = start
            if end < line.count, line[end] == UInt8(ascii: "\"") {
                end += 1
                while true {
                    while end < line.count, line[end] != UInt8(ascii: "\"") { end += 1 }
                    guard end < line.count else { throw RowError(reason: "a quoted field does not end") }
                    end += 1
                    guard end < line.count, line[end] == UInt8(ascii: "\"") else { break }
                    end += 1
                }
                guard end == line.count || line[end] == UInt8(ascii: ",") else {
                    throw RowError(reason: "something follows a quoted field")
                }
            } else {
                while end < line.count, line[end] != UInt8(ascii: ",") {
                    guard line[end] != UInt8(ascii: "\""), line[end] != 0 else {
                        throw RowError(reason: line[end] == 0 ? "there is a NUL byte" : "a quote stands inside a field")
                    }
                    end += 1
                }
            }
            fields.append(start..<end)
            guard end < line.count else { return }
            guard fields.count <= RowFormat.columns.count else {
                throw RowError(reason: "the line has more than \(RowFormat.columns.count) columns")
            }
            start = end + 1
        }
    }

    private func name(_ column: Int) -> String { RowFormat.columns[column] }

    private func failure(_ column: Int, _ line: UnsafeBufferPointer<UInt8>, _ expected: String) -> RowError {
        let value = String(decoding: line[fields[column]].prefix(40), as: UTF8.self)
        return RowError(reason: "\(name(column)) is \"\(value)\", not \(expected)")
    }

    private func text(_ column: Int, in line: UnsafeBufferPointer<UInt8>) throws(RowError) -> String {
        var range = fields[column]
        guard !range.isEmpty else { return "" }
        let isQuoted = line[range.lowerBound] == UInt8(ascii: "\"")
        if isQuoted { range = (range.lowerBound + 1)..<(range.upperBound - 1) }
        let hasApostrophe =
            !range.isEmpty && line[range.lowerBound] == UInt8(ascii: "'")
            && RowFormat.needsApostrophe(UnsafeBufferPointer(rebasing: line[range]))
        if hasApostrophe { range = (range.lowerBound + 1)..<range.upperBound }
        guard var text = String(validating: line[range], as: UTF8.self) else { throw failure(column, line, "UTF-8") }
        if isQuoted, text.utf8.contains(UInt8(ascii: "\"")) {
            var bytes: [UInt8] = []
            var previousWasQuote = false
            for byte in text.utf8 {
                previousWasQuote = byte == UInt8(ascii: "\"") && !previousWasQuote
                if !previousWasQuote { bytes.append(byte) }
            }
            text = String(decoding: bytes, as: UTF8.self)
        }
        return text
    }

    /// The field without the quotes a spreadsheet may have put around a number.
    private func plain(_ column: Int, in line: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        let range = fields[column]
        guard range.count >= 2, line[range.lowerBound] == UInt8(ascii: "\"") else { return range }
        return (range.lowerBound + 1)..<(range.upperBound - 1)
    }

    private func optionalNumber(_ column: Int, in line: UnsafeBufferPointer<UInt8>) throws(RowError) -> Int? {
        plain(column, in: line).isEmpty ? nil : try number(column, in: line)
    }

    private func number(_ column: Int, in line: UnsafeBufferPointer<UInt8>) throws(RowError) -> Int {
        guard let value = Self.number(line, plain(column, in: line)) else {
            throw failure(column, line, "a whole number")
        }
        return value
    }

    /// The value of ASCII digits, at most 18; nil for anything else.
    private static func number(_ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        guard 1...18 ~= range.count else { return nil }
        var value = 0
        for index in range {
            guard 0x30...0x39 ~= line[index] else { return nil }
            value = value * 10 + Int(line[index] - 0x30)
        }
        return value
    }

    private func time(in line: UnsafeBufferPointer<UInt8>) throws(RowError) -> Instant {
        let (year, month, dayOfMonth) = (try number(0, in: line), try number(1, in: line), try number(2, in: line))
        guard let day = Day(year: year, month: month, day: dayOfMonth) else {
            throw RowError(reason: "there is no day \(year)-\(month)-\(dayOfMonth)")
        }
        let range = plain(3, in: line)
        let parts = line[range].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, 1...2 ~= parts[0].count, parts[1].count == 2, parts[2].count == 2,
            let hour = Self.number(line, parts[0].indices), let minute = Self.number(line, parts[1].indices),
            let second = Self.number(line, parts[2].indices),
            let time = TimeOfDay(validHour: hour, minute: minute, second: second)
        else { throw failure(3, line, "a time such as 09:15:32") }
        return day.at(time)
    }

    private func usage(in line: UnsafeBufferPointer<UInt8>) throws(RowError) -> TokenUsage {
        let isOurs = columnCount == RowFormat.columns.count
        let usage: TokenUsage
        do throws(UsageError) {
            usage = try TokenUsage(
                inputTokens: clamped(8, in: line), outputTokens: clamped(9, in: line),
                cacheWriteTokens: isOurs ? clamped(13, in: line) : 0,
                cacheReadTokens: isOurs ? clamped(14, in: line) : 0)
        } catch {
            throw RowError(reason: error.description)
        }
        _ = try (number(8, in: line), number(9, in: line))
        if isOurs { _ = try (number(13, in: line), number(14, in: line)) }
        let total = try number(10, in: line)
        guard total == usage.totalTokens else {
            throw RowError(reason: "total_tokens is \(total), but input and output make \(usage.totalTokens)")
        }
        return usage
    }

    /// The number in `column`; 0 where there is none, which `usage` then reports by its name.
    private func clamped(_ column: Int, in line: UnsafeBufferPointer<UInt8>) -> Int {
        Self.number(line, plain(column, in: line)) ?? 0
    }

    /// An amount with at most six places: spreadsheets drop trailing zeros.
    private func cost(in line: UnsafeBufferPointer<UInt8>) throws(RowError) -> MicroUSD? {
        let range = plain(15, in: line)
        guard !range.isEmpty else { return nil }
        let point = line[range].firstIndex(of: UInt8(ascii: ".")) ?? range.upperBound
        let places = min(point + 1, range.upperBound)..<range.upperBound
        let fraction = places.isEmpty ? 0 : Self.number(line, places)
        guard let whole = Self.number(line, range.lowerBound..<point), let fraction, places.count <= 6,
            point == range.upperBound || !places.isEmpty, whole < Int(Int64.max / 1_000_000)
        else { throw failure(15, line, "an amount in dollars with at most six places") }
        var micro = fraction
        for _ in places.count..<6 { micro *= 10 }
        return MicroUSD(Int64(whole * 1_000_000 + micro))
    }
}
