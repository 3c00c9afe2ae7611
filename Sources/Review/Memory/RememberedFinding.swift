/// A finding as the next review needs it.
public struct RememberedFinding: Sendable, Equatable {
    /// By which it is known.
    public var fingerprint: String
    /// How bad it is.
    public var severity: Finding.Severity
    /// What sort of thing it is.
    public var kind: Finding.Kind
    /// Its file; empty for none.
    public var path: String
    /// Its line's number; nil without a place.
    public var line: Int?
    /// On which side its line stands.
    public var side: Finding.Side
    /// Its line's text with single blanks; empty without a place.
    public var text: String
    /// What is wrong, in one line.
    public var title: String
    /// What the summary said of it beside the title; empty where a discussion says it.
    public var words: String

    /// Bytes of `words` at most.
    public static let wordsBytesMax = 4_000

    /// A finding of these parts.
    public init(
        fingerprint: String, severity: Finding.Severity, kind: Finding.Kind, path: String, line: Int? = nil,
        side: Finding.Side = .new, text: String = "", title: String, words: String = ""
    ) {
        self.fingerprint = fingerprint
        self.severity = severity
        self.kind = kind
        self.path = path
        self.line = line
        self.side = side
        self.text = text
        self.title = title
        self.words = words
    }

    /// What is kept of `placed`; its text, too, unless it has a discussion of its own.
    public init(_ placed: PlacedFinding, hasDiscussion: Bool) {
        let finding = placed.finding
        let words = [finding.text.withoutOuterBlankLines, DiscussionText.replacement(finding) ?? ""]
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
        self.init(
            fingerprint: placed.fingerprint, severity: finding.severity, kind: finding.kind, path: finding.path,
            line: placed.place?.line, side: finding.side, text: placed.place?.text ?? "",
            title: DiscussionText.title(finding),
            words: hasDiscussion ? "" : words.cut(toBytes: Self.wordsBytesMax).text)
    }
}
