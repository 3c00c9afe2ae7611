internal import JSON

/// What a merge request hook tells (GitLab "Webhook events"). Only the two ids are certain; dates stay text.
public struct MergeRequestEvent: Sendable, Equatable {
    /// The id of the project that holds the merge request (the target).
    public let projectID: Int
    /// The project's path with its groups, `group/app`; empty when the payload has none.
    public let projectPath: String
    /// The merge request's number within its project.
    public let iid: Int
    /// `open`, `update`, `merge`, …; nil from GitLab's Test button in older versions.
    public let action: String?
    /// `opened`, `closed`, `merged`, `locked`; nil when the payload has none.
    public let state: String?
    /// Whether it is a draft.
    public let isDraft: Bool
    /// The titles of its labels.
    public let labels: [String]
    /// The labels before this event, when the event says that they changed.
    public let labelsBefore: [String]?
    /// The labels after this event, when the event says that they changed.
    public let labelsAfter: [String]?
    /// Whether it was a draft before this event, when the event says that this changed.
    public let draftBefore: Bool?
    /// Whether it is a draft after this event, when the event says that this changed.
    public let draftAfter: Bool?
    /// Whether the payload says nothing about what changed: GitLab sometimes leaves out real label changes.
    public let hasNoChanges: Bool
    /// The head before a push; nil unless commits came.
    public let oldRevision: String?
    /// The head commit; nil when there is none.
    public let headSHA: String?
    /// The branch it would be merged into.
    public let targetBranch: String?
    /// The project that its commits are in: another than `projectID` for a fork.
    public let sourceProjectID: Int?
    /// The title.
    public let title: String
    /// Its page, as GitLab names it.
    public let url: String?
    /// The id of the user who caused the event; old versions leave it out.
    public let userID: Int?
    /// The user who caused the event.
    public let username: String?
    /// The id of its author.
    public let authorID: Int?
    /// When it was last changed, as GitLab wrote it. Not a version: it may be the same for two events.
    public let updatedAt: String?
    /// Whether GitLab itself acted (18.6 and later), as when a push resets approvals.
    public let isSystem: Bool

    init?(_ payload: JSONValue) {
        guard let attributes = payload["object_attributes"], attributes.object != nil else { return nil }
        self.init(attributes, payload: payload)
    }

    /// Reads the merge request `attributes` of a hook's `payload`: its object, or the one that a note is about.
    init?(_ attributes: JSONValue, payload: JSONValue) {
        let project = payload["project"]
        guard let iid = attributes["iid"]?.number, iid > 0,
            let projectID = project?["id"]?.number ?? attributes["target_project_id"]?.number
                ?? payload["project_id"]?.number, projectID > 0
        else { return nil }
        self.iid = iid
        self.projectID = projectID
        projectPath = (project?["path_with_namespace"] ?? attributes["target"]?["path_with_namespace"])?.words ?? ""
        action = attributes["action"]?.words
        state = attributes["state"]?.words ?? Self.state(id: attributes["state_id"]?.number)
        title = attributes["title"]?.words ?? ""
        isDraft = attributes["draft"]?.truth ?? attributes["work_in_progress"]?.truth ?? isDraftTitle(title)
        labels = payload["labels"]?.labelTitles ?? attributes["labels"]?.labelTitles ?? []
        let changes = payload["changes"]
        let labelChange = changes?["labels"]?.change
        labelsBefore = labelChange.map { $0.before.labelTitles ?? [] }
        labelsAfter = labelChange.map { $0.after.labelTitles ?? [] }
        let draftChange = (changes?["draft"] ?? changes?["work_in_progress"])?.change
        let titleChange = changes?["title"]?.change
        draftBefore = draftChange?.before.truth ?? titleChange?.before.string.map(isDraftTitle)
        draftAfter = draftChange?.after.truth ?? titleChange?.after.string.map(isDraftTitle)
        hasNoChanges = changes?.object?.members.isEmpty ?? true
        oldRevision = attributes["oldrev"]?.words
        headSHA = attributes["last_commit"]?["id"]?.words
        targetBranch = attributes["target_branch"]?.words
        sourceProjectID = attributes["source_project_id"]?.number
        url = attributes["url"]?.words
        userID = payload["user"]?["id"]?.number
        username = payload["user"]?["username"]?.words
        authorID = attributes["author_id"]?.number
        updatedAt = attributes["updated_at"]?.words
        isSystem = attributes["system"]?.truth ?? false
    }

    private static func state(id: Int?) -> String? {
        switch id {
        case 1: "opened"
        case 2: "closed"
        case 3: "merged"
        case 4: "locked"
        default: nil
        }
    }

    /// Whether the merge request can still be reviewed. Unknown counts as open: the review asks GitLab again.
    public var isOpen: Bool { state == nil || state == "opened" || state == "reopened" }

    /// Whether the event says that `label` was not there before and is now.
    public func added(_ label: String) -> Bool {
        guard let labelsBefore, let labelsAfter else { return false }
        return labelsAfter.contains(label) && !labelsBefore.contains(label)
    }

    /// Whether the event says that `label` was there before and is no more.
    public func removed(_ label: String) -> Bool {
        guard let labelsBefore, let labelsAfter else { return false }
        return labelsBefore.contains(label) && !labelsAfter.contains(label)
    }
}
