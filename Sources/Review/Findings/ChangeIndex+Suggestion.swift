extension ChangeIndex {
    /// The suggestion of `finding` for the line at `place`; nil unless the lines it replaces stand there word for word.
    ///
    /// Never offered: for removed lines, for lines that end with CR (GitLab would write LF), for lines in which
    /// something was taken out before the model saw them.
    mutating func suggestion(_ finding: Finding, at place: Place, in index: Int) -> Suggestion? {
        guard let anchor = place.newLine, !finding.replaced.isEmpty, !finding.replacement.isEmpty else { return nil }
        let side = lines(of: index).filter { $0.newNumber != nil }
        guard let position = side.firstIndex(where: { $0.newNumber == anchor }) else { return nil }
        for isSigned in [false, true] {
            guard let old = Self.lines(finding.replaced, areSigned: isSigned),
                let new = Self.lines(finding.replacement, areSigned: isSigned), old.count <= side.count, old != new
            else { continue }
            // The anchor is one of the replaced lines, so the first of them stands at most so far above it.
            let first = max(0, position - old.count + 1)
            guard first <= position else { continue }
            for start in first...position where start + old.count <= side.count {
                let found = side[start..<start + old.count]
                guard Self.stand(found, as: old) else { continue }
                let suggestion = Suggestion(
                    lines: new, above: position - start, below: start + old.count - 1 - position)
                let isClear = !found.contains { $0.endsWithCR || $0.text.contains(bytesOf: "⟦") }
                guard isClear, !finding.replacement.contains(bytesOf: "⟦"), suggestion.above <= Suggestion.reachMax,
                    suggestion.below <= Suggestion.reachMax
                else { return nil }
                return suggestion
            }
        }
        return nil
    }

    /// Whether `found` are lines of one hunk, one after the other, with these texts; blanks at their ends aside.
    private static func stand(_ found: ArraySlice<Line>, as wanted: [String]) -> Bool {
        guard let first = found.first, let last = found.last, let start = first.newNumber, let end = last.newNumber,
            first.hunk == last.hunk, end - start == found.count - 1
        else { return false }
        return zip(found, wanted).allSatisfy { $0.text.withoutBlankEnd == $1.withoutBlankEnd }
    }

    /// The lines of a text that ends with a line break or not; without signs where all have one.
    private static func lines(_ text: String, areSigned: Bool) -> [String]? {
        var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            String(Substring(line.last == 0x0D ? line.dropLast() : line))
        }
        if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
        guard areSigned else { return lines }
        let signs: Set<Character> = ["+", " "]
        guard lines.allSatisfy({ $0.first.map(signs.contains) ?? false }), lines.contains(where: { $0.hasPrefix("+") })
        else { return nil }
        return lines.map { String($0.dropFirst()) }
    }
}

extension String {
    fileprivate var withoutBlankEnd: Substring {
        var bytes = utf8[...]
        while let last = bytes.last, last.isBlankByte { bytes.removeLast() }
        return Substring(bytes)
    }
}
