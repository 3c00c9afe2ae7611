extension DiffHunk {
    /// Gaps between shown lines that are not worth a header of their own.
    private static let gapLinesMax = 2

    /// Whether a line is added or removed.
    var isChanged: Bool { lines.contains { $0.kind != .context } }

    /// Whether a line is added.
    var hasAddition: Bool { lines.contains { $0.kind == .added } }

    /// The lines at `range` as a hunk of their own.
    func part(_ range: Range<Int>) -> DiffHunk {
        let part = lines[range]
        // A side without lines begins behind the line before it, as git counts.
        let old = part.lazy.compactMap(\.oldNumber).first ?? numberBefore(range.lowerBound, \.oldNumber, oldStart)
        let new = part.lazy.compactMap(\.newNumber).first ?? numberBefore(range.lowerBound, \.newNumber, newStart)
        return DiffHunk(
            oldStart: old, oldCount: part.count { $0.oldNumber != nil }, newStart: new,
            newCount: part.count { $0.newNumber != nil }, section: section, lines: Array(part))
    }

    private func numberBefore(_ index: Int, _ number: KeyPath<DiffLine, Int?>, _ start: Int) -> Int {
        lines[..<index].last { $0[keyPath: number] != nil }?[keyPath: number] ?? max(0, start - 1)
    }

    /// The changed lines with at most `count` lines around each, as one hunk or several.
    func narrowed(toContext count: Int) -> [DiffHunk] {
        var ranges: [Range<Int>] = []
        for index in lines.indices where lines[index].kind != .context {
            let range = max(0, index - count)..<min(lines.count, index + count + 1)
            if let last = ranges.last, range.lowerBound <= last.upperBound + Self.gapLinesMax {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                ranges.append(range)
            }
        }
        return ranges == [lines.indices] ? [self] : ranges.map(part)
    }

    /// `hunks` with those put together that follow each other without a gap.
    static func joined(_ hunks: [DiffHunk]) -> [DiffHunk] {
        hunks.reduce(into: []) { joined, hunk in
            guard let last = joined.last,
                last.end(\.oldNumber, last.oldStart) == hunk.begin(\.oldNumber, hunk.oldStart),
                last.end(\.newNumber, last.newStart) == hunk.begin(\.newNumber, hunk.newStart)
            else {
                joined.append(hunk)
                return
            }
            joined[joined.count - 1].lines += hunk.lines
            joined[joined.count - 1].oldCount += hunk.oldCount
            joined[joined.count - 1].newCount += hunk.newCount
            // A side without lines in the first part has the number of the line before it.
            if last.oldCount == 0 { joined[joined.count - 1].oldStart = hunk.oldStart }
            if last.newCount == 0 { joined[joined.count - 1].newStart = hunk.newStart }
        }
    }

    /// The number of the first line on a side, or of the one that would be.
    private func begin(_ number: KeyPath<DiffLine, Int?>, _ start: Int) -> Int {
        lines.contains { $0[keyPath: number] != nil } ? start : start + 1
    }

    /// The number of the line behind the last one on a side.
    private func end(_ number: KeyPath<DiffLine, Int?>, _ start: Int) -> Int {
        lines.last { $0[keyPath: number] != nil }?[keyPath: number].map { $0 + 1 } ?? start + 1
    }

    /// This hunk in parts of at most `linesMax` lines; each begins at a line that begins something where there is one.
    func pieces(linesMax: Int) -> [DiffHunk] {
        guard lines.count > linesMax else { return [self] }
        var pieces: [DiffHunk] = []
        var start = 0
        while start < lines.count {
            var end = min(lines.count, start + max(1, linesMax))
            if end < lines.count, let blank = (start + linesMax / 2..<end).last(where: { lines[$0].byteCount == 0 }) {
                end = blank + 1
            }
            pieces.append(part(start..<end))
            start = end
        }
        return pieces
    }
}
