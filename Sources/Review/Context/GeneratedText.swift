// What a file's own lines say about who wrote it. Only the hunks are there to look at: an added file shows its
// header, a changed one mostly does not, and then its path, `.gitattributes` and GitLab have to know.

/// Signs in a file's text that a program wrote it.
enum GeneratedText {
    /// Lines from the top in which a header is looked for: Go allows it anywhere above the code.
    static let headerLinesMax = 40
    /// The mean length of changed lines, in bytes, from which a script or style sheet is called minified (linguist).
    static let minifiedMeanBytes = 110
    /// The same for files of any other kind, where only a program writes such lines.
    static let machineMeanBytes = 500

    /// Whether a line at the top says that the file is generated and not to be edited.
    ///
    /// Both have to be said, or `@generated`, which means nothing else: a remark about generated code is no header.
    static func hasHeader(_ diff: FileDiff) -> Bool {
        guard let hunk = diff.hunks.first, hunk.newStart <= 1 else { return false }
        var previous = ""
        for line in hunk.lines where line.kind != .removed {
            guard let number = line.newNumber, number <= headerLinesMax else { return false }
            // A header is a short comment.
            let text = line.byteCount <= 300 && line.withBytes(mayBeHeader) ? line.text.lowercased() : ""
            // Nothing in this line, nothing in the one before.
            if text.isEmpty, previous.isEmpty { continue }
            if isMarker(text) { return true }
            let both = previous + " " + text
            if both.contains(bytesOf: "generat"), forbids.contains(where: { both.contains(bytesOf: $0) }) {
                return true
            }
            previous = text
        }
        return false
    }

    /// Whether a line has one of the two things that a header says, in whatever case.
    private static func mayBeHeader(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        line.indices.contains { index in
            switch line[index] | 0x20 {
            case UInt8(ascii: "g"): line.hasFolded("generat", at: index)
            case UInt8(ascii: "e"): line.hasFolded("edit", at: index)
            case UInt8(ascii: "m"): line.hasFolded("modify", at: index)
            default: false
            }
        }
    }

    private static let forbids = ["do not edit", "do not modify", "don't edit", "do not manually edit"]

    /// `@generated` as a word of its own in a comment, as Meta's tools, rustfmt and Prettier know it.
    private static func isMarker(_ line: String) -> Bool {
        guard line.contains(bytesOf: "@generated") else { return false }
        let text = line.utf8.drop { $0 == UInt8(ascii: " ") || $0 == 0x09 }
        let comments = ["//", "#", "*", "/*", "--", ";", "<!--", "%", "@generated"]
        return comments.contains { text.starts(with: $0.utf8) }
    }

    /// Whether the changed lines are so long that only a program reads them.
    static func isMinified(_ diff: FileDiff) -> Bool {
        var (bytes, count) = (0, 0)
        for hunk in diff.hunks {
            for line in hunk.lines where line.kind == .added {
                bytes += line.byteCount
                count += 1
            }
        }
        guard count > 0 else { return false }
        let isPage = [".js", ".mjs", ".cjs", ".css"].contains { diff.path.hasSuffix($0) }
        // One long line in a file is a text, several are a habit.
        return bytes / count > (isPage && bytes > 2000 ? minifiedMeanBytes : machineMeanBytes) && bytes > 2000
    }
}
