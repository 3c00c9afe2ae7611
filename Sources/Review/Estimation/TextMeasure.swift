// What a tokenizer will meet in a text, counted in one pass over its bytes.
//
// Byte-pair tokenizers first cut a text by a pattern, then each piece into known parts. The pass follows OpenAI's
// o200k pattern (tiktoken, `openai_public.py`): a word takes the one sign or blank before it along, `camelCase` is two
// words, digits go in threes, a run of signs takes a blank before and line breaks behind it along, of a run of blanks
// the last belongs to the word that follows. Then each piece costs what its length and its neighbours make likely
// (`PieceCosts`), in hundredths of a token, so that many small pieces do not add up to a rounding error.

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
///
/// Estimates are made of every byte of every change, so the costs of the frequent runs come from one flat table.
private struct MeasureReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var measure = TextMeasure()

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func read() -> TextMeasure {
        measure.bytes = bytes.count
        let table = PieceTable.o200k
        table.kinds.withUnsafeBufferPointer { kinds in
            table.rows.withUnsafeBufferPointer { rows in
                table.cells.withUnsafeBufferPointer { read(kinds, rows, $0) }
            }
        }
        return measure
    }

    private mutating func read(
        _ kinds: UnsafeBufferPointer<UInt8>, _ rows: UnsafeBufferPointer<UInt8>,
        _ cells: UnsafeBufferPointer<PieceTable.Cell>
    ) {
        let count = bytes.count
        var (words, blanks, digits, wordCount, unlucky) = (0, 0, 0, 0, 0)
        var index = 0
        var previous = ByteKind.lineBreak
        while index < count {
            let kind = kinds[Int(bytes[index])]
            var end = index + 1
            while end < count, kinds[Int(bytes[end])] == kind { end += 1 }
            // What stands behind the text is not known: take it for nothing that belongs to the line's end.
            let next = end < count ? kinds[Int(bytes[end])] : ByteKind.blank
            let length = end - index
            if kind >= ByteKind.sign {
                if kind == ByteKind.sign {
                    countSigns(index, length, after: previous, before: next)
                } else {
                    countWide(index, end)
                }
                unlucky += length
            } else {
                let row = Int(rows[PieceTable.place(kind, after: previous, before: next)])
                let cell =
                    length < PieceTable.lengthMax
                    ? cells[row * PieceTable.lengthMax + length] : PieceTable.cell(row: row, length: length)
                unlucky += Int(cell.unlucky)
                switch kind {
                case ByteKind.digit: digits += Int(cell.cost)
                case ByteKind.blank, ByteKind.lineBreak: blanks += Int(cell.cost)
                default:
                    words += Int(cell.cost)
                    wordCount += Int(cell.words)
                }
            }
            previous = kind == ByteKind.upper && length == 1 ? ByteKind.capital : kind
            index = end
        }
        measure.words += words
        measure.blanks += blanks
        measure.digits += digits
        measure.wordCount += wordCount
        measure.unlucky += unlucky
    }

    private mutating func countSigns(_ start: Int, _ length: Int, after previous: UInt8, before next: UInt8) {
        let costs = PieceCosts.o200k
        if length == 1 {
            let isBeforeLetter = next == ByteKind.lower || next == ByteKind.upper
            guard isBeforeLetter else { return measure.signs += 100 }
            // `-word` at the beginning of a line is less often known as one than within.
            let isRemoval = previous == ByteKind.lineBreak && bytes[start] == UInt8(ascii: "-")
            measure.signs += isRemoval ? costs.removalBeforeLetter : costs.signBeforeLetter[Int(bytes[start])]
        } else if length > 3, (start + 1..<start + length).allSatisfy({ bytes[$0] == bytes[start] }) {
            measure.signs += costs.rule(length)
        } else {
            measure.signs += costs.signs[length]
        }
    }

    /// By the first byte of each character, which tells the script.
    private mutating func countWide(_ start: Int, _ end: Int) {
        let costs = PieceCosts.o200k
        measure.wide += costs.wideRun[Int(bytes[start])]
        for index in start..<end { measure.wide += costs.wideCharacter[Int(bytes[index])] }
    }
}
