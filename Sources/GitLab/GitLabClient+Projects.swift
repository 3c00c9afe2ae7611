internal import JSON

extension GitLabClient {
    /// The project; one that moved is asked for by the number that the redirect names, at our own address.
    public func project(_ reference: ProjectReference) async throws(GitLabError) -> Project {
        do throws(GitLabError) {
            return try await project(at: reference)
        } catch {
            guard case .path = reference, let id = error.movedToProjectID else { throw error }
            return try await project(at: .id(id))
        }
    }

    private func project(at reference: ProjectReference) async throws(GitLabError) -> Project {
        let call = Call(operation: "read project \(reference)", path: "/projects/\(reference.segment)")
        let response = try await send(call)
        guard let project = Project(try Self.parse(response, call.operation)) else {
            throw Self.unreadable(call.operation, response, "the answer is not a project")
        }
        return project
    }

    /// The project's webhooks. Takes the role Maintainer: 403 for less.
    public func webhooks(of project: ProjectReference) async throws(GitLabError) -> [Webhook] {
        try await elements("read the webhooks of project \(project)", path: "/projects/\(project.segment)/hooks")
            .compactMap { Webhook($0) }
    }

    /// The group's webhooks. Takes the role Owner and GitLab Premium: 403 or 404 without.
    public func webhooks(ofGroup path: String) async throws(GitLabError) -> [Webhook] {
        try await elements("read the webhooks of group \(path)", path: "/groups/\(GitLabBaseURL.encoded(path))/hooks")
            .compactMap { Webhook($0) }
    }

    /// Whether the project has a label of exactly this title, its groups' labels included.
    public func hasLabel(_ title: String, in project: ProjectReference) async throws(GitLabError) -> Bool {
        try await elements(
            "read the labels of project \(project)",
            path: "/projects/\(project.segment)/labels?search=\(GitLabBaseURL.encoded(title))"
        ).contains { $0["name"]?.string == title || $0["title"]?.string == title }
    }

    /// What the token says of itself. GitLab before 15.5 and OAuth tokens have no such page: 404 or 400.
    public func tokenInfo() async throws(GitLabError) -> TokenInfo {
        let call = Call(operation: "ask GitLab about the token", path: "/personal_access_tokens/self")
        let response = try await send(call)
        guard let info = TokenInfo(try Self.parse(response, call.operation)) else {
            throw Self.unreadable(call.operation, response, "the answer is not a token's description")
        }
        return info
    }
}
