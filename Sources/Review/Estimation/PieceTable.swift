/// Kinds of bytes, as small numbers.
enum ByteKind {
    static let lower: UInt8 = 0
    static let upper: UInt8 = 1
    static let digit: UInt8 = 2
    static let blank: UInt8 = 3
    static let lineBreak: UInt8 = 4
    static let sign: UInt8 = 5
    static let wide: UInt8 = 6
    /// Of a run: one single capital.
    static let capital: UInt8 = 7

    static func kind(of byte: UInt8) -> UInt8 {
        switch byte {
        case 0x61...0x7A: lower
        case 0x41...0x5A: upper
        case 0x30...0x39: digit
        case 0x20, 0x09: blank
        case 0x0A, 0x0D: lineBreak
        case 0x80...: wide
        default: sign
        }
    }
}

/// `PieceCosts` laid out flat, for runs of letters, digits, blanks and line breaks of usual lengths.
struct PieceTable: Sendable {
    /// What a run adds to a measure.
    struct Cell: Sendable {
        /// Hundredths of a token.
        var cost: Int32
        /// Tokens that a small vocabulary would make.
        var unlucky: Int32
        /// Words that stand apart.
        var words: Int32
    }

    /// The length from which on a run is reckoned instead of looked up.
    static let lengthMax = 32

    /// The kind of each byte.
    let kinds: [UInt8]
    /// Which row holds for a kind between its neighbours, by `place`.
    let rows: [UInt8]
    /// The cells, row by row, by length.
    let cells: [Cell]
    /// What signs and characters beyond ASCII cost: one table after another, see `Signs`.
    let signs: [Int32]

    /// Where the tables of `signs` begin.
    enum Signs {
        /// A lone sign before a letter, by its byte.
        static let beforeLetter = 0
        /// A character beyond ASCII, by its first byte; nothing for the others of its bytes.
        static let wideCharacter = 256
        /// What a run of such characters costs beside them, by its first byte.
        static let wideRun = 512
        /// Different signs in a row, by their number.
        static let row = 768
        /// A minus before a letter at the beginning of a line.
        static let removal = row + lengthMax
    }

    static let o200k = PieceTable()

    private init() {
        kinds = (0...255).map(ByteKind.kind)
        var rows = [UInt8](repeating: 0, count: 8 * 8 * 8)
        for kind in 0...ByteKind.lineBreak {
            for previous in 0...ByteKind.capital {
                for next in 0...ByteKind.wide {
                    rows[Self.place(kind, after: previous, before: next)] = Row(kind, previous, next).rawValue
                }
            }
        }
        self.rows = rows
        cells = Row.allCases.flatMap { row in (0..<Self.lengthMax).map { row.cell($0) } }
        let costs = PieceCosts.o200k
        signs =
            (costs.signBeforeLetter + costs.wideCharacter + costs.wideRun + (0..<Self.lengthMax).map { costs.signs[$0] }
            + [costs.removalBeforeLetter]).map { Int32(clamping: $0) }
    }

    @inline(__always) static func place(_ kind: UInt8, after previous: UInt8, before next: UInt8) -> Int {
        Int(kind) << 6 | Int(previous) << 3 | Int(next)
    }

    /// The cell of a run of any length.
    static func cell(row: Int, length: Int) -> Cell {
        (Row(rawValue: UInt8(truncatingIfNeeded: row)) ?? .digits).cell(length)
    }

    /// What several signs cost that are not all the same, however many.
    static func signs(_ length: Int) -> Int { PieceCosts.o200k.signs[length] }

    /// What the same sign costs that stands there `length` times.
    static func rule(_ length: Int) -> Int { PieceCosts.o200k.rule(length) }

    /// A kind of run in its surroundings.
    private enum Row: UInt8, CaseIterable {
        case wordAfterBlank, wordAfterCapital, wordAfterSign, wordAfterOther, capitals, capitalsBeforeSmall, digits
        case blanks, blanksBeforeDigit, blanksBeforeSign, blanksBeforeBreak, blanksBeforeLetter
        case breaks, breaksAfterSigns

        init(_ kind: UInt8, _ previous: UInt8, _ next: UInt8) {
            switch kind {
            case ByteKind.lower:
                switch previous {
                case ByteKind.blank: self = .wordAfterBlank
                case ByteKind.capital: self = .wordAfterCapital
                case ByteKind.sign, ByteKind.lineBreak: self = .wordAfterSign
                default: self = .wordAfterOther
                }
            // The last capital before small letters begins their word: `HTMLText`.
            case ByteKind.upper: self = next == ByteKind.lower ? .capitalsBeforeSmall : .capitals
            case ByteKind.blank:
                switch next {
                case ByteKind.digit: self = .blanksBeforeDigit
                case ByteKind.sign: self = .blanksBeforeSign
                case ByteKind.lineBreak: self = .blanksBeforeBreak
                case ByteKind.lower, ByteKind.upper: self = .blanksBeforeLetter
                default: self = .blanks
                }
            case ByteKind.lineBreak: self = previous == ByteKind.sign ? .breaksAfterSigns : .breaks
            default: self = .digits
            }
        }

        func cell(_ length: Int) -> Cell {
            let costs = PieceCosts.o200k
            func cell(_ cost: Int, _ unlucky: Int, words: Int = 0) -> Cell {
                Cell(cost: Int32(clamping: cost), unlucky: Int32(clamping: unlucky), words: Int32(words))
            }
            func blanks(digit: Bool = false, sign: Bool = false, lineBreak: Bool = false, letter: Bool = false) -> Cell
            {
                cell(
                    costs.blanks(length, beforeDigit: digit, beforeSign: sign, beforeBreak: lineBreak),
                    length == 1 && letter ? 0 : 1 + length / 8)
            }
            switch self {
            case .wordAfterBlank: return cell(costs.afterBlank[length], (length + 2) / 3, words: 1)
            case .wordAfterCapital: return cell(costs.afterCapital[length], (length + 2) / 3, words: 1)
            case .wordAfterSign: return cell(costs.afterSign[length], (length + 2) / 3, words: 1)
            case .wordAfterOther: return cell(costs.afterOther[length], (length + 2) / 3, words: 1)
            case .capitals: return cell(costs.capitals[length], (length + 1) / 2, words: 1)
            case .capitalsBeforeSmall:
                return cell(costs.capitals[length - 1], (length + 1) / 2, words: length > 1 ? 1 : 0)
            case .digits: return cell((length + 2) / 3 * 100, length)
            case .blanks: return blanks()
            case .blanksBeforeDigit: return blanks(digit: true)
            case .blanksBeforeSign: return blanks(sign: true)
            case .blanksBeforeBreak: return blanks(lineBreak: true)
            case .blanksBeforeLetter: return blanks(letter: true)
            case .breaks: return cell(costs.lineBreak, length)
            case .breaksAfterSigns: return cell(costs.breakAfterSigns, length)
            }
        }
    }
}
