public import Budget
import Glibc
public import Platform

/// Why the books could not do what they were asked. A refusal by the budget is no error: see `Admission`.
public enum LedgerError: Error, Sendable, Equatable {
    /// There is no reservation of this id, or it was closed so long ago that it has been forgotten.
    case notFound(id: String)
    /// The reservation is in a state from which this cannot be done.
    case wrongState(id: String, state: ReservationState, operation: String)
    /// The reservation was not dispatched in time; its tokens were given back.
    case expired(id: String)
    /// The same id or idempotency key came before with other content; the first field that differs.
    case conflict(id: String, field: String)
    /// A value cannot be taken.
    case invalid(field: String, reason: String)
    /// The books are damaged, so no blocking budget can be checked.
    case damaged(reason: String)
    /// Less space is free than is kept for the calls that were admitted.
    case lowSpace(availableBytes: Int, floorBytes: Int)
    /// A file could not be written. Nothing was booked.
    case writeFailed(POSIXFailure)
    /// More is waiting than the named limit.
    case tooMany(what: String, limit: Int)
    /// Another process keeps these books; its id when it left one.
    case taken(directory: String, by: Int?)
    /// The books have been closed.
    case closed
}

extension LedgerError {
    /// What a text about budgets has wrong.
    static func invalid(_ error: BudgetTextError) -> LedgerError {
        .invalid(field: error.field, reason: (error.value.map { "\"\($0)\": " } ?? "") + error.reason)
    }
}

extension LedgerError: CustomStringConvertible {
    /// What happened, with which value, and what can be done.
    public var description: String {
        switch self {
        case .notFound(let id): "there is no reservation \(id), or it was closed long ago"
        case .wrongState(let id, let state, let operation):
            "reservation \(id) is \(state.rawValue) and cannot be \(operation)"
        case .expired(let id): "reservation \(id) expired before it was dispatched; reserve again"
        case .conflict(let id, let field): "\(id) was used before with another \(field)"
        case .invalid(let field, let reason): "\(field) \(reason)"
        case .damaged(let reason): "the books are damaged: \(reason); run bursar verify"
        case .lowSpace(let available, let floor):
            "only \(available) bytes are free where the books are, \(floor) are kept for calls already admitted; free some space"
        case .writeFailed(let failure):
            "\(failure); nothing was booked; \(Self.hint(for: failure))"
        case .tooMany(let what, let limit): "more than \(limit) \(what)"
        case .taken(let directory, let pid?): "another bursar (pid \(pid)) owns \(directory)"
        case .taken(let directory, nil): "another bursar owns \(directory)"
        case .closed: "the books have been closed"
        }
    }

    private static func hint(for failure: POSIXFailure) -> String {
        switch failure.kind {
        case .noSpace: "free some space"
        case .readOnly: "make the file system writable"
        case .permission: "give the daemon's user write permission"
        case .other: "see to the disk, then restart"
        }
    }
}

extension POSIXFailure {
    fileprivate enum Kind { case noSpace, readOnly, permission, other }

    fileprivate var kind: Kind {
        switch code {
        case ENOSPC, EDQUOT: .noSpace
        case EROFS: .readOnly
        case EPERM, EACCES: .permission
        default: .other
        }
    }
}

/// Whether the books can be kept.
public enum LedgerHealth: Sendable, Equatable {
    /// All is well.
    case writable
    /// They cannot be written now; why.
    case failing(String)
    /// They hold something that cannot be read, so blocking budgets admit nothing; what and where.
    case damaged(String)
}

/// Something that people should hear of. It is in the log already.
public enum LedgerEvent: Sendable, Equatable {
    /// The day's settled tokens have reached the warning threshold; once a day, restarts included.
    case warningThresholdPassed(BudgetStatus)
    /// One call took this whole percent of the daily limit, 15 or more.
    case largeReview(UsageRecord, percent: Int)
    /// A new UTC day has begun; the figures of the day that ended.
    case dayChanged(BudgetStatus)
    /// The books cannot be written. This or `lowSpace` comes once until `recovered`.
    case writeFailed(String)
    /// They can be written again and there is room; how many records had been waiting in memory.
    case recovered(records: Int)
    /// Less is free than is kept for admitted calls: reservations that must be on the disk are refused. This or
    /// `writeFailed` comes once until `recovered`.
    case lowSpace(availableBytes: Int, floorBytes: Int)
    /// A dispatched call did not come back in time; its tokens stay held.
    case unresolved(Reservation)
    /// The wall clock is this many milliseconds behind the books, which go on from where they were.
    case clockBehind(milliseconds: Int)
}
