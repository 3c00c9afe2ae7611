/// Goes through the fields of a line, eight bytes at a time.
///
/// What makes a byte interesting is turned into its high bit: subtracting 1 from a byte that is zero borrows into the high
/// bit, and a borrow can only come from an interesting byte below, so the lowest mark is always right.
struct FieldCursor {
    /// The first byte of the buffer.
    let base: UnsafePointer<UInt8>
    /// The byte that comes next. Eight more may be read behind the line.
    private(set) var position: Int
    /// Whether a text had bytes that are not ASCII.
    private(set) var hasHighBit = false

    init(_ base: UnsafePointer<UInt8>, at position: Int) {
        self.base = base
        self.position = position
    }

    private static let highBits: UInt64 = 0x8080_8080_8080_8080
    private static let comma = UInt8(ascii: ",")

    @inline(__always)
    private func word(at offset: Int) -> UInt64 { UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self) }

    /// Takes `bytes` when they come next.
    @inline(__always)
    mutating func take(_ bytes: [UInt8]) -> Bool {
        for index in bytes.indices where base[position + index] != bytes[index] { return false }
        position += bytes.count
        return true
    }

    /// One to eight digits and the comma (or what ends the field) behind them, -1 for no digit; nil for anything else.
    @inline(__always)
    mutating func number(endingWith end: UInt8 = comma) -> Int? {
        let digits = word(at: position) ^ 0x3030_3030_3030_3030
        // A byte above 9 has its high bit or gets it; a carry can only come from such a byte below.
        let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & Self.highBits
        let count = others.trailingZeroBitCount >> 3
        guard base[position + count] == end else { return nil }
        position += count + 1
        guard count > 0 else { return -1 }
        return Self.value(digits << UInt64((8 - count) * 8))
    }

    /// Eight digits, the first in the lowest byte: pairs are added up, then fours, then all.
    @inline(__always)
    private static func value(_ digits: UInt64) -> Int {
        let pairs = (digits &* 2561) >> 8
        let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* 6_553_601) >> 16
        return Int(((fours & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) >> 32)
    }

    /// An amount in micro-USD, one to eight digits, the point and six digits, and the comma; -1 for no amount.
    @inline(__always)
    mutating func amount() -> Int? {
        if base[position] == Self.comma {
            position += 1
            return -1
        }
        guard let whole = number(endingWith: UInt8(ascii: ".")), whole >= 0, case let start = position,
            let fraction = number(), fraction >= 0, position - start == 7
        else { return nil }
        return whole * 1_000_000 + fraction
    }

    /// The hour of `09:15:32` and the comma behind it.
    @inline(__always)
    mutating func hour() -> Int? {
        // `00:00:00`, the first byte lowest.
        let digits = word(at: position) ^ 0x3030_3A30_303A_3030
        guard (digits | (digits &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0,
            digits & 0x0000_FF00_00FF_0000 == 0, base[position + 8] == Self.comma
        else { return nil }
        let hour = Int(digits & 15) * 10 + Int(digits >> 8 & 15)
        let minute = Int(digits >> 24 & 15) * 10 + Int(digits >> 32 & 15)
        let second = Int(digits >> 48 & 15) * 10 + Int(digits >> 56 & 15)
        guard hour < 24, minute < 60, second < 60 else { return nil }
        position += 9
        return hour
    }

    /// A text up to the comma (or the line break) that ends it. Nil when there are quotes or control characters, or an
    /// apostrophe before it that may not belong to it.
    @inline(__always)
    mutating func text(endingWith end: UInt8 = comma) -> UnsafeBufferPointer<UInt8>? {
        let start = position
        while true {
            let word = word(at: position)
            let commas = word ^ 0x2C2C_2C2C_2C2C_2C2C
            let quotes = word ^ 0x2222_2222_2222_2222
            let marks =
                (((commas &- 0x0101_0101_0101_0101) & ~commas) | ((quotes &- 0x0101_0101_0101_0101) & ~quotes)
                    | ((word &- 0x2020_2020_2020_2020) & ~word) | word) & Self.highBits
            guard marks != 0 else {
                position += 8
                continue
            }
            position += marks.trailingZeroBitCount >> 3
            let byte = base[position]
            if byte == end { break }
            guard byte >= 0x80 else { return nil }
            hasHighBit = true
            position += 1
        }
        let text = UnsafeBufferPointer(start: base + start, count: position - start)
        position += 1
        return text.first == UInt8(ascii: "'") ? nil : text
    }
}
