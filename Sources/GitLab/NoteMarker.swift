/// The hidden line that tells a note of ours from any other, whatever people did to its text since.
public struct NoteMarker: Sendable, Hashable, CustomStringConvertible {
    /// Characters of a key at most.
    public static let keyCharactersMax = 200

    /// What the note is about: `review 42!7 0a1b2c3`.
    public let key: String

    /// A marker for `key`. Characters other than ASCII letters, digits, blanks and `_./:!-` become dots, `--` becomes `-`.
    public init(_ key: String) {
        var kept: [Unicode.Scalar] = []
        for scalar in key.unicodeScalars.prefix(Self.keyCharactersMax) {
            let isPlain = scalar.isASCIIWord || " ./:!-".unicodeScalars.contains(scalar)
            if scalar == "-", kept.last == "-" { continue }
            kept.append(isPlain ? scalar : ".")
        }
        self.key = String(String.UnicodeScalarView(kept))
    }

    /// The HTML comment that stands as the last line of the note: `<!-- bursar: … -->`. Readers do not see it.
    public var description: String { "<!-- bursar: \(key) -->" }

    /// Whether `body`, a note's text as GitLab returns it, ends with this marker.
    public func ends(_ body: String) -> Bool {
        var text = body[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        guard text.hasSuffix(description) else { return false }
        return text.utf8.count == description.utf8.count || text.dropLast(description.count).last?.isNewline == true
    }

    /// The marker that ends `body`; nil when none does.
    public init?(endOf body: String) {
        var text = body[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        let line = text.split(whereSeparator: \.isNewline).last ?? ""
        guard line.hasPrefix("<!-- bursar: "), line.hasSuffix(" -->") else { return nil }
        self.init(String(line.dropFirst(13).dropLast(4)))
        guard ends(body) else { return nil }
    }
}
