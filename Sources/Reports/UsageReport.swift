public import Ledger

/// What the records that a query asks for add up to.
public struct UsageReport: Sendable, Equatable {
    /// The records that agree in every dimension of the query.
    public struct Group: Sendable, Equatable {
        /// The value in each dimension, in the order of the query.
        public var key: [String]
        /// Their sums.
        public var totals: UsageTotals
    }

    /// What was asked for.
    public var query: UsageQuery
    /// In the order of their keys where the first dimension is a time, else the most tokens first.
    public var groups: [Group]
    /// All groups together.
    public var totals: UsageTotals
    /// The first lines that are no records, with their reasons.
    public var problems: [LineProblem]
    /// How many lines are no records.
    public var problemCount: Int

    /// Problems that are told one by one; all are counted.
    public static let problemsMax = 100

    /// Puts the groups in their order.
    mutating func sortGroups() {
        let isByTime = query.dimensions.first?.isTime ?? false
        groups.sort { left, right in
            if !isByTime, left.totals.totalTokens != right.totals.totalTokens {
                return left.totals.totalTokens > right.totals.totalTokens
            }
            return left.key.lexicographicallyPrecedes(right.key)
        }
    }
}
