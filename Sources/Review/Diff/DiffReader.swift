/// Reads the files of a diff, line by line.
struct DiffReader {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    private let source: [UInt8]
    private let bytes: Bytes
    private var cursor: LineCursor
    private var draft: FileDraft?
    private var found: [FileDiff] = []
    /// Where the lines of hunks stand that are measured, and the sum of their measures.
    private var measured: (ranges: [Range<Int>], sum: TextMeasure) = ([], TextMeasure())

    /// A reader of `bytes`, which are those of `source`.
    init(_ bytes: Bytes, of source: [UInt8]) {
        self.bytes = bytes
        self.source = source
        cursor = LineCursor(bytes)
    }

    /// All files of the text.
    mutating func files() -> [FileDiff] {
        while let line = cursor.next() { take(line) }
        close()
        return found
    }

    /// The measure of the whole text, for when its files have been read: of what stands around the hunks, beside theirs.
    var measure: TextMeasure {
        var (sum, start) = (measured.sum, 0)
        for range in measured.ranges {
            sum += TextMeasure(of: bytes.slice(start..<range.lowerBound))
            start = range.upperBound
        }
        return sum + TextMeasure(of: bytes.slice(start..<bytes.count))
    }

    private mutating func close() {
        if let draft { found.append(draft.file) }
        draft = nil
    }

    private mutating func take(_ line: Bytes) {
        switch line.first {
        case UInt8(ascii: "@"):
            guard let header = HunkHeader(line) else { return }
            // Hunks alone are a file too: that is what GitLab gives.
            var file = draft ?? FileDraft()
            draft = nil
            let start = cursor.position
            let hunk = HunkReader.read(header, from: &cursor, of: source)
            if let measure = hunk.measure {
                measured.ranges.append(start..<cursor.position)
                measured.sum += measure
            }
            file.hunks.append(hunk)
            draft = file
        case UInt8(ascii: "d"):
            if let names = line.rest(after: "diff --git ") {
                close()
                draft = FileDraft(header: DiffPath.pair(names), isGit: true)
                draft?.fallback = names.text
            } else if let name = line.rest(after: "diff --cc ") ?? line.rest(after: "diff --combined ") {
                close()
                let path = DiffPath.name(name)
                draft = FileDraft(header: (path, path), isGit: true)
            } else {
                takeExtended(line)
            }
        case UInt8(ascii: "-"):
            guard let old = line.rest(after: "--- ") else { return }
            takeNames(old)
        case UInt8(ascii: "B"):
            guard let names = line.rest(after: "Binary files ") else { return }
            takeBinary(names)
        case UInt8(ascii: "G"):
            if line.starts(with: "GIT binary patch") { takeBinary(nil) }
        case UInt8(ascii: "i"), UInt8(ascii: "n"), UInt8(ascii: "o"), UInt8(ascii: "r"), UInt8(ascii: "c"):
            takeExtended(line)
        default: break
        }
    }

    /// `--- old`, which says something only before `+++ new`.
    private mutating func takeNames(_ old: Bytes) {
        let (next, overnext) = cursor.ahead
        guard let new = next.rest(after: "+++ ") else { return }
        let isExpected = draft.map { $0.isGit && $0.hunks.isEmpty } ?? false
        // In a message that stands before the files anything may look like names.
        guard isExpected || overnext.starts(with: "@@ -") || overnext.starts(with: "@@@ -") else { return }
        if !isExpected {
            close()
            draft = FileDraft()
        }
        draft?.sides = (DiffPath.side(old), DiffPath.side(new))
        _ = cursor.next()
    }

    /// That a file is binary: in git's own form, or in plain diff's, where `names` are all that is known.
    private mutating func takeBinary(_ names: Bytes?) {
        if draft?.hunks.isEmpty == true, draft?.isGit == true || names == nil {
            draft?.isBinary = true
        } else if let text = names?.text, text.hasSuffix(" differ"), let and = text.firstRange(of: " and ") {
            close()
            var file = FileDraft()
            let sides = [text[..<and.lowerBound], text[and.upperBound...].dropLast(" differ".count)]
            file.sides = (
                sides[0] == "/dev/null" ? nil : String(sides[0]), sides[1] == "/dev/null" ? nil : String(sides[1])
            )
            file.isBinary = true
            draft = file
            close()
        } else if names == nil, draft == nil {
            draft = FileDraft()
            draft?.isBinary = true
        }
    }

    /// What git writes between `diff --git` and the names.
    private mutating func takeExtended(_ line: Bytes) {
        guard draft?.isGit == true, draft?.hunks.isEmpty == true else { return }
        if let index = line.rest(after: "index ") {
            if let blank = index.firstIndex(of: UInt8(ascii: " ")) {
                let mode = index.slice((blank + 1)..<index.count).text
                draft?.oldMode = mode
                draft?.newMode = mode
            }
        } else if let mode = line.rest(after: "old mode ") {
            draft?.oldMode = mode.text
        } else if let mode = line.rest(after: "new mode ") {
            draft?.newMode = mode.text
        } else if let mode = line.rest(after: "new file mode ") {
            draft?.newMode = mode.text
            draft?.kind = .added
        } else if let mode = line.rest(after: "deleted file mode ") {
            draft?.oldMode = mode.text
            draft?.kind = .deleted
        } else if let path = line.rest(after: "rename from ") {
            draft?.movedFrom = DiffPath.name(path)
            draft?.kind = .renamed
        } else if let path = line.rest(after: "rename to ") {
            draft?.movedTo = DiffPath.name(path)
        } else if let path = line.rest(after: "copy from ") {
            draft?.movedFrom = DiffPath.name(path)
            draft?.kind = .copied
        } else if let path = line.rest(after: "copy to ") {
            draft?.movedTo = DiffPath.name(path)
        }
    }
}

/// What is known of a file while its lines are read.
private struct FileDraft {
    /// The names on the line `diff --git`.
    var header: (old: String, new: String)?
    var isGit = false
    /// That line as it is, for when nothing better comes.
    var fallback = ""
    /// The names behind `---` and `+++`; nil for a side without the file.
    var sides: (old: String?, new: String?)?
    var movedFrom: String?
    var movedTo: String?
    var oldMode = ""
    var newMode = ""
    var kind: FileDiff.Kind?
    var isBinary = false
    var hunks: [DiffHunk] = []

    var file: FileDiff {
        let (old, new) = names
        return FileDiff(
            oldPath: old, newPath: new, oldMode: oldMode, newMode: newMode, kind: kind ?? kindBySides(old, new),
            isBinary: isBinary, hunks: hunks)
    }

    private var names: (old: String, new: String) {
        if let movedFrom, let movedTo { return (movedFrom, movedTo) }
        if let header { return header }
        switch sides {
        case (let old?, let new?)?:
            let names = DiffPath.withoutPrefixes(old, new)
            return isGit || names != (old, new) ? names : DiffPath.withoutRoots(old, new)
        case (let old?, nil)?: return Self.twice(old, prefix: "a/")
        case (nil, let new?)?: return Self.twice(new, prefix: "b/")
        case (nil, nil)?, nil: return (fallback, fallback)
        }
    }

    private static func twice(_ path: String, prefix: String) -> (old: String, new: String) {
        let path = path.hasPrefix(prefix) && path != prefix ? String(path.dropFirst(prefix.count)) : path
        return (path, path)
    }

    private func kindBySides(_ old: String, _ new: String) -> FileDiff.Kind {
        if let sides, sides.old == nil, sides.new != nil { return .added }
        if let sides, sides.new == nil, sides.old != nil { return .deleted }
        return old == new ? .modified : .renamed
    }
}
