internal import HTTPClient
internal import JSON

// Source: GitLab REST API, "Discussions", merge requests.
extension GitLabClient {
    /// The discussions on a merge request that we began about findings. Any other is not told.
    public func ownDiscussions(
        projectID: Int, iid: Int, botUserID: Int, eventUUID: String? = nil
    ) async throws(GitLabError) -> [Discussion] {
        let path = Self.mergeRequestPath(projectID, iid) + "/discussions"
        let elements = try await elements(
            "read the discussions of \(projectID)!\(iid)", path: path, eventUUID: eventUUID, pagesMax: Self.pageCountMax
        )
        return elements.compactMap { Discussion($0, botUserID: botUserID) }
    }

    /// Begins a discussion. When GitLab's answer does not tell whether it stands, it is looked for by its marker.
    public func createDiscussion(
        _ discussion: NewDiscussion, projectID: Int, iid: Int, botUserID: Int, eventUUID: String? = nil
    ) async throws(GitLabError) -> PostedDiscussion {
        try await create(
            Call(
                operation: "begin a discussion on \(projectID)!\(iid)", method: "POST",
                path: Self.mergeRequestPath(projectID, iid) + "/discussions",
                body: ["body": .string(discussion.note.body), "position": discussion.position.json],
                eventUUID: eventUUID),
            read: { _ in .posted },
            find: { () async throws(GitLabError) -> PostedDiscussion? in
                let standing = try await ownDiscussions(
                    projectID: projectID, iid: iid, botUserID: botUserID, eventUUID: eventUUID)
                return standing.contains { $0.marker == discussion.note.marker } ? .found : nil
            })
    }

    /// Resolves one of our discussions, or opens it again. Needs the role Developer, or that the bot wrote the merge request.
    public func resolveDiscussion(
        _ id: String, isResolved: Bool, projectID: Int, iid: Int, eventUUID: String? = nil
    ) async throws(GitLabError) {
        // The id is GitLab's and goes into a path.
        let plain = id.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        _ = try await send(
            Call(
                operation: "\(isResolved ? "resolve" : "reopen") a discussion on \(projectID)!\(iid)", method: "PUT",
                path: "\(Self.mergeRequestPath(projectID, iid))/discussions/\(plain)",
                body: ["resolved": .bool(isResolved)], eventUUID: eventUUID))
    }

    static func mergeRequestPath(_ projectID: Int, _ iid: Int) -> String {
        "/projects/\(projectID)/merge_requests/\(iid)"
    }
}
