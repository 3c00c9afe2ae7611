/// One file of a merge request's change, as GitLab's `diffs` endpoint gives it.
///
/// Source: GitLab REST API, "Merge requests", list merge request diffs; `lib/api/entities/diff.rb`.
public struct ChangedFile: Sendable, Equatable {
    /// The path before the change.
    public var oldPath: String
    /// The path after the change.
    public var newPath: String
    /// The hunks alone, from the first `@@` on: neither `diff --git` nor `---` and `+++`. Empty when GitLab sent
    /// none.
    public var diff: String
    /// Whether the change adds the file.
    public var isNew: Bool
    /// Whether the change moves the file.
    public var isRenamed: Bool
    /// Whether the change removes the file.
    public var isDeleted: Bool
    /// Whether GitLab takes the file for generated (`generated_file`, which honours `.gitattributes`).
    public var isGenerated: Bool
    /// Whether GitLab folded the diff away because the whole change is big.
    public var isCollapsed: Bool
    /// Whether GitLab left the diff out because it is too large.
    public var isTooLarge: Bool

    /// A file of these parts.
    public init(
        oldPath: String, newPath: String, diff: String, isNew: Bool = false, isRenamed: Bool = false,
        isDeleted: Bool = false, isGenerated: Bool = false, isCollapsed: Bool = false, isTooLarge: Bool = false
    ) {
        self.oldPath = oldPath
        self.newPath = newPath
        self.diff = diff
        self.isNew = isNew
        self.isRenamed = isRenamed
        self.isDeleted = isDeleted
        self.isGenerated = isGenerated
        self.isCollapsed = isCollapsed
        self.isTooLarge = isTooLarge
    }

    /// The path by which people know the file: the new one, the old one of a removed file.
    public var path: String { isDeleted || newPath.isEmpty ? oldPath : newPath }
}

/// A file that the model was not shown, and why.
public struct OmittedFile: Sendable, Equatable {
    /// The file's path.
    public var path: String
    /// Why it was not shown.
    public var reason: Reason

    /// A file at `path`, left out for `reason`.
    public init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// Why a file was not shown to the model.
    public enum Reason: String, Sendable, CaseIterable {
        /// The whole file does not fit what is left of the input limit.
        case overLimit = "over_limit"
        /// GitLab left its diff out as too large.
        case tooLarge = "too_large"
        /// GitLab folded its diff away.
        case collapsed
        /// GitLab takes it for generated.
        case generated
        /// It is binary.
        case binary
        /// It was moved and not changed.
        case renamed
        /// GitLab sent no diff and did not say why: binary, empty, a change of mode alone, or beyond a limit.
        case noDiff = "no_diff"

        /// The reason in words.
        public var words: String {
            switch self {
            case .overLimit: "over the input limit of one review"
            case .tooLarge: "too large at GitLab"
            case .collapsed: "collapsed by GitLab"
            case .generated: "generated, says GitLab"
            case .binary: "binary"
            case .renamed: "moved without a change"
            case .noDiff: "GitLab sent no text diff (binary, empty or mode change)"
            }
        }
    }

    /// Why `file` has nothing to show; nil when it has.
    static func reason(of file: ChangedFile) -> Reason? {
        if file.isTooLarge { return .tooLarge }
        if file.isGenerated { return .generated }
        if file.diff.isEmpty { return file.isCollapsed ? .collapsed : file.isRenamed ? .renamed : .noDiff }
        let isBinary = file.diff.hasPrefix("Binary files ") || file.diff.hasPrefix("GIT binary patch")
        return isBinary ? .binary : nil
    }
}
