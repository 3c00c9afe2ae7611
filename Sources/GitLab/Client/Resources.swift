import JSON

/// A merge request's place at GitLab.
public struct MergeRequestPlace: Sendable, Hashable {
    /// GitLab's number of the project.
    public let projectID: Int
    /// The merge request's number within the project.
    public let iid: Int

    /// The place of merge request `iid` in project `projectID`.
    public init(projectID: Int, iid: Int) {
        self.projectID = projectID
        self.iid = iid
    }

    var path: String { "/projects/\(projectID)/merge_requests/\(iid)" }
}

/// A merge request as GitLab's API has it now.
public struct GitLabMergeRequest: Sendable, Equatable {
    /// Its title.
    public var title: String
    /// Its description; empty when it has none.
    public var description: String
    /// `opened`, `closed`, `merged` or `locked`.
    public var state: String
    /// Whether it is marked as a draft.
    public var isDraft: Bool
    /// The titles of its labels.
    public var labels: [String]
    /// The user name of its author; empty when the account is gone.
    public var author: String
    /// The branch with the change.
    public var sourceBranch: String
    /// The branch it is to be merged into.
    public var targetBranch: String
    /// The commit at its head; empty while GitLab does not know.
    public var headSHA: String
    /// Where people see it.
    public var url: String
    /// Whether GitLab has computed its diff; false for some moments after it was opened.
    public var isDiffReady: Bool

    init(_ value: JSONValue) {
        title = value["title"]?.string ?? ""
        description = value["description"]?.string ?? ""
        state = value["state"]?.string ?? ""
        isDraft = value["draft"]?.bool ?? value["work_in_progress"]?.bool ?? false
        labels = (value["labels"]?.array ?? []).compactMap { $0.string ?? $0["name"]?.string ?? $0["title"]?.string }
        author = value["author"]?["username"]?.string ?? ""
        sourceBranch = value["source_branch"]?.string ?? ""
        targetBranch = value["target_branch"]?.string ?? ""
        url = value["web_url"]?.string ?? ""
        let references = value["diff_refs"]?["head_sha"]?.string ?? ""
        headSHA = value["sha"]?.string ?? references
        isDiffReady = !references.isEmpty
    }
}

/// One changed file of a merge request.
public struct GitLabFileDiff: Sendable, Equatable {
    /// The path before the change.
    public var oldPath: String
    /// The path after the change.
    public var newPath: String
    /// The hunks; empty when GitLab leaves them out.
    public var diff: String
    /// Whether the file is new.
    public var isNew: Bool
    /// Whether the file was moved.
    public var isRenamed: Bool
    /// Whether the file was removed.
    public var isDeleted: Bool
    /// Whether GitLab takes the file for generated (16.9 and newer).
    public var isGenerated: Bool
    /// Whether GitLab left the hunks out because there are many.
    public var isCollapsed: Bool
    /// Whether GitLab left the hunks out because they are too large.
    public var isTooLarge: Bool

    init(_ value: JSONValue) {
        newPath = value["new_path"]?.string ?? ""
        oldPath = value["old_path"]?.string ?? newPath
        diff = value["diff"]?.string ?? ""
        isNew = value["new_file"]?.bool ?? false
        isRenamed = value["renamed_file"]?.bool ?? false
        isDeleted = value["deleted_file"]?.bool ?? false
        isGenerated = value["generated_file"]?.bool ?? false
        isCollapsed = value["collapsed"]?.bool ?? false
        isTooLarge = value["too_large"]?.bool ?? false
    }
}

/// A note on a merge request.
public struct GitLabNote: Sendable, Equatable {
    /// GitLab's number of the note.
    public let id: Int
    /// Its Markdown.
    public let body: String
    /// GitLab's number of who wrote it; nil when GitLab does not say.
    public let authorID: Int?
    /// Whether GitLab wrote it itself.
    public let isSystem: Bool

    init?(_ value: JSONValue) {
        guard let id = value["id"]?.integer else { return nil }
        self.id = id
        body = value["body"]?.string ?? ""
        authorID = value["author"]?["id"]?.integer
        isSystem = value["system"]?.bool ?? false
    }
}

/// The user that an access token belongs to.
public struct GitLabUser: Sendable, Equatable {
    /// GitLab's number of the user.
    public let id: Int
    /// The user name.
    public let username: String
}
