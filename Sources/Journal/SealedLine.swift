public import UTCTime

/// Why a line is none of a journal.
public struct JournalError: Error, Equatable {
    /// A few words, without the line itself.
    public let reason: String

    /// An error for `reason`.
    public init(reason: String) { self.reason = reason }
}

/// One line of a journal whose checksum has been seen to: its number, its time, its other fields.
///
///     17 <tab> 1765617332042 <tab> dispatched <tab> r-01jf… <tab> 5d41a0ff <line feed>
///
/// The fields are: the line's number, without gaps; the time in milliseconds; what happened; the rest; the CRC-32C of
/// everything before its own tab.
public struct SealedLine {
    /// The line's number.
    public let sequence: Int
    /// When it was written.
    public let time: Instant
    /// What follows the time, within the bytes that were given.
    public let fields: JournalFields

    /// Reads `bytes`, which come without their line break and must outlive the fields.
    public init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(JournalError) {
        guard let tab = bytes.lastIndex(of: 0x09), bytes.count - tab == 9 else {
            throw JournalError(reason: "the line has no checksum")
        }
        let sum = CRC32C.of(UnsafeBufferPointer(rebasing: bytes[..<tab]))
        let text = String(decoding: bytes[(tab + 1)...], as: UTF8.self)
        guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }), UInt32(text, radix: 16) == sum else {
            throw JournalError(reason: "the checksum is \(text), but the line has \(String(sum, radix: 16))")
        }
        var fields = JournalFields(UnsafeBufferPointer(rebasing: bytes[..<tab]))
        sequence = try fields.number()
        time = Instant(milliseconds: Int64(try fields.number()))
        self.fields = fields
    }
}
