extension Unicode.Scalar {
    /// Whether this is an ASCII letter.
    var isASCIILetter: Bool { "a"..."z" ~= self || "A"..."Z" ~= self }
    /// Whether this is an ASCII digit.
    var isASCIIDigit: Bool { "0"..."9" ~= self }
    /// Whether this is an ASCII letter, a digit or `_`.
    var isASCIIWord: Bool { isASCIILetter || isASCIIDigit || self == "_" }
    /// Whether this is a blank or a tab.
    var isBlank: Bool { self == " " || self == "\t" }
    /// Whether a backslash before this takes its meaning away (CommonMark section 2.4).
    var isASCIIPunctuation: Bool { "!"..."/" ~= self || ":"..."@" ~= self || "["..."`" ~= self || "{"..."~" ~= self }
}

extension RandomAccessCollection where Element == Unicode.Scalar, Index == Int {
    /// Whether `part` stands at `index`.
    func has(_ part: [Unicode.Scalar], at index: Int) -> Bool {
        guard index >= startIndex, endIndex - index >= part.count else { return false }
        for offset in 0..<part.count where self[index + offset] != part[offset] { return false }
        return true
    }

    /// Whether `part`, in lower case, stands at `index` in whatever case.
    func hasWord(_ part: StaticString, at index: Int) -> Bool {
        guard index >= startIndex, endIndex - index >= part.utf8CodeUnitCount else { return false }
        for offset in 0..<part.utf8CodeUnitCount {
            let scalar = self[index + offset]
            let folded = "A"..."Z" ~= scalar ? scalar.value | 0x20 : scalar.value
            if folded != UInt32(part.utf8Start[offset]) { return false }
        }
        return true
    }

    /// The element at `index`, nil outside.
    func at(_ index: Int) -> Unicode.Scalar? { index >= startIndex && index < endIndex ? self[index] : nil }
}
