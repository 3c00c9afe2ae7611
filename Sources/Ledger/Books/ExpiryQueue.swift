import UTCTime

/// When holds expire, the earliest first. Entries of holds that are gone stay until their time comes.
struct ExpiryQueue {
    private var heap: [(time: Instant, id: RecordID)] = []

    var count: Int { heap.count }

    var earliest: Instant? { heap.first?.time }

    mutating func insert(_ id: RecordID, at time: Instant) {
        heap.append((time, id))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].time < heap[parent].time else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the earliest whose time is `now` or before; nil when there is none.
    mutating func popFirst(until now: Instant) -> RecordID? {
        guard let first = heap.first, first.time <= now else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first.id }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].time < heap[least].time {
                least = child
            }
            guard least != parent else { return first.id }
            heap.swapAt(least, parent)
            parent = least
        }
    }

    /// Keeps only the entries that `isWanted` names: called when most are stale.
    mutating func compact(keeping isWanted: (RecordID) -> Bool) {
        let kept = heap.filter { isWanted($0.id) }
        heap.removeAll(keepingCapacity: true)
        for entry in kept { insert(entry.id, at: entry.time) }
    }
}
