import Budget

/// The latest records of those that come by, never more than a limit.
struct LatestRecords {
    /// How many there are at most.
    let max: Int
    /// The earliest first; of one time as they came.
    private(set) var records: [UsageRecord] = []

    init(max: Int) { self.max = max }

    /// Keeps `record` if it is among the latest.
    mutating func add(_ record: UsageRecord) {
        let place = records.lastIndex { $0.time <= record.time }.map { $0 + 1 } ?? 0
        guard records.count < max || place > 0, max > 0 else { return }
        if records.count < max { return records.insert(record, at: place) }
        records.removeFirst()
        records.insert(record, at: place - 1)
    }
}
