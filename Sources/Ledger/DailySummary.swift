public import Budget
import Glibc
import JSON
public import Platform
public import UTCTime

/// The figures of one day as `daily-summaries/` keeps them.
public struct DailySummary: Sendable, Equatable {
    /// The day.
    public var day: Day
    /// Input and output tokens settled that day.
    public var totalTokens: Int
    /// Input tokens settled that day.
    public var inputTokens: Int
    /// Output tokens settled that day.
    public var outputTokens: Int
    /// Usage records of that day.
    public var requestCount: Int
    /// When it was written last.
    public var lastUpdated: Instant
    /// The limit in tokens as it was then.
    public var limitTokens: Int

    /// The figures of `status`.
    public init(_ status: BudgetStatus) {
        day = status.day
        totalTokens = status.totalTokens
        inputTokens = status.inputTokens
        outputTokens = status.outputTokens
        requestCount = status.requestCount
        lastUpdated = status.lastUpdated
        limitTokens = status.limitTokens
    }

    /// The JSON text: nine keys in a fixed order, two blanks a level.
    var bytes: [UInt8] {
        let value: JSONValue = [
            "date": .string(day.description),
            "total_tokens": .integer(totalTokens),
            "input_tokens": .integer(inputTokens),
            "output_tokens": .integer(outputTokens),
            "request_count": .integer(requestCount),
            "last_updated": .string(lastUpdated.description),
            "budget_limit": .integer(limitTokens),
            "budget_remaining": .integer(max(0, limitTokens - totalTokens)),
            "budget_exhausted": .bool(totalTokens >= limitTokens),
        ]
        return value.prettyBytes
    }

    /// Reads a summary; throws words about what is wrong with it.
    init(parsing bytes: [UInt8]) throws(SummaryError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw SummaryError(reason: error.description)
        }
        func count(_ key: String) throws(SummaryError) -> Int {
            guard let number = value[key]?.integer, number >= 0 else {
                throw SummaryError(reason: "\(key) is \(value[key]?.kind ?? "missing"), not a whole number")
            }
            return number
        }
        guard let day = value["date"]?.string.flatMap({ Day($0) }) else {
            throw SummaryError(reason: "date is no day such as 2025-12-13")
        }
        guard let lastUpdated = value["last_updated"]?.string.flatMap({ Instant($0) }) else {
            throw SummaryError(reason: "last_updated is no time such as 2025-12-13T14:32:15Z")
        }
        self.day = day
        self.lastUpdated = lastUpdated
        totalTokens = try count("total_tokens")
        inputTokens = try count("input_tokens")
        outputTokens = try count("output_tokens")
        requestCount = try count("request_count")
        limitTokens = try count("budget_limit")
    }
}

/// Why a file is no daily summary.
public struct SummaryError: Error, Sendable, Equatable {
    /// In words.
    public let reason: String
}

/// Reads daily summaries, without a lock, beside a running daemon.
public struct SummaryReader: Sendable {
    private let layout: LedgerLayout
    private let calls: FileCalls

    /// Bytes a summary may have; ours have some 300.
    static let bytesMax = 64 * 1024

    /// A reader of the books in `directory`.
    public init(directory: String, calls: FileCalls = .system) {
        layout = LedgerLayout(directory: directory)
        self.calls = calls
    }

    /// The days that have a summary, the earliest first.
    public func days() throws(POSIXFailure) -> [Day] {
        switch calls.names(layout.summaries) {
        case .success(let names): return names.compactMap(Self.day).sorted()
        case .failure(let failure):
            if failure.code == ENOENT { return [] }
            throw failure
        }
    }

    /// The day of a file name: `2025-12-13` for `2025-12-13.json`; nil for other names.
    static func day(ofName name: String) -> Day? { name.hasSuffix(".json") ? Day(name.dropLast(5)) : nil }

    /// The summary of `day`; nil when it has none. Throws `POSIXFailure` or `SummaryError`.
    public func summary(of day: Day) throws -> DailySummary? {
        let bytes: [UInt8]
        do throws(POSIXFailure) {
            bytes = try calls.contents(of: layout.summary(day), limit: Self.bytesMax)
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
        let summary = try DailySummary(parsing: bytes)
        guard summary.day == day else { throw SummaryError(reason: "date is \(summary.day)") }
        return summary
    }
}
