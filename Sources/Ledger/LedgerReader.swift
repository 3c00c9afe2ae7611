public import Budget
public import Platform
public import UTCTime

/// What the files say, read beside a running daemon.
public struct LedgerSnapshot: Sendable, Equatable {
    /// Every budget with its rule and its counters.
    public var budgets: [BudgetFigures]
    /// Every budget that is in force, and its counters.
    public var overview: BudgetOverview
    /// Every counter of every budget.
    public var standings: [BudgetStanding] { overview.standings }
    /// The figures of today.
    public var status: BudgetStatus
    /// The reservations that are open, dispatched or unresolved, the oldest first.
    public var reservations: [Reservation]
    /// What could not be read, or is missing.
    public var problems: [LineProblem]
    private let counters: Counters

    init(
        budgets: [BudgetFigures], overview: BudgetOverview, status: BudgetStatus, reservations: [Reservation],
        problems: [LineProblem], counters: Counters
    ) {
        self.budgets = budgets
        self.overview = overview
        self.status = status
        self.reservations = reservations
        self.problems = problems
        self.counters = counters
    }

    /// What all budgets that apply to `request` would have said of it at `now`.
    public func verdict(on request: ReservationRequest, at now: Instant) -> Verdict {
        var counters = counters
        return counters.verdict(on: request, at: now)
    }

    /// Whether both show the same figures.
    public static func == (left: LedgerSnapshot, right: LedgerSnapshot) -> Bool {
        left.budgets == right.budgets && left.overview == right.overview && left.status == right.status
            && left.reservations == right.reservations && left.problems == right.problems
    }
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

    /// The figures at `now`.
    public func snapshot(at now: Instant) throws(POSIXFailure) -> LedgerSnapshot {
        let loaded = try Loading(configuration: configuration, calls: calls).loadBesideWriter(at: now)
        return LedgerSnapshot(
            budgets: loaded.books.budgets,
            overview: loaded.books.overview,
            status: loaded.books.status,
            reservations: loaded.books.live.values.map(\.reservation)
                .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) },
            problems: loaded.problems, counters: loaded.books.counters)
    }
}
