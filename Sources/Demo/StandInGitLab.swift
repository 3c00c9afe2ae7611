import HTTPServer
package import HTTPWire
package import JSON
package import Platform
import Synchronization
package import UTCTime

/// A small GitLab on loopback: projects, merge requests with their diffs, labels, notes and discussions, over the REST API's own paths.
///
/// It answers as a healthy GitLab 18 does. For one that does not, either `trouble` answers chosen requests in its place (a
/// wrong status, another body), or a `FaultyRelay` stands before it and breaks connections, before or after it took effect:
///
/// ```swift
/// let gitlab = StandInGitLab(mergeRequests: StandInMergeRequest.workingDay, token: "t", now: TimeSource.system.now)
/// try gitlab.start(log: .silent)
/// let relay = try FaultyRelay(to: gitlab.port, plan: .seeded(7))   // GITLAB_URL=relay.url
/// gitlab.add(label: "ai-review", to: mergeRequest)
/// gitlab.change(mergeRequest) { $0.sha = "e5"; $0.isDraft = true } // a push, marked as draft
/// gitlab.deleteNote(1001, on: mergeRequest)                        // by somebody else
/// #expect(gitlab.notes(of: mergeRequest).count == 1)               // what was really posted
/// ```
///
/// Projects are found by their number and path, groups by their path; a path with a slash in it only through a relay.
/// Lists are paged by `page` and `per_page` with `X-Next-Page`, carry an `ETag` and answer `If-None-Match` with 304.
package final class StandInGitLab: Sendable {
    /// A note on a merge request.
    package struct Note: Sendable {
        /// GitLab's number of the note.
        package let id: Int
        /// Its Markdown.
        package var body: String
        /// Who wrote it.
        package var authorID = StandInGitLab.bot.id
        /// That one's name.
        package var authorName = StandInGitLab.bot.username
    }

    /// What may change about a merge request while it is open.
    package struct Condition: Sendable {
        /// The titles of its labels.
        package var labels: [String] = []
        /// The head commit.
        package var sha: String
        /// Its changed files since something was pushed; nil until then.
        package var changes: [StandInMergeRequest.Change]?
        /// `opened`, `closed`, `merged`.
        package var state = "opened"
        /// Whether it is a draft.
        package var isDraft = false
        /// Whether `diff_refs` are still empty.
        package var isBeingPrepared = false
        /// When it last changed.
        package var updatedAt: Instant
        /// Who put which label on or took it away, oldest first.
        package var labelEvents: [LabelEvent] = []
    }

    /// One label put on or taken away.
    package struct LabelEvent: Sendable {
        /// The label's title.
        package let label: String
        /// Put on, rather than taken away.
        package let isAddition: Bool
        /// By whom.
        package let username: String
        /// When.
        package let at: Instant
    }

    /// GitLab's number and name of the bot that the access token belongs to.
    package static let bot = (id: 7, username: "bursar_bot")

    struct State {
        var conditions: [Int: Condition] = [:]
        var notes: [Int: [Note]] = [:]
        var discussions: [Int: [Discussion]] = [:]
        var drafts: [Int: [Draft]] = [:]
        var nextNoteID = 1001
        var accessLevels: [Int: Int] = [:]
        var missingProjects: Set<Int> = []
    }

    /// The API's base: `http://127.0.0.1:PORT`.
    package var url: String { "http://127.0.0.1:\(port)" }
    /// The port it listens on; 0 before it does.
    package var port: Int { bound.withLock { $0?.port ?? 0 } }

    let mergeRequests: [StandInMergeRequest]
    let now: @Sendable () -> Instant
    let startedAt: Instant
    let state = Mutex(State())
    private let token: String
    private let trouble: @Sendable (RequestHead) -> Response?
    private let bound = Mutex<(server: Server, port: Int)?>(nil)

    /// A GitLab that knows `mergeRequests` and takes `token`. `trouble` may answer a request in its place.
    package init(
        mergeRequests: [StandInMergeRequest], token: String, now: @escaping @Sendable () -> Instant,
        trouble: @escaping @Sendable (RequestHead) -> Response? = { _ in nil }
    ) {
        self.trouble = trouble
        self.mergeRequests = mergeRequests
        self.token = token
        self.now = now
        startedAt = now()
    }

    /// Begins to listen on a free port of 127.0.0.1.
    package func start(log: Log) throws {
        let access = Access { [token, trouble] head, _ in
            // Trouble first: what a token has to do with it is for the trouble to say.
            if let answer = trouble(head) { return answer }
            return head.fields["private-token"] == token ? nil : .json(401, ["message": "401 Unauthorized"])
        }
        let server = Server(routes: routes(access), time: .system, log: log)
        let port = try server.start(host: "127.0.0.1", port: 0)
        bound.withLock { $0 = (server, port) }
    }

    /// Stops listening.
    package func stop() { bound.withLock { $0 }?.server.stop(graceSeconds: 1) }

    /// Puts `label` on the merge request and returns the labels before and after.
    @discardableResult
    package func add(label: String, to mergeRequest: StandInMergeRequest) -> (before: [String], after: [String]) {
        changeLabels(of: mergeRequest) { labels in if !labels.contains(label) { labels.append(label) } }
    }

    /// Takes `label` from the merge request and returns the labels before and after.
    @discardableResult
    package func remove(label: String, from mergeRequest: StandInMergeRequest) -> (before: [String], after: [String]) {
        changeLabels(of: mergeRequest) { labels in labels.removeAll { $0 == label } }
    }

    /// Changes the merge request as its people do: a push, a merge, a draft. It counts as updated now.
    package func change(_ mergeRequest: StandInMergeRequest, _ change: (inout Condition) -> Void) {
        let now = now()
        state.withLock { state in
            var condition = state.condition(of: mergeRequest, startedAt)
            condition.updatedAt = now
            change(&condition)
            state.conditions[mergeRequest.key] = condition
        }
    }

    /// The merge request as it is now.
    package func condition(of mergeRequest: StandInMergeRequest) -> Condition {
        state.withLock { $0.condition(of: mergeRequest, startedAt) }
    }

    /// The notes on the merge request, oldest first.
    package func notes(of mergeRequest: StandInMergeRequest) -> [Note] {
        state.withLock { $0.notes[mergeRequest.key] ?? [] }
    }

    /// Deletes a note, as a maintainer would; false when there is none.
    @discardableResult
    package func deleteNote(_ id: Int, on mergeRequest: StandInMergeRequest) -> Bool {
        state.withLock { state in
            let count = state.notes[mergeRequest.key]?.count ?? 0
            state.notes[mergeRequest.key]?.removeAll { $0.id == id }
            return state.notes[mergeRequest.key]?.count ?? 0 < count
        }
    }

    /// Gives a user a role in every project: 30 is Developer, nil is no member. Authors of merge requests and the bot are
    /// Developers from the start, nobody else is a member.
    package func setAccessLevel(_ level: Int?, ofUser id: Int) { state.withLock { $0.accessLevels[id] = level ?? 0 } }

    /// Deletes a project, or hides it: all below it is 404 from now on.
    package func deleteProject(_ project: StandInProject) {
        state.withLock { _ = $0.missingProjects.insert(project.id) }
    }

    private func changeLabels(
        of mergeRequest: StandInMergeRequest, _ change: (inout [String]) -> Void
    ) -> (before: [String], after: [String]) {
        let now = now()
        return state.withLock { state in
            var condition = state.condition(of: mergeRequest, startedAt)
            // Until somebody touches them, the label of the working day stands there.
            let before = state.conditions[mergeRequest.key]?.labels ?? ["backend"]
            condition.labels = before
            change(&condition.labels)
            for label in condition.labels where !before.contains(label) {
                condition.labelEvents.append(
                    .init(label: label, isAddition: true, username: mergeRequest.author, at: now))
            }
            for label in before where !condition.labels.contains(label) {
                condition.labelEvents.append(
                    .init(label: label, isAddition: false, username: mergeRequest.author, at: now))
            }
            condition.updatedAt = now
            state.conditions[mergeRequest.key] = condition
            return (before, condition.labels)
        }
    }
}

extension StandInGitLab.State {
    func condition(of mergeRequest: StandInMergeRequest, _ startedAt: Instant) -> StandInGitLab.Condition {
        conditions[mergeRequest.key] ?? StandInGitLab.Condition(sha: mergeRequest.sha, updatedAt: startedAt)
    }
}

extension StandInMergeRequest {
    /// A number that no other merge request of the stand-in has.
    var key: Int { project.id * 100_000 + iid }
    /// The author's number.
    package var authorID: Int { Self.userID(author) }
    /// GitLab's number of a user.
    package static func userID(_ name: String) -> Int { name.utf8.reduce(100) { $0 + Int($1) } }
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
