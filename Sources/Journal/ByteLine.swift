public import UTCTime

/// A line being written: bytes in memory that is kept from line to line.
///
/// Whoever writes knows how long the line can get (every field has a limit where it enters the books), so nothing is
/// checked or made on the way but the array's own bounds.
public struct ByteLine: ~Copyable {
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    /// Bytes written since the last `clear`.
    public private(set) var count = 0

    /// An empty line with room for `capacity` bytes.
    public init(capacity: Int) { bytes = .allocate(capacity: capacity) }

    deinit { bytes.deallocate() }

    /// What has been written since the last `clear`.
    public var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[..<count]) }

    /// Begins the next line.
    public mutating func clear() { count = 0 }

    /// Adds one byte.
    public mutating func put(byte: UInt8) {
        precondition(count < bytes.count, "a line longer than its limit")
        bytes[count] = byte
        count += 1
    }

    /// Adds a word of the program's own.
    public mutating func put(_ text: StaticString) {
        put(raw: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Adds bytes as they are.
    public mutating func put(raw: UnsafeBufferPointer<UInt8>) {
        precondition(raw.count <= bytes.count - count, "a line longer than its limit")
        guard let source = raw.baseAddress, let target = bytes.baseAddress else { return }
        (target + count).update(from: source, count: raw.count)
        count += raw.count
    }

    /// Adds a number in decimal digits.
    public mutating func put(_ value: Int) {
        if value < 0 { put(byte: UInt8(ascii: "-")) }
        put(value.magnitude, digitsMin: 1)
    }

    /// Adds a number with zeros before it up to `digitsMin` digits.
    public mutating func put(_ value: UInt, digitsMin: Int) {
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

    /// Adds what `write` puts at the place it is given, at most `bytesMax` bytes; `write` answers how many.
    public mutating func put(bytesMax: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
        precondition(count + bytesMax <= bytes.count, "a line longer than its limit")
        if let base = bytes.baseAddress { count += write(base + count) }
    }

    /// Eight hexadecimal digits.
    public mutating func put(hexadecimal value: UInt32) {
        for shift in stride(from: 28, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: value >> UInt32(shift)) & 15
            put(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        }
    }
}

// A line of a journal: fields between tabs.

extension ByteLine {
    /// Begins a line of a journal: its number and its time.
    public mutating func begin(sequence: Int, at time: Instant) {
        clear()
        put(sequence)
        field(Int(time.milliseconds))
    }

    /// Ends a line of a journal: the CRC-32C of everything before, and the line break.
    public mutating func seal() {
        let sum = CRC32C.of(written)
        put(byte: 0x09)
        put(hexadecimal: sum)
        put(byte: 0x0A)
    }

    /// Adds a field with a number; an empty one for nil.
    public mutating func field(_ value: Int?) {
        put(byte: 0x09)
        if let value { put(value) }
    }

    /// Adds a field with a word of the program's own.
    public mutating func field(word: StaticString) {
        put(byte: 0x09)
        put(word)
    }

    /// Adds a field with a text of somebody else's, escaped so that it stays one field.
    public mutating func field(_ text: String) {
        put(byte: 0x09)
        var text = text
        text.withUTF8 { bytes in
            guard bytes.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\\") }) else { return put(raw: bytes) }
            for byte in bytes {
                switch byte {
                case 0x09: put("\\t")
                case 0x0A: put("\\n")
                case 0x0D: put("\\r")
                case UInt8(ascii: "\\"): put("\\\\")
                default: put(byte: byte)
                }
            }
        }
    }
}
