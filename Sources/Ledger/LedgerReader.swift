public import Budget
public import Platform
public import UTCTime

/// What the files say, read beside a running daemon.
public struct LedgerSnapshot: Sendable, Equatable {
    /// The figures of today.
    public var status: BudgetStatus
    /// Lines that could not be read.
    public var problems: [LineProblem]
}

/// Reads the books without their lock and changes nothing.
public struct LedgerReader: Sendable {
    private let configuration: LedgerConfiguration
    private let calls: FileCalls

    /// A reader of the books of `configuration`.
    public init(_ configuration: LedgerConfiguration, calls: FileCalls = .system) {
        self.configuration = configuration
        self.calls = calls
    }

    /// The figures at `now`, as a daemon that starts then would find them.
    public func snapshot(at now: Instant) throws -> LedgerSnapshot {
        let reader = UsageReader(directory: configuration.directory, calls: calls)
        var books = Books(budget: configuration.budget, start: now, ids: IDSource(randomness: { 0 }))
        var problems: [LineProblem] = []
        for month in try Opening.months(reader, now: now) {
            try reader.scan(month) { row in
                switch row.content {
                case .record(let record, let id): books.restore(record, id: id)
                case .problem(let problem): problems.append(problem)
                }
            }
        }
        books.advance(to: now)
        return LedgerSnapshot(status: books.status, problems: problems)
    }
}
