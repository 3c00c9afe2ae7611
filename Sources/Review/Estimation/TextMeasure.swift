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
        self = MeasureReader.measure(bytes)
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
/// Estimates are made of every byte of every change, so the costs come from flat tables that are looked up once.
private struct MeasureReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let kinds: UnsafePointer<UInt8>
    private let rows: UnsafePointer<UInt8>
    private let cells: UnsafePointer<PieceTable.Cell>
    private let signs: UnsafePointer<Int32>

    /// The measure of `bytes`.
    static func measure(_ bytes: UnsafeBufferPointer<UInt8>) -> TextMeasure {
        let table = PieceTable.o200k
        return table.kinds.withUnsafeBufferPointer { kinds in
            table.rows.withUnsafeBufferPointer { rows in
                table.cells.withUnsafeBufferPointer { cells in
                    table.signs.withUnsafeBufferPointer { signs in
                        guard let kinds = kinds.baseAddress, let rows = rows.baseAddress,
                            let cells = cells.baseAddress, let signs = signs.baseAddress
                        else { return TextMeasure() }
                        return MeasureReader(bytes: bytes, kinds: kinds, rows: rows, cells: cells, signs: signs)
                            .measure()
                    }
                }
            }
        }
    }

    private func measure() -> TextMeasure {
        var measure = TextMeasure()
        measure.bytes = bytes.count
        guard let base = bytes.baseAddress, bytes.count > 0 else { return measure }
        let count = bytes.count
        var index = 0
        var previous = ByteKind.lineBreak
        var kind = kinds[Int(base[0])]
        while index < count {
            var end = index &+ 1
            // What stands behind the text is not known: take it for nothing that belongs to the line's end.
            var next = ByteKind.blank
            while end < count {
                next = kinds[Int(base[end])]
                if next != kind { break }
                end &+= 1
            }
            if end == count { next = ByteKind.blank }
            let length = end &- index
            if kind < ByteKind.sign {
                let row = Int(rows[PieceTable.place(kind, after: previous, before: next)])
                let cell =
                    length < PieceTable.lengthMax
                    ? cells[row &* PieceTable.lengthMax &+ length] : PieceTable.cell(row: row, length: length)
                measure.unlucky &+= Int(cell.unlucky)
                measure.wordCount &+= Int(cell.words)
                // Sums by masks instead of jumps, which nothing could foretell.
                let cost = Int(cell.cost)
                measure.words &+= kind <= ByteKind.upper ? cost : 0
                measure.digits &+= kind == ByteKind.digit ? cost : 0
                measure.blanks &+= kind >= ByteKind.blank ? cost : 0
            } else {
                measure.unlucky &+= length
                if kind == ByteKind.sign {
                    measure.signs &+= sign(base + index, length, after: previous, before: next)
                } else {
                    measure.wide &+= wide(base + index, length)
                }
            }
            previous = kind == ByteKind.upper && length == 1 ? ByteKind.capital : kind
            kind = next
            index = end
        }
        return measure
    }

    @inline(__always)
    private func sign(_ first: UnsafePointer<UInt8>, _ length: Int, after previous: UInt8, before next: UInt8) -> Int {
        guard length == 1 else { return severalSigns(first, length) }
        guard next <= ByteKind.upper else { return 100 }
        // `-word` at the beginning of a line is less often known as one than within.
        if previous == ByteKind.lineBreak, first[0] == UInt8(ascii: "-") {
            return Int(signs[PieceTable.Signs.removal])
        }
        return Int(signs[PieceTable.Signs.beforeLetter &+ Int(first[0])])
    }

    private func severalSigns(_ first: UnsafePointer<UInt8>, _ length: Int) -> Int {
        var same = 1
        while same < length, first[same] == first[0] { same &+= 1 }
        if length > 3, same == length { return PieceTable.rule(length) }
        return length < PieceTable.lengthMax
            ? Int(signs[PieceTable.Signs.row &+ length]) : PieceTable.signs(length)
    }

    /// By the first byte of each character, which tells the script.
    private func wide(_ first: UnsafePointer<UInt8>, _ length: Int) -> Int {
        var sum = Int(signs[PieceTable.Signs.wideRun &+ Int(first[0])])
        for index in 0..<length { sum &+= Int(signs[PieceTable.Signs.wideCharacter &+ Int(first[index])]) }
        return sum
    }
}
