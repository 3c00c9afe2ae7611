internal import JSON

/// A merge request as the REST API tells it (GitLab "Merge requests API").
public struct MergeRequest: Sendable, Equatable {
    /// The three commits that place a comment on a line of the diff.
    public struct DiffRefs: Sendable, Equatable {
        /// The merge base.
        public let baseSHA: String
        /// The head of the source branch.
        public let headSHA: String
        /// The head of the target branch when the diff was made.
        public let startSHA: String
    }

    /// The number within the project.
    public let iid: Int
    /// The project that holds it.
    public let projectID: Int
    /// The full path of that project, `group/app`; nil when GitLab does not say.
    public let projectPath: String?
    /// The project that its commits are in; another for a fork, nil when it was deleted.
    public let sourceProjectID: Int?
    /// The title.
    public let title: String
    /// What its author says about it, in Markdown; empty for none.
    public let description: String
    /// `opened`, `closed`, `merged` or `locked`.
    public let state: String
    /// Whether it is a draft.
    public let isDraft: Bool
    /// The titles of its labels; nil when GitLab does not say.
    public let labels: [String]?
    /// The head commit; nil when it has none.
    public let sha: String?
    /// The commits of the newest diff; nil while GitLab still prepares it.
    public let diffRefs: DiffRefs?
    /// How many files it changes, as GitLab writes it (`12`, `1000+`); nil while GitLab still prepares it.
    public let changesCount: String?
    /// The branch with the changes.
    public let sourceBranch: String
    /// The branch it would be merged into.
    public let targetBranch: String
    /// The author's user name; empty when the answer has none.
    public let authorUsername: String
    /// The author's id.
    public let authorID: Int?
    /// Its page.
    public let webURL: String?
    /// When it was last changed, as GitLab wrote it.
    public let updatedAt: String?
    /// Whether GitLab said that the diff is not there yet, rather than leaving the fields out.
    let isBeingPrepared: Bool

    /// Whether it can be reviewed.
    public var isOpen: Bool { state == "opened" || state == "reopened" }

    init?(_ value: JSONValue) {
        guard value["iid"] != nil || value["state"] != nil || value["sha"] != nil else { return nil }
        iid = value["iid"]?.number ?? 0
        projectID = value["project_id"]?.number ?? value["target_project_id"]?.number ?? 0
        projectPath = Self.projectPath(value)
        sourceProjectID = value["source_project_id"]?.number
        title = value["title"]?.string ?? ""
        description = value["description"]?.string ?? ""
        state = value["state"]?.string ?? "opened"
        isDraft = value["draft"]?.truth ?? value["work_in_progress"]?.truth ?? isDraftTitle(title)
        labels = value["labels"]?.labelTitles
        let refs = value["diff_refs"]
        if let base = refs?["base_sha"]?.words, let head = refs?["head_sha"]?.words,
            let start = refs?["start_sha"]?.words
        {
            diffRefs = DiffRefs(baseSHA: base, headSHA: head, startSHA: start)
        } else {
            diffRefs = nil
        }
        sha = value["sha"]?.words ?? diffRefs?.headSHA
        changesCount = value["changes_count"]?.words
        sourceBranch = value["source_branch"]?.string ?? ""
        targetBranch = value["target_branch"]?.string ?? ""
        authorUsername = value["author"]?["username"]?.string ?? ""
        authorID = value["author"]?["id"]?.number
        webURL = value["web_url"]?.words
        updatedAt = value["updated_at"]?.words
        isBeingPrepared = refs != nil && diffRefs == nil
    }

    /// From `group/app!7`, or from `https://gitlab.example.com/group/app/-/merge_requests/7`, whose host may have a path of its own
    /// and is therefore the second choice.
    private static func projectPath(_ value: JSONValue) -> String? {
        if let reference = value["references"]?["full"]?.words, let mark = reference.lastIndex(of: "!"),
            reference.startIndex < mark
        {
            return String(reference[..<mark])
        }
        guard let url = value["web_url"]?.words, let scheme = url.firstRange(of: "://"),
            let end = url.firstRange(of: "/-/merge_requests/"), scheme.upperBound < end.lowerBound,
            let slash = url[scheme.upperBound..<end.lowerBound].firstIndex(of: "/")
        else { return nil }
        let path = url[url.index(after: slash)..<end.lowerBound]
        return path.isEmpty ? nil : String(path)
    }
}
