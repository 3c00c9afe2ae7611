/// The change of one file: its names and modes, and its hunks in order.
public struct FileDiff: Sendable, Equatable {
    /// The path before; equal to `newPath` unless the file was moved.
    public var oldPath: String
    /// The path after.
    public var newPath: String
    /// The file's mode before, `100644`; empty when unknown.
    public var oldMode: String
    /// The file's mode after; empty when unknown.
    public var newMode: String
    /// Whether the change adds, removes or moves the file.
    public var kind: Kind
    /// Whether the content is not text, so that there are no hunks.
    public var isBinary: Bool
    /// The changed places, from the top of the file to its end.
    public var hunks: [DiffHunk]

    /// What happens to the file.
    public enum Kind: String, Sendable, CaseIterable {
        case modified, added, deleted, renamed, copied
    }

    /// A diff of these parts.
    public init(
        oldPath: String, newPath: String, oldMode: String = "", newMode: String = "", kind: Kind = .modified,
        isBinary: Bool = false, hunks: [DiffHunk] = []
    ) {
        self.oldPath = oldPath
        self.newPath = newPath
        self.oldMode = oldMode
        self.newMode = newMode
        self.kind = kind
        self.isBinary = isBinary
        self.hunks = hunks
    }

    /// The path by which people know the file: the new one, the old one of a removed file.
    public var path: String { kind == .deleted || newPath.isEmpty ? oldPath : newPath }
}

/// One changed place of a file, with the lines around it (`@@ -oldStart,oldCount +newStart,newCount @@ section`).
public struct DiffHunk: Sendable, Equatable {
    /// The first line of the place in the file before, from 1; 0 when there is none.
    public var oldStart: Int
    /// Lines of the place before.
    public var oldCount: Int
    /// The first line of the place in the file after, from 1; 0 when there is none.
    public var newStart: Int
    /// Lines of the place after.
    public var newCount: Int
    /// What stands behind the second `@@`: the function the place is in.
    public var section: String
    /// The lines, in order.
    public var lines: [DiffLine]

    /// A hunk of these parts.
    public init(
        oldStart: Int, oldCount: Int, newStart: Int, newCount: Int, section: String = "", lines: [DiffLine] = []
    ) {
        self.oldStart = oldStart
        self.oldCount = oldCount
        self.newStart = newStart
        self.newCount = newCount
        self.section = section
        self.lines = lines
    }
}

/// One line of a hunk.
public struct DiffLine: Sendable, Equatable {
    /// On which side the line is.
    public enum Kind: Sendable { case context, added, removed }

    /// On which side the line is.
    public var kind: Kind
    /// The line without its sign and its line break; a CR before the line break is part of it.
    public var text: String
    /// Its number in the file before; nil for an added line.
    public var oldNumber: Int?
    /// Its number in the file after; nil for a removed line.
    public var newNumber: Int?
    /// Whether the file ends here without a line break.
    public var lacksLineBreak: Bool

    /// A line of these parts.
    public init(kind: Kind, text: String, oldNumber: Int? = nil, newNumber: Int? = nil, lacksLineBreak: Bool = false) {
        self.kind = kind
        self.text = text
        self.oldNumber = oldNumber
        self.newNumber = newNumber
        self.lacksLineBreak = lacksLineBreak
    }
}
