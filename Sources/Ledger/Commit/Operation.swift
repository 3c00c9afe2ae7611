import Budget
import Dispatch
import Synchronization

/// Something asked of the books, and where its answer goes.
enum Operation: Sendable {
    case reserve(ReservationRequest, HoldDurability, Reply<Admission>)
    case dispatch(String, Reply<Reservation>)
    case release(String, certainlyNothingSpent: Bool, Reply<Reservation>)
    case markUnresolved(String, Reply<Reservation>)
    case settle(String, CompletedCall, Reply<Booking>)
    case record(CompletedCall, CallContext, RecordKey?, Reply<Booking>)
    case grant(BudgetLimit, to: String, Scope?, OperatorNote, Reply<BudgetStanding>)
    case changeBudgets(BudgetEdit, OperatorNote, Reply<BudgetSet>)
    /// Puts in force what somebody else wrote into `budgets.json`.
    case adoptBudgets(BudgetSet, Reply<BudgetSet>)
    case resolveBySettling(String, CompletedCall, OperatorNote, Reply<Booking>)
    case resolveByReleasing(String, OperatorNote, Reply<Reservation>)

    /// The blocking caller that waits for it.
    var waiter: (any Waiter)? {
        switch self {
        case .reserve(_, _, let reply): reply.waiter
        case .dispatch(_, let reply), .release(_, _, let reply), .markUnresolved(_, let reply),
            .resolveByReleasing(_, _, let reply):
            reply.waiter
        case .settle(_, _, let reply), .record(_, _, _, let reply), .resolveBySettling(_, _, _, let reply):
            reply.waiter
        case .grant(_, _, _, _, let reply): reply.waiter
        case .changeBudgets(_, _, let reply), .adoptBudgets(_, let reply): reply.waiter
        }
    }
}

/// Where an answer goes.
enum Reply<Value: Sendable>: Sendable {
    case callback(@Sendable (Result<Value, LedgerError>) -> Void)
    case waiting(Rendezvous<Value>)

    var waiter: (any Waiter)? {
        switch self {
        case .callback: nil
        case .waiting(let rendezvous): rendezvous
        }
    }

    func deliver(_ result: Result<Value, LedgerError>) {
        switch self {
        case .callback(let completion): completion(result)
        case .waiting(let rendezvous): rendezvous.answer(result)
        }
    }
}

/// An answer on its way. It is delivered when no lock is held.
enum Answer: Sendable {
    case admission(Reply<Admission>, Result<Admission, LedgerError>)
    case reservation(Reply<Reservation>, Result<Reservation, LedgerError>)
    case booking(Reply<Booking>, Result<Booked.Outcome, LedgerError>)
    case standing(Reply<BudgetStanding>, Result<BudgetStanding, LedgerError>)
    case budgets(Reply<BudgetSet>, Result<BudgetSet, LedgerError>)
    case barrier(Reply<Void>)

    func deliver() {
        switch self {
        case .admission(let reply, let result): reply.deliver(result)
        case .reservation(let reply, let result): reply.deliver(result)
        case .booking(let reply, let result): reply.deliver(result.map(\.booking))
        case .standing(let reply, let result): reply.deliver(result)
        case .budgets(let reply, let result): reply.deliver(result)
        case .barrier(let reply): reply.deliver(.success(()))
        }
    }
}

/// A caller that waits and can be asked to write meanwhile.
protocol Waiter: AnyObject, Sendable {
    /// Wakes the caller and makes it the one that writes.
    func lead()
}

/// Where a blocking caller meets its answer.
final class Rendezvous<Value: Sendable>: Waiter {
    enum Wake {
        case answered(Result<Value, LedgerError>)
        case leading
    }

    // Written once, before `isAnswered` is set, and read only after that has been seen.
    nonisolated(unsafe) private var result: Result<Value, LedgerError>?
    private let isAnswered = Atomic(false)
    private let semaphore = DispatchSemaphore(value: 0)

    func answer(_ value: Result<Value, LedgerError>) {
        result = value
        isAnswered.store(true, ordering: .releasing)
        semaphore.signal()
    }

    func lead() { semaphore.signal() }

    /// Waits until there is an answer, or until the caller is to write.
    func wait() -> Wake {
        semaphore.wait()
        guard isAnswered.load(ordering: .acquiring), let result else { return .leading }
        return .answered(result)
    }
}
