/// One file of a change before it is decided what a model is shown of it.
public struct Candidate: Sendable, Equatable {
    /// The change of the file.
    public var diff: FileDiff
    /// Whether GitLab takes the file for generated.
    public var isGenerated: Bool
    /// Whether GitLab folded the diff away.
    public var isCollapsed: Bool
    /// Whether GitLab left the diff out as too large.
    public var isTooLarge: Bool
    /// Whether there was a text in which no hunk could be found.
    public var isUnreadable: Bool

    /// A file of which the diff is all that is known.
    public init(_ diff: FileDiff) {
        self.diff = diff
        (isGenerated, isCollapsed, isTooLarge, isUnreadable) = (false, false, false, false)
    }

    /// A file as GitLab gives it.
    public init(_ file: ChangedFile) {
        diff = FileDiff(file)
        isGenerated = file.isGenerated
        isCollapsed = file.isCollapsed
        isTooLarge = file.isTooLarge
        isUnreadable = !file.diff.isEmpty && diff.hunks.isEmpty && !diff.isBinary
    }

    /// The path by which people know the file.
    public var path: String { diff.path }
}
