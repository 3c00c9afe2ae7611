// How many columns of a terminal a text takes: two for what East Asian writing and emoji draw wide (Unicode Standard
// Annex 11), none for marks that stand on another character.

extension Character {
    /// Columns: 0, 1 or 2; more for a cluster of several letters that stand side by side.
    package var displayWidth: Int {
        if let byte = utf8.first, utf8.count == 1 { return 0x20..<0x7F ~= byte ? 1 : 0 }
        let scalars = unicodeScalars
        let isPicture =
            scalars.contains { $0.properties.isEmojiPresentation || $0.value == 0xFE0F }
            && scalars.contains { $0.properties.isEmoji }
        // What a joiner or a modifier makes one picture of is as wide as one picture.
        return isPicture ? 2 : scalars.reduce(0) { $0 + $1.columns }
    }
}

extension StringProtocol {
    /// Columns that the text takes on one line.
    package var displayWidth: Int {
        utf8.allSatisfy { 0x20..<0x7F ~= $0 } ? utf8.count : reduce(0) { $0 + $1.displayWidth }
    }

    /// The text when it fits into `width` columns, else its beginning and `…`.
    package func cut(to width: Int) -> String {
        guard displayWidth > width else { return String(self) }
        var (text, used) = ("", 0)
        for character in self {
            guard used + character.displayWidth <= width - 1 else { break }
            used += character.displayWidth
            text.append(character)
        }
        return width > 0 ? text + "…" : ""
    }

    /// The text without what could move the cursor, colour the screen or turn the direction of writing: control characters
    /// become blanks, controls of direction become `�`.
    package var harmless: String {
        guard unicodeScalars.contains(where: { $0.isControl || $0.turnsDirection }) else { return String(self) }
        return String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.isControl ? " " : $0.turnsDirection ? "\u{FFFD}" : $0 }))
    }
}

extension Unicode.Scalar {
    /// Blocks of wide characters, in order. Those of emoji are known by their property.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF,
        0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x1B2FB, 0x1F200...0x1F265, 0x20000...0x3FFFD,
    ]

    fileprivate var columns: Int {
        // Vowels and finals of Hangul stand in the block of the consonant before them.
        if 0x1160...0x11FF ~= value { return 0 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
            return 0
        default: break
        }
        if value < 0x1100 { return 1 }
        return properties.isEmojiPresentation || Self.wide.contains { $0.contains(value) } ? 2 : 1
    }

    fileprivate var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    fileprivate var turnsDirection: Bool {
        switch value {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
