import GitLab

/// Whether one project lets the bot work, has the label, and tells of its merge requests.
struct ProjectExamination: Sendable {
    /// Reporter: reads code and comments.
    static let reporterAccessLevel = 20

    let reference: ProjectReference
    let client: GitLabClient
    let label: String
    let botUserID: Int?
    /// Whether the poll finds what a missing hook does not tell.
    let polls: Bool

    func checks() async -> [Check] {
        let name = "project \(reference)"
        let project: Project
        do throws(GitLabError) {
            project = try await client.project(reference)
        } catch {
            if error.kind == .notFound, case .path(let path) = reference { return await group(path, error) }
            return [.failed(name, error.reason, error.hint)] + skipped("the project has to be there first")
        }
        if project.hasNoMergeRequests {
            return [
                .failed(
                    name, "merge requests are switched off in \(project.path)",
                    "Switch them on: Settings > General > Visibility.")
            ] + skipped("there are no merge requests")
        }
        async let role = role(in: project)
        async let label = labelCheck(in: project)
        async let hook = HookExamination(
            client: client, project: project, name: "hook of \(reference)", polls: polls
        ).check()
        return await [role, label, hook]
    }

    private func skipped(_ reason: String) -> [Check] {
        ["label", "hook"].map { .skipped("\($0) of \(reference)", reason) }
    }

    /// What is no project may be a group: its hook is looked at, its projects are when they are named or seen.
    private func group(_ path: String, _ error: GitLabError) async -> [Check] {
        let name = "group \(path)"
        do throws(GitLabError) {
            _ = try await client.mergeRequests(labelled: label, in: .group(path))
        } catch let groupError {
            guard groupError.kind == .notFound else { return [.failed(name, groupError.reason, groupError.hint)] }
            return [.failed("project \(path)", "there is no project and no group '\(path)'", error.hint)]
                + skipped("the project has to be there first")
        }
        let hook = "hook of \(path)"
        do throws(GitLabError) {
            let hooks = try await client.webhooks(ofGroup: path)
            return [
                .ok(name, "its merge requests can be listed"),
                HookExamination.judge(hooks, name: hook)
                    ?? .skipped(hook, "the group has none of ours; its projects may have their own"),
            ]
        } catch {
            return [
                .ok(name, "its merge requests can be listed"),
                .skipped(hook, "the group's webhooks cannot be read (they take Owner and GitLab Premium)"),
            ]
        }
    }

    private func role(in project: Project) async -> Check {
        let name = "project \(reference)"
        if project.isArchived {
            return .warning(
                name, "\(project.path) is archived: nothing can be reviewed there", "Take it out of GITLAB_PROJECTS.")
        }
        // GitLab takes a path in any case of letters.
        if case .path(let path) = reference, path.lowercased() != project.path.lowercased() {
            return .warning(
                name, "it has moved to \(project.path), and the old path leads there only until another takes it",
                "Write \(project.path) or \(project.id) in GITLAB_PROJECTS.")
        }
        var level = project.accessLevel
        if level == nil, let botUserID {
            level = try? await client.memberAccessLevel(projectID: project.id, userID: botUserID)
        }
        guard let level else {
            return .warning(name, "GitLab does not say which role the bot has in \(project.path)", "Give it Developer.")
        }
        if level >= GitLabClient.developerAccessLevel {
            return .ok(name, "\(project.path), number \(project.id); the bot may work there (access level \(level))")
        }
        let seen = "the bot has access level \(level) in \(project.path)"
        return level >= Self.reporterAccessLevel
            ? .warning(
                name, seen + ", Reporter",
                "Enough to read and comment; Developer (30) where those are for members only.")
            : .failed(name, seen, "Invite the bot's user with the role Developer (30).")
    }

    private func labelCheck(in project: Project) async -> Check {
        let name = "label of \(reference)"
        do throws(GitLabError) {
            return try await client.hasLabel(label, in: .id(project.id))
                ? .ok(name, "'\(label)' is there")
                : .warning(
                    name, "\(project.path) has no label '\(label)', and case counts",
                    "Make it: Manage > Labels. Putting it on a merge request asks for a review.")
        } catch {
            return .skipped(name, error.reason)
        }
    }
}
