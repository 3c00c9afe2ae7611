/// Follows a PEM private key from line to line.
///
/// A first line alone is no key: programs compare with it. It counts once material follows, on its line or on the next.
struct KeyBlock {
    /// What of a line belongs to a key.
    struct Part {
        let lineIndex: Int
        /// The bytes of it; nil for the whole line.
        var range: Range<Int>?
        /// Whether the key begins here, as far as the text shows it.
        var beginsKey = false
    }

    private enum State {
        case idle
        /// The first line was there, at `range`; nothing of the key yet.
        case announced(lineIndex: Int, range: Range<Int>)
        case open(lineCount: Int)
    }

    private var state = State.idle

    /// Whether the next line may be part of a key.
    var isWaiting: Bool { if case .idle = state { false } else { true } }

    /// The parts of keys that this line shows, in earlier lines too. `line` gives those.
    mutating func take(
        _ bytes: UnsafeBufferPointer<UInt8>, _ found: LineSecrets, index: Int, line: (Int) -> String
    ) -> [Part] {
        switch state {
        case .open(let count):
            if let end = found.keyEnd, found.keyBegin.map({ $0.lowerBound > end.lowerBound }) ?? true {
                state = .idle
                return [Part(lineIndex: index, range: KeyMaterial.extent(of: bytes).lowerBound..<end.upperBound)]
            }
            if found.keyBegin == nil, count < SecretScanner.keyLinesMax, KeyMaterial(bytes).continuesBlock {
                state = .open(lineCount: count + 1)
                return [Part(lineIndex: index)]
            }
        case .announced(let begin, let range):
            if found.keyBegin == nil, KeyMaterial(bytes).startsBlock {
                state = .open(lineCount: 2)
                return [Part(lineIndex: begin, range: range, beginsKey: true), Part(lineIndex: index)]
            }
        case .idle: break
        }
        state = .idle
        if let begin = found.keyBegin { return started(bytes, begin, found.keyEnd, index: index) }
        if let end = found.keyEnd { return ended(bytes, end, index: index, line: line) }
        return []
    }

    /// A first line, with the whole key behind it or with nothing.
    private mutating func started(
        _ bytes: UnsafeBufferPointer<UInt8>, _ begin: Range<Int>, _ end: Range<Int>?, index: Int
    ) -> [Part] {
        let stop = end.map { $0.lowerBound > begin.lowerBound ? $0.lowerBound : bytes.count } ?? bytes.count
        let material = bytes[begin.upperBound..<stop].count { $0.isBase64Byte && $0 != 0x2D }
        guard material >= KeyMaterial.firstLineBytesMin else {
            if end == nil { state = .announced(lineIndex: index, range: begin.lowerBound..<bytes.count) }
            return []
        }
        guard let end, end.lowerBound >= stop else {
            // Prose has blanks; a literal that goes on has not.
            let words = bytes[begin.upperBound...].split(separator: 0x20)
            guard words.contains(where: { $0.count >= KeyMaterial.firstLineBytesMin }) else { return [] }
            state = .open(lineCount: 1)
            return [Part(lineIndex: index, range: begin.lowerBound..<bytes.count, beginsKey: true)]
        }
        return [Part(lineIndex: index, range: begin.lowerBound..<end.upperBound, beginsKey: true)]
    }

    /// A last line whose first is above what is shown: the lines of base64 before it belong to it.
    private func ended(
        _ bytes: UnsafeBufferPointer<UInt8>, _ end: Range<Int>, index: Int, line: (Int) -> String
    ) -> [Part] {
        var first = index
        var isKey = false
        while first > 0, index - first < SecretScanner.keyLinesMax {
            var text = line(first - 1)
            let material = text.withUTF8 { KeyMaterial($0) }
            // Only the last line before the end may be short.
            guard material.byteCount >= KeyMaterial.firstLineBytesMin || (first == index && material.byteCount > 0)
            else {
                break
            }
            if material.byteCount >= KeyMaterial.firstLineBytesMin { isKey = true }
            first -= 1
        }
        guard isKey else { return [] }
        let last = Part(lineIndex: index, range: KeyMaterial.extent(of: bytes).lowerBound..<end.upperBound)
        return (first..<index).map { Part(lineIndex: $0, beginsKey: $0 == first) } + [last]
    }
}
