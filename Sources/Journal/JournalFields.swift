/// The fields of a line of a journal, taken one by one.
public struct JournalFields {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// The fields of `bytes`, which come without checksum and line break.
    public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Whether all fields have been taken.
    public var isAtEnd: Bool { position > bytes.count }

    /// The next field as it stands in the line.
    public mutating func next() throws(JournalError) -> UnsafeBufferPointer<UInt8> {
        guard position <= bytes.count else { throw JournalError(reason: "the line has too few fields") }
        let rest = bytes[position...]
        let end = rest.firstIndex(of: 0x09) ?? bytes.count
        defer { position = end + 1 }
        return UnsafeBufferPointer(rebasing: bytes[position..<end])
    }

    /// The next field as a number; nil when it is empty.
    public mutating func optionalNumber() throws(JournalError) -> Int? {
        let field = try next()
        guard !field.isEmpty else { return nil }
        let isNegative = field[0] == UInt8(ascii: "-")
        let digits = field.dropFirst(isNegative ? 1 : 0)
        guard 1...18 ~= digits.count else { throw JournalError(reason: "a number is too long") }
        var value = 0
        for digit in digits {
            guard 0x30...0x39 ~= digit else { throw JournalError(reason: "a number was expected") }
            value = value * 10 + Int(digit - 0x30)
        }
        return isNegative ? -value : value
    }

    /// The next field as a number.
    public mutating func number() throws(JournalError) -> Int {
        guard let value = try optionalNumber() else { throw JournalError(reason: "a number is missing") }
        return value
    }

    /// The next field as a text, with its escapes undone.
    public mutating func text() throws(JournalError) -> String {
        let field = try next()
        guard field.contains(UInt8(ascii: "\\")) else {
            guard let text = String(validating: field, as: UTF8.self) else {
                throw JournalError(reason: "a text is not UTF-8")
            }
            return text
        }
        var plain: [UInt8] = []
        var isEscaped = false
        for byte in field {
            if isEscaped {
                isEscaped = false
                switch byte {
                case UInt8(ascii: "t"): plain.append(0x09)
                case UInt8(ascii: "n"): plain.append(0x0A)
                case UInt8(ascii: "r"): plain.append(0x0D)
                case UInt8(ascii: "\\"): plain.append(byte)
                default: throw JournalError(reason: "an unknown escape")
                }
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                plain.append(byte)
            }
        }
        guard !isEscaped, let text = String(validating: plain, as: UTF8.self) else {
            throw JournalError(reason: "a text is not UTF-8")
        }
        return text
    }
}
