/// Writes the key of a row into memory that is kept from row to row: texts end with a NUL, which no text has; times are
/// eight bytes; zeros follow the last byte, as `GroupTable` wants it.
struct KeyWriter {
    private let place: UnsafeMutableRawPointer
    private(set) var count = 0

    /// Room for the key of a row of which every dimension is as long as a window, with what separates and follows them:
    /// a session holds its project's path, so the parts of a key may together be longer than their line.
    static func bytesMax(dimensionCount: Int) -> Int { dimensionCount * (FieldEnds.windowBytes + 16) + 64 }

    init(place: UnsafeMutablePointer<UInt8>) { self.place = UnsafeMutableRawPointer(place) }

    /// The key, with eight zeros behind it.
    var written: UnsafeBufferPointer<UInt8> {
        (place + count).storeBytes(of: 0, as: UInt64.self)
        return UnsafeBufferPointer(start: place.assumingMemoryBound(to: UInt8.self), count: count)
    }

    /// Adds a text, behind which seven bytes must be readable.
    @inline(__always)
    mutating func put(_ text: UnsafeBufferPointer<UInt8>) {
        if let source = UnsafeRawPointer(text.baseAddress) {
            var offset = 0
            while offset < text.count {
                let word = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                (place + count + offset).storeBytes(of: word, as: UInt64.self)
                offset &+= 8
            }
        }
        count &+= text.count
        (place + count).storeBytes(of: 0, as: UInt8.self)
        count &+= 1
    }

    @inline(__always)
    mutating func put(time: Int) {
        (place + count).storeBytes(of: Int64(time), as: Int64.self)
        count &+= 8
    }
}
