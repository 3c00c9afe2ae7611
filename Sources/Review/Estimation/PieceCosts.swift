// What the pieces of a text cost in OpenAI's o200k, in hundredths of a token.
//
// The figures are means over five megabytes of code, settings, prose and translations in the shape of diffs (Python,
// JavaScript, C, Swift, Go, Perl, PHP, shell, JSON, YAML, HTML, twenty languages' `.po`), each token counted to the
// piece in which it ends (tiktoken 0.14.0). The diffs of `Tests/ReviewTests/Diffs`, against which the estimates are
// tested, were not among them.

/// The likely number of tokens for each kind of piece.
struct PieceCosts: Sendable {
    /// A cost by a length: listed up to some length, from there on rising evenly.
    struct ByLength: Sendable {
        private let listed: [Int]
        private let step: Int

        init(_ listed: [Int], beyond step: Int) {
            self.listed = listed
            self.step = step
        }

        subscript(_ length: Int) -> Int {
            length < listed.count
                ? listed[max(0, length)] : listed[listed.count - 1] + (length - listed.count + 1) * step
        }
    }

    /// Small letters after a blank: what vocabularies know best.
    let afterBlank: ByLength
    /// Small letters after one capital, which is theirs: `Name`.
    let afterCapital: ByLength
    /// Small letters after a sign or at the beginning of a line.
    let afterSign: ByLength
    /// Small letters after digits, several capitals, or letters beyond ASCII.
    let afterOther: ByLength
    /// Capitals.
    let capitals: ByLength
    /// Different signs in a row.
    let signs: ByLength
    /// A lone sign before a letter, by its byte; the two are often one known part: `.name`, `_name`.
    let signBeforeLetter: [Int]
    /// A minus before a letter at the beginning of a line.
    let removalBeforeLetter: Int
    /// A line break, or several, behind signs, with which they are mostly one known part.
    let breakAfterSigns: Int
    /// Any other line break, or several.
    let lineBreak: Int
    /// A character beyond ASCII, by its first byte; nothing for the others of its bytes.
    let wideCharacter: [Int]
    /// What a run of such characters costs beside them, by its first byte.
    let wideRun: [Int]

    /// Blanks: the last belongs to what follows, unless that is a digit; at a line's end the break takes all.
    func blanks(_ length: Int, beforeDigit: Bool, beforeSign: Bool, beforeBreak: Bool) -> Int {
        if beforeBreak { return 0 }
        let unusual = beforeSign && (length == 2 || length == 3) ? 50 : 0
        return (length > 1 ? 102 : 0) + (beforeDigit ? 100 : 0) + unusual
    }

    /// The same sign in a row, as under a heading.
    func rule(_ length: Int) -> Int { 100 + length * 3 }
}

extension PieceCosts {
    /// OpenAI's o200k.
    static let o200k = PieceCosts(
        afterBlank: ByLength(
            [0, 100, 100, 101, 101, 102, 103, 105, 109, 114, 115, 117, 129, 140, 155, 170], beyond: 16),
        afterCapital: ByLength(
            [0, 100, 100, 101, 104, 108, 113, 125, 130, 148, 150, 154, 160, 170, 185, 200], beyond: 16),
        afterSign: ByLength(
            [0, 100, 104, 106, 111, 112, 119, 134, 141, 161, 169, 178, 205, 225, 256, 290], beyond: 30),
        afterOther: ByLength(
            [0, 100, 100, 112, 115, 116, 119, 124, 144, 165, 180, 190, 200, 220, 240, 260], beyond: 30),
        capitals: ByLength([0, 99, 104, 143, 165, 138, 160, 192, 202, 236, 263], beyond: 40),
        signs: ByLength([0, 100, 104, 123, 183, 216, 266, 330, 380, 440], beyond: 55),
        signBeforeLetter: byByte(
            [
                "\"": 95, "$": 98, "%": 88, "&": 71, "'": 71, "(": 27, ")": 35, "*": 98, "+": 92, ",": 14, "-": 13,
                ".": 9, "/": 25, ":": 53, ";": 56, "<": 83, "=": 30, ">": 71, "?": 69, "@": 97, "[": 55, "\\": 12,
                "]": 75, "_": 4, "{": 97, "|": 99, "}": 92,
            ], others: 100),
        removalBeforeLetter: 27, breakAfterSigns: 4, lineBreak: 98, wideCharacter: byFirstByte(\.character),
        wideRun: byFirstByte(\.run))

    private static func byByte(_ costs: [Character: Int], others: Int) -> [Int] {
        var table = [Int](repeating: others, count: 256)
        for (sign, cost) in costs { table[Int(sign.asciiValue ?? 0)] = cost }
        return table
    }

    /// Scripts by the first byte of their characters in UTF-8.
    private static let scripts: [(bytes: ClosedRange<UInt8>, character: Int, run: Int)] = [
        // Signs of Latin-1.
        (0xC2...0xC2, 62, 51),
        // Latin letters with marks, which break their words.
        (0xC3...0xCB, 3, 50),
        // Greek, Cyrillic.
        (0xCC...0xD1, 13, 143),
        // Hebrew, Arabic.
        (0xD2...0xDF, 22, 98),
        // Scripts of India and South-East Asia.
        (0xE0...0xE1, 46, 0),
        // Dashes, quotes, arrows, boxes.
        (0xE2...0xE2, 60, 60),
        // Japanese, and the punctuation of Chinese.
        (0xE3...0xE3, 66, 44),
        // Chinese.
        (0xE4...0xE9, 85, 22),
        // Korean.
        (0xEA...0xED, 58, 56),
        // Wide forms of signs.
        (0xEE...0xEF, 44, 55),
        // Emoji and rare scripts.
        (0xF0...0xFF, 220, 30),
    ]

    private static func byFirstByte(_ part: KeyPath<(bytes: ClosedRange<UInt8>, character: Int, run: Int), Int>)
        -> [Int]
    {
        (0...255).map { byte in scripts.first { $0.bytes.contains(byte) }.map { $0[keyPath: part] } ?? 0 }
    }
}
