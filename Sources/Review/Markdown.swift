/// Small pieces of Markdown for notes. What leaves the bot passes the note boundary of `GitLab` besides.
enum Markdown {
    /// `text` on one line in a code span that it cannot leave; hidden characters are written out.
    static func code(_ text: String, bytesMax: Int = 300) -> String {
        let cut = text.cut(toBytes: bytesMax)
        let line = VisibleText(cut.text, keepsLineBreaks: false).text + (cut.isCut ? "…" : "")
        guard !line.isEmpty else { return "``" }
        var longest = 0
        var run = 0
        for byte in line.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        // CommonMark 6.1: a blank on both sides is taken away again.
        return longest == 0 ? fence + line + fence : fence + " " + line + " " + fence
    }

    /// The line that closes a code block left open at the end of `text`, else nil.
    ///
    /// CommonMark 4.5. The closing line repeats the indentation of the opening one, which is right in a list item
    /// too.
    static func closingFence(of text: String) -> String? {
        var open: (indentation: Substring, sign: UInt8, length: Int)?
        // By bytes: CR LF is one Character and would hide the line break.
        for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let indentation = line.prefix { $0 == 0x20 || $0 == 0x09 }
            let rest = line.dropFirst(indentation.count)
            guard let sign = rest.first, sign == UInt8(ascii: "`") || sign == UInt8(ascii: "~") else { continue }
            let length = rest.prefix { $0 == sign }.count
            let info = rest.dropFirst(length)
            if let current = open {
                let closes =
                    sign == current.sign && length >= current.length && info.allSatisfy { $0 == 0x20 || $0 == 0x09 }
                if closes { open = nil }
            } else if length >= 3, sign != UInt8(ascii: "`") || !info.contains(sign) {
                open = (Substring(indentation), sign, length)
            }
        }
        guard let open else { return nil }
        let sign = open.sign == UInt8(ascii: "~") ? "~" : "`"
        return open.indentation + String(repeating: sign, count: open.length)
    }
}

/// `1,000,000` for a million.
func grouped(_ value: Int) -> String {
    var text = String(value.magnitude)
    var index = text.endIndex
    while text.distance(from: text.startIndex, to: index) > 3 {
        index = text.index(index, offsetBy: -3)
        text.insert(",", at: index)
    }
    return (value < 0 ? "-" : "") + text
}

/// `1 file`, `2 files`.
func counted(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }
