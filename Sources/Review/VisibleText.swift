/// A text in which nothing hides: what a reader would not see stands there as `⟦U+202E⟧`.
///
/// Invisible and reordering characters carry instructions past people (tag characters) and make code look like other
/// code (bidirectional controls, CVE-2021-42574).
struct VisibleText {
    /// The text with every hidden character written out.
    let text: String
    /// Whether a character was there whose only known use in source code is to deceive.
    let isSuspicious: Bool

    /// `text` made visible. Tabs stay; so do line breaks, CR LF included, where `keepsLineBreaks` says so.
    init(_ text: String, keepsLineBreaks: Bool) {
        guard text.utf8.contains(where: { $0 >= 0x7F || ($0 < 0x20 && $0 != 0x09 && $0 != 0x0A) || $0 == 0x0A }) else {
            self.text = text
            isSuspicious = false
            return
        }
        var output = String.UnicodeScalarView()
        var isSuspicious = false
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            scalars.formIndex(after: &index)
            let endsLine = scalar == "\r" && index < scalars.endIndex && scalars[index] == "\n"
            if (scalar == "\n" || endsLine) && keepsLineBreaks {
                output.append(scalar)
            } else if Self.isHidden(scalar) {
                output.append(contentsOf: Self.written(scalar).unicodeScalars)
                isSuspicious = isSuspicious || Self.deceives(scalar)
            } else {
                output.append(scalar)
            }
        }
        self.text = String(output)
        self.isSuspicious = isSuspicious
    }

    /// Whether nothing can hide in the one line `text`, told from its bytes; a CR at its end is no matter. May be
    /// false where nothing hides after all.
    static func isVisible(_ text: String) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { bytes in isVisible(bytes) } ?? false
    }

    /// Whether nothing can hide in one line of these bytes.
    static func isVisible(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var odd: UInt8 = 0
        // Without a way out, so that many bytes are compared at once.
        for byte in bytes { odd |= byte &- 0x20 < 0x5F || byte == 0x09 ? 0 : 1 }
        return odd == 0 || isVisible(slowly: bytes)
    }

    /// By the first bytes of characters, and the second where the first says too little.
    private static func isVisible(slowly bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for index in bytes.indices {
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            switch bytes[index] {
            // ASCII; and the later bytes of characters, of which the first has been looked at.
            case 0x09, 0x20...0x7E, 0x80...0xBF: break
            case 0x0D: guard index == bytes.count - 1 else { return false }
            // Latin, combining marks, Greek, Cyrillic, Armenian, Hebrew.
            case 0xC3...0xCC, 0xCE...0xD7: break
            // Japanese, Chinese, Korean, but for the Hangul filler U+3164.
            case 0xE3: guard next != 0x85 else { return false }
            case 0xE4...0xED: break
            // Wide forms of ASCII signs.
            case 0xEF: guard next == 0xBC || next == 0xBD else { return false }
            default: return false
            }
        }
        return true
    }

    /// `⟦U+202E⟧` for a right-to-left override.
    static func written(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "⟦U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits + "⟧"
    }

    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value < 0x20 && scalar != "\t" }
        switch scalar.value {
        // The grapheme joiner, Hangul and Khmer fillers, variation selectors other than those of text and emoji.
        case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F, 0x3164, 0xFFA0, 0xFE00...0xFE0D,
            0xE0100...0xE01EF:
            return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }

    /// Joiners that emoji and scripts need, byte order marks and soft hyphens are hidden but not suspicious.
    private static func deceives(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0xA0, 0xAD, 0x200C, 0x200D, 0x2028, 0x2029, 0xFEFF, 0xFE00...0xFE0D, 0x180B...0x180F: false
        default: true
        }
    }
}
