public import Budget
public import Platform
import Synchronization
import UTCTime

/// The books of one data directory: usage records, reservations and the daily budget.
///
/// Every operation comes in two forms. The one with a completion never blocks and may be called from an event loop: an
/// answer that needs no write is given before the call returns, any other by the thread that wrote, so completions must
/// be short. The one that throws waits, and writes by itself when nobody else is writing.
///
/// Every operation can be repeated: the same content gets the same answer, other content is a named conflict.
public final class Ledger: Sendable {
    let engine: Engine
    let time: TimeSource
    /// Where the books are and by which rules they are kept.
    public let configuration: LedgerConfiguration

    private init(engine: Engine, time: TimeSource, configuration: LedgerConfiguration) {
        self.engine = engine
        self.time = time
        self.configuration = configuration
    }

    deinit { engine.close() }

    /// Opens the books, which no other process may have open, and counts what is in them.
    ///
    /// `events` is called on the thread that writes, after the fact and after the log line. Throws `LedgerError` or
    /// `POSIXFailure`.
    public static func open(
        _ configuration: LedgerConfiguration, files: FileCalls = .system, time: TimeSource = .system,
        randomness: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }, log: Log,
        events: @escaping @Sendable (LedgerEvent) -> Void = { _ in }
    ) throws -> Ledger {
        try open(
            configuration, files: files, time: time, randomness: randomness, log: log, events: events,
            hasThreads: true)
    }

    /// Without threads, a test decides when the keeper's work is done: see `tick`.
    static func open(
        _ configuration: LedgerConfiguration, files: FileCalls, time: TimeSource,
        randomness: @escaping @Sendable () -> UInt64, log: Log, events: @escaping @Sendable (LedgerEvent) -> Void,
        hasThreads: Bool
    ) throws -> Ledger {
        let engine = try Opening(configuration: configuration, calls: files, time: time, log: log)
            .engine(randomness: randomness, events: events)
        engine.announce()
        if hasThreads { try engine.startThreads() }
        return Ledger(engine: engine, time: time, configuration: configuration)
    }

    // MARK: Reservations

    /// Holds tokens for a call, if the budget lets it.
    public func reserve(
        _ request: ReservationRequest, durability: HoldDurability = .required,
        completion: @escaping @Sendable (Result<Admission, LedgerError>) -> Void
    ) {
        engine.submit(.reserve(request, durability, .callback(completion)))
    }

    /// Holds tokens for a call, if the budget lets it.
    public func reserve(_ request: ReservationRequest, durability: HoldDurability = .required) throws(LedgerError)
        -> Admission
    {
        try engine.wait { .reserve(request, durability, $0) }
    }

    /// Whether a call of `tokens` would be refused now; nil: it would not. Holds nothing, touches no file.
    public func refusal(of tokens: Int) -> Refusal? {
        let now = time.now()
        return engine.core.withLock { core in
            core.books.advance(to: now)
            return core.books.refusal(of: tokens)
        }
    }

    /// Notes that the call of reservation `id` is about to be made: from here on it may cost money.
    public func dispatch(_ id: String, completion: @escaping @Sendable (Result<Reservation, LedgerError>) -> Void) {
        engine.submit(.dispatch(id, .callback(completion)))
    }

    /// Notes that the call of reservation `id` is about to be made: from here on it may cost money.
    public func dispatch(_ id: String) throws(LedgerError) -> Reservation {
        try engine.wait { .dispatch(id, $0) }
    }

    /// Gives the tokens of `id` back. After dispatch only whoever made the call may know that nothing was spent.
    public func release(
        _ id: String, certainlyNothingSpent: Bool = false,
        completion: @escaping @Sendable (Result<Reservation, LedgerError>) -> Void
    ) {
        engine.submit(.release(id, certainlyNothingSpent: certainlyNothingSpent, .callback(completion)))
    }

    /// Gives the tokens of `id` back. After dispatch only whoever made the call may know that nothing was spent.
    public func release(_ id: String, certainlyNothingSpent: Bool = false) throws(LedgerError) -> Reservation {
        try engine.wait { .release(id, certainlyNothingSpent: certainlyNothingSpent, $0) }
    }

    /// Notes that the outcome of the call of `id` is unknown: its tokens stay held until its period ends.
    public func markUnresolved(_ id: String, completion: @escaping @Sendable (Result<Reservation, LedgerError>) -> Void)
    {
        engine.submit(.markUnresolved(id, .callback(completion)))
    }

    /// Notes that the outcome of the call of `id` is unknown: its tokens stay held until its period ends.
    public func markUnresolved(_ id: String) throws(LedgerError) -> Reservation {
        try engine.wait { .markUnresolved(id, $0) }
    }

    // MARK: Records

    /// Books the call that `id` was reserved for, whether its time is up or not.
    public func settle(
        _ id: String, with call: CompletedCall,
        completion: @escaping @Sendable (Result<Booking, LedgerError>) -> Void
    ) {
        engine.submit(.settle(id, call, .callback(completion)))
    }

    /// Books the call that `id` was reserved for, whether its time is up or not.
    public func settle(_ id: String, with call: CompletedCall) throws(LedgerError) -> Booking {
        try engine.wait { .settle(id, call, $0) }
    }

    /// Books a call that was not reserved.
    public func record(
        _ call: CompletedCall, context: CallContext, idempotencyKey: String? = nil,
        completion: @escaping @Sendable (Result<Booking, LedgerError>) -> Void
    ) {
        engine.submit(.record(call, context, idempotencyKey.map { RecordKey(usage: $0) }, .callback(completion)))
    }

    /// Books a call that was not reserved.
    public func record(_ call: CompletedCall, context: CallContext, idempotencyKey: String? = nil)
        throws(LedgerError) -> Booking
    {
        try engine.wait { .record(call, context, idempotencyKey.map { RecordKey(usage: $0) }, $0) }
    }

    // MARK: What operators do

    /// Changes the budgets that operators set: in force, in `budgets.json` and in the audit log when this returns. What
    /// was counted is kept, and counters that are new begin with what the rows and holds of their period say. Answers
    /// what `budgets.json` says.
    public func changeBudgets(_ edit: BudgetEdit, _ note: OperatorNote) throws(LedgerError) -> BudgetSet {
        try engine.wait { .changeBudgets(edit, note, $0) }
    }

    /// Changes the budgets that operators set, and says so when they are in force: see the other form.
    public func changeBudgets(
        _ edit: BudgetEdit, _ note: OperatorNote,
        completion: @escaping @Sendable (Result<BudgetSet, LedgerError>) -> Void
    ) {
        engine.submit(.changeBudgets(edit, note, .callback(completion)))
    }

    /// Gives `amount` more of the budget called `name` until its current period ends; `scope` says of which counter, where
    /// it has one for each. It is in the audit log with `note`, and on the disk, when this returns.
    public func grant(
        _ amount: BudgetLimit, to name: String, scope: Scope? = nil, _ note: OperatorNote
    ) throws(LedgerError) -> BudgetStanding {
        try engine.wait { .grant(amount, to: name, scope, note, $0) }
    }

    /// Gives `amount` more of a budget until its current period ends: see the other form.
    public func grant(
        _ amount: BudgetLimit, to name: String, scope: Scope? = nil, _ note: OperatorNote,
        completion: @escaping @Sendable (Result<BudgetStanding, LedgerError>) -> Void
    ) {
        engine.submit(.grant(amount, to: name, scope, note, .callback(completion)))
    }

    /// Ends the unresolved reservation `id` with what its call is known to have used.
    public func resolve(
        _ id: String, with call: CompletedCall, _ note: OperatorNote,
        completion: @escaping @Sendable (Result<Booking, LedgerError>) -> Void
    ) {
        engine.submit(.resolveBySettling(id, call, note, .callback(completion)))
    }

    /// Ends the unresolved reservation `id`: its call is known to have used nothing.
    public func resolve(
        releasing id: String, _ note: OperatorNote,
        completion: @escaping @Sendable (Result<Reservation, LedgerError>) -> Void
    ) {
        engine.submit(.resolveByReleasing(id, note, .callback(completion)))
    }

    /// Ends the unresolved reservation `id` with what its call is known to have used.
    public func resolve(_ id: String, with call: CompletedCall, _ note: OperatorNote) throws(LedgerError) -> Booking {
        try engine.wait { .resolveBySettling(id, call, note, $0) }
    }

    /// Ends the unresolved reservation `id`: its call is known to have used nothing.
    public func resolve(releasing id: String, _ note: OperatorNote) throws(LedgerError) -> Reservation {
        try engine.wait { .resolveByReleasing(id, note, $0) }
    }

    /// Adds a line to the audit log, soon, without waiting for it.
    public func audit(_ entry: AuditEntry) { engine.audit(entry) }

    // MARK: Looking

    /// Has `body` told of records when they are certain to survive a power cut.
    ///
    /// Every record that becomes so after this returns and before `close` is told exactly once to each observer, in the
    /// order of the rows; a repeated settlement is no record. One that is only in memory (a full disk) is told when its
    /// row is written. What a crash cuts off is not told later: the rows have it. Observers are called one after another on
    /// a queue of their own, never on the thread that writes, and may take their time; when more than 20,000 records wait
    /// for them, the rest is counted in `missedCount` and only the rows have it. `body` must not call `close`.
    public func observeRecords(_ body: @escaping @Sendable (RecordNews) -> Void) -> RecordObservation {
        engine.observe(body)
    }

    /// The figures of today, from memory.
    public func status() -> BudgetStatus {
        let now = time.now()
        return engine.core.withLock { core in
            core.books.advance(to: now)
            return core.books.status
        }
    }

    /// The budgets and teams in force, the daily one among them.
    public func budgetSet() -> BudgetSet { engine.core.withLock { $0.books.counters.set } }

    /// Every counter of every budget, from memory.
    ///
    /// They are sorted from a copy: with thousands of counters that takes longer than an admission may wait.
    public func standings() -> [BudgetStanding] { counters().standings() }

    /// The counter of the budget called `name` for `scope`; nil when there is no such budget.
    public func standing(of name: String, for scope: Scope) -> BudgetStanding? {
        let counters = counters()
        return counters.set.budget(name).map { counters.standing(of: $0, for: scope) }
    }

    private func counters() -> Counters {
        let now = time.now()
        return engine.core.withLock { core in
            core.books.advance(to: now)
            return core.books.counters
        }
    }

    /// Every budget and what is known of it at this moment, from memory.
    public func overview() -> BudgetOverview {
        let now = time.now()
        return engine.core.withLock { core in
            core.books.advance(to: now)
            return core.books.overview
        }
    }

    /// Calls `listener` whenever operators did something that may let a call pass which was refused before: a grant, other
    /// budgets, an unresolved hold that they ended. It is called on the thread that wrote, so it must be short.
    public func whenRoomIsMade(_ listener: @escaping @Sendable () -> Void) {
        engine.roomListener.withLock { $0 = listener }
    }

    /// Changes whenever `status` would, but for a new day: compare the day too.
    public var revision: UInt64 { engine.revision.load(ordering: .acquiring) }

    /// The reservations that are open, dispatched or unresolved, the oldest first.
    public func openReservations() -> [Reservation] {
        let now = time.now()
        let live = engine.core.withLock { core in
            core.books.advance(to: now)
            return core.books.live
        }
        return live.values.map(\.reservation).sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// The reservation `id`; nil when there is none, or it was closed long ago.
    public func reservation(_ id: String) -> Reservation? {
        guard let id = RecordID(id) else { return nil }
        return engine.core.withLock { $0.books.reservation(id)?.reservation }
    }

    /// Every budget with its rule and its counters.
    public func budgets() -> [BudgetFigures] {
        let now = time.now()
        return engine.core.withLock { core in
            core.books.advance(to: now)
            return core.books.budgets
        }
    }

    /// Leaves `address` in the lock: commands that find the books taken ask there.
    public func leaveAddress(_ address: String) { engine.leaveAddress(address) }

    /// How often the books could not be kept since they were opened, and how many records are in memory alone now.
    public var trouble: (count: Int, recordsInMemory: Int) {
        engine.core.withLock { ($0.troubleCount, $0.waiting.count) }
    }

    /// Whether the books can be kept.
    public var health: LedgerHealth { engine.core.withLock { $0.health } }

    /// Ends the books: everything asked for is answered, the summaries are exact, the directory is free for another process.
    /// Operations after this fail with `LedgerError.closed`. Never call it from a completion.
    public func close() { engine.close() }

    /// The latest time that the books have seen.
    var latest: Instant { engine.core.withLock { $0.books.latest } }

    /// One round of what the keeper thread does.
    func tick() {
        engine.tick()
        engine.writeSummaries()
    }
}
