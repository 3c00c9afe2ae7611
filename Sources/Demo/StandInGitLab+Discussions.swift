import HTTPServer
import HTTPWire
import JSON
import Synchronization

extension StandInGitLab {
    /// A discussion at a line of a merge request's change.
    package struct Discussion: Sendable {
        /// GitLab's id of it.
        package let id: String
        /// The Markdown of its first note.
        package let body: String
        /// The file's path after the change.
        package let path: String
        /// The line's number after the change; nil for a removed line.
        package let newLine: Int?
        /// Whether it is resolved.
        package var isResolved = false
        /// How many were published with it, itself included.
        package let batchCount: Int
        let position: JSONValue
    }

    /// A note that only the bot sees until it is published.
    struct Draft: Sendable {
        let id: Int
        let body: String
        let position: JSONValue
    }

    /// The discussions on the merge request, oldest first.
    package func discussions(of mergeRequest: StandInMergeRequest) -> [Discussion] {
        state.withLock { $0.discussions[mergeRequest.key] ?? [] }
    }

    /// The paths below a merge request that discussions and drafts need: method, path and what it does.
    typealias MergeRequestRoute = (
        HTTPMethod, String, @Sendable (StandInGitLab, StandInMergeRequest, RoutedRequest) -> Response
    )

    static let discussionRoutes: [MergeRequestRoute] = [
        (.get, "/discussions", { $0.page($0.discussions(of: $1).map(\.json), $2) }),
        (.post, "/discussions", { $0.createDiscussion(on: $1, $2) }),
        (.put, "/discussions/{discussion}", { $0.resolveDiscussion(on: $1, $2) }),
        (
            .get, "/draft_notes",
            { gitlab, mergeRequest, routed in
                gitlab.page(gitlab.state.withLock { $0.drafts[mergeRequest.key] ?? [] }.map(\.json), routed)
            }
        ),
        (.post, "/draft_notes", { $0.createDraft(on: $1, $2) }),
        (.post, "/draft_notes/bulk_publish", { gitlab, mergeRequest, _ in gitlab.publishDrafts(on: mergeRequest) }),
        (
            .delete, "/draft_notes/{draft}",
            { gitlab, mergeRequest, routed in
                gitlab.state.withLock { state in
                    state.drafts[mergeRequest.key]?.removeAll { String($0.id) == routed.parameters["draft"] }
                }
                return Response(status: 204)
            }
        ),
    ]

    /// Whether `position` is a line that the change has; GitLab refuses any other.
    private func hasLine(_ position: JSONValue, _ mergeRequest: StandInMergeRequest) -> Bool {
        mergeRequest.changes.contains { .string($0.path) == position["new_path"] }
            && position["head_sha"] == .string(condition(of: mergeRequest).sha)
    }

    private func createDiscussion(on mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
        guard let value = try? JSONValue(parsing: routed.request.body), let body = value["body"]?.string,
            let position = value["position"], hasLine(position, mergeRequest)
        else { return .json(400, ["message": "400 Bad request - line_code can't be blank"]) }
        let discussion = state.withLock { $0.publish(body, position, batchCount: 1, on: mergeRequest) }
        return .json(201, discussion.json)
    }

    private func resolveDiscussion(on mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
        let isResolved = (try? JSONValue(parsing: routed.request.body))?["resolved"]?.bool ?? false
        let discussion = state.withLock { state -> Discussion? in
            guard
                let index = state.discussions[mergeRequest.key]?.firstIndex(where: {
                    $0.id == routed.parameters["discussion"]
                })
            else { return nil }
            state.discussions[mergeRequest.key]?[index].isResolved = isResolved
            return state.discussions[mergeRequest.key]?[index]
        }
        return discussion.map { .json(200, $0.json) } ?? Self.missing
    }

    private func createDraft(on mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
        guard let value = try? JSONValue(parsing: routed.request.body), let body = value["note"]?.string,
            let position = value["position"], hasLine(position, mergeRequest)
        else { return .json(400, ["message": "400 Bad request - line_code can't be blank"]) }
        let draft = state.withLock { state in
            let draft = Draft(id: state.nextNoteID, body: body, position: position)
            state.nextNoteID += 1
            state.drafts[mergeRequest.key, default: []].append(draft)
            return draft
        }
        return .json(201, draft.json)
    }

    private func publishDrafts(on mergeRequest: StandInMergeRequest) -> Response {
        state.withLock { state in
            let drafts = state.drafts.removeValue(forKey: mergeRequest.key) ?? []
            for draft in drafts {
                _ = state.publish(draft.body, draft.position, batchCount: drafts.count, on: mergeRequest)
            }
        }
        return Response(status: 204)
    }
}

extension StandInGitLab.State {
    fileprivate mutating func publish(
        _ body: String, _ position: JSONValue, batchCount: Int, on mergeRequest: StandInMergeRequest
    ) -> StandInGitLab.Discussion {
        let discussion = StandInGitLab.Discussion(
            id: "d\(nextNoteID)", body: body, path: position["new_path"]?.string ?? "",
            newLine: position["new_line"]?.integer, batchCount: batchCount, position: position)
        nextNoteID += 1
        discussions[mergeRequest.key, default: []].append(discussion)
        return discussion
    }
}

extension StandInGitLab.Draft {
    fileprivate var json: JSONValue { ["id": .integer(id), "note": .string(body), "position": position] }
}

extension StandInGitLab.Discussion {
    fileprivate var json: JSONValue {
        let author: JSONValue = [
            "id": .integer(StandInGitLab.bot.id), "username": .string(StandInGitLab.bot.username),
        ]
        return [
            "id": .string(id), "individual_note": false,
            "notes": [
                [
                    "id": 1, "body": .string(body), "system": false, "author": author, "position": position,
                    "resolvable": true, "resolved": .bool(isResolved), "resolved_by": isResolved ? author : .null,
                ]
            ],
        ]
    }
}
