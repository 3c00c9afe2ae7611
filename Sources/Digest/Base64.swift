/// Base64 with the standard alphabet and with padding (RFC 4648 section 4), nothing else.
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// `bytes` as base64.
    public static func encode(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for offset in 0..<3 { group = group << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0) }
            for place in 0..<4 {
                output.append(place <= count ? alphabet[Int(group >> UInt32(18 - 6 * place)) & 63] : padding)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The bytes that `text` stands for; nil unless it is what `encode` writes for them.
    ///
    /// Refused are line breaks, missing padding, and last digits whose unused bits are not zero (section 3.5).
    public static func decode(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 4) else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(digits.count / 4 * 3)
        for start in stride(from: 0, to: digits.count, by: 4) {
            let isLast = start + 4 == digits.count
            var padded = 0
            if isLast, digits[start + 3] == padding { padded = digits[start + 2] == padding ? 2 : 1 }
            var group: UInt32 = 0
            for offset in 0..<(4 - padded) {
                guard let value = value(of: digits[start + offset]) else { return nil }
                group = group << 6 | value
            }
            group <<= UInt32(6 * padded)
            for place in 0..<(3 - padded) { output.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place))) }
            guard padded == 0 || group & (padded == 1 ? 0xFF : 0xFFFF) == 0 else { return nil }
        }
        return output
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
