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
        /// The line's number before the change; nil for an added line.
        package let oldLine: Int?
        /// Who resolved it; nil while it is open.
        package var resolvedBy: Int?
        /// Whether it is resolved.
        package var isResolved: Bool { resolvedBy != nil }
        /// What others wrote in it: their numbers and their words.
        package var replies: [(userID: Int, body: String)] = []
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

    /// Changes a discussion as people do: they answer, resolve and open again.
    package func change(
        discussion id: String, of mergeRequest: StandInMergeRequest, _ change: @Sendable (inout Discussion) -> Void
    ) {
        state.withLock { state in
            guard let index = state.discussions[mergeRequest.key]?.firstIndex(where: { $0.id == id }) else { return }
            state.discussions[mergeRequest.key]?[index].change(change)
        }
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

    /// Whether `position` is a line that the change has, named as GitLab wants it: an added line by its new number alone,
    /// a removed one by its old number alone, an unchanged one by both, the file by both of its paths.
    private func hasLine(_ position: JSONValue, _ mergeRequest: StandInMergeRequest) -> Bool {
        guard position["head_sha"] == .string(condition(of: mergeRequest).sha), position["position_type"] == "text",
            position["base_sha"] == .string(mergeRequest.baseSHA),
            position["start_sha"] == .string(mergeRequest.baseSHA),
            let change = changes(of: mergeRequest).first(where: {
                .string($0.path) == position["new_path"] && .string($0.oldPath) == position["old_path"]
            })
        else { return false }
        return change.lineNumbers.contains {
            $0.old == position["old_line"]?.integer && $0.new == position["new_line"]?.integer
        }
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
            state.discussions[mergeRequest.key]?[index].resolvedBy = isResolved ? Self.bot.id : nil
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
            newLine: position["new_line"]?.integer, oldLine: position["old_line"]?.integer, batchCount: batchCount,
            position: position)
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
        let bot: JSONValue = [
            "id": .integer(StandInGitLab.bot.id), "username": .string(StandInGitLab.bot.username),
        ]
        let first: JSONValue = [
            "id": 1, "body": .string(body), "system": false, "author": bot, "position": position,
            "resolvable": true, "resolved": .bool(isResolved),
            "resolved_by": resolvedBy.map { ["id": .integer($0), "username": "somebody"] } ?? .null,
        ]
        let others = replies.enumerated().map { number, reply -> JSONValue in
            [
                "id": .integer(number + 2), "body": .string(reply.body), "system": false, "resolvable": true,
                "author": ["id": .integer(reply.userID), "username": "somebody"],
            ]
        }
        return ["id": .string(id), "individual_note": false, "notes": .array([first] + others)]
    }

    fileprivate mutating func change(_ change: (inout Self) -> Void) { change(&self) }
}

extension StandInMergeRequest.Change {
    /// The numbers of its lines, as GitLab names them.
    fileprivate var lineNumbers: [(old: Int?, new: Int?)] {
        var numbers: [(old: Int?, new: Int?)] = []
        var (old, new) = (0, 0)
        for line in diff.split(separator: "\n", omittingEmptySubsequences: false) {
            switch line.first {
            case "@":
                let words = line.split(separator: " ")
                guard words.count >= 3 else { continue }
                old = Int(words[1].dropFirst().prefix { $0 != "," }) ?? 0
                new = Int(words[2].dropFirst().prefix { $0 != "," }) ?? 0
            case "+":
                numbers.append((nil, new))
                new += 1
            case "-":
                numbers.append((old, nil))
                old += 1
            case " ":
                numbers.append((old, new))
                old += 1
                new += 1
            default: continue
            }
        }
        return numbers
    }
}
