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

    /// The last delivery of a project's webhook; nil when there was none lately, or GitLab is too old to tell.
    public func lastDelivery(ofWebhook id: Int, in project: ProjectReference) async throws(GitLabError)
        -> WebhookDelivery?
    {
        do throws(GitLabError) {
            let list = try await value(
                Call(
                    operation: "read the deliveries of webhook \(id)",
                    path: "/projects/\(project.segment)/hooks/\(id)/events?per_page=5"))
            return list.array?.compactMap { WebhookDelivery($0) }.max { $0.id < $1.id }
        } catch  where error.kind == .notFound {
            return nil
        } catch {
            throw error
        }
    }

    /// Whether the instance is in Silent Mode, in which it sends no webhook at all. Only an administrator's token is told: 403.
    public func isSilent() async throws(GitLabError) -> Bool {
        try await value(Call(operation: "read the instance's settings", path: "/application/settings"))[
            "silent_mode_enabled"]?.truth ?? false
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
