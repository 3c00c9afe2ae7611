/// How lines of separated values are written for one reader or another.
package struct CSVDialect: Sendable, Equatable {
    /// What stands between cells.
    package var separator: Character
    /// What stands before the decimals of a number.
    package var decimalMark: Character
    /// What ends a line.
    package var lineBreak: String
    /// What the text begins with: a byte order mark, by which Excel knows UTF-8.
    package var beginning: String

    /// RFC 4180 with LF.
    package static let standard = CSVDialect(
        separator: ",", decimalMark: ".", lineBreak: "\n", beginning: "")
    /// What Excel opens with a double click where numbers have a decimal point.
    package static let excel = CSVDialect(
        separator: ",", decimalMark: ".", lineBreak: "\r\n", beginning: "\u{FEFF}")
    /// What Excel opens with a double click where numbers have a decimal comma.
    package static let excelWithDecimalComma = CSVDialect(
        separator: ";", decimalMark: ",", lineBreak: "\r\n", beginning: "\u{FEFF}")

    /// One line with its break. Cells that a spreadsheet would run as a formula get an apostrophe, control characters
    /// become blanks. A negative number stands as it is in a column of numbers alone: elsewhere it is somebody's name.
    package func line(_ cells: [String], isNumber: (_ column: Int) -> Bool = { _ in false }) -> String {
        var line = ""
        append(cells, to: &line, isNumber: isNumber)
        return line
    }

    /// Adds what `line` makes of `cells`.
    func append(_ cells: [String], to text: inout String, isNumber: (_ column: Int) -> Bool) {
        for (column, cell) in cells.enumerated() {
            if column > 0 { text.append(separator) }
            text += Self.isPlain(cell) ? cell : quoted(cell, isNumber: isNumber(column))
        }
        text += lineBreak
    }

    /// `0.012345` with the dialect's decimal mark.
    package func decimal(_ number: String) -> String {
        decimalMark == "." ? number : number.replacing(".", with: String(decimalMark))
    }

    /// Whether a cell stands for itself in every dialect, as most do: nothing is quoted, guarded or made a blank.
    private static func isPlain(_ cell: String) -> Bool {
        var cell = cell
        return cell.withUTF8 { bytes in
            guard let first = bytes.first else { return true }
            return !"'=+-@".utf8.contains(first)
                && bytes.allSatisfy { byte in
                    byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: ",")
                        && byte != UInt8(ascii: ";")
                }
        }
    }

    private func quoted(_ cell: String, isNumber: Bool) -> String {
        var cell = cell
        if cell.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            cell = String(
                String.UnicodeScalarView(cell.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
        }
        // What has an apostrophe already gets another, so that the text can be told from the guard.
        if let first = cell.unicodeScalars.first(where: { $0 != "'" }), "=+-@".unicodeScalars.contains(first),
            !(isNumber && Self.isPlainNumber(cell))
        {
            cell = "'" + cell
        }
        guard cell.contains(separator) || cell.utf8.contains(UInt8(ascii: "\"")) else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }

    /// Digits, a minus before and one decimal mark within them at most: `+1+2` and `-2+3` are formulas.
    private static func isPlainNumber(_ cell: String) -> Bool {
        let digits = cell.hasPrefix("-") ? cell.dropFirst() : cell[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        return 1...2 ~= parts.count && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
    }
}
