internal import JSON

/// What a note hook tells (GitLab "Webhook events", comment events).
public struct NoteEvent: Sendable, Equatable {
    /// The id of the project.
    public let projectID: Int
    /// The project's path with its groups; empty when the payload has none.
    public let projectPath: String
    /// The note's id; nil when the payload has none.
    public let noteID: Int?
    /// What was written.
    public let text: String
    /// `create` or `update`; nil before 16.11.
    public let action: String?
    /// Whether GitLab wrote the note itself.
    public let isSystem: Bool
    /// `MergeRequest`, `Issue`, `Commit` or `Snippet`.
    public let noteableType: String?
    /// The merge request that was commented on, without an action of its own.
    public let mergeRequest: MergeRequestEvent?
    /// The id of the user who wrote it; old versions leave it out.
    public let userID: Int?
    /// The user who wrote it.
    public let username: String?

    init?(_ payload: JSONValue) {
        guard let attributes = payload["object_attributes"], attributes.object != nil,
            let projectID = payload["project_id"]?.number ?? payload["project"]?["id"]?.number, projectID > 0
        else { return nil }
        self.projectID = projectID
        projectPath = payload["project"]?["path_with_namespace"]?.words ?? ""
        noteID = attributes["id"]?.number
        text = attributes["note"]?.string ?? attributes["description"]?.string ?? ""
        action = attributes["action"]?.words
        isSystem = attributes["system"]?.truth ?? false
        noteableType = attributes["noteable_type"]?.words
        let subject = payload["merge_request"]
        mergeRequest = subject.flatMap { subject in
            var ownLabels = payload.object ?? JSONObject()
            // The labels of a note's payload are the merge request's own.
            ownLabels["labels"] = subject["labels"]
            return MergeRequestEvent(subject, payload: .object(ownLabels))
        }
        userID = payload["user"]?["id"]?.number ?? attributes["author_id"]?.number
        username = payload["user"]?["username"]?.words
    }
}
