/// Markdown made harmless, block by block.
///
/// The output is not what a parser found safe but what this renderer wrote: each fence is written anew at the first column
/// with delimiters of its own, each backtick outside a code span of the same line is escaped. So every reader of the output sees
/// the same blocks, whatever it thought of the input.
enum NoteText {
    /// Taken for nothing by Markdown and by GitLab's reference patterns, and seen by nobody.
    static let separator: Unicode.Scalar = "\u{200B}"

    /// `text` with line feeds as its only line breaks and without characters that cannot be seen: controls, marks that reorder or
    /// join, tags, variation selectors. GitLab deletes carriage returns before it looks for quick actions, and so do we.
    static func visible(_ text: String.UnicodeScalarView) -> [Unicode.Scalar] {
        var output: [Unicode.Scalar] = []
        for scalar in text {
            switch scalar {
            case "\n", "\t", " "..."~": output.append(scalar)
            case "\u{2028}", "\u{2029}": output.append("\n")
            case "\u{200C}", "\u{200D}", "\u{FE0E}", "\u{FE0F}": output.append(scalar)
            case "\u{034F}", "\u{115F}", "\u{1160}", "\u{17B4}", "\u{17B5}", "\u{180B}"..."\u{180F}", "\u{2800}",
                "\u{3164}", "\u{FE00}"..."\u{FE0D}", "\u{FFA0}", "\u{E0100}"..."\u{E01EF}":
                continue
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .unassigned, .surrogate: continue
                default: output.append(scalar)
                }
            }
        }
        return withoutLooseJoiners(output)
    }

    /// Joiners shape letters and emoji, selectors choose between emoji and text. Beside ASCII, or repeated, they only hide.
    static func withoutLooseJoiners(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var output: [Unicode.Scalar] = []
        output.reserveCapacity(text.count)
        for (index, scalar) in text.enumerated() {
            switch scalar {
            case "\u{200C}", "\u{200D}":
                guard let last = output.last, !last.isASCII, let next = text.at(index + 1), !next.isASCII else {
                    continue
                }
            case "\u{FE0E}", "\u{FE0F}":
                // Of ASCII only a digit that becomes a keycap has one.
                guard let last = output.last, !last.isASCII || (last.isASCIIDigit && text.at(index + 1) == "\u{20E3}"),
                    !"\u{FE0E}\u{FE0F}".unicodeScalars.contains(last)
                else { continue }
            default: break
            }
            output.append(scalar)
        }
        while let last = output.last, "\u{200C}\u{200D}".unicodeScalars.contains(last) { output.removeLast() }
        return output
    }

    /// The first `count` scalars, without a last line that was cut in two unless it is most of the text.
    static func cut(_ text: [Unicode.Scalar], to count: Int) -> [Unicode.Scalar] {
        guard count < text.count else { return text }
        guard count > 0 else { return [] }
        var head = text[..<count]
        // Half of a joined emoji.
        while head.last == "\u{200C}" || head.last == "\u{200D}" { head.removeLast() }
        guard text[count] != "\n", let end = head.lastIndex(of: "\n"), end > count / 2 else { return Array(head) }
        return Array(head[..<end])
    }

    /// The harmless form of `text`, which `visible` has gone over.
    static func render(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var output: [Unicode.Scalar] = []
        output.reserveCapacity(text.count + text.count / 8)
        var fence: NoteFence?
        var dedentation = 0
        var isTop = true

        func write(_ line: [Unicode.Scalar]) {
            output += line
            output.append("\n")
        }

        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if var open = fence {
                switch open.take(line) {
                case .more:
                    fence = open
                    continue
                case .closed:
                    open.rendered.forEach(write)
                    dedentation = open.isQuoted ? 0 : open.indentation
                    fence = nil
                    continue
                case .leftQuote:
                    open.rendered.forEach(write)
                    fence = nil
                }
            }
            if let (prefix, opened) = NoteFence.open(line) {
                if !prefix.isEmpty { write(NoteLine.render(prefix, isTop: false)) }
                fence = opened
                isTop = false
                continue
            }
            // A fence within a list was moved to the first column: what follows it in the list must not become indented code.
            let blanks = line.prefix { $0 == " " }.count
            if blanks < dedentation, blanks < line.count { dedentation = 0 }
            write(NoteLine.render(line.dropFirst(min(blanks, dedentation)), isTop: isTop))
            if line.contains(where: { !$0.isBlank }) { isTop = false }
        }
        fence?.rendered.forEach(write)
        while output.last == "\n" || output.last?.isBlank == true { output.removeLast() }
        return output
    }
}
