import HTTPServer
package import HTTPWire
package import JSON
package import Platform
import Synchronization
package import UTCTime

/// A small GitLab on loopback: projects, merge requests with their diffs, labels and notes, over the REST API's own paths.
package final class StandInGitLab: Sendable {
    /// A note on a merge request.
    package struct Note: Sendable {
        /// GitLab's number of the note.
        package let id: Int
        /// Its Markdown.
        package var body: String
    }

    /// GitLab's number and name of the bot that the access token belongs to.
    package static let bot = (id: 7, username: "bursar_bot")

    private struct State {
        var labels: [Int: [String]] = [:]
        var notes: [Int: [Note]] = [:]
        var nextNoteID = 1001
    }

    /// The API's base: `http://127.0.0.1:PORT`.
    package var url: String { "http://127.0.0.1:\(port)" }

    private let mergeRequests: [StandInMergeRequest]
    private let token: String
    private let now: @Sendable () -> Instant
    private let trouble: @Sendable (RequestHead) -> Response?
    private let state = Mutex(State())
    private let bound = Mutex<(server: Server, port: Int)?>(nil)
    private var port: Int { bound.withLock { $0?.port ?? 0 } }

    /// A GitLab that knows `mergeRequests` and takes `token`. `trouble` may answer a request in its place.
    package init(
        mergeRequests: [StandInMergeRequest], token: String, now: @escaping @Sendable () -> Instant,
        trouble: @escaping @Sendable (RequestHead) -> Response? = { _ in nil }
    ) {
        self.trouble = trouble
        self.mergeRequests = mergeRequests
        self.token = token
        self.now = now
    }

    /// Begins to listen on a free port of 127.0.0.1.
    package func start(log: Log) throws {
        let server = Server(routes: routes, time: .system, log: log)
        let port = try server.start(host: "127.0.0.1", port: 0)
        bound.withLock { $0 = (server, port) }
    }

    /// Stops listening.
    package func stop() { bound.withLock { $0 }?.server.stop(graceSeconds: 1) }

    /// Puts `label` on the merge request and returns the labels before and after.
    package func add(label: String, to mergeRequest: StandInMergeRequest) -> (before: [String], after: [String]) {
        changeLabels(of: mergeRequest) { labels in if !labels.contains(label) { labels.append(label) } }
    }

    /// Takes `label` from the merge request and returns the labels before and after.
    package func remove(label: String, from mergeRequest: StandInMergeRequest) -> (before: [String], after: [String]) {
        changeLabels(of: mergeRequest) { labels in labels.removeAll { $0 == label } }
    }

    /// The notes on the merge request, oldest first.
    package func notes(of mergeRequest: StandInMergeRequest) -> [Note] {
        state.withLock { $0.notes[mergeRequest.key] ?? [] }
    }

    private func changeLabels(
        of mergeRequest: StandInMergeRequest, _ change: (inout [String]) -> Void
    ) -> (before: [String], after: [String]) {
        state.withLock { state in
            let before = state.labels[mergeRequest.key] ?? ["backend"]
            var after = before
            change(&after)
            state.labels[mergeRequest.key] = after
            return (before, after)
        }
    }

    private var routes: [Route] {
        let access = Access { [token, trouble] head, _ in
            head.fields["private-token"] == token ? trouble(head) : .json(401, ["message": "401 Unauthorized"])
        }
        let path = "/api/v4/projects/{project}/merge_requests/{iid}"
        func route(
            _ method: HTTPMethod, _ pattern: String,
            _ answer: @escaping @Sendable (StandInGitLab, StandInMergeRequest, RoutedRequest) -> Response
        ) -> Route {
            Route(
                method, path + pattern, access: access,
                handler: .now { [weak self] routed in
                    guard let self, let mergeRequest = mergeRequest(routed) else {
                        return .json(404, ["message": "404 Not found"])
                    }
                    return answer(self, mergeRequest, routed)
                })
        }
        return [
            Route(
                .get, "/api/v4/user", access: access,
                handler: .now { _ in .json(200, ["id": .integer(Self.bot.id), "username": .string(Self.bot.username)]) }
            ),
            route(.get, "") { $0.json(of: $1, $2) },
            route(.get, "/diffs") { $0.diffs(of: $1, $2) },
            route(.get, "/notes") { gitlab, mergeRequest, _ in
                .json(200, .array(gitlab.notes(of: mergeRequest).reversed().map(\.json)), fields: [("X-Next-Page", "")])
            },
            route(.post, "/notes") { $0.createNote(on: $1, $2) },
            route(.put, "/notes/{note}") { $0.updateNote(on: $1, $2) },
        ]
    }

    private func mergeRequest(_ routed: RoutedRequest) -> StandInMergeRequest? {
        mergeRequests.first {
            routed.parameters["project"] == String($0.project.id) && routed.parameters["iid"] == String($0.iid)
        }
    }

    private func json(of mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
        let labels = state.withLock { $0.labels[mergeRequest.key] ?? [] }
        return .json(
            200,
            [
                "id": .integer(mergeRequest.key), "iid": .integer(mergeRequest.iid),
                "project_id": .integer(mergeRequest.project.id), "title": .string(mergeRequest.title),
                "description": .string(mergeRequest.description), "state": "opened", "draft": false,
                "created_at": .string(now().descriptionWithMilliseconds),
                "updated_at": .string(now().descriptionWithMilliseconds), "source_branch": .string(mergeRequest.branch),
                "target_branch": "main", "source_project_id": .integer(mergeRequest.project.id),
                "target_project_id": .integer(mergeRequest.project.id), "labels": .array(labels.map { .string($0) }),
                "author": ["id": .integer(mergeRequest.authorID), "username": .string(mergeRequest.author)],
                "sha": .string(mergeRequest.sha), "changes_count": .string(String(mergeRequest.changes.count)),
                "diff_refs": [
                    "base_sha": .string(mergeRequest.baseSHA), "start_sha": .string(mergeRequest.baseSHA),
                    "head_sha": .string(mergeRequest.sha),
                ],
                "web_url": .string("\(url)/\(mergeRequest.project.path)/-/merge_requests/\(mergeRequest.iid)"),
            ])
    }

    private func diffs(of mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
        .json(
            200,
            .array(
                mergeRequest.changes.map { change in
                    [
                        "old_path": .string(change.path), "new_path": .string(change.path), "a_mode": "100644",
                        "b_mode": "100644", "diff": .string(change.diff), "new_file": .bool(change.isNew),
                        "renamed_file": false, "deleted_file": false, "generated_file": .bool(change.isGenerated),
                        "collapsed": false, "too_large": false,
                    ]
                }), fields: [("X-Next-Page", "")])
    }

    private func createNote(on mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
        guard let body = (try? JSONValue(parsing: routed.request.body))?["body"]?.string, !body.isEmpty else {
            return .json(400, ["error": "body is missing, body is empty"])
        }
        let note = state.withLock { state in
            let note = Note(id: state.nextNoteID, body: body)
            state.nextNoteID += 1
            state.notes[mergeRequest.key, default: []].append(note)
            return note
        }
        return .json(201, note.json)
    }

    private func updateNote(on mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
        guard let body = (try? JSONValue(parsing: routed.request.body))?["body"]?.string, !body.isEmpty else {
            return .json(400, ["error": "body is missing, body is empty"])
        }
        let note = state.withLock { state -> Note? in
            guard
                let place = state.notes[mergeRequest.key]?.firstIndex(where: {
                    String($0.id) == routed.parameters["note"]
                })
            else { return nil }
            state.notes[mergeRequest.key]?[place].body = body
            return state.notes[mergeRequest.key]?[place]
        }
        return note.map { .json(200, $0.json) } ?? .json(404, ["message": "404 Note Not Found"])
    }
}

