/// Whose merge requests are listed.
public enum MergeRequestScope: Sendable, Hashable, CustomStringConvertible {
    /// Those of one project.
    case project(ProjectReference)
    /// Those of all projects in a group and its subgroups, by the group's full path.
    case group(String)

    /// `project 42`, `group shop/backend`.
    public var description: String {
        switch self {
        case .project(let project): "project \(project)"
        case .group(let path): "group \(path)"
        }
    }
}

/// The open merge requests of a scope that carry a label, as far as they were read.
public struct LabelledMergeRequests: Sendable, Equatable {
    /// Those found, oldest first; a merge request of a damaged entry is left out.
    public var mergeRequests: [MergeRequest] = []
    /// Whether nothing has changed since the answer whose tag was given; then there are none here.
    public var isUnchanged = false
    /// Names this answer for the next question; nil when GitLab gave none or the list fills a page.
    public var tag: String?
    /// Whether there were more pages than are read.
    public var isCut = false
    /// How often GitLab may still be asked; nil when it does not say.
    public var rateLimit: RateLimit?
    /// The number that the project's path leads to now, when it moved.
    public var movedToProjectID: Int?
}

/// What GitLab says of its limit: `RateLimit-Remaining` and `RateLimit-Reset` (GitLab "User and IP rate limits").
public struct RateLimit: Sendable, Equatable {
    /// Requests allowed in a window; nil when it is not said.
    public let limit: Int?
    /// Requests left in this window.
    public let remaining: Int
    /// Seconds until the window ends; nil when it is not said.
    public let resetSeconds: Double?

    /// A limit of these figures.
    public init(limit: Int?, remaining: Int, resetSeconds: Double?) {
        self.limit = limit
        self.remaining = remaining
        self.resetSeconds = resetSeconds
    }
}
