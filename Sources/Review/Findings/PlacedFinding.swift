/// A finding that was checked against the change.
public struct PlacedFinding: Sendable, Equatable {
    /// What was found.
    public var finding: Finding
    /// The line it belongs to; nil when that is not in the change.
    public var place: Place?
    /// A replacement that applies to the exact lines it was written for; nil when there is none.
    public var suggestion: Suggestion?
    /// By which the finding is known again: 32 hexadecimal digits of its path, its line's text and its kind.
    public var fingerprint: String

    /// A finding of these parts.
    public init(finding: Finding, place: Place? = nil, suggestion: Suggestion? = nil, fingerprint: String) {
        self.finding = finding
        self.place = place
        self.suggestion = suggestion
        self.fingerprint = fingerprint
    }
}

/// A line of the change, as GitLab's discussions name it.
///
/// Source: GitLab "Discussions API", create a merge request thread: an added line has only a new number, a removed one
/// only an old one, an unchanged one both.
public struct Place: Sendable, Hashable {
    /// The file's path before; equal to `newPath` unless it was moved.
    public var oldPath: String
    /// The file's path after.
    public var newPath: String
    /// The line's number before; nil for an added line.
    public var oldLine: Int?
    /// The line's number after; nil for a removed line.
    public var newLine: Int?
    /// The line's text with single blanks.
    public var text: String

    /// A line of these parts.
    public init(oldPath: String, newPath: String, oldLine: Int?, newLine: Int?, text: String = "") {
        self.oldPath = oldPath
        self.newPath = newPath
        self.oldLine = oldLine
        self.newLine = newLine
        self.text = text
    }

    /// The number to show.
    public var line: Int { newLine ?? oldLine ?? 0 }
}

/// Lines that may take the place of others with one click.
///
/// Source: GitLab "Suggest changes": ```` ```suggestion:-A+B ```` replaces the commented line, A lines above and B below.
public struct Suggestion: Sendable, Equatable {
    /// The lines that would stand there.
    public var lines: [String]
    /// Lines above the commented one that are replaced too.
    public var above: Int
    /// Lines below the commented one that are replaced too.
    public var below: Int

    /// Lines above or below at most.
    public static let reachMax = 100

    /// A suggestion of these parts.
    public init(lines: [String], above: Int, below: Int) {
        self.lines = lines
        self.above = above
        self.below = below
    }
}
