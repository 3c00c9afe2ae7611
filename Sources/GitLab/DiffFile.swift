internal import JSON

/// One changed file of a merge request (GitLab "Merge requests API", diffs).
public struct DiffFile: Sendable, Equatable {
    /// The path before.
    public let oldPath: String
    /// The path after.
    public let newPath: String
    /// The file's mode before, `100644`; empty when the answer has none.
    public let oldMode: String
    /// The file's mode after.
    public let newMode: String
    /// The hunks, without file headers; empty when GitLab left them out.
    public let diff: String
    /// Whether the file is new.
    public let isNew: Bool
    /// Whether the file was renamed.
    public let isRenamed: Bool
    /// Whether the file was deleted.
    public let isDeleted: Bool
    /// Whether GitLab takes the file for generated (16.9 and later).
    public let isGenerated: Bool
    /// Whether GitLab left the hunks out because the file is over a tenth of a limit.
    public let isCollapsed: Bool
    /// Whether GitLab left the hunks out because the file is over a limit.
    public let isTooLarge: Bool

    /// Whether there are no hunks although the content may have changed: the file cannot be reviewed and must be named.
    public var isWithoutContent: Bool {
        guard diff.isEmpty else { return false }
        return isCollapsed || isTooLarge || !(isRenamed || (oldMode != newMode && !isNew && !isDeleted))
    }

    init?(_ value: JSONValue) {
        guard let path = value["new_path"]?.words ?? value["old_path"]?.words else { return nil }
        newPath = path
        oldPath = value["old_path"]?.words ?? path
        oldMode = value["a_mode"]?.words ?? ""
        newMode = value["b_mode"]?.words ?? ""
        diff = value["diff"]?.string ?? ""
        isNew = value["new_file"]?.truth ?? false
        isRenamed = value["renamed_file"]?.truth ?? false
        isDeleted = value["deleted_file"]?.truth ?? false
        isGenerated = value["generated_file"]?.truth ?? false
        isCollapsed = value["collapsed"]?.truth ?? false
        isTooLarge = value["too_large"]?.truth ?? false
    }
}

/// The changed files of a merge request, as far as GitLab gave them.
public struct DiffList: Sendable, Equatable {
    /// The files in GitLab's order.
    public var files: [DiffFile] = []
    /// Why files may be missing, as a sentence; nil when all are there.
    public var incompleteness: String?

    /// No files.
    public init() {}
}
