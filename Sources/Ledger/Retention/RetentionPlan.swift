public import UTCTime

/// What a cleaning will do: made from names and a day alone, so that it can be shown before it is done.
public struct RetentionPlan: Sendable, Equatable {
    /// What kind of file it is about.
    public enum Kind: String, Sendable, CaseIterable {
        /// A daily summary.
        case summary
        /// The rows of a month.
        case log
        /// The audit log of a month.
        case audit
    }

    /// One file that has expired.
    public struct Step: Sendable, Equatable {
        /// What kind of file it is.
        public let kind: Kind
        /// Its name within the directory of its kind.
        public let name: String
    }

    /// The expired files, the earliest of each kind first.
    public var steps: [Step]

    /// Plans for the names that were found in the three directories on `today`.
    ///
    /// Only whole names count (`2025-01-31.json`, `2025-01.csv`, `2025-01.jsonl`). A summary expires when its day is more
    /// than `summaryDays` ago; rows and audit log when the last day of their month is more than `logDays` ago. The
    /// current and the previous day and month never do, however the windows are set, and what lies ahead does not either.
    public init(today: Day, windows: RetentionWindows, summaries: [String], logs: [String], audits: [String]) {
        let dayLimit = min(today.adding(days: -max(0, windows.summaryDays)), today.adding(days: -1))
        let monthLimit = today.adding(days: -max(0, windows.logDays))
        let previous = today.month.adding(months: -1)
        func expired(_ names: [String], suffix: String, kind: Kind) -> [Step] {
            names.filter { name in
                guard name.hasSuffix(suffix), let month = Month(name.dropLast(suffix.utf8.count)) else { return false }
                return month < previous && month.adding(months: 1).firstDay.adding(days: -1) < monthLimit
            }.sorted().map { Step(kind: kind, name: $0) }
        }
        steps =
            summaries.filter { name in
                guard name.hasSuffix(".json"), let day = Day(name.dropLast(5)) else { return false }
                return day < dayLimit
            }.sorted().map { Step(kind: .summary, name: $0) }
            + expired(logs, suffix: ".csv", kind: .log) + expired(audits, suffix: ".jsonl", kind: .audit)
    }

    /// Daily summaries in the plan.
    public var summaryCount: Int { steps.count { $0.kind == .summary } }

    /// Files of rows and audit logs in the plan.
    public var logCount: Int { steps.count { $0.kind != .summary } }
}
