import Glibc

/// Finds where fields end in a window of bytes: every comma and line break, sixteen bytes and more at a time.
///
/// Two passes, because what takes long in a scan is not looking at bytes but waiting: a field that begins where the one
/// before ended makes each field wait for the last. The first pass is a loop that the compiler turns into vector code,
/// the second makes a list of the marks; then no field of a row waits for another.
struct FieldEnds: ~Copyable {
    /// Bytes that are looked at together. A line that does not fit is read with care.
    static let windowBytes = 8 << 10
    /// Bytes that must be readable behind the last one that is looked at.
    static let margin = 64

    /// Offsets of commas and line breaks from the window's beginning, in order.
    let offsets: UnsafeMutablePointer<Int32>
    /// How many there are.
    private(set) var count = 0
    /// Whether there is nothing but printable ASCII and line breaks, and no quote.
    private(set) var isPlain = true
    /// One byte for each of the window: 1 for a comma or a line break.
    private let marks: UnsafeMutablePointer<UInt8>

    private static let blockBytes = 64
    /// The list is written eight at a time: what is too much is overwritten or not counted.
    private static let slack = 8

    init() {
        offsets = .allocate(capacity: Self.windowBytes + Self.slack)
        marks = .allocate(capacity: Self.windowBytes)
    }

    deinit {
        offsets.deallocate()
        marks.deallocate()
    }

    /// Looks at `count` bytes at `base`, `windowBytes` at most.
    mutating func find(in base: UnsafePointer<UInt8>, count: Int) {
        let blockCount = (min(count, Self.windowBytes) + Self.blockBytes - 1) / Self.blockBytes
        isPlain = Self.mark(base, marks, count: blockCount * Self.blockBytes)
        self.count = 0
        for block in 0..<blockCount { list(marks + block * Self.blockBytes, at: Int32(block * Self.blockBytes)) }
        while self.count > 0, offsets[self.count - 1] >= count { self.count -= 1 }
    }

    /// Marks commas and line breaks; answers whether all bytes are plain.
    private static func mark(
        _ bytes: UnsafePointer<UInt8>, _ marks: UnsafeMutablePointer<UInt8>, count: Int
    ) -> Bool {
        var odd: UInt8 = 0
        var index = 0
        while index < count {
            let byte = bytes[index]
            marks[index] = (byte == 0x2C ? 1 : 0) | (byte == 0x0A ? 1 : 0)
            odd |= byte | (byte == 0x22 ? 0x80 : 0) | ((byte < 0x20 ? 0x80 : 0) & (byte == 0x0A ? 0 : 0x80))
            index &+= 1
        }
        return odd & 0x80 == 0
    }

    /// Adds the marks of a block that begins at `start` to the list.
    @inline(__always)
    private mutating func list(_ block: UnsafePointer<UInt8>, at start: Int32) {
        var bits: UInt64 = 0
        var sums: UInt64 = 0
        var word = 0
        while word < 8 {
            let flags = UnsafeRawPointer(block).loadUnaligned(fromByteOffset: word &* 8, as: UInt64.self)
            sums &+= flags
            // Gathers the lowest bits of eight bytes in the highest byte, the first lowest.
            bits |= ((flags &* 0x0102_0408_1020_4080) &>> 56) &<< UInt64(truncatingIfNeeded: word &* 8)
            word &+= 1
        }
        let found = Int(truncatingIfNeeded: (sums &* 0x0101_0101_0101_0101) &>> 56)
        // Eight at a time, whether there are so many or not: guessing wrong how many there are takes longer.
        var listed = 0
        repeat {
            let place = offsets + (count &+ listed)
            var index = 0
            while index < Self.slack {
                place[index] = start &+ Int32(truncatingIfNeeded: bits.trailingZeroBitCount)
                bits &= bits &- 1
                index &+= 1
            }
            listed &+= Self.slack
        } while listed < found
        count &+= found
    }
}
