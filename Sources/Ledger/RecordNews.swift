public import Budget
import Dispatch
import Synchronization

/// Records that are certain to survive, told to whoever asked to be told.
public struct RecordNews: Sendable, Equatable {
    /// The records, in the order in which their rows were written.
    public let records: [UsageRecord]
    /// How many more there were that nobody can be told of: the observers were too slow. The rows have them.
    public let missedCount: Int

    /// News of these parts.
    public init(records: [UsageRecord], missedCount: Int = 0) {
        self.records = records
        self.missedCount = missedCount
    }
}

/// The wish to be told of records; it ends with `cancel` or with this value.
public final class RecordObservation: Sendable {
    private let end: @Sendable () -> Void

    init(end: @escaping @Sendable () -> Void) { self.end = end }

    deinit { end() }

    /// Asks for no more news. A call that is under way is not waited for.
    public func cancel() { end() }
}

/// Hands records to observers on a queue of its own: whoever writes leaves them here and goes on.
final class RecordAnnouncer: Sendable {
    private struct State {
        var observers: [(id: UInt64, body: @Sendable (RecordNews) -> Void)] = []
        var nextID: UInt64 = 0
        var records: [UsageRecord] = []
        var missedCount = 0
        var isTelling = false
    }

    /// Records that wait for slow observers, at most: some 500 bytes each.
    static let recordsMax = 20_000

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "ledger-news")

    /// Adds an observer.
    func observe(_ body: @escaping @Sendable (RecordNews) -> Void) -> RecordObservation {
        let id = state.withLock { state in
            state.nextID += 1
            state.observers.append((state.nextID, body))
            return state.nextID
        }
        return RecordObservation { [weak self] in self?.remove(id) }
    }

    private func remove(_ id: UInt64) {
        state.withLock { state in state.observers.removeAll { $0.id == id } }
    }

    /// Takes `records` to be told soon.
    func put(_ records: [UsageRecord]) {
        let mustStart = state.withLock { state in
            guard !state.observers.isEmpty else { return false }
            let room = Self.recordsMax - state.records.count
            state.records += records.prefix(room)
            state.missedCount += max(0, records.count - room)
            defer { state.isTelling = true }
            return !state.isTelling
        }
        if mustStart { queue.async { self.tell() } }
    }

    /// Returns when all that was put has been told.
    func drain() { queue.sync {} }

    private func tell() {
        while true {
            let (news, observers) = state.withLock { state in
                let news = RecordNews(records: state.records, missedCount: state.missedCount)
                state.records = []
                state.missedCount = 0
                state.isTelling = !news.records.isEmpty
                return (news, state.observers)
            }
            guard !news.records.isEmpty else { return }
            for observer in observers { observer.body(news) }
        }
    }
}
