// The character classes of RFC 9110 section 5.6 and RFC 3986, and comparisons that know ASCII only: Unicode's idea of
// letter case and white space has smuggled requests past other servers.

let carriageReturn: UInt8 = 0x0D
let lineFeed: UInt8 = 0x0A
let horizontalTab: UInt8 = 0x09
let space: UInt8 = 0x20

/// Whether `byte` may stand in a token (RFC 9110 section 5.6.2).
func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
        UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
        true
    default: false
    }
}

/// Whether `byte` may stand in a host (RFC 3986 section 3.2.2) without brackets and port; no comma, though it could.
func isHostCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
        UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
        UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="):
        true
    default: false
    }
}

/// `byte` with `A` to `Z` turned into `a` to `z` and nothing else changed.
func lowercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
}

/// Whether the bytes in `range` are exactly `text`.
func equals(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard range.count == count else { return false }
    // A literal lives as long as the program, and `offset` stays below the number of its bytes.
    for offset in 0..<count where bytes[range.lowerBound + offset] != text.utf8Start[offset] { return false }
    return true
}

/// Whether the bytes in `range` are `text`, which must be in lower case, when ASCII letter case is ignored.
func equalsIgnoringCase(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard range.count == count else { return false }
    // As above.
    for offset in 0..<count where lowercased(bytes[range.lowerBound + offset]) != text.utf8Start[offset] {
        return false
    }
    return true
}

/// `range` without spaces and tabs at both ends.
func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, bytes[lower] == space || bytes[lower] == horizontalTab { lower += 1 }
    while upper > lower, bytes[upper - 1] == space || bytes[upper - 1] == horizontalTab { upper -= 1 }
    return lower..<upper
}

/// The place of the first `wanted` in `range`.
func firstIndex(of wanted: UInt8, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound {
        if bytes[index] == wanted { return index }
        index += 1
    }
    return nil
}

/// Calls `body` with each element of a comma-separated list, without the blanks around it.
func forEachElement(_ bytes: Span<UInt8>, _ range: Range<Int>, _ body: (Range<Int>) -> Void) {
    var start = range.lowerBound
    while true {
        let end = firstIndex(of: UInt8(ascii: ","), bytes, start..<range.upperBound) ?? range.upperBound
        body(trimmed(bytes, start..<end))
        if end == range.upperBound { return }
        start = end + 1
    }
}

/// The value of ASCII digits; nil when there are none, for any other byte (signs too), and beyond 19 digits or `Int`.
func decimal(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard 1...19 ~= range.count else { return nil }
    var value = 0
    for index in range {
        let byte = bytes[index]
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflowed) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
        guard !overflow, !overflowed else { return nil }
        value = sum
    }
    return value
}

/// The value of one hexadecimal digit; nil for any other byte.
func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
