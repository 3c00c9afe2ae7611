import GitLab

/// An open merge request that carries the label, as the poll found it.
struct PolledMergeRequest: Sendable, Equatable {
    /// The project's number.
    let projectID: Int
    /// The project's full path; nil when GitLab does not say.
    let projectPath: String?
    /// The number within the project.
    let iid: Int
    /// The head commit.
    let headSHA: String
    /// When it was last changed, as GitLab wrote it; empty when it does not say. Putting a label on need not touch it.
    let updatedAt: String
    /// Whether it is a draft: the label on a draft asks for a review as well.
    let isDraft: Bool
    /// The titles of its labels.
    let labels: [String]
    /// The author's number; nil when GitLab does not say.
    let authorID: Int?
    /// The author's user name; not always who put the label on, which `GitLabClient.whoPut` tells.
    let authorUsername: String

    /// Nil for a merge request without a commit: there is nothing to review.
    init?(_ mergeRequest: MergeRequest) {
        guard let sha = mergeRequest.sha else { return nil }
        projectID = mergeRequest.projectID
        projectPath = mergeRequest.projectPath
        iid = mergeRequest.iid
        headSHA = sha
        updatedAt = mergeRequest.updatedAt ?? ""
        isDraft = mergeRequest.isDraft
        labels = mergeRequest.labels ?? []
        authorID = mergeRequest.authorID
        authorUsername = mergeRequest.authorUsername
    }
}

/// What the books make of a merge request that the poll offers.
enum OfferResult: Sendable, Equatable {
    /// It has no review of its head and now waits for one: its delivery was missed.
    case taken
    /// Nothing is to be done for this head: it was reviewed, waits already, or was decided against.
    case known
    /// It cannot be taken now (no room, stopping): it is offered again in the next round, changed or not.
    case later
}

/// What one question of the poll is about.
enum PollTarget: Sendable, Hashable, CustomStringConvertible {
    /// A project by its number.
    case project(Int)
    /// A project or a group by its full path.
    case path(String)

    /// A project that deliveries tell of.
    init(_ reference: ProjectReference) {
        switch reference {
        case .id(let id): self = .project(id)
        case .path(let path): self = .path(path)
        }
    }

    /// An entry of `GITLAB_PROJECTS`: digits are a project's number.
    init(setting text: String) {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { 0x30...0x39 ~= $0 }
        self = isNumber ? Int(text).map { .project($0) } ?? .path(text) : .path(text)
    }

    /// `42`, `group/app`.
    var description: String {
        switch self {
        case .project(let id): String(id)
        case .path(let path): path
        }
    }

    /// What to ask for, in this order until one is there. A path of one part can only be a group.
    var scopes: [MergeRequestScope] {
        switch self {
        case .project(let id): [.project(.id(id))]
        case .path(let path) where path.contains("/"): [.project(.path(path)), .group(path)]
        case .path(let path): [.group(path)]
        }
    }
}
