/// Rows that wait to be added to a table together.
///
/// The table of a month with thousands of groups lies far from the processor. One row after the other would wait for its
/// slot and then for its sums; of a batch all are asked for before the first is needed.
struct RowBatch: ~Copyable {
    private struct Row {
        var figures: UsageTotals.Record
        var hash: UInt64
        var keyStart: Int
        var keyCount: Int
    }

    /// Rows that are added together, at most.
    private static let rowsMax = GroupTable.warmMax
    /// Bytes of keys after which nothing more is taken.
    private static let keyBytes = 4 << 10

    private let rows: UnsafeMutablePointer<Row>
    private let keys: UnsafeMutablePointer<UInt8>
    private var count = 0
    private var keysEnd = 0
    /// What `warm` answered, kept so that its work is not left out.
    private var warmth = 0

    /// Room for rows with so many dimensions.
    init(dimensionCount: Int) {
        rows = .allocate(capacity: Self.rowsMax)
        keys = .allocate(capacity: Self.keyBytes + KeyWriter.bytesMax(dimensionCount: dimensionCount))
    }

    deinit {
        rows.deallocate()
        keys.deallocate()
    }

    /// Whether it must be drained before the next row.
    var isFull: Bool { count == Self.rowsMax || keysEnd >= Self.keyBytes }

    /// Where the next row's key is written.
    var key: KeyWriter { KeyWriter(place: keys + keysEnd) }

    /// Takes a row whose key was written by `key`.
    @inline(__always)
    mutating func take(_ figures: UsageTotals.Record, _ key: KeyWriter) {
        let written = key.written
        (rows + count).initialize(
            to: Row(
                figures: figures, hash: GroupTable.hash(written), keyStart: keysEnd, keyCount: written.count))
        count &+= 1
        // The next key begins behind the zeros of this one.
        keysEnd &+= written.count &+ 8
    }

    /// Adds what it holds to `table`.
    mutating func drain(into table: inout GroupTable) {
        warmth = table.warm(count: count) { rows[$0].hash }
        for index in 0..<count {
            let row = rows[index]
            table.add(
                row.figures, to: UnsafeBufferPointer(start: keys + row.keyStart, count: row.keyCount), hash: row.hash)
        }
        count = 0
        keysEnd = 0
    }
}