extension StandInGitLab.Note {
    fileprivate var json: JSONValue {
        [
            "id": .integer(id), "body": .string(body), "system": false,
            "author": ["id": .integer(StandInGitLab.bot.id), "username": .string(StandInGitLab.bot.username)],
        ]
    }
}

extension StandInMergeRequest {
    /// A number that no other merge request of the stand-in has.
    var key: Int { project.id * 100_000 + iid }
    /// The author's number.
    var authorID: Int { author.utf8.reduce(100) { $0 + Int($1) } }
    /// The commit that the branch began at.
    var baseSHA: String { String(sha.reversed()) }

    /// The body of the webhook GitLab sends when labels change, in the form of GitLab 18.
    package func labelDelivery(before: [String], after: [String], at time: Instant, instance: String) -> JSONValue {
        func label(_ title: String) -> JSONValue {
            [
                "id": .integer(title.utf8.reduce(1) { $0 + Int($1) }), "title": .string(title), "color": "#6699cc",
                "project_id": .integer(project.id), "type": "ProjectLabel", "group_id": nil,
            ]
        }
        let text = "\(time.day) \(time.timeOfDay) UTC"
        return [
            "object_kind": "merge_request", "event_type": "merge_request",
            "user": [
                "id": .integer(authorID), "name": .string(author), "username": .string(author), "email": "[REDACTED]",
            ],
            "project": [
                "id": .integer(project.id),
                "name": .string(project.path.split(separator: "/").last.map(String.init) ?? ""),
                "web_url": .string("\(instance)/\(project.path)"), "namespace": "Shop", "visibility_level": 0,
                "path_with_namespace": .string(project.path), "default_branch": "main",
            ],
            "object_attributes": [
                "id": .integer(key), "iid": .integer(iid), "title": .string(title), "description": .string(description),
                "state": "opened", "state_id": 1, "action": "update", "draft": false, "author_id": .integer(authorID),
                "source_branch": .string(branch), "target_branch": "main", "source_project_id": .integer(project.id),
                "target_project_id": .integer(project.id), "updated_at": .string(text),
                "last_commit": ["id": .string(sha), "message": .string(title), "title": .string(title)],
                "url": .string("\(instance)/\(project.path)/-/merge_requests/\(iid)"),
            ],
            "labels": .array(after.map(label)),
            "changes": ["labels": ["previous": .array(before.map(label)), "current": .array(after.map(label))]],
        ]
    }
}
