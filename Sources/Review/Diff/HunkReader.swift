/// Reads the lines below a hunk's header, as far as they are its own.
///
/// The header's counts decide as long as they last: within them `--- a` is a removed `-- a`. Beyond them a line still
/// belongs to the hunk when nothing else can begin with it; a header that lies must not make code vanish.
struct HunkReader {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    private var lines: [DiffLine] = []
    private var oldNumber: Int
    private var newNumber: Int
    private var oldLeft: Int
    private var newLeft: Int
    private var oldCount = 0
    private var newCount = 0
    /// Whether each line with its sign is, byte for byte, what stands in the diff.
    private var isExact = true
    /// The bytes of the whole diff, over which the cursor goes.
    private let source: [UInt8]

    /// The hunk below `header`, read from `cursor` over `source`, which is left behind it.
    static func read(_ header: HunkHeader, from cursor: inout LineCursor, of source: [UInt8]) -> DiffHunk {
        if header.old.count > 1 { return CombinedHunkReader.read(header, from: &cursor) }
        var reader = HunkReader(header, of: source)
        let start = cursor.position
        while let line = cursor.next(if: { reader.takes($0, before: $1) }) { reader.take(line) }
        var hunk = DiffHunk(
            oldStart: header.old[0].start, oldCount: reader.oldCount, newStart: header.new.start,
            newCount: reader.newCount, section: header.section, lines: reader.lines)
        if reader.isExact, let text = cursor.passed(since: start) { hunk.measure = TextMeasure(of: text) }
        return hunk
    }

    private init(_ header: HunkHeader, of source: [UInt8]) {
        self.source = source
        (oldNumber, oldLeft) = header.old[0]
        (newNumber, newLeft) = header.new
        // A header may claim anything.
        lines.reserveCapacity(min(oldLeft + newLeft, 512))
    }

    private var isComplete: Bool { oldLeft <= 0 && newLeft <= 0 }

    private func takes(_ line: Bytes, before cursor: LineCursor) -> Bool {
        guard let first = line.first, line.count > 1 || first != 0x0D else {
            // A blank line of context whose only blank some mail program took away.
            return oldLeft > 0 && newLeft > 0
        }
        switch first {
        case UInt8(ascii: " "), UInt8(ascii: "+"): return true
        case UInt8(ascii: "-"):
            if isComplete, line.withoutCR.elementsEqual("-- ".utf8) || line.withoutCR.elementsEqual("--".utf8) {
                // The signature below a patch sent by mail.
                return false
            }
            guard line.starts(with: "--- ") else { return true }
            let (next, overnext) = cursor.ahead
            guard next.starts(with: "+++ "), overnext.starts(with: "@@ -") else { return true }
            // Names of another file, unless the two lines are just what is left of this hunk.
            return oldLeft == 1 && newLeft == 1
        case UInt8(ascii: "\\"): return !lines.isEmpty
        default: return false
        }
    }

    private mutating func take(_ line: Bytes) {
        switch line.first {
        case UInt8(ascii: "+"): append(.added, line.slice(1..<line.count), oldNumber: nil, newNumber: newNumber)
        case UInt8(ascii: "-"): append(.removed, line.slice(1..<line.count), oldNumber: oldNumber, newNumber: nil)
        case UInt8(ascii: " "):
            append(.context, line.slice(1..<line.count), oldNumber: oldNumber, newNumber: newNumber)
        case UInt8(ascii: "\\"):
            lines[lines.count - 1].lacksLineBreak = true
            isExact = false
        default:
            append(.context, line, oldNumber: oldNumber, newNumber: newNumber)
            isExact = false
        }
    }

    private mutating func append(_ kind: DiffLine.Kind, _ bytes: Bytes, oldNumber: Int?, newNumber: Int?) {
        let start = source.withUnsafeBufferPointer { all in
            all.baseAddress.flatMap { first in bytes.baseAddress.map { $0 - first } }
        }
        guard let start, bytes.isUTF8 else {
            isExact = false
            return append(DiffLine(kind: kind, text: bytes.text, oldNumber: oldNumber, newNumber: newNumber))
        }
        append(
            DiffLine(
                kind: kind, in: source, at: start, count: bytes.count, oldNumber: oldNumber, newNumber: newNumber))
    }

    private mutating func append(_ line: DiffLine) {
        if line.oldNumber != nil {
            oldNumber += 1
            oldLeft -= 1
            oldCount += 1
        }
        if line.newNumber != nil {
            newNumber += 1
            newLeft -= 1
            newCount += 1
        }
        lines.append(line)
    }
}

/// Reads a hunk of a merge: a sign for each parent before every line. The old side is the first parent's.
///
/// Source: git's documentation, "Combined diff format".
enum CombinedHunkReader {
    static func read(_ header: HunkHeader, from cursor: inout LineCursor) -> DiffHunk {
        var left = header.old.map(\.count)
        var newLeft = header.new.count
        var hunk = DiffHunk(
            oldStart: header.old[0].start, oldCount: 0, newStart: header.new.start, newCount: 0,
            section: header.section)
        while let line = cursor.next(if: { line, _ in
            if line.first == UInt8(ascii: "\\") { return !hunk.lines.isEmpty }
            return line.count >= left.count && (newLeft > 0 || left.contains { $0 > 0 })
                && line.prefix(left.count).allSatisfy {
                    [UInt8(ascii: " "), UInt8(ascii: "+"), UInt8(ascii: "-")].contains($0)
                }
        }) {
            guard line.first != UInt8(ascii: "\\") else {
                hunk.lines[hunk.lines.count - 1].lacksLineBreak = true
                continue
            }
            let signs = line.prefix(left.count)
            let isRemoved = signs.contains(UInt8(ascii: "-"))
            let isAdded = !isRemoved && signs.contains(UInt8(ascii: "+"))
            let present = isRemoved ? UInt8(ascii: "-") : UInt8(ascii: " ")
            for (parent, sign) in signs.enumerated() where sign == present { left[parent] -= 1 }
            let isInFirst = signs.first == present
            hunk.lines.append(
                DiffLine(
                    kind: isRemoved ? .removed : isAdded ? .added : .context,
                    text: line.slice(left.count..<line.count).text,
                    oldNumber: isInFirst && !isAdded ? hunk.oldStart + hunk.oldCount : nil,
                    newNumber: isRemoved ? nil : hunk.newStart + hunk.newCount))
            if isInFirst { hunk.oldCount += 1 }
            if !isRemoved {
                newLeft -= 1
                hunk.newCount += 1
            }
        }
        return hunk
    }
}
