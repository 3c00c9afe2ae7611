/// Sums by key: an open-addressing table whose keys lie one after another in one piece of memory, so that a row costs a
/// hash and a comparison and allocates nothing unless its key is new.
struct GroupTable: Sendable {
    private struct Entry: Sendable {
        var hash: UInt64
        var keyStart: Int
        var keyCount: Int
        var totals = UsageTotals()
    }

    private var slots = [Int32](repeating: -1, count: 1024)
    private var entries: [Entry] = []
    /// Each begins at a multiple of eight and is followed by zeros up to the next.
    private var keys: [UInt64] = []

    /// Adds `record` to the sums of `key`, behind which there are zeros up to a multiple of eight bytes.
    @inline(__always)
    mutating func add(_ record: UsageTotals.Record, to key: UnsafeBufferPointer<UInt8>) {
        let index = index(of: key)
        entries[index].totals.add(record)
    }

    /// Adds the sums of another table.
    mutating func add(_ other: GroupTable) {
        other.forEach { key, totals in
            let index = index(of: key)
            entries[index].totals.add(totals)
        }
    }

    /// Hands every key with its sums to `body`.
    func forEach(_ body: (UnsafeBufferPointer<UInt8>, UsageTotals) -> Void) {
        keys.withUnsafeBytes { keys in
            for entry in entries {
                let key = keys[(entry.keyStart * 8)..<(entry.keyStart * 8 + entry.keyCount)]
                body(UnsafeRawBufferPointer(rebasing: key).assumingMemoryBound(to: UInt8.self), entry.totals)
            }
        }
    }

    @inline(__always)
    private mutating func index(of key: UnsafeBufferPointer<UInt8>) -> Int {
        let hash = Self.hash(key)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if entries[index].hash == hash, isKey(key, of: index) { return index }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return insert(key, hash, at: slot)
    }

    @inline(never)
    private mutating func insert(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt64, at slot: Int) -> Int {
        slots[slot] = Int32(truncatingIfNeeded: entries.count)
        entries.append(Entry(hash: hash, keyStart: keys.count, keyCount: key.count))
        let raw = UnsafeRawBufferPointer(key)
        for offset in stride(from: 0, to: key.count, by: 8) {
            var word: UInt64 = 0
            withUnsafeMutableBytes(of: &word) {
                $0.copyMemory(from: .init(rebasing: raw[offset..<min(offset + 8, raw.count)]))
            }
            keys.append(word)
        }
        if entries.count * 2 > slots.count { grow() }
        return entries.count - 1
    }

    @inline(__always)
    private func isKey(_ key: UnsafeBufferPointer<UInt8>, of index: Int) -> Bool {
        let start = entries[index].keyStart
        guard entries[index].keyCount == key.count, let wanted = UnsafeRawPointer(key.baseAddress) else {
            return entries[index].keyCount == key.count
        }
        return keys.withUnsafeBufferPointer { keys in
            var offset = 0
            while offset < key.count {
                if keys[start &+ offset &>> 3] != wanted.loadUnaligned(fromByteOffset: offset, as: UInt64.self) {
                    return false
                }
                offset &+= 8
            }
            return true
        }
    }

    private mutating func grow() {
        let capacity = slots.count * 4
        slots = [Int32](repeating: -1, count: capacity)
        for (index, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.hash) & (capacity - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = Int32(truncatingIfNeeded: index)
        }
    }

    /// Eight bytes at a time, mixed by a multiplication; not for hostile keys, of which a table holds as many as there
    /// are rows at most.
    @inline(__always)
    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let base = UnsafeRawPointer(key.baseAddress) else { return 0 }
        var hash = UInt64(truncatingIfNeeded: key.count) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset < key.count {
            hash = mix(hash ^ base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        return hash
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9FB2_1C65_1E98_DF25)
        return product.high ^ product.low
    }
}
