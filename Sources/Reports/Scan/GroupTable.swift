/// Sums by key: an open-addressing table that costs a row a hash and a comparison, and allocates nothing unless the key
/// is new.
///
/// A table of some thousand keys lies in no processor's nearest cache, so what counts is how many places a row has to
/// wait for: a slot knows half of the hash, and a short key lies beside its sums.
struct GroupTable: Sendable {
    private struct Entry: Sendable {
        /// The key's first bytes, and zeros behind it.
        var words = InlineArray<4, UInt64>(repeating: 0)
        var keyCount: Int32
        /// Where in `longKeys` the whole key begins, if it is longer than `words`.
        var keyStart: Int32
        var totals = UsageTotals()
    }

    /// The upper half of a hash above an index and one; 0 for an empty slot.
    private var slots = [UInt64](repeating: 0, count: 1024)
    private var entries: [Entry] = []
    /// Each begins at a multiple of eight and is followed by zeros up to the next.
    private var longKeys: [UInt64] = []

    private static let shortKeyBytesMax = 32
    private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000

    /// Adds `record` to the sums of `key`, behind which there are zeros up to a multiple of eight bytes.
    mutating func add(_ record: UsageTotals.Record, to key: UnsafeBufferPointer<UInt8>) {
        add(record, to: key, hash: Self.hash(key))
    }

    /// The same for a key whose hash is known.
    @inline(__always)
    mutating func add(_ record: UsageTotals.Record, to key: UnsafeBufferPointer<UInt8>, hash: UInt64) {
        let index = index(of: key, hash)
        entries[index].totals.add(record)
    }

    /// Keys that are warmed together, at most.
    static let warmMax = 32

    /// Has the processor fetch what the keys with these hashes will need: none waits for another, as with `add` it would.
    ///
    /// What it answers means nothing, but was made of every sum: whoever keeps it has the sums looked at.
    @inline(__always)
    func warm(count: Int, _ hash: (Int) -> UInt64) -> Int {
        var indices = InlineArray<32, Int>(repeating: 0)
        let count = min(count, Self.warmMax)
        let mask = slots.count &- 1
        for row in 0..<count {
            let slot = slots[Int(truncatingIfNeeded: hash(row)) & mask]
            indices[row] = Int(truncatingIfNeeded: slot & ~Self.tagMask)
        }
        var seen = 0
        for row in 0..<count where indices[row] > 0 {
            seen |= entries[indices[row] &- 1].totals.estimatedActualTokens
        }
        return seen
    }

    /// Adds the sums of another table.
    mutating func add(_ other: GroupTable) {
        other.forEach { key, totals in
            let index = index(of: key, Self.hash(key))
            entries[index].totals.add(totals)
        }
    }

    /// Hands every key with its sums to `body`; behind the key there are zeros as `add` wants them.
    func forEach(_ body: (UnsafeBufferPointer<UInt8>, UsageTotals) -> Void) {
        for entry in entries {
            if entry.keyCount <= Self.shortKeyBytesMax {
                withUnsafeBytes(of: entry.words) { body(Self.key($0, entry.keyCount), entry.totals) }
            } else {
                longKeys.withUnsafeBytes {
                    let key = UnsafeRawBufferPointer(rebasing: $0[(Int(entry.keyStart) * 8)...])
                    body(Self.key(key, entry.keyCount), entry.totals)
                }
            }
        }
    }

    private static func key(_ bytes: UnsafeRawBufferPointer, _ count: Int32) -> UnsafeBufferPointer<UInt8> {
        UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(count))).assumingMemoryBound(to: UInt8.self)
    }

    @inline(__always)
    private mutating func index(of key: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let found = slots[slot]
            if (found ^ hash) & Self.tagMask == 0 {
                let index = Int(found & ~Self.tagMask) &- 1
                if isKey(key, of: index) { return index }
            }
            slot = (slot &+ 1) & mask
        }
        return insert(key, hash, at: slot)
    }

    @inline(never)
    private mutating func insert(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt64, at slot: Int) -> Int {
        var entry = Entry(
            keyCount: Int32(truncatingIfNeeded: key.count), keyStart: Int32(truncatingIfNeeded: longKeys.count))
        let raw = UnsafeRawBufferPointer(key)
        for offset in stride(from: 0, to: key.count, by: 8) {
            var word: UInt64 = 0
            withUnsafeMutableBytes(of: &word) {
                $0.copyMemory(from: .init(rebasing: raw[offset..<min(offset + 8, raw.count)]))
            }
            if key.count <= Self.shortKeyBytesMax { entry.words[offset / 8] = word } else { longKeys.append(word) }
        }
        entries.append(entry)
        slots[slot] = hash & Self.tagMask | UInt64(truncatingIfNeeded: entries.count)
        if entries.count * 2 > slots.count { grow() }
        return entries.count - 1
    }

    @inline(__always)
    private func isKey(_ key: UnsafeBufferPointer<UInt8>, of index: Int) -> Bool {
        guard Int(entries[index].keyCount) == key.count else { return false }
        guard let wanted = UnsafeRawPointer(key.baseAddress), key.count > 0 else { return true }
        guard key.count <= Self.shortKeyBytesMax else { return isLongKey(wanted, key.count, of: index) }
        var difference: UInt64 = 0
        var word = 0
        while word &* 8 < key.count {
            difference |= entries[index].words[word] ^ wanted.loadUnaligned(fromByteOffset: word &* 8, as: UInt64.self)
            word &+= 1
        }
        return difference == 0
    }

    @inline(never)
    private func isLongKey(_ wanted: UnsafeRawPointer, _ count: Int, of index: Int) -> Bool {
        let start = Int(entries[index].keyStart)
        var offset = 0
        while offset < count {
            if longKeys[start + offset / 8] != wanted.loadUnaligned(fromByteOffset: offset, as: UInt64.self) {
                return false
            }
            offset += 8
        }
        return true
    }

    /// Makes room. The tags in the slots are too short to place them anew by.
    private mutating func grow() {
        let capacity = slots.count * 4
        var fresh = [UInt64](repeating: 0, count: capacity)
        var number: UInt64 = 0
        forEach { key, _ in
            number += 1
            let hash = Self.hash(key)
            var slot = Int(truncatingIfNeeded: hash) & (capacity - 1)
            while fresh[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
            fresh[slot] = hash & Self.tagMask | number
        }
        slots = fresh
    }

    /// Eight bytes at a time, mixed by a multiplication; not for hostile keys, of which a table holds as many as there
    /// are rows at most.
    @inline(__always)
    static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
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
