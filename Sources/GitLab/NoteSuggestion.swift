/// Lines of code that a reader of a discussion may put in the place of others with one click (GitLab "Suggest changes").
///
/// What the click writes must be what the block shows, and the block must be what was suggested, byte for byte. Where that
/// cannot be, because a line reads like a quick action, or a secret or something invisible is in it, it is no suggestion but
/// plain code.
public struct NoteSuggestion: Sendable, Hashable {
    /// The lines that would stand there.
    public let lines: [String]
    /// Lines above the commented one that are replaced too.
    public let above: Int
    /// Lines below the commented one that are replaced too.
    public let below: Int

    /// Lines above or below that GitLab replaces at most.
    public static let reachMax = 100

    /// A suggestion of `lines` for the commented line, `above` lines above it and `below` below.
    public init(lines: [String], above: Int, below: Int) {
        self.lines = lines
        self.above = above
        self.below = below
    }

    /// The block as GitLab reads it; nil when it cannot be shown as it is.
    func rendered(_ mask: SecretMask) -> [Unicode.Scalar]? {
        guard !lines.isEmpty, 0...Self.reachMax ~= above, 0...Self.reachMax ~= below else { return nil }
        let content = lines.map { Array($0.unicodeScalars) }
        let whole = Array(content.joined(separator: ["\n"]))
        // Line breaks within a line, carriage returns and whatever is not shown change the text on this way.
        guard NoteText.visible(String.UnicodeScalarView(whole)) == whole, mask.masked(whole) == whole,
            !content.contains(where: { $0.contains("\n") || NoteLine.readsLikeQuickAction($0[...]) })
        else { return nil }
        let mark = NoteFence.mark(around: content)
        let info = Array("suggestion:-\(above)+\(below)".unicodeScalars)
        return Array(([mark + info] + content + [mark]).joined(separator: ["\n"]))
    }

    /// The lines as plain code, for the text of the note.
    var plainBlock: String {
        let content = lines.map { Array($0.unicodeScalars) }
        let mark = String(String.UnicodeScalarView(NoteFence.mark(around: content)))
        return "\(mark)\n\(lines.joined(separator: "\n"))\n\(mark)"
    }
}
