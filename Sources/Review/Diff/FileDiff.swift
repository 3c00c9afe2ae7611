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
    public var lines: [DiffLine] { didSet { measure = nil } }
    /// The measure of the lines, each with its sign; nil where they were not measured, or are others since.
    var measure: TextMeasure?

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

    /// Whether both have the same place and the same lines.
    public static func == (left: DiffHunk, right: DiffHunk) -> Bool {
        left.oldStart == right.oldStart && left.oldCount == right.oldCount && left.newStart == right.newStart
            && left.newCount == right.newCount && left.section == right.section && left.lines == right.lines
    }
}
