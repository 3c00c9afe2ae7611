import Budget
import JSON
import Platform
import UTCTime

/// Everything decisions are made from, and what they leave to be written: the one piece of mutable state of the ledger,
/// owned by its lock. Nothing here touches a file.
struct Core: ~Copyable {
    var books: Books
    let policy: FailurePolicy
    var pending = Batch()
    /// Records that count and wait for the disk to be writable.
    var waiting: [Booked] = [] {
        didSet { books.waitingIsEmpty = waiting.isEmpty }
    }
    /// Records whose rows are on the disk since this was last taken, while somebody wants to know.
    var durable: [UsageRecord] = []
    /// Whether somebody wants to know.
    var isObserved = false
    /// Lines for the audit log that nobody waits for.
    var audits: [AuditItem] = []
    var lostAudits = 0
    /// Bytes of the journal, and how many it had when it was begun.
    var journalSize = 0
    var journalStart = 0
    /// Bytes from which on the journal is begun anew.
    var journalLimit = Self.journalLimitMax
    /// Whether the journal may be begun anew: not while it is damaged, for that would hide it.
    var mayBeginJournal = true
    /// What `budgets.json` says, and what the configuration adds to it.
    var budgetsOnFile = BudgetSet.empty
    var configuredBudgets = BudgetSet.empty
    /// Whether a change of the budgets is on its way.
    var isChangingBudgets = false
    /// Why merge requests could not be counted; whoever asked is told.
    var countingFailure: LedgerError?
    /// Whether an operator did something that may let a call pass that was refused before.
    var hasNewRoom = false
    /// Somebody is writing, or has been asked to.
    var isLed = false
    var isClosed = false
    /// Why nothing is written now.
    var failure: POSIXFailure?
    /// What is wrong with the books.
    var damage: String?
    /// While something is wrong with the disk: the records that came from memory to the disk since that began.
    var trouble: Int?
    /// How often something began to be wrong.
    var troubleCount = 0
    /// Free and kept bytes, while fewer are free than are kept.
    var lowSpace: (availableBytes: Int, floorBytes: Int)?
    /// Records that wait in memory, at most. A record takes some 500 bytes.
    static let waitingMax = 100_000
    /// Operations that wait for one batch, at most.
    static let pendingMax = 100_000
    /// The longest time to live of a reservation, in seconds: a day.
    static let timeToLiveMax = 86_400
    /// Nanoseconds between two notes in the journal of what the rows hold.
    static let markInterval: UInt64 = 10_000_000_000
    /// Bytes from which on a journal is begun anew, where there is room.
    static let journalLimitMax = 4 << 20
    /// The same, where there is little.
    static let journalLimitMin = 64 << 10
    /// Audit lines that wait, at most; what exceeds it is counted in one line.
    static let auditsMax = 20_000

    var spare: Batch?
    var lastMark: JournalMark?
    var markSeen: UInt64 = 0

    /// The pending batch; an empty one takes its place.
    mutating func takePending() -> Batch {
        let batch = pending
        pending = spare ?? Batch()
        spare = nil
        batch.time = books.latest
        // What waits in it was asked for when all was well: without its lines on the disk it must not be confirmed.
        if let failure, !batch.isAttempt, mayBeginJournal {
            batch.obstacle = failure
            dropTransitions()
            return batch
        }
        for transition in books.transitions where transition.isAudited { note(.changed(transition)) }
        let isTooLong = journalSize > max(journalLimit, 2 * journalStart)
        if mayBeginJournal, batch.isAttempt || isTooLong { batch.snapshot = books.snapshot() }
        swap(&batch.transitions, &books.transitions)
        if batch.isFlush || batch.isAttempt || batch.urgency == .everything || audits.count > 1000 {
            swap(&batch.audits, &audits)
        }
        return batch
    }

    /// Forgets lines for the journal while it cannot be written: it is begun anew when it can, and then says all that
    /// they would. One that may not be begun anew gets them later.
    mutating func dropTransitions() {
        guard mayBeginJournal else { return }
        for transition in books.transitions where transition.isAudited { note(.changed(transition)) }
        books.transitions.removeAll(keepingCapacity: true)
    }

