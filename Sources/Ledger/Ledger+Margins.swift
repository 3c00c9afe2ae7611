public import Budget
import Platform
import Synchronization

extension Ledger {
    /// What every budget that applies to `request` has for it, from memory; none while calls are not checked.
    ///
    /// The limit that the request brings for its merge request is among them once such a request was reserved for:
    /// merge requests are counted from the first one on.
    public func margins(for request: ReservationRequest) -> [BudgetMargin] {
        let now = time.now()
        return engine.core.withLock { core in
            core.books.advance(to: now)
            return core.books.counters.margins(for: request, at: core.books.latest)
        }
    }
}

extension Ledger {
    /// What the books would say to `request` now; nil: they would not refuse it. Holds nothing, touches no file.
    public func refusal(of request: ReservationRequest) -> Refusal? {
        let now = time.now()
        return engine.core.withLock { core in
            core.books.advance(to: now)
            guard case .refuse(let cause) = core.books.counters.verdict(on: request, at: core.books.latest) else {
                return nil
            }
            return Refusal(cause)
        }
    }
}
