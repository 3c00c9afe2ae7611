import Digest
import HTTPServer
import HTTPWire
import JSON
import Synchronization
import UTCTime

extension StandInGitLab {
    /// All paths it serves.
    func routes(_ access: Access) -> [Route] {
        func plain(_ pattern: String, _ answer: @escaping @Sendable (StandInGitLab, RoutedRequest) -> Response) -> Route
        {
            Route(
                .get, "/api/v4" + pattern, access: access,
                handler: .now { [weak self] routed in self.map { answer($0, routed) } ?? Self.missing })
        }
        func inProject(
            _ pattern: String, _ answer: @escaping @Sendable (StandInGitLab, StandInProject, RoutedRequest) -> Response
        )
            -> Route
        {
            plain("/projects/{project}" + pattern) { gitlab, routed in
                gitlab.project(routed).map { answer(gitlab, $0, routed) } ?? Self.missingProject
            }
        }
        func onMergeRequest(
            _ method: HTTPMethod, _ pattern: String,
            _ answer: @escaping @Sendable (StandInGitLab, StandInMergeRequest, RoutedRequest) -> Response
        ) -> Route {
            Route(
                method, "/api/v4/projects/{project}/merge_requests/{iid}" + pattern, access: access,
                handler: .now { [weak self] routed in
                    guard let self, let mergeRequest = mergeRequest(routed) else { return Self.missing }
                    return answer(self, mergeRequest, routed)
                })
        }
        return [
            plain("/user") { _, _ in
                .json(200, ["id": .integer(Self.bot.id), "username": .string(Self.bot.username), "state": "active"])
            },
            plain("/version") { _, _ in .json(200, ["version": "18.6.0-ee", "revision": "ab12cd34"]) },
            plain("/metadata") { _, _ in
                .json(200, ["version": "18.6.0-ee", "revision": "ab12cd34", "enterprise": true])
            },
            plain("/personal_access_tokens/self") { gitlab, _ in gitlab.tokenInfo },
            plain("/application/settings") { _, _ in .json(403, ["message": "403 Forbidden"]) },
            plain("/groups/{group}/merge_requests") { $0.list($1, in: $1.parameters["group"].map(Self.unescaped)) },
            plain("/groups/{group}/hooks") { $0.page([], $1) },
            inProject("") { gitlab, project, _ in .json(200, gitlab.json(of: project)) },
            inProject("/hooks") { $0.page([], $2) },
            inProject("/hooks/{hook}/events") { gitlab, _, routed in gitlab.page([], routed) },
            inProject("/labels") { gitlab, _, routed in
                gitlab.page(["ai-review", "backend"].map { ["id": 1, "name": .string($0)] }, routed)
            },
            inProject("/members/all/{user}") { gitlab, _, routed in gitlab.member(routed) },
            inProject("/merge_requests") { $0.list($2, in: $1.path) },
            inProject("/repository/files/{path}/raw") { _, _, _ in .json(404, ["message": "404 File Not Found"]) },
            onMergeRequest(.get, "") { gitlab, mergeRequest, _ in .json(200, gitlab.json(of: mergeRequest)) },
            onMergeRequest(.get, "/diffs") { $0.diffs(of: $1, $2) },
            onMergeRequest(.get, "/versions") { $0.versions(of: $1, $2) },
            onMergeRequest(.get, "/resource_label_events") { $0.labelEvents(of: $1, $2) },
            onMergeRequest(.get, "/notes") { $0.page($0.notes(of: $1).reversed().map(\.json), $2) },
            onMergeRequest(.post, "/notes") { $0.createNote(on: $1, $2) },
            onMergeRequest(.put, "/notes/{note}") { $0.updateNote(on: $1, $2) },
            onMergeRequest(.delete, "/notes/{note}") { gitlab, mergeRequest, routed in
                let id = Int(routed.parameters["note"] ?? "") ?? 0
                return gitlab.deleteNote(id, on: mergeRequest) ? Response(status: 204) : Self.missingNote
            },
        ] + Self.discussionRoutes.map { onMergeRequest($0.0, $0.1, $0.2) }
    }

    /// A path as it was meant: a relay hands an escaped slash on as U+001F, because our server takes none.
    private static func unescaped(_ path: String) -> String { path.replacing("\u{1F}", with: "/") }

    static let missing = Response.json(404, ["message": "404 Not found"])
    static let missingProject = Response.json(404, ["message": "404 Project Not Found"])
    static let missingNote = Response.json(404, ["message": "404 Note Not Found"])

    /// The page of `elements` that was asked for, with the tag that a later `If-None-Match` may name.
    func page(_ elements: [JSONValue], _ routed: RoutedRequest) -> Response {
        let size = min(max(1, Int(routed.request.head.query("per_page") ?? "") ?? 20), 100)
        let number = max(1, Int(routed.request.head.query("page") ?? "") ?? 1)
        let (start, overflow) = (number - 1).multipliedReportingOverflow(by: size)
        let isWithin = !overflow && start < elements.count
        let body = JSONValue.array(isWithin ? Array(elements[start..<min(elements.count, start + size)]) : [])
        let hasMore = isWithin && elements.count - start > size
        let tag = "W/\"\(SHA256.digest(body.bytes).hexadecimal.prefix(32))\""
        if routed.request.head.fields["if-none-match"] == tag { return Response(status: 304, fields: [("ETag", tag)]) }
        return .json(200, body, fields: [("X-Next-Page", hasMore ? String(number + 1) : ""), ("ETag", tag)])
    }

    private func project(_ routed: RoutedRequest) -> StandInProject? {
        let wanted = routed.parameters["project"].map(Self.unescaped)
        let missing = state.withLock { $0.missingProjects }
        return mergeRequests.map(\.project).first {
            (String($0.id) == wanted || $0.path == wanted) && !missing.contains($0.id)
        }
    }

    private func mergeRequest(_ routed: RoutedRequest) -> StandInMergeRequest? {
        guard let project = project(routed) else { return nil }
        return mergeRequests.first { $0.project == project && routed.parameters["iid"] == String($0.iid) }
    }

    /// Merge requests of the project at `path`, or of all below the group at `path`.
    private func list(_ routed: RoutedRequest, in path: String?) -> Response {
        let head = routed.request.head
        let missing = state.withLock { $0.missingProjects }
        let scope = mergeRequests.filter { mergeRequest in
            guard let path, !missing.contains(mergeRequest.project.id) else { return false }
            return mergeRequest.project.path == path || mergeRequest.project.path.hasPrefix(path + "/")
        }
        guard !scope.isEmpty else { return .json(404, ["message": "404 Group Not Found"]) }
        let wantedLabels = head.query("labels")?.split(separator: ",").map(String.init) ?? []
        let found = scope.filter { mergeRequest in
            let condition = condition(of: mergeRequest)
            if let wanted = head.query("state"), wanted != "all", wanted != condition.state { return false }
            return wantedLabels.allSatisfy(condition.labels.contains)
        }
        return page(found.map { json(of: $0) }, routed)
    }

    private func member(_ routed: RoutedRequest) -> Response {
        guard let id = Int(routed.parameters["user"] ?? "") else { return .json(400, ["error": "user_id is invalid"]) }
        let isKnown = id == Self.bot.id || mergeRequests.contains { $0.authorID == id }
        let level = state.withLock { $0.accessLevels[id] } ?? (isKnown ? 30 : 0)
        guard level > 0 else { return Self.missing }
        return .json(200, ["id": .integer(id), "access_level": .integer(level), "state": "active"])
    }
}
