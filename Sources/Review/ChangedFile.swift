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

    /// Why a file was not shown to the model, or not all of it.
    public enum Reason: String, Sendable, CaseIterable {
        /// The project's own configuration leaves it out.
        case ignored
        /// It pins versions of dependencies; a program writes it.
        case lockfile
        /// A program writes it, by its path, its header, `.gitattributes` or GitLab.
        case generated
        /// It is minified, or has lines as only programs write them.
        case minified
        /// It comes from elsewhere.
        case vendored
        /// It is what a test recorded.
        case snapshot
        /// It is binary, or a picture or another medium in the form of text.
        case binary
        /// It was moved or copied and not changed.
        case renamed
        /// Only its mode changed.
        case modeChange = "mode_change"
        /// It is removed.
        case deleted
        /// It is added and empty.
        case empty
        /// Another file of the change is changed in the same way and is shown.
        case duplicate
        /// An earlier review has seen its change as it is.
        case unchanged
        /// GitLab left its diff out as too large.
        case tooLarge = "too_large"
        /// GitLab folded its diff away.
        case collapsed
        /// GitLab sent no diff and did not say why: binary, empty, a change of mode alone, or beyond a limit.
        case noDiff = "no_diff"
        /// What GitLab sent is no diff that can be read.
        case unreadable
        /// A test, left out so that the rest fits the budget.
        case test
        /// Prose or data, left out so that the rest fits the budget.
        case documentation
        /// The whole file does not fit what is left of the input limit.
        case overLimit = "over_limit"
        /// The whole file does not fit what is left of the budget.
        case overBudget = "over_budget"
        /// The model gave no answer about it.
        case noAnswer = "no_answer"
        /// Commits came before it was its turn.
        case superseded
        /// Shown without the lines around the changes.
        case context
        /// Some of its lines are so long that only their beginnings are shown.
        case longLines = "long_lines"
        /// Data, of which a sample is shown.
        case data

        /// Whether every changed line is shown all the same.
        public var showsEveryChange: Bool { self == .context || self == .longLines }

        /// The reason in words.
        public var words: String {
            switch self {
            case .ignored: "left out by the project's configuration"
            case .lockfile: "lock file"
            case .generated: "generated"
            case .minified: "minified"
            case .vendored: "vendored"
            case .snapshot: "recorded by tests"
            case .binary: "binary or media"
            case .renamed: "moved without a change"
            case .modeChange: "only its mode changed"
            case .deleted: "removed"
            case .empty: "empty"
            case .duplicate: "the same change as in another file"
            case .unchanged: "reviewed before and unchanged since"
            case .tooLarge: "too large at GitLab"
            case .collapsed: "collapsed by GitLab"
            case .noDiff: "GitLab sent no text diff (binary, empty or mode change)"
            case .unreadable: "its diff could not be read"
            case .test: "test, left out to stay within the budget"
            case .documentation: "documentation or data, left out to stay within the budget"
            case .overLimit: "over the input limit of one review"
            case .overBudget: "over what is left of the budget"
            case .noAnswer: "the model gave no answer about it"
            case .superseded: "commits came before it was its turn"
            case .context: "without the lines around its changes"
            case .longLines: "very long lines cut"
            case .data: "data, of which a sample is shown"
            }
        }
    }
}
