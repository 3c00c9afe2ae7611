public import Platform
import Synchronization

/// What happened at the desk, for those who show it.
public enum AlertDeskChange: Sendable, Equatable {
    /// There is a new alert.
    case raised(Alert)
    /// It was sent somewhere, given up or acknowledged.
    case changed(Alert)
    /// It was taken back before anybody had been told.
    case removed(String)
}

extension AlertDesk {
    /// The alerts, the newest first; those that nobody has acknowledged alone when `unreadOnly`.
    public func alerts(unreadOnly: Bool = false, limit: Int = .max) -> [Alert] {
        let books = state.withLock { $0.books }
        return Array(
            books.order.reversed().lazy.compactMap { books.alerts[$0] }
                .filter { !unreadOnly || !$0.isAcknowledged }.prefix(limit))
    }

    /// The alert called `id`; nil when there is none.
    public func alert(_ id: String) -> Alert? { state.withLock { $0.books.alerts[id] } }

    /// How many alerts nobody has acknowledged.
    public var unreadCount: Int { state.withLock { $0.books.unreadCount } }

    /// How many alerts targets are owed, one alert counting once for each.
    public var owedCount: Int {
        state.withLock { state in
            state.books.alerts.values.reduce(0) { $0 + $1.deliveries.values.count { $0 == .owed } }
        }
    }

    /// Alerts raised since the start, by kind.
    public var raisedCounts: [AlertKind: Int] { state.withLock { $0.raisedCounts } }

    /// Attempts that failed since the start, by target.
    public var failureCounts: [String: Int] {
        state.withLock { state in
            state.couriers.keys.reduce(into: state.failureCounts) { $0[$1, default: 0] += 0 }
        }
    }

    /// Why the journal cannot be written; nil while it can.
    public var failure: POSIXFailure? { state.withLock { $0.failure } }

    /// Calls `body` on each change from now on, in their order, until `stopObserving`. It must be short.
    public func observe(_ body: @escaping @Sendable (AlertDeskChange) -> Void) -> Int {
        state.withLock { state in
            state.nextObserver += 1
            state.observers[state.nextObserver] = body
            return state.nextObserver
        }
    }

    /// Ends what `observe` began.
    public func stopObserving(_ observer: Int) { state.withLock { $0.observers[observer] = nil } }

    func tell(_ change: AlertDeskChange) {
        for observer in state.withLock({ Array($0.observers.values) }) { observer(change) }
    }
}
