/// The fields of one line whose ends are known, read without waiting for one another; what is not as it should be is
/// gathered in `isOdd` and asked for once, at the end.
struct RowFields {
    /// What lies before the first field's first byte, and eight bytes behind the last one's last, must be readable.
    private let base: UnsafePointer<UInt8>
    private let start: Int
    private let ends: UnsafePointer<Int32>
    private var odds: UInt64 = 0

    private static let highBits: UInt64 = 0x8080_8080_8080_8080
    private static let apostrophe = UInt8(ascii: "'")

    /// The line at `start` of `base`, whose fields end at `ends`.
    @inline(__always)
    init(_ base: UnsafePointer<UInt8>, start: Int, ends: UnsafePointer<Int32>) {
        self.base = base
        self.start = start
        self.ends = ends
    }

    /// Whether a field was not what it was taken for; then nothing that was read counts.
    var isOdd: Bool { odds & Self.highBits != 0 }

    /// Notes what must be true.
    @inline(__always)
    mutating func expect(_ condition: Bool) { odds |= condition ? 0 : Self.highBits }

    @inline(__always)
    private func first(of field: Int) -> Int { field == 0 ? start : Int(ends[field &- 1]) &+ 1 }

    @inline(__always)
    private func word(at offset: Int) -> UInt64 { UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self) }

    /// Bytes of a field.
    @inline(__always)
    func count(of field: Int) -> Int { Int(ends[field]) &- first(of: field) }

    /// Whether the line begins with the bytes in `prefix` that `mask` covers.
    @inline(__always)
    mutating func expectPrefix(_ prefix: UInt64, mask: UInt64) {
        expect((word(at: start) ^ prefix) & mask == 0)
    }

    /// No line break but the last end, and a comma at every other.
    @inline(__always)
    mutating func expectCommas(count: Int) {
        var difference: UInt8 = 0
        for index in 0..<(count &- 1) { difference |= base[Int(ends[index])] ^ 0x2C }
        expect(difference == 0 && base[Int(ends[count &- 1])] == 0x0A)
    }

    /// One to eight digits; -1 for none.
    @inline(__always)
    mutating func number(_ field: Int) -> Int { digits(from: first(of: field), to: Int(ends[field])) }

    @inline(__always)
    private mutating func digits(from start: Int, to end: Int) -> Int {
        let count = end &- start
        odds |= UInt64(bitPattern: Int64(8 &- count)) | UInt64(bitPattern: Int64(count))
        let kept: UInt64 = count == 0 ? 0 : ~0 &<< UInt64(truncatingIfNeeded: 64 &- count &* 8)
        let digits = (word(at: end &- 8) ^ 0x3030_3030_3030_3030) & kept
        odds |= (digits &+ 0x7676_7676_7676_7676) | digits
        return Self.value(digits) &- (count == 0 ? 1 : 0)
    }

    /// Eight digits, the first in the lowest byte: pairs are added up, then fours, then all.
    @inline(__always)
    private static func value(_ digits: UInt64) -> Int {
        let pairs = (digits &* 2561) &>> 8
        let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* 6_553_601) &>> 16
        return Int(truncatingIfNeeded: ((fours & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) &>> 32)
    }

    /// An amount in micro-USD: one to eight digits, a point and six digits; -1 for an empty field.
    @inline(__always)
    mutating func amount(_ field: Int) -> Int {
        let start = first(of: field)
        let end = Int(ends[field])
        guard end > start else { return -1 }
        let point = end &- 7
        expect(point > start && base[point] == UInt8(ascii: "."))
        let whole = digits(from: start, to: point)
        let fraction = digits(from: point &+ 1, to: end)
        return whole &* 1_000_000 &+ fraction
    }

    /// The hour of `09:15:32`.
    @inline(__always)
    mutating func hour(_ field: Int) -> Int {
        // `00:00:00`, the first byte lowest.
        let digits = word(at: first(of: field)) ^ 0x3030_3A30_303A_3030
        let hour = Int(truncatingIfNeeded: digits & 15) &* 10 &+ Int(truncatingIfNeeded: digits &>> 8 & 15)
        let minute = Int(truncatingIfNeeded: digits &>> 24 & 15) &* 10 &+ Int(truncatingIfNeeded: digits &>> 32 & 15)
        let second = Int(truncatingIfNeeded: digits &>> 48 & 15) &* 10 &+ Int(truncatingIfNeeded: digits &>> 56 & 15)
        let strange =
            (digits | (digits &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 | digits & 0x0000_FF00_00FF_0000
        expect(strange == 0 && count(of: field) == 8 && hour < 24 && minute < 60 && second < 60)
        return hour
    }

    /// A text that stands for itself: none that begins with an apostrophe, which may not belong to it.
    @inline(__always)
    mutating func text(_ field: Int) -> UnsafeBufferPointer<UInt8> {
        let start = first(of: field)
        expect(base[start] != Self.apostrophe)
        return UnsafeBufferPointer(start: base + start, count: Int(ends[field]) &- start)
    }

    /// Whether `count` bytes here are those there; up to seven behind them must be readable.
    @inline(__always)
    static func areEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, count: Int) -> Bool {
        let left = UnsafeRawPointer(left)
        let right = UnsafeRawPointer(right)
        var offset = 0
        while offset &+ 8 <= count {
            if left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            {
                return false
            }
            offset &+= 8
        }
        guard offset < count else { return true }
        let difference =
            left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            ^ right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return difference &<< UInt64(truncatingIfNeeded: (8 &- (count &- offset)) &* 8) == 0
    }
}
