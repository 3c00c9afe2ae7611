/// The fields of a form as browsers send them: `application/x-www-form-urlencoded`.
struct FormFields: Sendable {
    private let values: [(name: String, value: String)]

    /// Bytes of a body at most, where the form says nothing else.
    static let bytesMax = 16 << 10
    /// Fields that are read; more are none.
    static let fieldsMax = 64

    /// Reads `body`. Nil: it is no form, or one of more than `bytesMax` bytes.
    init?(_ body: [UInt8], bytesMax: Int = Self.bytesMax) {
        guard body.count <= bytesMax else { return nil }
        var values: [(name: String, value: String)] = []
        for pair in body.split(separator: UInt8(ascii: "&")) {
            guard values.count < Self.fieldsMax else { return nil }
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), let value = Self.decoded(parts.count > 1 ? parts[1] : []) else {
                return nil
            }
            values.append((name, value))
        }
        self.values = values
    }

    /// The first value of `name` without blanks around it; empty when it is not there.
    subscript(_ name: String) -> String {
        let value = values.first { $0.name == name }?.value ?? ""
        let start = value.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }

    /// `+` is a blank, `%41` a byte; nil for a broken escape, and for bytes that are no UTF-8.
    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): result.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                result.append(high << 4 | low)
            default: result.append(byte)
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
