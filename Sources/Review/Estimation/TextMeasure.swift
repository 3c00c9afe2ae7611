// What a tokenizer will meet in a text, counted in one pass over its bytes.
//
// Byte-pair tokenizers first cut a text by a pattern, then each piece into known parts. The pass follows OpenAI's
// o200k pattern (tiktoken, `openai_public.py`): a word takes the one sign or blank before it along, `camelCase` is two
// words, digits go in threes, a run of signs takes a blank before and line breaks behind it along, of a run of blanks
// the last belongs to the word that follows. Then each piece costs what its length makes likely, in hundredths of a
// token, so that many small pieces do not add up to a rounding error.

/// The pieces of a text by their kinds, in hundredths of a token as OpenAI's o200k would likely count them.
///
/// Measures add up: the measure of a whole is the sum of its parts', give or take a piece at each seam.
public struct TextMeasure: Sendable, Hashable {
    /// Bytes of the text. No byte-level tokenizer makes more tokens.
    public var bytes = 0
    /// Words, in hundredths of a token.
    public var words = 0
    /// Signs, in hundredths of a token.
    public var signs = 0
    /// Blanks and line breaks, in hundredths of a token.
    public var blanks = 0
    /// Digits, in hundredths of a token.
    public var digits = 0
    /// What is not ASCII, in hundredths of a token.
    public var wide = 0
    /// Words that stand apart, counted whole.
    public var wordCount = 0
    /// Whole tokens that a small or foreign vocabulary would make.
    public var unlucky = 0

    /// Nothing.
    public init() {}

    /// The measure of `text`. Takes time in proportion to its bytes.
    public init(of text: String) {
        var text = text
        self = text.withUTF8 { TextMeasure(of: $0) }
    }

    /// The measure of `bytes`, taken as UTF-8.
    public init(of bytes: [UInt8]) { self = bytes.withUnsafeBufferPointer { TextMeasure(of: $0) } }

    init(of bytes: UnsafeBufferPointer<UInt8>) {
        var reader = MeasureReader(bytes)
        self = reader.read()
    }

    /// All hundredths together.
    public var hundredths: Int { words + signs + blanks + digits + wide }

    /// Both measures added. Counts stay far below overflow: they are at most some times the bytes in memory.
    public static func + (left: TextMeasure, right: TextMeasure) -> TextMeasure {
        var sum = left
        sum.bytes += right.bytes
        sum.words += right.words
        sum.signs += right.signs
        sum.blanks += right.blanks
        sum.digits += right.digits
        sum.wide += right.wide
        sum.wordCount += right.wordCount
        sum.unlucky += right.unlucky
        return sum
    }

    /// Adds `right`.
    public static func += (left: inout TextMeasure, right: TextMeasure) { left = left + right }
}

/// Cuts a text into runs of one kind and adds up what they cost.
private struct MeasureReader {
    /// Kinds of bytes.
    private enum Kind {
        static let lower: UInt8 = 0
        static let upper: UInt8 = 1
        static let digit: UInt8 = 2
        static let blank: UInt8 = 3
        static let lineBreak: UInt8 = 4
        static let sign: UInt8 = 5
        static let wide: UInt8 = 6
    }

    /// The kind of each byte.
    private static let kinds: [UInt8] = (0...255).map { (byte: UInt8) in
        switch byte {
        case 0x61...0x7A: Kind.lower
        case 0x41...0x5A: Kind.upper
        case 0x30...0x39: Kind.digit
        case 0x20, 0x09: Kind.blank
        case 0x0A, 0x0D: Kind.lineBreak
        case 0x80...: Kind.wide
        default: Kind.sign
        }
    }

    /// Hundredths of a token for a word of so many letters; longer ones cost an eighth of a token a letter.
    private static let word = [0, 100, 100, 100, 103, 106, 110, 116, 122, 130, 138, 146, 154, 162, 170, 180]
    /// The same in capitals, of which vocabularies know fewer.
    private static let capitals = [0, 100, 100, 105, 120, 140, 165, 190, 215, 240]
    /// The same for a run of signs.
    private static let signs = [0, 100, 108, 135, 165, 200]
    /// What a sign before a word adds: often the two are one known part.
    private static let joinedSign = 40
    /// What a line break behind signs adds: mostly the two are one known part.
    private static let joinedBreak = 15

