public import Budget
import Terminal

/// The sums of some usage records.
public struct UsageTotals: Sendable, Equatable {
    /// How many records.
    public var requestCount = 0
    /// Every input token, cached or not.
    public var inputTokens = 0
    /// Every output token.
    public var outputTokens = 0
    /// Those of the input tokens that were written to a cache.
    public var cacheWriteTokens = 0
    /// Those of the input tokens that were read from a cache.
    public var cacheReadTokens = 0
    /// What the calls took together, in milliseconds.
    public var durationMilliseconds = 0
    /// The known costs together, in micro-USD.
    public var costMicroUSD = 0
    /// Records whose cost is unknown: their cost is in no sum.
    public var unpricedCount = 0
    /// What the calls had been estimated to use, in tokens: those that were estimated.
    public var estimatedTokens = 0
    /// What those that were estimated used, in tokens.
    public var estimatedActualTokens = 0

    /// Sums of nothing.
    public init() {}

    /// Input and output tokens.
    public var totalTokens: Int { Self.sum(inputTokens, outputTokens) }

    /// The known costs together; nil when there are records and none has a price, for nothing is known then.
    public var cost: MicroUSD? {
        requestCount > 0 && unpricedCount == requestCount ? nil : MicroUSD(Int64(costMicroUSD))
    }

    /// The cost as a sentence has it: `1.250000 USD without 2 calls of unknown price`.
    package var costText: String { Self.text(cost, unpriced: unpricedCount) }

    /// What calls cost, of which `unpriced` have no price, as a sentence has it.
    package static func text(_ cost: MicroUSD?, unpriced: Int) -> String {
        guard let cost else { return "cost unknown" }
        guard unpriced > 0 else { return "\(cost) USD" }
        return "\(cost) USD without \(grouped(unpriced)) \(unpriced == 1 ? "call" : "calls") of unknown price"
    }

    /// What one record adds.
    struct Record {
        var inputTokens: Int
        var outputTokens: Int
        var cacheWriteTokens: Int
        var cacheReadTokens: Int
        var durationMilliseconds: Int
        /// Nil when unknown.
        var costMicroUSD: Int?
        /// Nil when it was not estimated.
        var estimatedTokens: Int?
    }

    mutating func add(_ record: Record) {
        requestCount += 1
        inputTokens = Self.sum(inputTokens, record.inputTokens)
        outputTokens = Self.sum(outputTokens, record.outputTokens)
        cacheWriteTokens = Self.sum(cacheWriteTokens, record.cacheWriteTokens)
        cacheReadTokens = Self.sum(cacheReadTokens, record.cacheReadTokens)
        durationMilliseconds = Self.sum(durationMilliseconds, record.durationMilliseconds)
        if let cost = record.costMicroUSD {
            costMicroUSD = Self.sum(costMicroUSD, cost)
        } else {
            unpricedCount += 1
        }
        if let estimated = record.estimatedTokens {
            estimatedTokens = Self.sum(estimatedTokens, estimated)
            estimatedActualTokens = Self.sum(estimatedActualTokens, record.inputTokens + record.outputTokens)
        }
    }

    /// Adds other sums.
    public mutating func add(_ other: UsageTotals) {
        requestCount += other.requestCount
        inputTokens = Self.sum(inputTokens, other.inputTokens)
        outputTokens = Self.sum(outputTokens, other.outputTokens)
        cacheWriteTokens = Self.sum(cacheWriteTokens, other.cacheWriteTokens)
        cacheReadTokens = Self.sum(cacheReadTokens, other.cacheReadTokens)
        durationMilliseconds = Self.sum(durationMilliseconds, other.durationMilliseconds)
        costMicroUSD = Self.sum(costMicroUSD, other.costMicroUSD)
        unpricedCount += other.unpricedCount
        estimatedTokens = Self.sum(estimatedTokens, other.estimatedTokens)
        estimatedActualTokens = Self.sum(estimatedActualTokens, other.estimatedActualTokens)
    }

    /// No field of a row is negative, so a sum that does not fit has grown past the largest number and stays there.
    @inline(__always)
    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
