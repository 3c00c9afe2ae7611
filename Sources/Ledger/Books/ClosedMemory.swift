/// What is remembered of reservations and keyed records after they are done, so that a repeated request gets the answer
/// it got before: at least the last `generationMax`, at most twice as many.
struct ClosedMemory {
    /// Entries of one generation. An entry takes some 500 bytes.
    static let generationMax = 20_000

    private let limit: Int
    private var young: [RecordID: Closed] = [:]
    private var old: [RecordID: Closed] = [:]
    private var youngKeys: [RecordKey: RecordID] = [:]
    private var oldKeys: [RecordKey: RecordID] = [:]

    init(generationMax limit: Int = Self.generationMax) { self.limit = limit }

    subscript(_ id: RecordID) -> Closed? { young[id] ?? old[id] }

    func id(of key: RecordKey) -> RecordID? { youngKeys[key] ?? oldKeys[key] }

    mutating func insert(_ closed: Closed, id: RecordID) {
        if young.count >= limit, young[id] == nil {
            (old, oldKeys) = (young, youngKeys)
            young.removeAll()
            youngKeys.removeAll()
        }
        young[id] = closed
        if let key = id.key { youngKeys[key] = id }
    }

    /// Every entry, in no order.
    var all: [Closed] { old.filter { young[$0.key] == nil }.map(\.value) + young.map(\.value) }
}

/// The hash of an idempotency key and what it was used for.
struct RecordKey: Hashable, Sendable {
    let kind: RecordID.Kind
    let hash: UInt128

    init(kind: RecordID.Kind, hash: UInt128) {
        self.kind = kind
        self.hash = hash
    }

    init(reservation key: String) { self.init(kind: .keyedReservation, hash: KeyHash.of(key, in: .reservation)) }

    init(usage key: String) { self.init(kind: .keyedUsage, hash: KeyHash.of(key, in: .usage)) }
}

extension RecordID {
    /// The key it was made from.
    var key: RecordKey? {
        switch kind {
        case .keyedReservation, .keyedUsage: RecordKey(kind: kind, hash: tail)
        case .reservation, .usage: nil
        }
    }
}
