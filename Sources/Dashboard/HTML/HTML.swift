/// Markup that is safe to send: what is written out in the source is markup, what is put into it is text.
///
/// `"<b>\(name)</b>" as HTML` escapes `name`, and only a literal can be markup: a string that came from outside has no way
/// to become one. Attributes must be quoted in the literal; then the same escapes hold in them.
public struct HTML: Sendable, Equatable {
    /// The markup as UTF-8.
    public private(set) var bytes: [UInt8] = []

    /// No markup.
    public init() {}

    /// Whether there is nothing in it.
    public var isEmpty: Bool { bytes.isEmpty }

    /// Appends `markup`.
    public mutating func append(_ markup: HTML) { bytes.append(contentsOf: markup.bytes) }

    fileprivate mutating func append(literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends `text` with the five characters escaped that mean something in text or in a quoted attribute, and with
    /// U+FFFD for control characters, which HTML does not allow (HTML standard, 13.2.3.5).
    fileprivate mutating func append(text: some StringProtocol) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): append(literal: "&amp;")
            case UInt8(ascii: "<"): append(literal: "&lt;")
            case UInt8(ascii: ">"): append(literal: "&gt;")
            case UInt8(ascii: "\""): append(literal: "&quot;")
            case UInt8(ascii: "'"): append(literal: "&#39;")
            case 0x09, 0x0A: bytes.append(byte)
            case 0x00..<0x20, 0x7F: append(literal: "\u{FFFD}")
            default: bytes.append(byte)
            }
        }
    }
}

extension HTML {
    /// These rows of a table with the title of its column in each cell (`data-label`), which stands before the cell where
    /// the screen has no room for columns. In markup of ours a `<` begins a tag: in text it is escaped.
    func labelled(_ titles: [String]) -> HTML {
        var labelled = HTML()
        labelled.bytes.reserveCapacity(bytes.count + bytes.count / 4)
        let labels = titles.map { " data-label=\"\($0)\"" as HTML }
        var column = 0
        var copied = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: "<") && index + 3 < bytes.count {
            guard bytes[index + 1] == UInt8(ascii: "t"), [0x20, 0x3E].contains(bytes[index + 3]) else { continue }
            switch bytes[index + 2] {
            case UInt8(ascii: "r"): column = 0
            case UInt8(ascii: "d"), UInt8(ascii: "h"):
                if labels.indices.contains(column) {
                    labelled.bytes += bytes[copied..<index + 3]
                    labelled.append(labels[column])
                    copied = index + 3
                }
                column += 1
            default: break
            }
        }
        labelled.bytes += bytes[copied...]
        return labelled
    }
}

extension HTML: ExpressibleByStringInterpolation {
    /// Markup that is written out. A `StaticString` cannot be made while the program runs.
    public init(stringLiteral literal: StaticString) { append(literal: literal) }

    /// Markup with text put into it.
    public init(stringInterpolation interpolation: StringInterpolation) { self = interpolation.markup }

    /// Puts text into markup.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup = HTML()

        /// Room for a literal of that size.
        public init(literalCapacity: Int, interpolationCount: Int) {
            markup.bytes.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        /// Appends what is written out, as markup.
        public mutating func appendLiteral(_ literal: StaticString) { markup.append(literal: literal) }

        /// Appends `text`, escaped.
        public mutating func appendInterpolation(_ text: String) { markup.append(text: text) }

        /// Appends `text`, escaped.
        public mutating func appendInterpolation(_ text: Substring) { markup.append(text: text) }

        /// Appends `number` in plain digits.
        public mutating func appendInterpolation(_ number: Int) { markup.append(text: String(number)) }

        /// Appends `other` as it is: it is markup already.
        public mutating func appendInterpolation(_ other: HTML) { markup.append(other) }

        /// Appends `other`, or nothing.
        public mutating func appendInterpolation(_ other: HTML?) { if let other { markup.append(other) } }

        /// Appends the address, for `href` and `action`.
        public mutating func appendInterpolation(_ link: Link) { markup.append(text: link.text) }

        /// Appends `markup` when `condition` holds.
        public mutating func appendInterpolation(_ other: HTML, if condition: Bool) {
            if condition { markup.append(other) }
        }
    }
}

extension HTML: CustomStringConvertible {
    /// The markup as text.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension Sequence {
    /// The markup of each element, one after the other.
    func html(_ markup: (Element) -> HTML) -> HTML {
        var all = HTML()
        for element in self { all.append(markup(element)) }
        return all
    }
}
