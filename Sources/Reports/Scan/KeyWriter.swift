import Glibc

/// Writes the key of a row into memory that is kept from row to row: texts end with a NUL, which no text has; times are
/// eight bytes.
struct KeyWriter {
    private let place: UnsafeMutablePointer<UInt8>
    private(set) var count = 0

    /// Room for a plain row's fields and for what separates them.
    static let bytesMax = 20 << 10

    init(place: UnsafeMutablePointer<UInt8>) { self.place = place }

    var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: place, count: count) }

    @inline(__always)
    mutating func put(_ text: UnsafeBufferPointer<UInt8>) {
        if let source = text.baseAddress { memcpy(place + count, source, text.count) }
        count += text.count
        place[count] = 0
        count += 1
    }

    @inline(__always)
    mutating func put(time: Int) {
        UnsafeMutableRawPointer(place + count).storeBytes(of: Int64(time), as: Int64.self)
        count += 8
    }
}
