internal import JSON

extension GitLabClient {
    /// The id of the project whose full path is `path`: `group/subgroup/project` (GitLab "Projects API").
    public func projectID(ofPath path: String) async throws(GitLabError) -> Int {
        let call = Call(operation: "find the project \(path)", path: "/projects/\(GitLabBaseURL.encoded(path))")
        let response = try await send(call)
        guard let id = try Self.parse(response, call.operation)["id"]?.integer, id > 0 else {
            throw Self.unreadable(call.operation, response, "the answer is not a project")
        }
        return id
    }
}
