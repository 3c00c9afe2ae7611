internal import HTTPClient
internal import JSON

// Source: GitLab REST API, "Draft notes": created one by one, published together, with one mail for all.
extension GitLabClient {
    /// The drafts of the token's user on a merge request.
    func draftNotes(projectID: Int, iid: Int, eventUUID: String?) async throws(GitLabError) -> [DraftNote] {
        let elements = try await elements(
            "read the draft notes of \(projectID)!\(iid)", path: Self.draftsPath(projectID, iid), eventUUID: eventUUID,
            pagesMax: Self.pageCountMax)
        return elements.compactMap { DraftNote($0) }
    }

    /// Writes a draft and returns its id; one with its marker that an unknown attempt has left is taken instead.
    ///
    /// A draft that GitLab took without its position is deleted and refused: it would be published away from its line.
    func createDraft(_ discussion: NewDiscussion, projectID: Int, iid: Int, eventUUID: String?)
        async throws(GitLabError) -> Int
    {
        let operation = "write a draft note on \(projectID)!\(iid)"
        func look() async throws(GitLabError) -> DraftNote? {
            let drafts = try await draftNotes(projectID: projectID, iid: iid, eventUUID: eventUUID)
            return drafts.first { $0.marker == discussion.note.marker }
        }
        let written = try await create(
            Call(
                operation: operation, method: "POST", path: Self.draftsPath(projectID, iid),
                body: ["note": .string(discussion.note.body), "position": discussion.position.json],
                eventUUID: eventUUID),
            read: { response in (try? JSONValue(parsing: response.body)).flatMap { DraftNote($0) } },
            find: { () async throws(GitLabError) -> DraftNote?? in try await look().map { .some($0) } })
        // Some answers do not show what they made.
        guard let draft = try await written == nil ? look() : written else {
            throw GitLabError(
                operation, .unavailable, message: "the draft note is not among the drafts afterwards", hint: "")
        }
        guard draft.isPlaced != false else {
            try await deleteDraft(draft.id, projectID: projectID, iid: iid, eventUUID: eventUUID)
            throw GitLabError(operation, .invalid, status: 400, message: "the position was not taken", hint: "")
        }
        return draft.id
    }

    /// Deletes a draft; one that is gone is no error.
    func deleteDraft(_ id: Int, projectID: Int, iid: Int, eventUUID: String?) async throws(GitLabError) {
        do throws(GitLabError) {
            _ = try await send(
                Call(
                    operation: "delete draft note \(id) on \(projectID)!\(iid)", method: "DELETE",
                    path: "\(Self.draftsPath(projectID, iid))/\(id)", eventUUID: eventUUID))
        } catch  where error.kind == .notFound {
        } catch {
            throw error
        }
    }

    /// Publishes one draft.
    func publishDraft(_ id: Int, projectID: Int, iid: Int, eventUUID: String?) async throws(GitLabError) {
        _ = try await send(
            Call(
                operation: "publish draft note \(id) on \(projectID)!\(iid)", method: "PUT",
                path: "\(Self.draftsPath(projectID, iid))/\(id)/publish", eventUUID: eventUUID, policy: .gitLabCreating)
        )
    }

    /// Publishes every draft of the token's user on the merge request: GitLab lets nobody choose.
    func publishAllDrafts(projectID: Int, iid: Int, eventUUID: String?) async throws(GitLabError) {
        _ = try await send(
            Call(
                operation: "publish the draft notes of \(projectID)!\(iid)", method: "POST",
                path: Self.draftsPath(projectID, iid) + "/bulk_publish", eventUUID: eventUUID, policy: .gitLabCreating)
        )
    }

    private static func draftsPath(_ projectID: Int, _ iid: Int) -> String {
        mergeRequestPath(projectID, iid) + "/draft_notes"
    }
}

extension GitLabError {
    /// Whether GitLab has nothing like what was asked for, or not for us: an older version, a role, a stand-in.
    var isUnavailableFeature: Bool {
        kind == .notFound || kind == .forbidden || status == 405 || status == 501
    }

    /// Whether GitLab does not take what was sent, such as a line outside the diff.
    var isRefusal: Bool { status == 400 || status == 422 }
}
