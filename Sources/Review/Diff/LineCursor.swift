import Glibc

/// Walks over the lines of a text, with a look at the ones ahead. Lines end with LF; a CR before it is theirs.
struct LineCursor {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    private let bytes: Bytes
    /// Where the next line begins; behind the end of the text where the last line had no LF.
    private(set) var position = 0

    init(_ bytes: Bytes) { self.bytes = bytes }

    /// The line that comes next, without its LF, and where the one behind it begins; nil at the end.
    private func line(at start: Int) -> (line: Bytes, next: Int)? {
        guard start < bytes.count else { return nil }
        let end = bytes.lineBreak(from: start) ?? bytes.count
        return (Bytes(rebasing: bytes[start..<end]), end + 1)
    }

    /// The line that comes next, and moves behind it; nil at the end.
    mutating func next() -> Bytes? {
        guard let (line, next) = line(at: position) else { return nil }
        position = next
        return line
    }

    /// The next line if `isWanted` says so, and moves behind it.
    mutating func next(if isWanted: (Bytes, LineCursor) -> Bool) -> Bytes? {
        guard let (line, next) = line(at: position) else { return nil }
        var behind = self
        behind.position = next
        guard isWanted(line, behind) else { return nil }
        self = behind
        return line
    }

    /// The lines from `start` to here as one text, when each of them has its LF and no line without a sign follows, so that
    /// nothing of it belongs together with what stands around it.
    func passed(since start: Int) -> Bytes? {
        guard start < position, position <= bytes.count, bytes[position - 1] == 0x0A,
            position == bytes.count || (bytes[position] != 0x0A && bytes[position] != 0x0D)
        else { return nil }
        return bytes.slice(start..<position)
    }

    /// The beginnings of the next two lines, empty where there are none.
    var ahead: (Bytes, Bytes) {
        let none = Bytes(rebasing: bytes[0..<0])
        guard let first = line(at: position) else { return (none, none) }
        return (first.line, line(at: first.next)?.line ?? none)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where the first LF from `start` on stands; nil where none does.
    func lineBreak(from start: Int) -> Int? {
        guard start < count, let base = baseAddress,
            let found = memchr(base + start, 0x0A, count - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    func starts(with text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count >= length else { return false }
        for index in 0..<length where self[index] != text.utf8Start[index] { return false }
        return true
    }

    /// What stands behind the beginning `text`, without a CR at the end; nil where the line begins otherwise.
    func rest(after text: StaticString) -> UnsafeBufferPointer<UInt8>? {
        guard starts(with: text) else { return nil }
        return slice(text.utf8CodeUnitCount..<count).withoutCR
    }

    func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: self[range]) }

    var withoutCR: UnsafeBufferPointer<UInt8> { last == 0x0D ? slice(0..<(count - 1)) : self }

    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// Whether `text` has these very bytes.
    var isUTF8: Bool {
        var all: UInt8 = 0
        // Without a way out, so that many bytes are looked at at once.
        for byte in self { all |= byte }
        return all < 0x80 || String(validating: self, as: UTF8.self) != nil
    }
}
