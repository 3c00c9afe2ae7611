/// Rows as a table that fits a width.
struct Table {
    private let columns: [Rows.Column]
    private let cells: [[String]]
    private let width: Int?

    /// Columns between two columns.
    private static let gap = 2
    /// A name is not cut below this, a sentence not wrapped below the other.
    private static let (nameWidthMin, proseWidthMin) = (12, 24)

    /// A table of `rows`, `width` columns wide at most; nil: as wide as it is.
    init(_ rows: Rows, width: Int?) {
        columns = rows.columns
        cells = rows.rows.map { row in
            zip(rows.columns, row).map { column, cell in
                if cell.isEmpty { return column.absent }
                return switch column.kind {
                case .number: groupedDigits(cell)
                case .bar: cell
                case .name, .prose, .exact: cell.harmless
                }
            }
        }
        self.width = width
    }

    var text: String {
        let natural = columns.indices.map { index in
            max(columns[index].name.displayWidth, cells.map { $0[index].shownWidth }.max() ?? 0)
        }
        guard let width else { return lines(Array(columns.indices), natural) }
        var kept = Array(columns.indices)
        while true {
            if let widths = fitted(kept, natural, to: width) {
                let leftOut = columns.indices.filter { !kept.contains($0) }.map { columns[$0].name }
                return lines(kept, widths) + remark(on: leftOut, width)
            }
            // Of the highest rank the last.
            guard let rank = kept.map({ columns[$0].rank }).max(), rank > 0,
                let last = kept.lastIndex(where: { columns[$0].rank == rank })
            else { return paragraphs(width) }
            kept.remove(at: last)
        }
    }

    /// The widths of the columns `kept` when they fit into `width`; what can be narrower is, the widest first.
    private func fitted(_ kept: [Int], _ natural: [Int], to width: Int) -> [Int]? {
        var widths = natural
        var excess = kept.reduce(Self.gap * (kept.count - 1)) { $0 + natural[$1] } - width
        for (kind, least) in [(Rows.Column.Kind.prose, Self.proseWidthMin), (.name, Self.nameWidthMin)] {
            let soft = kept.filter { columns[$0].kind == kind }
            func floor(_ index: Int) -> Int { max(least, columns[index].name.displayWidth) }
            while excess > 0, let widest = soft.filter({ widths[$0] > floor($0) }).max(by: { widths[$0] < widths[$1] })
            {
                widths[widest] -= 1
                excess -= 1
            }
        }
        return excess > 0 ? nil : widths
    }

    private func lines(_ kept: [Int], _ widths: [Int]) -> String {
        let heading = columns.map(\.name)
        return ([heading] + cells).map { row in
            let parts = kept.map { index in
                columns[index].kind == .prose
                    ? wrappedText(row[index], width: widths[index])
                    : [columns[index].kind == .bar ? row[index] : row[index].cut(to: widths[index])]
            }
            return (0..<(parts.map(\.count).max() ?? 0)).map { line in
                var text = ""
                for (place, index) in kept.enumerated() {
                    let cell = line < parts[place].count ? parts[place][line] : ""
                    let padding = String(repeating: " ", count: max(0, widths[index] - cell.shownWidth))
                    text += columns[index].kind == .number ? padding + cell : cell + padding
                    if place < kept.count - 1 { text += String(repeating: " ", count: Self.gap) }
                }
                while text.last == " " { text.removeLast() }
                return text + "\n"
            }.joined()
        }.joined()
    }

    private func remark(on names: [String], _ width: Int) -> String {
        guard !names.isEmpty else { return "" }
        let text = "Not shown for lack of room: \(names.joined(separator: ", ")). --format csv has everything."
        return wrappedText(text, width: width).map { $0 + "\n" }.joined()
    }

    /// Each row as lines of a name and a cell; cells that are empty are left out.
    private func paragraphs(_ width: Int) -> String {
        let label = columns.map(\.name.displayWidth).max() ?? 0
        let room = max(1, width - label - Self.gap)
        return cells.map { row in
            zip(columns, row).map { column, cell in
                guard !cell.isEmpty else { return "" }
                let start = column.name + String(repeating: " ", count: label - column.name.displayWidth + Self.gap)
                let margin = "\n" + String(repeating: " ", count: label + Self.gap)
                let lines = column.kind == .bar ? [cell] : wrappedText(cell, width: room)
                return start + lines.joined(separator: margin) + "\n"
            }.joined()
        }.joined(separator: "\n")
    }
}

/// `text` in lines of at most `width` columns, broken at blanks, and within a word only where it is longer than a line.
package func wrappedText(_ text: String, width: Int) -> [String] {
    guard text.displayWidth > width, width > 0 else { return [text] }
    var (lines, line, used) = ([String](), "", 0)
    func endLine() {
        while line.last == " " { line.removeLast() }
        if !line.isEmpty { lines.append(line) }
        (line, used) = ("", 0)
    }
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
        var (word, length) = (word, word.displayWidth)
        if !line.isEmpty, used + 1 + length > width { endLine() }
        if !line.isEmpty {
            line += " "
            used += 1
        }
        while length > width, let first = word.first {
            // A character that is wider than the line has a line of its own.
            var (piece, room) = (String(first), first.displayWidth)
            for character in word.dropFirst() {
                guard room + character.displayWidth <= width else { break }
                piece.append(character)
                room += character.displayWidth
            }
            lines.append(piece)
            word = word.dropFirst(piece.count)
            length = word.displayWidth
        }
        line += word
        used += length
    }
    endLine()
    return lines
}

/// A whole or decimal number with its thousands apart; any other text as it is.
private func groupedDigits(_ text: String) -> String {
    let bare = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let whole = bare.prefix { $0 != "." }
    guard whole.utf8.count > 3, bare.utf8.allSatisfy({ 0x30...0x39 ~= $0 || $0 == 0x2E }) else { return text.harmless }
    var grouped = ""
    for (index, digit) in whole.enumerated() {
        if index > 0, (whole.count - index) % 3 == 0 { grouped.append(",") }
        grouped.append(digit)
    }
    return (text.hasPrefix("-") ? "-" : "") + grouped + bare.dropFirst(whole.count)
}

extension String {
    /// The columns that the text takes; those of its colours are none.
    fileprivate var shownWidth: Int {
        guard utf8.contains(0x1B) else { return displayWidth }
        return replacing(/\u{1B}\[[0-9;]*m/, with: "").displayWidth
    }
}
