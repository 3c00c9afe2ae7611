/// A line within a PEM block as it may stand in code: indented, quoted, with a `\n` and a `+` behind it.
struct KeyMaterial {
    /// The bytes of base64 in the line; 0 for a line that holds nothing.
    let byteCount: Int
    /// Whether this is a header of an encrypted key (RFC 1421: `Proc-Type`, `DEK-Info`).
    let isHeader: Bool
    /// Whether nothing but base64 and what code puts around it is in the line.
    let isPlain: Bool

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var start = 0
        var end = bytes.count
        while start < end, Self.wrapping.contains(bytes[start]) { start += 1 }
        while end > start, Self.wrapping.contains(bytes[end - 1]) || Self.isEscape(bytes, before: end) { end -= 1 }
        isHeader = bytes.has("Proc-Type:", at: start) || bytes.has("DEK-Info:", at: start)
        let core = bytes[start..<end]
        isPlain = core.allSatisfy { $0.isBase64Byte && $0 != 0x2D && $0 != 0x5F }
        byteCount = isPlain ? core.count : 0
    }

    /// Whether a PEM block may begin with this line.
    var startsBlock: Bool { isHeader || byteCount >= Self.firstLineBytesMin }
    /// Whether a block that has begun may go on with this line.
    var continuesBlock: Bool { isHeader || isPlain }

    /// A first line of base64 is whole: 64 bytes, 70 in OpenSSH's; less only in the shortest of keys.
    static let firstLineBytesMin = 24

    /// All of a line but the blanks before and after.
    static func extent(of bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var (start, end) = (0, bytes.count)
        while start < end, bytes[start].isBlankByte { start += 1 }
        while end > start, bytes[end - 1].isBlankByte { end -= 1 }
        return start..<end
    }

    private static let wrapping = Set(" \t\r\"'`+\\,;*#()".utf8)

    /// The `n` or `r` of a `\n` at the end of a literal.
    private static func isEscape(_ bytes: UnsafeBufferPointer<UInt8>, before end: Int) -> Bool {
        (bytes[end - 1] == UInt8(ascii: "n") || bytes[end - 1] == UInt8(ascii: "r")) && bytes.at(end - 2) == 0x5C
    }
}
