extension JSONValue {
    /// The value as one line of JSON in UTF-8, without a line break at the end.
    public var bytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(640)
        write(to: &output, indentation: nil)
        return output
    }

    /// The value as JSON with two blanks a level, in UTF-8, with a line break at the end.
    public var prettyBytes: [UInt8] {
        var output: [UInt8] = []
        write(to: &output, indentation: 0)
        output.append(0x0A)
        return output
    }

    /// The value as one line of JSON.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    private func write(to output: inout [UInt8], indentation: Int?) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .decimal(let digits): output.append(contentsOf: digits.utf8)
        case .string(let text): Self.quote(text, to: &output)
        case .array(let elements):
            Self.list(elements, "[", "]", to: &output, indentation: indentation) { element, output, inner in
                element.write(to: &output, indentation: inner)
            }
        case .object(let object):
            Self.list(object.members, "{", "}", to: &output, indentation: indentation) { member, output, inner in
                Self.quote(member.key, to: &output)
                output.append(UInt8(ascii: ":"))
                if inner != nil { output.append(0x20) }
                member.value.write(to: &output, indentation: inner)
            }
        }
    }

    private static func list<Element>(
        _ elements: [Element], _ open: Unicode.Scalar, _ close: Unicode.Scalar, to output: inout [UInt8],
        indentation: Int?,
        _ write: (Element, inout [UInt8], Int?) -> Void
    ) {
        output.append(UInt8(ascii: open))
        let inner = indentation.map { $0 + 1 }
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            newLine(inner, to: &output)
            write(element, &output, inner)
        }
        if !elements.isEmpty { newLine(indentation, to: &output) }
        output.append(UInt8(ascii: close))
    }

    private static func newLine(_ indentation: Int?, to output: inout [UInt8]) {
        guard let indentation else { return }
        output.append(0x0A)
        output.append(contentsOf: repeatElement(0x20, count: indentation * 2))
    }

    /// Writes `text` with quotes, escaping what RFC 8259 section 7 says must be, and U+007F, U+2028 and U+2029, which
    /// terminals and scripts take for more than text.
    private static func quote(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        defer { output.append(UInt8(ascii: "\"")) }
        var text = text
        // Nearly every text is plain ASCII: it goes out as it is.
        let isPlain = text.withUTF8 { bytes in
            let isPlain = bytes.allSatisfy { 0x20..<0x7F ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            if isPlain { output.append(contentsOf: bytes) }
            return isPlain
        }
        guard !isPlain else { return }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output.append(contentsOf: #"\""#.utf8)
            case "\\": output.append(contentsOf: #"\\"#.utf8)
            case "\n": output.append(contentsOf: #"\n"#.utf8)
            case "\r": output.append(contentsOf: #"\r"#.utf8)
            case "\t": output.append(contentsOf: #"\t"#.utf8)
            case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                output.append(contentsOf: #"\u"#.utf8)
                output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
                output.append(contentsOf: digits.utf8)
            default:
                if scalar.isASCII {
                    output.append(UInt8(truncatingIfNeeded: scalar.value))
                } else {
                    output.append(contentsOf: String(scalar).utf8)
                }
            }
        }
    }
}
