/// A range of offsets in a head, half the size of a range of integers: heads are copied often, and never 4 GiB long.
struct ByteRange: Sendable {
    private let lower: UInt32
    private let upper: UInt32

    init(_ range: Range<Int>) {
        lower = UInt32(clamping: range.lowerBound)
        upper = UInt32(clamping: range.upperBound)
    }

    var range: Range<Int> { Int(lower)..<Int(upper) }
    var isEmpty: Bool { lower == upper }
}

/// Where the parts of a request target (RFC 9112 section 3.2) lie in the bytes of the head.
struct RequestTarget: Sendable {
    /// The whole target.
    let range: ByteRange
    /// The path with its first slash; empty for `*` and for an absolute form without a path.
    let path: ByteRange
    /// What follows the first question mark; empty when there is none.
    let query: ByteRange
    /// The authority of an absolute form, which takes the place of `Host`; empty in the other forms.
    let authority: ByteRange
    /// Whether the target is `*`, or an absolute form that means it.
    let isAsterisk: Bool
    /// Whether the path has percent escapes, so that its bytes are not its text.
    let pathHasEscapes: Bool

    /// Reads the target in `range`. Escapes are checked here, once, so that decoding later cannot fail.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>, isOptions: Bool) throws(HTTPRefusal) {
        guard !range.isEmpty else { throw .syntax("The request target is empty.") }
        var marks = Marks()
        for index in range { try marks.see(bytes[index], at: index) }
        self.range = ByteRange(range)
        let nothing = ByteRange(0..<0)
        if range.count == 1, bytes[range.lowerBound] == UInt8(ascii: "*") {
            guard isOptions else { throw .syntax("The target * goes with OPTIONS only.") }
            (path, query, authority, isAsterisk, pathHasEscapes) = (nothing, nothing, nothing, true, false)
            return
        }
        var start = range.lowerBound
        var authority = nothing
        if bytes[start] != UInt8(ascii: "/") {
            let found = try Self.authority(bytes, range)
            authority = ByteRange(found)
            start = found.upperBound
        }
        let mark = marks.question
        let query = mark.map { ($0 + 1)..<range.upperBound } ?? 0..<0
        self.authority = authority
        self.query = ByteRange(query)
        path = ByteRange(start..<(mark ?? range.upperBound))
        isAsterisk = isOptions && path.isEmpty && mark == nil
        pathHasEscapes = marks.hasPercent && firstIndex(of: UInt8(ascii: "%"), bytes, path.range) != nil
        if pathHasEscapes || marks.hasSuspect { try Self.checkPath(bytes, path.range) }
        if marks.hasPercent { try Self.checkEscapes(bytes, query) }
    }

    /// Refuses the beginning of a target that goes on behind `range`, when nothing that follows can mend it.
    ///
    /// The last segment and a cut escape are not judged: what follows may complete them.
    static func checkBeginning(_ bytes: Span<UInt8>, _ range: Range<Int>, isOptions: Bool) throws(HTTPRefusal) {
        var marks = Marks()
        for index in range { try marks.see(bytes[index], at: index) }
        var end = range.upperBound
        for count in 1...2 where range.count > count && bytes[range.upperBound - count] == UInt8(ascii: "%") {
            end = range.upperBound - count
        }
        try checkEscapes(bytes, range.lowerBound..<end)
        if marks.question == nil {
            // Neither `*` nor anything else without a slash is so long.
            guard let slash = range.last(where: { bytes[$0] == UInt8(ascii: "/") }) else { throw wrongForm }
            end = slash
        }
        guard end > range.lowerBound else { return }
        _ = try RequestTarget(bytes, range.lowerBound..<end, isOptions: isOptions)
    }

    private static let wrongForm = HTTPRefusal.syntax(
        "The request target must be a path, or a URL with http or https.")

    /// What one look at each byte tells, so that plain targets, which most are, need no other.
    private struct Marks {
        /// Where the query begins.
        var question: Int?
        var hasPercent = false
        /// Whether there is a backslash, or a dot behind a slash: what a dot segment begins with.
        var hasSuspect = false
        private var isAfterSlash = false

        /// Refuses bytes that no target has.
        mutating func see(_ byte: UInt8, at index: Int) throws(HTTPRefusal) {
            guard 0x21...0x7E ~= byte, byte != UInt8(ascii: "#") else {
                throw .syntax("The request target has a character that must be escaped.")
            }
            switch byte {
            case UInt8(ascii: "?"): question = question ?? index
            case UInt8(ascii: "%"): hasPercent = true
            case UInt8(ascii: "\\"): hasSuspect = true
            case UInt8(ascii: "."): hasSuspect = hasSuspect || isAfterSlash
            default: break
            }
            isAfterSlash = byte == UInt8(ascii: "/")
        }
    }

    /// The authority of an absolute form; anything else that does not start with a slash is refused.
    private static func authority(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPRefusal) -> Range<Int> {
        for scheme: StaticString in ["http://", "https://"] {
            let start = range.lowerBound + scheme.utf8CodeUnitCount
            guard start <= range.upperBound, equalsIgnoringCase(bytes, range.lowerBound..<start, scheme) else {
                continue
            }
            var end = start
            while end < range.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
            guard isHost(bytes, start..<end) else { throw .syntax("The request target names no valid host.") }
            return start..<end
        }
        throw wrongForm
    }

    /// Refuses what could climb out of its segment.
    private static func checkPath(_ bytes: Span<UInt8>, _ path: Range<Int>) throws(HTTPRefusal) {
        var start = path.lowerBound
        while start < path.upperBound {
            let first = start + 1
            let end = firstIndex(of: UInt8(ascii: "/"), bytes, first..<path.upperBound) ?? path.upperBound
            if firstIndex(of: UInt8(ascii: "%"), bytes, first..<end) != nil {
                try checkSegment(try unescaped(bytes, first..<end))
            } else {
                try checkNames(bytes, first..<end)
            }
            start = end
        }
    }

    private static func checkSegment(_ segment: [UInt8]) throws(HTTPRefusal) {
        guard !segment.contains(0), !segment.contains(UInt8(ascii: "/")) else {
            throw .syntax("The path has an escaped slash or NUL.")
        }
        guard String(validating: segment, as: UTF8.self) != nil else { throw .syntax("The path is not UTF-8.") }
        try checkNames(segment.span, 0..<segment.count)
    }

    private static func checkNames(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPRefusal) {
        let isDots = 1...2 ~= range.count && range.allSatisfy { bytes[$0] == UInt8(ascii: ".") }
        guard !isDots, firstIndex(of: UInt8(ascii: "\\"), bytes, range) == nil else {
            throw .syntax("The path has a dot segment or a backslash.")
        }
    }

    private static func checkEscapes(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPRefusal) {
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "%") {
                guard index + 2 < range.upperBound, hexadecimal(bytes[index + 1]) != nil,
                    hexadecimal(bytes[index + 2]) != nil
                else { throw .syntax("A percent sign must be followed by two hexadecimal digits.") }
            }
            index += 1
        }
    }

    /// The bytes in `range` with each escape replaced, once.
    static func unescaped(_ bytes: Span<UInt8>, _ range: Range<Int>, plusIsSpace: Bool = false) throws(HTTPRefusal)
        -> [UInt8]
    {
        try checkEscapes(bytes, range)
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < range.upperBound,
                let high = hexadecimal(bytes[index + 1]), let low = hexadecimal(bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(plusIsSpace && bytes[index] == UInt8(ascii: "+") ? space : bytes[index])
                index += 1
            }
        }
        return result
    }
}
