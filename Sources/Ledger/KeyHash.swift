/// 80 bits of SipHash-2-4-128 (Aumasson and Bernstein, with the 128-bit output of the reference code) of an idempotency
/// key. Two keys with one hash are taken for one key used twice, and then refused for their other fields: never
/// booked wrongly.
enum KeyHash {
    /// Where a key is used: the same text may name a reservation and a usage record.
    enum Domain: UInt64 {
        case reservation = 0x6275_7273_6172_2d72
        case usage = 0x6275_7273_6172_2d75
    }

    static func of(_ key: String, in domain: Domain) -> UInt128 {
        sipHash128(Array(key.utf8), domain.rawValue, 0) & RecordID.tailMask
    }

    static func sipHash128(_ bytes: [UInt8], _ key0: UInt64, _ key1: UInt64) -> UInt128 {
        var v0 = key0 ^ 0x736f_6d65_7073_6575
        var v1 = key1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        var v2 = key0 ^ 0x6c79_6765_6e65_7261
        var v3 = key1 ^ 0x7465_6462_7974_6573

        func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
        func rounds(_ count: Int) {
            for _ in 0..<count {
                v0 = v0 &+ v1
                v1 = rotated(v1, 13) ^ v0
                v0 = rotated(v0, 32)
                v2 = v2 &+ v3
                v3 = rotated(v3, 16) ^ v2
                v0 = v0 &+ v3
                v3 = rotated(v3, 21) ^ v0
                v2 = v2 &+ v1
                v1 = rotated(v1, 17) ^ v2
                v2 = rotated(v2, 32)
            }
        }
        func compress(_ word: UInt64) {
            v3 ^= word
            rounds(2)
            v0 ^= word
        }

        let whole = bytes.count & ~7
        for start in stride(from: 0, to: whole, by: 8) {
            var word: UInt64 = 0
            for offset in 0..<8 { word |= UInt64(bytes[start + offset]) << UInt64(8 * offset) }
            compress(word)
        }
        var last = UInt64(bytes.count & 0xFF) << 56
        for offset in 0..<(bytes.count - whole) { last |= UInt64(bytes[whole + offset]) << UInt64(8 * offset) }
        compress(last)
        v2 ^= 0xee
        rounds(4)
        let low = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xdd
        rounds(4)
        return UInt128(v0 ^ v1 ^ v2 ^ v3) << 64 | UInt128(low)
    }
}
