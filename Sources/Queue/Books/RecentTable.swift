import UTCTime

/// A table that remembers what was added last: bounded by number, and by age when told to forget.
struct RecentTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var values: [Key: Value] = [:]
    private var order: [(key: Key, time: Instant)] = []
    private var first = 0
    private let capacity: Int

    /// An empty table of at most `capacity` rows.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    var count: Int { values.count }

    subscript(_ key: Key) -> Value? { values[key] }

    /// The rows, oldest first.
    var rows: [Value] { order[first...].compactMap { values[$0.key] } }

    /// Adds a row; the oldest makes room. A row that is there already is left as it is.
    mutating func insert(_ value: Value, for key: Key, at time: Instant) {
        guard values[key] == nil else { return }
        if values.count >= capacity { removeFirst() }
        values[key] = value
        order.append((key, time))
    }

    /// Forgets the rows that are older than `time`.
    mutating func forget(before time: Instant) {
        while first < order.count, order[first].time < time { removeFirst() }
    }

    private mutating func removeFirst() {
        guard first < order.count else { return }
        values[order[first].key] = nil
        first += 1
        if first > 1024, first > order.count / 2 {
            order.removeFirst(first)
            first = 0
        }
    }
}
