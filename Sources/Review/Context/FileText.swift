// How a file stands in a prompt: its path, then its hunks as in any diff.
//
// Numbers. A finding must land on its line at the first try, and models miscount long hunks. A number before each line
// costs 15 to 20 % of the tokens of code; so a hunk has one wherever ten lines of the new side have gone by without:
// `@@ 130` says that the next line is line 130. That costs 3 to 4 %, and nothing has to be counted further than nine.
// Content always begins with a blank, a plus or a minus, so nothing else begins with `@@`, or
// with the `Path:` that opens a file.

/// The text of one file in a prompt.
enum FileText {
    /// Lines of the new side after which a number is shown again.
    static let anchorInterval = 10
    /// The most bytes of one line that are shown.
    static let lineBytesMax = 2000

    /// `Path: src/a.swift (new file)`.
    static func title(_ diff: FileDiff, _ clean: (String) -> String) -> String {
        let path = clean(diff.path)
        switch diff.kind {
        case .added: return "Path: \(path) (new file)\n"
        case .deleted: return "Path: \(path) (removed)\n"
        case .renamed: return "Path: \(path) (moved from \(clean(diff.oldPath)))\n"
        case .copied: return "Path: \(path) (copied from \(clean(diff.oldPath)))\n"
        case .modified: return "Path: \(path)\n"
        }
    }

    /// The hunks, each below its header.
    static func body(_ hunks: [DiffHunk]) -> String {
        var text = ""
        text.reserveCapacity(hunks.reduce(0) { $0 + 40 + $1.lines.reduce(0) { $0 + 2 + $1.text.utf8.count } })
        for hunk in hunks {
            text += header(hunk)
            var sinceNumber = 0
            for line in hunk.lines {
                if let number = line.newNumber {
                    if sinceNumber == anchorInterval {
                        text += "@@ \(number)\n"
                        sinceNumber = 0
                    }
                    sinceNumber += 1
                }
                switch line.kind {
                case .context: text += " "
                case .added: text += "+"
                case .removed: text += "-"
                }
                text += line.text
                text += "\n"
                if line.lacksLineBreak, line.kind != .context { text += "\\ No newline at end of file\n" }
            }
        }
        return text
    }

    private static func header(_ hunk: DiffHunk) -> String {
        let old = hunk.oldCount == 1 ? "\(hunk.oldStart)" : "\(hunk.oldStart),\(hunk.oldCount)"
        let new = hunk.newCount == 1 ? "\(hunk.newStart)" : "\(hunk.newStart),\(hunk.newCount)"
        return "@@ -\(old) +\(new) @@\(hunk.section.isEmpty ? "" : " " + hunk.section)\n"
    }

    /// That a part of the file's change is not below.
    static func gap(_ shown: Int, of all: Int) -> String {
        "\\ Only \(shown) of the \(all) changed lines of this file are shown.\n"
    }
}
