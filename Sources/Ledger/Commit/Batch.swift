import Budget
import Platform
import UTCTime

/// What goes to the disk in one go: everything that was asked for while the one before was being written.
///
/// Safe to send: it has one owner at a time, the core under its lock and then the one who leads.
final class Batch: @unchecked Sendable {
    /// What is to be done when the bytes are on the disk, or are known not to be.
    enum Step {
        case reserved(RecordID, HoldDurability, Reply<Admission>)
        case dispatched(RecordID, Reply<Reservation>)
        case released(RecordID, Reply<Reservation>)
        case booked(Booked, Reply<Booking>)
        /// A record that has been waiting in memory.
        case bookedAtLast(Booked)
        case granted(Grant, Reply<BudgetStanding>)
        /// Nothing but to be told when everything before it is done.
        case barrier(Reply<Void>)
    }

    /// How much of it must be on the disk before anyone is answered.
    enum Urgency: Int, Comparable {
        /// Nobody waits for its lines.
        case none
        /// Somebody does.
        case lines
        /// Somebody waits for its audit lines too, or it is the last.
        case everything

        static func < (left: Urgency, right: Urgency) -> Bool { left.rawValue < right.rawValue }
    }

    var steps: [Step] = []
    /// Asked for while what they repeat was not on the disk; they are tried again when it is.
    var deferred: [Operation] = []
    /// The blocking callers that wait for this batch.
    var waiters: [any Waiter] = []
    var urgency = Urgency.none
    /// Budgets that are to come into force.
    var budgets: PendingBudgets?
    /// Whether this batch is to find out if a failure is over.
    var isAttempt = false
    /// Whether what nobody waits for is to be written now.
    var isFlush = false
    /// Whether an operator does something here: who and why must be on the disk before what.
    var hasOperator = false

    // Filled when the batch is taken.

    /// Why nothing of it is to be written: the write before it failed, and this one is not to find out whether that is over.
    var obstacle: POSIXFailure?

    /// The latest time that the books have seen: later than the clock when that went back.
    var time = Instant(milliseconds: 0)

    /// Lines for the journal.
    var transitions: [Transition] = []
    /// All that a new journal must say; nil: lines are added to the one there is.
    var snapshot: [JournalEntry]?
    /// Lines for the audit log.
    var audits: [AuditItem] = []

    var isWanted: Bool { !steps.isEmpty || budgets != nil || !deferred.isEmpty || isFlush || isAttempt }

    // Filled when it is written.

    /// What is to be said when no lock is held.
    var answers: [Answer] = []

    func removeAll() {
        answers.removeAll(keepingCapacity: true)
        steps.removeAll(keepingCapacity: true)
        deferred.removeAll(keepingCapacity: true)
        waiters.removeAll(keepingCapacity: true)
        transitions.removeAll(keepingCapacity: true)
        audits.removeAll(keepingCapacity: true)
        urgency = .none
        isAttempt = false
        isFlush = false
        hasOperator = false
        budgets = nil
        obstacle = nil
        snapshot = nil
    }
}

/// How the writing of a batch ended.
struct BatchOutcome {
    /// Why the rows of a month are not on the disk.
    var rowFailures: [(month: Month, failure: POSIXFailure)] = []
    /// Whether writing rows was begun; after a failure before that none is there.
    var hasTriedRows = false
    /// Why the lines of the journal are not on the disk.
    var lineFailure: POSIXFailure?
    /// Why the audit lines were not written.
    var auditFailure: POSIXFailure?
    /// The counters of the budgets that are to come into force; nil: it did not come to that.
    var counters: Result<Counters, LedgerError>?
    /// Bytes of the journal afterwards.
    var journalSize = 0

    func failure(of month: Month) -> POSIXFailure? {
        rowFailures.isEmpty ? nil : rowFailures.first { $0.month == month }?.failure
    }

    var anyFailure: POSIXFailure? { rowFailures.first?.failure ?? lineFailure }

    /// Notes that no row of `batch` was written, when none was tried.
    mutating func failUnwrittenRows(of batch: Batch, _ failure: POSIXFailure) {
        guard !hasTriedRows else { return }
        for step in batch.steps {
            switch step {
            case .booked(let booked, _), .bookedAtLast(let booked):
                rowFailures.append((booked.record.time.day.month, failure))
            default: break
            }
        }
    }
}