    private let bytes: UnsafeBufferPointer<UInt8>
    private var measure = TextMeasure()

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func read() -> TextMeasure {
        Self.kinds.withUnsafeBufferPointer { kinds in
            var index = 0
            var previous = Kind.lineBreak
            while index < bytes.count {
                let kind = kinds[Int(bytes[index])]
                var end = index + 1
                while end < bytes.count, kinds[Int(bytes[end])] == kind { end += 1 }
                let next = end < bytes.count ? kinds[Int(bytes[end])] : Kind.lineBreak
                count(kind, from: index, to: end, after: previous, before: next)
                previous = kind
                index = end
            }
        }
        measure.bytes = bytes.count
        return measure
    }

    private mutating func count(_ kind: UInt8, from start: Int, to end: Int, after previous: UInt8, before next: UInt8)
    {
        let length = end - start
        switch kind {
        case Kind.lower:
            // The one capital of `Name` was left to it.
            let isCapitalised = previous == Kind.upper
            measure.words += Self.cost(length + (isCapitalised ? 1 : 0), Self.word, beyond: 12)
            measure.wordCount += 1
            measure.unlucky += (length + 2) / 3
        case Kind.upper:
            let own = next == Kind.lower ? length - 1 : length
            if own > 0 {
                measure.words += Self.cost(own, Self.capitals, beyond: 27)
                measure.wordCount += 1
            }
            measure.unlucky += (length + 1) / 2
        case Kind.digit:
            measure.digits += (length + 2) / 3 * 100
            measure.unlucky += length
        case Kind.blank:
            // The last blank belongs to what follows, unless that is a digit or the end of the line.
            let joins = next == Kind.lower || next == Kind.upper || next == Kind.sign || next == Kind.wide
            measure.blanks += (length > 1 ? 100 : 0) + (joins || next == Kind.lineBreak && length > 1 ? 0 : 100)
            let isLone = length == 1 && (next == Kind.lower || next == Kind.upper)
            measure.unlucky += isLone ? 0 : 1 + length / 8
        case Kind.lineBreak:
            measure.blanks += previous == Kind.sign ? Self.joinedBreak : 100
            measure.unlucky += length
        case Kind.sign:
            countSigns(start, length, after: previous, before: next)
            measure.unlucky += length
        default:
            countWide(start, end)
            measure.unlucky += length
        }
    }

    private mutating func countSigns(_ start: Int, _ length: Int, after previous: UInt8, before next: UInt8) {
        let isRule = length > 3 && (start + 1..<start + length).allSatisfy { bytes[$0] == bytes[start] }
        if isRule {
            measure.signs += 100 + length * 3
        } else if next == Kind.lower || next == Kind.upper {
            // The last sign goes with the word; `+word` at the beginning of a diff's line is hardly ever known as one.
            let joined = previous == Kind.lineBreak && length == 1 ? 100 : Self.joinedSign
            measure.signs += Self.cost(length - 1, Self.signs, beyond: 38) + joined
        } else {
            measure.signs += Self.cost(length, Self.signs, beyond: 38)
        }
    }

    /// By the first byte of each character, which tells the script.
    private mutating func countWide(_ start: Int, _ end: Int) {
        for index in start..<end {
            switch bytes[index] {
            // Not a first byte.
            case 0x80...0xBF: break
            // Latin letters with marks, which break their words.
            case 0xC0...0xCB: measure.wide += 70
            // Greek, Cyrillic, Hebrew, Arabic.
            case 0xCC...0xDF: measure.wide += 36
            // Scripts of India and South-East Asia.
            case 0xE0...0xE1: measure.wide += 55
            // Dashes, quotes, arrows, boxes.
            case 0xE2: measure.wide += 110
            // Chinese, Japanese, Korean.
            case 0xE3...0xED: measure.wide += 78
            case 0xEE...0xEF: measure.wide += 100
            // Emoji and rare scripts.
            default: measure.wide += 200
            }
        }
    }

    private static func cost(_ length: Int, _ table: [Int], beyond: Int) -> Int {
        length < table.count ? table[max(0, length)] : table[table.count - 1] + (length - table.count + 1) * beyond
    }
}
