internal import JSON

/// One label that was put on a merge request or taken away (GitLab "Resource label events API").
public struct LabelEvent: Sendable, Equatable {
    /// The label's title; nil when the label was deleted since.
    public let label: String?
    /// Put on, rather than taken away.
    public let isAddition: Bool
    /// By whom; nil when that user is gone.
    public let user: GitLabUser?
    /// When, as GitLab wrote it.
    public let createdAt: String?

    init?(_ value: JSONValue) {
        guard let action = value["action"]?.string else { return nil }
        label = value["label"]?["name"]?.string ?? value["label"]?["title"]?.string
        isAddition = action == "add"
        user = value["user"]?["id"]?.number.map {
            GitLabUser(id: $0, username: value["user"]?["username"]?.string ?? "")
        }
        createdAt = value["created_at"]?.words
    }
}

extension GitLabClient {
    /// Who put labels on the merge request and took them away, oldest first.
    public func labelEvents(projectID: Int, iid: Int, eventUUID: String? = nil) async throws(GitLabError)
        -> [LabelEvent]
    {
        try await elements(
            "read the label events of \(projectID)!\(iid)",
            path: "/projects/\(projectID)/merge_requests/\(iid)/resource_label_events", eventUUID: eventUUID
        ).compactMap { LabelEvent($0) }
    }

    /// Who put `label` on the merge request last; nil when it came with the merge request, which has no event, or its user is gone.
    public func whoPut(label: String, onProjectID projectID: Int, iid: Int, eventUUID: String? = nil)
        async throws(GitLabError) -> GitLabUser?
    {
        try await labelEvents(projectID: projectID, iid: iid, eventUUID: eventUUID)
            .last { $0.isAddition && $0.label == label }?.user
    }

    /// The diff versions of the merge request, newest first, each with the commits that place a comment.
    public func versions(projectID: Int, iid: Int, eventUUID: String? = nil) async throws(GitLabError)
        -> [MergeRequest.DiffRefs]
    {
        try await elements(
            "read the versions of \(projectID)!\(iid)", path: "/projects/\(projectID)/merge_requests/\(iid)/versions",
            eventUUID: eventUUID
        ).compactMap { value in
            guard let base = value["base_commit_sha"]?.words, let head = value["head_commit_sha"]?.words,
                let start = value["start_commit_sha"]?.words
            else { return nil }
            return MergeRequest.DiffRefs(baseSHA: base, headSHA: head, startSHA: start)
        }
    }
}
