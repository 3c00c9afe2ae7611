/// The lines of a change, ready to be searched for what a finding quotes.
struct ChangeIndex {
    /// A line of one file.
    struct Line {
        let kind: DiffLine.Kind
        let oldNumber: Int?
        let newNumber: Int?
        /// As it stands, without the CR of its line break.
        let text: String
        /// With single blanks and nothing hidden.
        let plain: String
        let hunk: Int
        let endsWithCR: Bool

        /// The number on `side`; nil when the line is not on it.
        func number(on side: Finding.Side) -> Int? { side == .new ? newNumber : oldNumber }
    }

    private let files: [FileDiff]
    private var lines: [Int: [Line]] = [:]

    init(_ files: [FileDiff]) { self.files = files }

    func file(_ index: Int) -> FileDiff { files[index] }

    /// The file that `path` means: by either of its names, with what models put before it, or by its end where that
    /// is of one file alone.
    func index(of path: String) -> Int? {
        var path = path
        if let found = exact(path) { return found }
        for prefix in ["./", "/", "a/", "b/"] where path.hasPrefix(prefix) {
            path.removeFirst(prefix.count)
            if let found = exact(path) { return found }
        }
        guard !path.isEmpty else { return nil }
        let ending = "/" + path
        let ends = files.indices.filter { files[$0].newPath.hasSuffix(ending) || files[$0].oldPath.hasSuffix(ending) }
        return ends.count == 1 ? ends.first : nil
    }

    private func exact(_ path: String) -> Int? {
        files.firstIndex { $0.path == path } ?? files.firstIndex { $0.newPath == path || $0.oldPath == path }
    }

    /// The lines of file `index`, worked out once.
    mutating func lines(of index: Int) -> [Line] {
        if let known = lines[index] { return known }
        let found = files[index].hunks.enumerated().flatMap { hunk, content in
            content.lines.map { line in
                let endsWithCR = line.text.utf8.last == 0x0D
                let text = endsWithCR ? String(Substring(line.text.utf8.dropLast())) : line.text
                return Line(
                    kind: line.kind, oldNumber: line.oldNumber, newNumber: line.newNumber, text: text,
                    plain: text.withSingleBlanks, hunk: hunk, endsWithCR: endsWithCR)
            }
        }
        lines[index] = found
        return found
    }

    /// The line that `quote` is from: on `side` where there is one, at `line` or as near to it as can be.
    ///
    /// The whole line counts before a part of it, and the line that was named before any other.
    mutating func line(quoting quote: String, side: Finding.Side, near line: Int?, in index: Int) -> Line? {
        let all = lines(of: index)
        for wanted in Self.readings(of: quote) {
            for side in [side, side == .new ? .old : .new] as [Finding.Side] {
                // A line of context is on both sides; of the removed ones only the old side is asked.
                let there = all.filter { $0.number(on: side) != nil }
                if let line, let named = there.first(where: { $0.number(on: side) == line }),
                    Self.matches(named.plain, wanted)
                {
                    return named
                }
                let whole = there.filter { $0.plain == wanted }
                let parts = whole.isEmpty ? there.filter { Self.matches($0.plain, wanted) } : whole
                let nearest = parts.min { left, right in
                    distance(left, side, line) < distance(right, side, line)
                }
                if let nearest { return nearest }
            }
        }
        return nil
    }

    private func distance(_ found: Line, _ side: Finding.Side, _ line: Int?) -> Int {
        guard let line, let number = found.number(on: side) else { return 0 }
        let (difference, overflow) = number.subtractingReportingOverflow(line)
        return overflow ? .max : Int(clamping: difference.magnitude)
    }

    /// Bytes of a quote that is only a part of its line, at least: `}` is part of too many.
    static let partBytesMin = 4

    private static func matches(_ line: String, _ wanted: String) -> Bool {
        line == wanted || (wanted.utf8.count >= partBytesMin && line.contains(bytesOf: wanted))
    }

    /// The quote's first line with text, as it is and without the sign of a diff before it.
    private static func readings(of quote: String) -> [String] {
        let first = quote.utf8.split(whereSeparator: { $0 == 0x0A }).lazy.map { String(Substring($0)).withSingleBlanks }
            .first { !$0.isEmpty }
        guard let first else { return [] }
        guard let sign = first.utf8.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
            return [first]
        }
        let rest = String(first.dropFirst()).withSingleBlanks
        return rest.isEmpty ? [first] : [first, rest]
    }
}

extension String {
    /// The text made visible, with one blank for each run of blanks and none at its ends.
    var withSingleBlanks: String {
        let text = VisibleText(self, keepsLineBreaks: true).text
        let words = text.utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A })
        return words.map { String(Substring($0)) }.joined(separator: " ")
    }
}
