/// Why a text is not JSON that Bursar takes, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    /// Bytes before the one at which the text went wrong.
    public let offset: Int
    /// What was wrong there, in words.
    public let reason: String

    /// `not JSON: … at byte 17`.
    public var description: String { "not JSON: \(reason) at byte \(offset)" }
}

/// What a JSON text may cost to read.
public struct JSONLimits: Sendable {
    /// Arrays and objects within each other.
    public var depthMax: Int
    /// Values in all: a value takes about 32 bytes of memory however short its text is.
    public var valueCountMax: Int

    /// Limits of `depthMax` levels and `valueCountMax` values.
    public init(depthMax: Int = 64, valueCountMax: Int = 500_000) {
        self.depthMax = depthMax
        self.valueCountMax = valueCountMax
    }
}

extension JSONValue {
    /// Reads one JSON text (RFC 8259, UTF-8 without a byte order mark) with nothing but white space around it.
    ///
    /// Stricter than the RFC asks: a name that comes twice in an object is refused. A lone surrogate becomes U+FFFD.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        var reader = JSONReader(bytes: bytes, limits: limits)
        self = try reader.text()
    }

    /// Reads one JSON text.
    public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    let limits: JSONLimits
    var position = 0
    var valueCount = 0

    init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func text() throws(JSONError) -> JSONValue {
        skipBlanks()
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw failure("something follows the value") }
        return value
    }

    func failure(_ reason: String, at offset: Int? = nil) -> JSONError {
        JSONError(offset: offset ?? position, reason: reason)
    }

    /// The byte at `position`, 0 at the end: no JSON token has a NUL outside a string, and there it is refused.
    var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        valueCount += 1
        guard valueCount <= limits.valueCountMax else { throw failure("more than \(limits.valueCountMax) values") }
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure(position < bytes.count ? "a value was expected" : "the text ends early")
        }
    }

    mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count else { throw failure("the text ends early") }
        for offset in 0..<word.utf8CodeUnitCount where bytes[position + offset] != word.utf8Start[offset] {
            throw failure("a value was expected")
        }
        position = end
        return value
    }

    mutating func open(depth: Int) throws(JSONError) {
        guard depth <= limits.depthMax else { throw failure("more than \(limits.depthMax) levels") }
        position += 1
        skipBlanks()
    }

    mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try open(depth: depth)
        var elements: [JSONValue] = []
        if current == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            elements.append(try value(depth: depth))
            skipBlanks()
            guard try another(until: UInt8(ascii: "]")) else { return .array(elements) }
        }
    }

    mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try open(depth: depth)
        var members: [JSONObject.Member] = []
        var seen: Set<String> = []
        if current == UInt8(ascii: "}") {
            position += 1
            return .object(JSONObject(parsed: members))
        }
        while true {
            let start = position
            guard current == UInt8(ascii: "\"") else { throw failure("a member's name was expected") }
            let key = try string()
            // Few members are compared one by one; from 16 on a set keeps hostile objects from costing their square.
            if members.count < 16 {
                for member in members where member.key == key {
                    throw failure("the name \"\(key)\" comes twice", at: start)
                }
            } else {
                if seen.isEmpty { seen = Set(members.lazy.map(\.key)) }
                guard seen.insert(key).inserted else { throw failure("the name \"\(key)\" comes twice", at: start) }
            }
            skipBlanks()
            guard current == UInt8(ascii: ":") else { throw failure("a colon was expected") }
            position += 1
            skipBlanks()
            members.append(JSONObject.Member(key: key, value: try value(depth: depth)))
            skipBlanks()
            guard try another(until: UInt8(ascii: "}")) else { return .object(JSONObject(parsed: members)) }
        }
    }

    /// Steps over a comma (true) or over `end` (false).
    mutating func another(until end: UInt8) throws(JSONError) -> Bool {
        switch current {
        case UInt8(ascii: ","):
            position += 1
            skipBlanks()
            return true
        case end:
            position += 1
            return false
        default: throw failure(position < bytes.count ? "a comma or the end was expected" : "the text ends early")
        }
    }

    mutating func digits() throws(JSONError) {
        guard 0x30...0x39 ~= current else { throw failure("a digit was expected") }
        while 0x30...0x39 ~= current { position += 1 }
    }

    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let negative = current == UInt8(ascii: "-")
        if negative { position += 1 }
        if current == UInt8(ascii: "0") { position += 1 } else { try digits() }
        let integerEnd = position
        if current == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if current | 0x20 == UInt8(ascii: "e") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        if 0x30...0x39 ~= current { throw failure("a number starts with a zero") }
        if position == integerEnd {
            var magnitude = 0
            var fits = true
            for index in (negative ? start + 1 : start)..<integerEnd {
                let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
                let digit = Int(bytes[index]) - 0x30
                let (sum, overflowed) =
                    negative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
                if overflow || overflowed { fits = false }
                magnitude = sum
            }
            if fits { return .integer(magnitude) }
        }
        return .decimal(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        var isASCII = true
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = try decoded(start..<position, isASCII: isASCII)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            if byte < 0x20 { throw failure("a control character in a string") }
            if byte >= 0x80 { isASCII = false }
            position += 1
        }
        throw failure("the text ends inside a string")
    }

    func decoded(_ range: Range<Int>, isASCII: Bool) throws(JSONError) -> String {
        if isASCII { return String(decoding: bytes[range], as: UTF8.self) }
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw failure("a string that is not UTF-8", at: range.lowerBound)
        }
        return text
    }

    /// The rest of a string from its first escape on.
    mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var buffer = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: buffer, as: UTF8.self) else {
                    throw failure("a string that is not UTF-8", at: start)
                }
                return text
            case UInt8(ascii: "\\"): try escape(into: &buffer)
            case 0..<0x20: throw failure("a control character in a string", at: position - 1)
            default: buffer.append(byte)
            }
        }
        throw failure("the text ends inside a string")
    }

    mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
        let escape = current
        position += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(escape)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = try hexadecimal4()
            if 0xD800..<0xDC00 ~= scalar, current == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "u")
            {
                let start = position
                position += 2
                let low = try hexadecimal4()
                if 0xDC00..<0xE000 ~= low {
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
                } else {
                    position = start
                }
            }
            // Half a pair is what is left of an emoji that was cut: it must not cost the whole text.
            buffer.append(contentsOf: Array(String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8))
        default: throw failure("an unknown escape", at: position - 1)
        }
    }

    mutating func hexadecimal4() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch current {
            case 0x30...0x39: digit = current - 0x30
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = current - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = current - UInt8(ascii: "A") + 10
            default: throw failure("four hexadecimal digits were expected")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
