public import Budget

/// What is done when the books cannot be written, on a full disk for example.
public enum FailurePolicy: String, Sendable, CaseIterable {
    /// Usage is counted in memory and written when that works again. A crash before then loses it.
    case `continue`
    /// Usage that cannot be written is refused, and so are new reservations.
    case stop
}

/// How long files are kept.
public struct RetentionWindows: Sendable, Equatable {
    /// Days a daily summary is kept.
    public var summaryDays: Int
    /// Days a month's rows and its audit log are kept after the month has ended.
    public var logDays: Int
    /// Where expired files are moved; nil: they are deleted.
    public var archiveDirectory: String?

    /// Windows of these lengths.
    public init(summaryDays: Int = 90, logDays: Int = 365, archiveDirectory: String? = nil) {
        self.summaryDays = summaryDays
        self.logDays = logDays
        self.archiveDirectory = archiveDirectory
    }
}

/// Where the books are and by which rules they are kept.
public struct LedgerConfiguration: Sendable, Equatable {
    /// The data directory; it is made when missing.
    public var directory: String
    /// The daily budget.
    public var budget: DailyBudget
    /// Budgets beside those in `budgets.json`.
    public var budgets = BudgetSet.empty
    /// How long files are kept.
    public var retention: RetentionWindows
    /// What is done when the books cannot be written.
    public var failurePolicy: FailurePolicy
    /// New reservations that must be on disk are refused when fewer bytes than this are free, so that the calls that were
    /// admitted can still be booked. Never more than a twentieth of the file system.
    public var freeSpaceFloorBytes: Int

    /// A configuration of these parts.
    public init(
        directory: String, isEnabled: Bool = true, dailyLimitTokens: Int = 1_000_000,
        warningThresholdTokens: Int = 800_000, enforcement: Enforcement = .block, summaryRetentionDays: Int = 90,
        logRetentionDays: Int = 365, archiveDirectory: String? = nil, failurePolicy: FailurePolicy = .continue,
        freeSpaceFloorBytes: Int = 16 << 20
    ) {
        self.directory = directory
        budget = DailyBudget(
            isEnabled: isEnabled, limitTokens: dailyLimitTokens, warningThresholdTokens: warningThresholdTokens,
            enforcement: enforcement)
        retention = RetentionWindows(
            summaryDays: summaryRetentionDays, logDays: logRetentionDays, archiveDirectory: archiveDirectory)
        self.failurePolicy = failurePolicy
        self.freeSpaceFloorBytes = freeSpaceFloorBytes
    }
}
