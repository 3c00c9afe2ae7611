import JSON

/// JSON as models write it: within a fence or prose, with line breaks in strings, a comma too many, or cut off.
///
/// What is whole is kept: of a text that ends early every value that was complete, with the arrays and objects around
/// it. One pass over the bytes; nesting is limited.
struct LenientJSON {
    /// Levels of arrays and objects.
    static let depthMax = 32

    /// What was read.
    let value: JSONValue
    /// Whether the text went on to the end of the value without a fault.
    let isWhole: Bool
    /// Where the value ends, in bytes.
    let end: Int

    /// Reads the value that begins at `start` of `bytes`; nil when there is none.
    init?(_ bytes: [UInt8], at start: Int) {
        var reader = Reader(bytes: bytes, position: start)
        guard let value = reader.value(depth: 0) else { return nil }
        self.value = value
        isWhole = !reader.isBroken
        end = reader.position
    }

    private struct Reader {
        let bytes: [UInt8]
        var position: Int
        /// Set at the first fault: nothing after it is read, all before it is kept.
        var isBroken = false

        private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

        private mutating func skipBlanks() {
            while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        }

        /// Nil, and broken, when no value is here or it is not whole; an array or object is returned with what it has.
        mutating func value(depth: Int) -> JSONValue? {
            skipBlanks()
            guard depth < LenientJSON.depthMax else { return broken() }
            switch current {
            case UInt8(ascii: "{"): return object(depth: depth)
            case UInt8(ascii: "["): return array(depth: depth)
            case UInt8(ascii: "\""): return string().map { .string($0) }
            default: return plain()
            }
        }

        private mutating func broken() -> JSONValue? {
            isBroken = true
            return nil
        }

        private mutating func array(depth: Int) -> JSONValue? {
            position += 1
            var elements: [JSONValue] = []
            while true {
                skipBlanks()
                if current == UInt8(ascii: "]") {
                    position += 1
                    break
                }
                if let element = value(depth: depth + 1) { elements.append(element) }
                guard !isBroken, goesOn(until: UInt8(ascii: "]")) else { break }
            }
            return .array(elements)
        }

        private mutating func object(depth: Int) -> JSONValue? {
            position += 1
            var object = JSONObject()
            while true {
                skipBlanks()
                if current == UInt8(ascii: "}") {
                    position += 1
                    break
                }
                guard current == UInt8(ascii: "\""), let key = string() else {
                    isBroken = true
                    break
                }
                skipBlanks()
                guard current == UInt8(ascii: ":") else {
                    isBroken = true
                    break
                }
                position += 1
                // Of two members of one name the first counts.
                if let member = value(depth: depth + 1), object[key] == nil { object[key] = member }
                guard !isBroken, goesOn(until: UInt8(ascii: "}")) else { break }
            }
            return .object(object)
        }

        /// Steps over a comma; false at `end`, which is left, and where neither is.
        private mutating func goesOn(until end: UInt8) -> Bool {
            skipBlanks()
            if current == UInt8(ascii: ",") {
                position += 1
                return true
            }
            if current == end { return true }
            isBroken = true
            return false
        }

        /// A number, `true`, `false`, `null`: what the strict reader takes. At the very end it may be cut.
        private mutating func plain() -> JSONValue? {
            let start = position
            while position < bytes.count, bytes[position].isWordByte || "+-.".utf8.contains(bytes[position]) {
                position += 1
            }
            guard position > start, position < bytes.count,
                let value = try? JSONValue(parsing: Array(bytes[start..<position]))
            else { return broken() }
            return value
        }

        /// A string with whatever in it, up to its quote; nil when that is missing.
        private mutating func string() -> String? {
            let start = position
            position += 1
            var literal: [UInt8] = [UInt8(ascii: "\"")]
            while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                let byte = bytes[position]
                if byte == UInt8(ascii: "\\"), position + 1 < bytes.count {
                    let next = bytes[position + 1]
                    // `\d` and the like: a backslash that was not escaped.
                    if !"\"\\/bfnrtu".utf8.contains(next) { literal.append(byte) }
                    literal += [byte, next]
                    position += 2
                    continue
                }
                if byte < 0x20 {
                    literal += "\\u00".utf8
                    literal += String(byte, radix: 16).utf8.count == 1 ? "0".utf8 : "".utf8
                    literal += String(byte, radix: 16).utf8
                } else {
                    literal.append(byte)
                }
                position += 1
            }
            guard position < bytes.count else {
                isBroken = true
                return nil
            }
            position += 1
            literal.append(UInt8(ascii: "\""))
            guard let text = (try? JSONValue(parsing: literal))?.string else {
                // `\u12` without its digits: the bytes as they stand.
                return String(decoding: bytes[start + 1..<position - 1], as: UTF8.self)
            }
            return text
        }
    }
}
