/// A report as rows under headings: what a table and a CSV have in common.
package struct Rows {
    /// What a column holds.
    package struct Column: Sendable {
        /// How its cells are shown in a table.
        package enum Kind: Sendable {
            /// A name: cut with `…` where there is no room.
            case name
            /// A number: to the right, thousands apart, never cut.
            case number
            /// A sentence: wrapped where there is no room.
            case prose
            /// An id, a day or a word that is short anyway: to the left, never cut.
            case exact
            /// A `BudgetBar`, whose colours stay, and words of ours: never cut. Nothing that others wrote may be in it.
            case bar
        }

        let name: String
        let kind: Kind
        /// Where there is no room for all columns, those with the highest rank go first; those of rank 0 stay.
        let rank: Int
        /// What a table shows for an empty cell; a CSV leaves it empty.
        let absent: String

        /// A column of amounts in USD, of which a table says `unknown` where there is none.
        package static func cost(_ name: String = "cost_usd", rank: Int = 0) -> Column {
            Column(name, .number, rank: rank, absent: "unknown")
        }

        /// A column called `name`; numbers stand to the right.
        package init(_ name: String, isNumber: Bool = false) {
            self.init(name, isNumber ? .number : .name)
        }

        /// A column called `name` of cells of `kind`.
        package init(_ name: String, _ kind: Kind, rank: Int = 0, absent: String = "") {
            self.name = name
            self.kind = kind
            self.rank = rank
            self.absent = absent
        }
    }

    let columns: [Column]
    let rows: [[String]]

    /// A report of `rows`, each with a cell for every column. Numbers are plain digits; a table sets their thousands apart.
    package init(columns: [Column], rows: [[String]]) {
        self.columns = columns
        self.rows = rows
    }

    /// Aligned columns under their names, numbers to the right, nothing cut or left out.
    package var table: String { Table(self, width: nil).text }

    /// The table for a terminal of `width` columns: names are cut, sentences wrapped, lesser columns left out and named
    /// below; where even that does not fit, each row is a paragraph. For nil, as `table`.
    package func table(width: Int?) -> String { Table(self, width: width).text }

    /// RFC 4180 with LF; cells that a spreadsheet would run as a formula get an apostrophe.
    package var csv: String {
        var text = ""
        for cells in [columns.map(\.name)] + rows {
            CSVDialect.standard.append(cells, to: &text, isNumber: { columns[$0].kind == .number })
        }
        return text
    }
}
