/// A report as rows under headings: what a table and a CSV have in common.
package struct Rows {
    /// What a column holds.
    package struct Column: Sendable {
        let name: String
        let isNumber: Bool

        /// A column called `name`; numbers stand to the right.
        package init(_ name: String, isNumber: Bool = false) {
            self.name = name
            self.isNumber = isNumber
        }
    }

    private let columns: [Column]
    private let rows: [[String]]

    /// A report of `rows`, each with a cell for every column.
    package init(columns: [Column], rows: [[String]]) {
        self.columns = columns
        self.rows = rows
    }

    /// Aligned columns under their names, numbers to the right.
    package var table: String {
        let widths = columns.indices.map { column in
            max(columns[column].name.count, rows.map { $0[column].count }.max() ?? 0)
        }
        let lines = [columns.map(\.name)] + rows
        return lines.map { line in
            var text = ""
            for (column, cell) in line.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                text += columns[column].isNumber ? padding + cell : cell + padding
                if column < line.count - 1 { text += "  " }
            }
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }

    /// RFC 4180 with LF; cells that a spreadsheet would run as a formula get an apostrophe.
    package var csv: String {
        ([columns.map(\.name)] + rows).map { CSVDialect.standard.line($0) }.joined()
    }
}
