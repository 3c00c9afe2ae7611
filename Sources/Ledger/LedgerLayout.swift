public import UTCTime

/// The names of the files in a data directory.
public struct LedgerLayout: Sendable, Equatable {
    /// The data directory.
    public let directory: String

    /// The layout of `directory`.
    public init(directory: String) { self.directory = directory }

    /// One JSON file for each day.
    public var summaries: String { directory + "/daily-summaries" }
    /// One CSV file for each month.
    public var logs: String { directory + "/token-logs" }
    /// One file of JSON lines for each month.
    public var audits: String { directory + "/audit-logs" }
    /// The journal, the lock, and what recovery set aside.
    public var state: String { directory + "/state" }
    /// Bytes that recovery took out of a file, one file for each time.
    public var recovered: String { state + "/recovered" }
    /// What merge requests used in months whose rows are gone, one file for each month.
    public var carried: String { state + "/carried" }
    /// What became of reservations.
    public var journal: String { state + "/journal" }
    /// Budgets and teams that operators set.
    public var budgets: String { directory + "/" + BudgetsFile.name }
    /// Held by the one process that writes.
    public var lock: String { state + "/lock" }

    /// The rows of `month`.
    public func log(_ month: Month) -> String { "\(logs)/\(month).csv" }
    /// What merge requests used in `month`, once its rows are gone.
    public func carried(_ month: Month) -> String { "\(carried)/\(month).jsonl" }
    /// The figures of `day`.
    public func summary(_ day: Day) -> String { "\(summaries)/\(day).json" }
    /// The audit log of `month`.
    public func audit(_ month: Month) -> String { "\(audits)/\(month).jsonl" }
}
