/// A line being written: bytes in memory that is kept from line to line.
///
/// Whoever writes knows how long the line can get (every field has a limit where it enters the books), so nothing is
/// checked or made on the way but the array's own bounds.
struct ByteLine: ~Copyable {
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(capacity: Int) { bytes = .allocate(capacity: capacity) }

    deinit { bytes.deallocate() }

    /// What has been written since the last `clear`.
    var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[..<count]) }

    mutating func clear() { count = 0 }

    mutating func put(byte: UInt8) {
        precondition(count < bytes.count, "a line longer than its limit")
        bytes[count] = byte
        count += 1
    }

    mutating func put(_ text: StaticString) {
        put(raw: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func put(raw: UnsafeBufferPointer<UInt8>) {
        precondition(raw.count <= bytes.count - count, "a line longer than its limit")
        guard let source = raw.baseAddress, let target = bytes.baseAddress else { return }
        (target + count).update(from: source, count: raw.count)
        count += raw.count
    }

    mutating func put(_ value: Int) {
        if value < 0 { put(byte: UInt8(ascii: "-")) }
        put(value.magnitude, digitsMin: 1)
    }

    mutating func put(_ value: UInt, digitsMin: Int) {
        var digits = digitsMin
        var power: UInt = 10
        for _ in 1..<digitsMin { power *= 10 }
        while digits < 20, value >= power {
            digits += 1
            let (next, overflow) = power.multipliedReportingOverflow(by: 10)
            if overflow { break }
            power = next
        }
        var rest = value
        var index = count + digits
        precondition(index <= bytes.count, "a line longer than its limit")
        count = index
        for _ in 0..<digits {
            index -= 1
            bytes[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    mutating func put(_ id: RecordID) {
        precondition(count + RecordID.textBytesMax <= bytes.count, "a line longer than its limit")
        if let base = bytes.baseAddress { count += id.write(at: base + count) }
    }

    /// Eight hexadecimal digits.
    mutating func put(hexadecimal value: UInt32) {
        for shift in stride(from: 28, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: value >> UInt32(shift)) & 15
            put(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        }
    }
}
