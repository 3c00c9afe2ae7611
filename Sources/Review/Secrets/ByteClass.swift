// Classes of bytes as the scanner needs them: comparisons of one byte, without tables and without Unicode.

extension UInt8 {
    @inline(__always) var isASCIIDigit: Bool { self &- 0x30 < 10 }
    @inline(__always) var isASCIIUpper: Bool { self &- 0x41 < 26 }
    @inline(__always) var isASCIILower: Bool { self &- 0x61 < 26 }
    @inline(__always) var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }
    /// A letter, a digit or `_`.
    @inline(__always) var isWordByte: Bool { isASCIILetter || isASCIIDigit || self == 0x5F }
    /// A blank, a tab or a carriage return: what may follow a value on its line.
    @inline(__always) var isBlankByte: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
    /// `"`, `'` or a backtick.
    @inline(__always) var isQuoteByte: Bool { self == 0x22 || self == 0x27 || self == 0x60 }
    /// What base64 is written in, in either alphabet.
    @inline(__always) var isBase64Byte: Bool {
        isWordByte || self == UInt8(ascii: "+") || self == UInt8(ascii: "/") || self == UInt8(ascii: "-")
            || self == UInt8(ascii: "=")
    }
    @inline(__always) var lowered: UInt8 { isASCIIUpper ? self | 0x20 : self }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether `word` stands at `index`.
    @inline(__always) func has(_ word: StaticString, at index: Int) -> Bool {
        guard index >= 0, count - index >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount where self[index + offset] != word.utf8Start[offset] { return false }
        return true
    }

    /// Whether `word`, in small letters, stands at `index` in whatever case.
    func hasFolded(_ word: StaticString, at index: Int) -> Bool {
        guard index >= 0, count - index >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount where self[index + offset].lowered != word.utf8Start[offset] {
            return false
        }
        return true
    }

    /// The byte at `index`, 0 outside.
    @inline(__always) func at(_ index: Int) -> UInt8 { index >= 0 && index < count ? self[index] : 0 }
}
