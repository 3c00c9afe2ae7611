/// The bytes of a body that have arrived, in storage that follows what came and not what was promised.
struct BodyBuffer: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Bytes of storage asked for; the allocator may round them up to whole pages.
    private(set) var reservedBytes = 0

    /// The first step: most bodies fit, and what many promising clients cost stays small.
    private static let firstBytes = 64 * 1024

    var count: Int { bytes.count }

    /// Appends `piece` to what will be at most `bytesMax` bytes: storage doubles, but never beyond what can still come.
    mutating func append(_ piece: Span<UInt8>, bytesMax: Int) {
        let needed = bytes.count + piece.count
        if needed > reservedBytes {
            let (doubled, overflow) = needed.multipliedReportingOverflow(by: 2)
            reservedBytes = max(needed, min(bytesMax, max(overflow ? .max : doubled, Self.firstBytes)))
            bytes.reserveCapacity(reservedBytes)
        }
        piece.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }
}
