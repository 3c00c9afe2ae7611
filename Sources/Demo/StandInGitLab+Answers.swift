import HTTPServer
import HTTPWire
import JSON
import Synchronization
import UTCTime

extension StandInGitLab {
    /// The merge request as the REST API shows it, in a list too.
    func json(of mergeRequest: StandInMergeRequest) -> JSONValue {
        let condition = condition(of: mergeRequest)
        let refs: JSONValue = [
            "base_sha": .string(mergeRequest.baseSHA), "start_sha": .string(mergeRequest.baseSHA),
            "head_sha": .string(condition.sha),
        ]
        return [
            "id": .integer(mergeRequest.key), "iid": .integer(mergeRequest.iid),
            "project_id": .integer(mergeRequest.project.id), "title": .string(mergeRequest.title),
            "description": .string(mergeRequest.description), "state": .string(condition.state),
            "draft": .bool(condition.isDraft), "created_at": .string(startedAt.descriptionWithMilliseconds),
            "updated_at": .string(condition.updatedAt.descriptionWithMilliseconds),
            "source_branch": .string(mergeRequest.branch), "target_branch": "main",
            "source_project_id": .integer(mergeRequest.project.id),
            "target_project_id": .integer(mergeRequest.project.id),
            "labels": .array(condition.labels.map { .string($0) }),
            "author": ["id": .integer(mergeRequest.authorID), "username": .string(mergeRequest.author)],
            "sha": .string(condition.sha), "changes_count": .string(String(changes(of: mergeRequest).count)),
            "diff_refs": condition.isBeingPrepared ? .null : refs,
            "references": ["full": .string("\(mergeRequest.project.path)!\(mergeRequest.iid)")],
            "web_url": .string("\(url)/\(mergeRequest.project.path)/-/merge_requests/\(mergeRequest.iid)"),
        ]
    }

    /// The files that it changes now.
    func changes(of mergeRequest: StandInMergeRequest) -> [StandInMergeRequest.Change] {
        condition(of: mergeRequest).changes ?? mergeRequest.changes
    }

    /// Its changed files.
    func diffs(of mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
        page(
            changes(of: mergeRequest).map { change in
                [
                    "old_path": .string(change.oldPath), "new_path": .string(change.path), "a_mode": "100644",
                    "b_mode": "100644", "diff": .string(change.diff), "new_file": .bool(change.isNew),
                    "renamed_file": .bool(change.oldPath != change.path), "deleted_file": false,
                    "generated_file": .bool(change.isGenerated),
                    "collapsed": false, "too_large": false,
                ]
            }, routed)
    }

    /// Its one version.
    func versions(of mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
        page(
            [
                [
                    "id": .integer(mergeRequest.key), "head_commit_sha": .string(condition(of: mergeRequest).sha),
                    "base_commit_sha": .string(mergeRequest.baseSHA), "start_commit_sha": .string(mergeRequest.baseSHA),
                    "state": "collected", "real_size": .string(String(changes(of: mergeRequest).count)),
                ]
            ], routed)
    }

    /// Who put which label on it.
    func labelEvents(of mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
        page(
            condition(of: mergeRequest).labelEvents.enumerated().map { number, event in
                [
                    "id": .integer(number + 1), "created_at": .string(event.at.descriptionWithMilliseconds),
                    "action": .string(event.isAddition ? "add" : "remove"),
                    "user": [
                        "id": .integer(StandInMergeRequest.userID(event.username)), "username": .string(event.username),
                    ],
                    "label": ["id": 1, "name": .string(event.label)],
                ]
            }, routed)
    }

    /// A project as the REST API shows it to the bot.
    func json(of project: StandInProject) -> JSONValue {
        [
            "id": .integer(project.id), "path_with_namespace": .string(project.path), "default_branch": "main",
            "archived": false, "web_url": .string("\(url)/\(project.path)"),
            "permissions": ["project_access": ["access_level": 30], "group_access": nil],
        ]
    }

    /// What the access token says of itself.
    var tokenInfo: Response {
        .json(
            200,
            [
                "id": 1, "name": "bursar", "scopes": ["api"], "active": true, "revoked": false,
                "user_id": .integer(Self.bot.id),
                "expires_at": .string(now().adding(seconds: 200 * 86_400).day.description),
            ])
    }

    /// Takes a new note.
    func createNote(on mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
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

    /// Changes a note.
    func updateNote(on mergeRequest: StandInMergeRequest, _ routed: RoutedRequest) -> Response {
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
        return note.map { .json(200, $0.json) } ?? Self.missingNote
    }
}

extension StandInGitLab.Note {
    var json: JSONValue {
        [
            "id": .integer(id), "body": .string(body), "system": false,
            "author": ["id": .integer(authorID), "username": .string(authorName)],
        ]
    }
}
