internal import HTTPClient
internal import JSON

extension GitLabClient {
    /// Times that a note is sent when GitLab's answer does not tell whether it was created.
    static let postingCountMax = 4

    /// Posts a note.
    ///
    /// When the answer does not tell whether the note was created (a lost connection, 5xx), it is looked for by its marker among
    /// our own notes before it is sent again. Without a marker or without knowing who we are that would be a guess: the error is thrown,
    /// and says that it may have happened.
    public func createNote(
        projectID: Int, iid: Int, note: HarmlessNote, botUserID: Int?, eventUUID: String? = nil
    ) async throws(GitLabError) -> PostedNote {
        var find: (() async throws(GitLabError) -> PostedNote?)?
        if let marker = note.marker {
            find = { () async throws(GitLabError) -> PostedNote? in
                let earlier = try await findNote(
                    projectID: projectID, iid: iid, marker: marker, botUserID: botUserID, eventUUID: eventUUID)
                return earlier.map { .found(id: $0.id) }
            }
        }
        return try await create(
            Call(
                operation: "post a note on \(projectID)!\(iid)", method: "POST", path: Self.path(projectID, iid),
                body: ["body": .string(note.body)], eventUUID: eventUUID),
            read: { PostedNote(created: $0) }, find: find)
    }

    /// Replaces the text of our note `noteID`.
    public func updateNote(
        projectID: Int, iid: Int, noteID: Int, note: HarmlessNote, eventUUID: String? = nil
    ) async throws(GitLabError) {
        _ = try await send(
            Call(
                operation: "change note \(noteID) on \(projectID)!\(iid)", method: "PUT",
                path: "\(Self.path(projectID, iid))/\(noteID)", body: ["body": .string(note.body)], eventUUID: eventUUID
            ))
    }

    /// Deletes our note `noteID`; one that is gone is deleted.
    public func deleteNote(projectID: Int, iid: Int, noteID: Int, eventUUID: String? = nil) async throws(GitLabError) {
        do throws(GitLabError) {
            _ = try await send(
                Call(
                    operation: "delete note \(noteID) on \(projectID)!\(iid)", method: "DELETE",
                    path: "\(Self.path(projectID, iid))/\(noteID)", eventUUID: eventUUID))
        } catch  where error.kind == .notFound {
            return
        } catch {
            throw error
        }
    }

    /// Our newest note that ends with `marker`; nil when there is none, or when GitLab has no list of notes to look in.
    public func findNote(
        projectID: Int, iid: Int, marker: NoteMarker, botUserID: Int?, isBrief: Bool = false, eventUUID: String? = nil
    ) async throws(GitLabError) -> Note? {
        var page = 1
        for _ in 0..<Self.pageCountMax {
            let call = Call(
                operation: "read the notes of \(projectID)!\(iid)",
                path:
                    "\(Self.path(projectID, iid))?sort=desc&order_by=created_at&page=\(page)&per_page=\(Self.pageSize)",
                eventUUID: eventUUID, isBrief: isBrief)
            let response: ClientResponse
            do throws(GitLabError) {
                response = try await send(call)
            } catch  where error.kind == .notFound || error.status == 405 || error.status == 501 {
                return nil
            } catch {
                throw error
            }
            let notes = (try Self.parse(response, call.operation).array ?? []).compactMap { Note($0) }
            if let found = notes.first(where: {
                (botUserID == nil || $0.authorID == botUserID) && !$0.isSystem && marker.ends($0.body)
            }) {
                return found
            }
            guard let next = Self.nextPage(after: page, response.fields) else { return nil }
            page = next
        }
        return nil
    }

    private static func path(_ projectID: Int, _ iid: Int) -> String {
        "/projects/\(projectID)/merge_requests/\(iid)/notes"
    }
}

extension PostedNote {
    /// Reads the answer to a note's creation: 201 with the note, 202 when GitLab took it for commands, or a stand-in's anything.
    fileprivate init(created response: ClientResponse) {
        if let id = (try? JSONValue(parsing: response.body))?["id"]?.number {
            self = .created(id: id)
        } else {
            self = .accepted
        }
    }
}
