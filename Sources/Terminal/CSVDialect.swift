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
    /// become blanks.
    package func line(_ cells: [String]) -> String {
        cells.map(quoted).joined(separator: String(separator)) + lineBreak
    }

    /// `0.012345` with the dialect's decimal mark.
    package func decimal(_ number: String) -> String {
        decimalMark == "." ? number : number.replacing(".", with: String(decimalMark))
    }

    private func quoted(_ cell: String) -> String {
        var cell = cell
        if cell.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            cell = String(
                String.UnicodeScalarView(cell.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
        }
        // What has an apostrophe already gets another, so that the text can be told from the guard.
        if let first = cell.unicodeScalars.first(where: { $0 != "'" }), "=+-@".unicodeScalars.contains(first),
            cell.utf8.contains(where: { !(0x2B...0x39 ~= $0) })
        {
            cell = "'" + cell
        }
        guard cell.contains(separator) || cell.utf8.contains(UInt8(ascii: "\"")) else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
}
