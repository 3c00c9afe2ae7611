import Budget
import UTCTime

/// What was settled on one day.
struct DayFigures: Sendable, Equatable {
    let day: Day
    private(set) var inputTokens = 0
    private(set) var outputTokens = 0
    private(set) var requestCount = 0
    private(set) var lastUpdated: Instant

    init(day: Day) {
        self.day = day
        lastUpdated = day.start
    }

    var totalTokens: Int { inputTokens + outputTokens }

    // A day would need four billion calls of the largest size to overflow; the sums stop there instead of trapping.
    mutating func add(_ record: UsageRecord) {
        inputTokens = Self.sum(inputTokens, record.usage.inputTokens)
        outputTokens = Self.sum(outputTokens, record.usage.outputTokens)
        requestCount += 1
        lastUpdated = max(lastUpdated, record.time)
    }

    mutating func raise(inputTokens: Int, outputTokens: Int, requestCount: Int) {
        self.inputTokens = max(self.inputTokens, inputTokens)
        self.outputTokens = max(self.outputTokens, outputTokens)
        self.requestCount = max(self.requestCount, requestCount)
    }

    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? Int.max / 4 : min(sum, Int.max / 4)
    }
}