    /// Notes `item` for the audit log.
    mutating func note(_ item: AuditItem) {
        guard audits.count < Self.auditsMax else {
            lostAudits += 1
            return
        }
        if lostAudits > 0 {
            audits.append(
                .entry(
                    AuditEntry(time: books.latest, event: "lines_lost", fields: [("count", .integer(lostAudits))])))
            lostAudits = 0
        }
        audits.append(item)
    }

    /// The records that observers are to be told of.
    mutating func takeDurable() -> [UsageRecord] {
        defer { durable = [] }
        return durable
    }

    /// Keeps the memory of an empty batch for the next one.
    mutating func giveBack(_ batch: Batch) { spare = batch }

    init(books: Books, policy: FailurePolicy) {
        self.books = books
        self.policy = policy
    }

    /// Does what `operation` asks, at the time `clock`. Nil: the answer comes with the next batch.
    mutating func perform(_ operation: Operation, at clock: Instant) -> Answer? {
        if isClosed { return refuse(operation, .closed) }
        guard pending.steps.count + pending.deferred.count < Self.pendingMax else {
            return refuse(operation, .tooMany(what: "operations waiting", limit: Self.pendingMax))
        }
        books.advance(to: clock)
        let answer: Answer?
        do throws(Postponed) {
            answer =
                switch operation {
                case .reserve(let request, let durability, let reply):
                    .admission(reply, try reserve(request, durability, reply))
                case .dispatch(let id, let reply): .reservation(reply, try dispatch(id, reply))
                case .release(let id, let isCertain, let reply):
                    .reservation(reply, try release(id, certainlyNothingSpent: isCertain, reply))
                case .markUnresolved(let id, let reply): .reservation(reply, try markUnresolved(id))
                case .settle(let id, let call, let reply): .booking(reply, try settle(id, call, reply))
                case .record(let call, let context, let key, let reply):
                    .booking(reply, try record(call, context, key, reply))
                case .grant(let amount, let budget, let scope, let note, let reply):
                    .standing(reply, try grant(amount, to: budget, scope, note, reply))
                case .changeBudgets(let edit, let note, let reply): .budgets(reply, try change(edit, note, reply))
                case .adoptBudgets(let set, let reply): .budgets(reply, try adopt(set, reply))
                case .resolveBySettling(let id, let call, let note, let reply):
                    .booking(reply, try resolve(id, call, note, reply))
                case .resolveByReleasing(let id, let note, let reply):
                    .reservation(reply, try resolve(id, note, reply))
                }
        } catch {
            switch error {
            case .untilWritten: break
            case .untilRepeated: pending.deferred.append(operation)
            }
            if let waiter = operation.waiter { pending.waiters.append(waiter) }
            return nil
        }
        if failure != nil { dropTransitions() }
        return answer
    }

    mutating func want(_ urgency: Batch.Urgency) { pending.urgency = max(pending.urgency, urgency) }

    /// Why there is no answer yet.
    enum Postponed: Error {
        /// A step was added to the batch.
        case untilWritten
        /// It repeats something that is being written.
        case untilRepeated
    }

    func refuse(_ operation: Operation, _ error: LedgerError) -> Answer {
        switch operation {
        case .reserve(_, _, let reply): .admission(reply, .failure(error))
        case .dispatch(_, let reply), .release(_, _, let reply), .markUnresolved(_, let reply),
            .resolveByReleasing(_, _, let reply):
            .reservation(reply, .failure(error))
        case .settle(_, _, let reply), .record(_, _, _, let reply), .resolveBySettling(_, _, _, let reply):
            .booking(reply, .failure(error))
        case .grant(_, _, _, _, let reply): .standing(reply, .failure(error))
        case .changeBudgets(_, _, let reply), .adoptBudgets(_, let reply): .budgets(reply, .failure(error))
        }
    }
}
