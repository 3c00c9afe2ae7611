public import JSON

/// Something that a rule found: an alert, if it has not been told.
public struct AlertCandidate: Sendable, Equatable {
    /// What it is about.
    public var kind: AlertKind
    /// By what it is told once.
    public var claim: AlertClaim
    /// One line: `Budget daily has reached 80% of its limit`.
    public var title: String
    /// The figures, in lines.
    public var text: String
    /// The figures for programs.
    public var facts: JSONObject

    /// The most bytes of a title, of a text and of the facts; a longer title or text is cut, longer facts are left out.
    public static let titleBytesMax = 1000
    /// The most bytes of a text.
    public static let textBytesMax = 4000
    /// The most bytes of the facts as JSON.
    public static let factsBytesMax = 8000

    /// A candidate of these parts.
    public init(kind: AlertKind, claim: AlertClaim, title: String, text: String, facts: JSONObject = JSONObject()) {
        self.kind = kind
        self.claim = claim
        self.title = title.oneLine.cut(toBytes: Self.titleBytesMax)
        self.text = text.cut(toBytes: Self.textBytesMax)
        self.facts = JSONValue.object(facts).bytes.count <= Self.factsBytesMax ? facts : JSONObject()
    }
}

extension String {
    /// The text, or as much of it as fit into `count` bytes with an ellipsis.
    func cut(toBytes count: Int) -> String {
        guard utf8.count > count else { return self }
        var bytes = Array(utf8.prefix(max(0, count - 3) + 1))
        // The byte behind the cut must begin a character.
        while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
        return String(decoding: bytes, as: UTF8.self) + "…"
    }

    /// The text with a blank for each control character.
    var oneLine: String {
        guard unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return self }
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars { scalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar) }
        return String(scalars)
    }
}
