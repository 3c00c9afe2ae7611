import Budget
import Ledger
import Platform

/// What the books report while they work, as lines of the log.
enum LedgerEvents {
    /// Writes `event` to `log`.
    static func log(_ event: LedgerEvent, to log: Log) {
        switch event {
        case .warningThresholdPassed(let status):
            log(.warning, "budget warning threshold passed", ["day": "\(status.day)", "used_tokens": String(status.totalTokens), "limit_tokens": String(status.limitTokens)])
        case .largeReview(let record, let percent):
            log(.warning, "one review took a large share of the day", ["session": record.context.sessionID, "tokens": String(record.usage.totalTokens), "percent": String(percent)])
        case .dayChanged(let status):
            log(.info, "a new day begins, the budget is reset", ["day": "\(status.day)"])
        case .writeFailed(let reason): log(.error, "the books cannot be written", ["reason": reason])
        case .recovered(let records): log(.warning, "the books can be written again", ["records": String(records)])
        case .unresolved(let reservation):
            log(.warning, "a call's outcome stayed unknown, its tokens stay held", ["reservation": reservation.id, "tokens": String(reservation.tokens)])
        case .clockBehind(let milliseconds):
            log(.warning, "the clock went back", ["milliseconds": String(milliseconds)])
        }
    }
}
