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
    static func body(_ hunks: [DiffHunk]) -> String { String(decoding: bytes("", hunks), as: UTF8.self) }

    /// The measure of a file's section, whose `title` is a line or nothing.
    static func measure(_ title: String, _ hunks: [DiffHunk]) -> TextMeasure {
        hunks.reduce(into: TextMeasure(of: title)) { $0 += measure($1) }
    }

    /// The measure of a hunk; of its lines only where the reader has not measured them. Every line begins with a sign, so
    /// the measures of lines add up to the whole's.
    private static func measure(_ hunk: DiffHunk) -> TextMeasure {
        guard let measure = hunk.measure else {
            return bytes("", [hunk]).withUnsafeBufferPointer { TextMeasure(of: $0) }
        }
        // The header and the numbers between the lines, as one text: they are lines too.
        var bytes: [UInt8] = []
        append(header: hunk, to: &bytes)
        var sinceNumber = 0
        for index in hunk.lines.indices {
            guard let number = hunk.lines[index].newNumber else { continue }
            if sinceNumber == anchorInterval {
                append(anchor: number, to: &bytes)
                sinceNumber = 0
            }
            sinceNumber += 1
        }
        return measure + TextMeasure(of: bytes)
    }

    /// That the next line has this number.
    private static func append(anchor number: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "@@ ".utf8)
        bytes.append(decimal: number)
        bytes.append(0x0A)
    }

    private static func bytes(_ title: String, _ hunks: [DiffHunk]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            title.utf8.count + hunks.reduce(0) { $0 + 40 + $1.lines.reduce(0) { $0 + 4 + $1.byteCount } })
        bytes.append(contentsOf: title.utf8)
        for hunk in hunks {
            append(header: hunk, to: &bytes)
            var sinceNumber = 0
            for line in hunk.lines {
                if let number = line.newNumber {
                    if sinceNumber == anchorInterval {
                        append(anchor: number, to: &bytes)
                        sinceNumber = 0
                    }
                    sinceNumber += 1
                }
                switch line.kind {
                case .context: bytes.append(UInt8(ascii: " "))
                case .added: bytes.append(UInt8(ascii: "+"))
                case .removed: bytes.append(UInt8(ascii: "-"))
                }
                line.withBytes { bytes.append(contentsOf: $0) }
                bytes.append(0x0A)
                if line.lacksLineBreak, line.kind != .context {
                    bytes.append(contentsOf: "\\ No newline at end of file\n".utf8)
                }
            }
        }
        return bytes
    }

    /// `@@ -1,7 +1,9 @@ func f()`.
    private static func append(header hunk: DiffHunk, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "@@ -".utf8)
        append(hunk.oldStart, hunk.oldCount, to: &bytes)
        bytes.append(contentsOf: " +".utf8)
        append(hunk.newStart, hunk.newCount, to: &bytes)
        bytes.append(contentsOf: " @@".utf8)
        if !hunk.section.isEmpty {
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: hunk.section.utf8)
        }
        bytes.append(0x0A)
    }

    private static func append(_ start: Int, _ count: Int, to bytes: inout [UInt8]) {
        bytes.append(decimal: start)
        guard count != 1 else { return }
        bytes.append(UInt8(ascii: ","))
        bytes.append(decimal: count)
    }

    /// That a part of the file's change is not below.
    static func gap(_ shown: Int, of all: Int) -> String {
        "\\ Only \(shown) of the \(all) changed lines of this file are shown.\n"
    }
}
