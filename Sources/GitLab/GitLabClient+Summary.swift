internal import HTTPClient
internal import JSON

/// What became of a summary that was to be put on a merge request.
public enum PutSummary: Sendable, Equatable {
    /// It stands there.
    case put(PostedNote)
    /// A later review's summary stands there already and stays.
    case superseded(byRun: Int)
}

extension GitLabClient {
    /// Puts the summary of review number `run` on a merge request: in the place of an earlier review's, never of a later one's.
    ///
    /// The note's marker must be `NoteMarker.summary(run:)`. Only a note of the user `botUserID` is changed; one that was deleted
    /// meanwhile, or that a token wrote that is no more, is replaced by a new one.
    public func putSummary(
        _ note: HarmlessNote, run: Int, projectID: Int, iid: Int, botUserID: Int, eventUUID: String? = nil
    ) async throws(GitLabError) -> PutSummary {
        if let standing = try await findSummary(
            projectID: projectID, iid: iid, botUserID: botUserID, eventUUID: eventUUID)
        {
            if standing.run > run { return .superseded(byRun: standing.run) }
            if standing.note.body == note.body { return .put(.found(id: standing.note.id)) }
            do throws(GitLabError) {
                try await updateNote(
                    projectID: projectID, iid: iid, noteID: standing.note.id, note: note, eventUUID: eventUUID)
                return .put(.updated(id: standing.note.id))
            } catch  where error.kind == .notFound || error.kind == .forbidden {
                // Gone, or not ours to change: a new note.
            } catch {
                throw error
            }
        }
        return .put(
            try await createNote(
                projectID: projectID, iid: iid, note: note, botUserID: botUserID, eventUUID: eventUUID))
    }

    /// The summary on a merge request, the one of the latest review when there are several, and that review's number.
    public func findSummary(
        projectID: Int, iid: Int, botUserID: Int, eventUUID: String? = nil
    ) async throws(GitLabError) -> (note: Note, run: Int)? {
        let notes: [Note]
        do throws(GitLabError) {
            notes = try await elements(
                "read the notes of \(projectID)!\(iid)", path: Self.mergeRequestPath(projectID, iid) + "/notes",
                eventUUID: eventUUID, pagesMax: Self.pageCountMax
            ).compactMap { Note($0) }
        } catch  where error.isUnavailableFeature {
            return nil
        } catch {
            throw error
        }
        let summaries = notes.compactMap { note -> (note: Note, run: Int)? in
            guard note.authorID == botUserID, !note.isSystem, let run = NoteMarker(endOf: note.body)?.summaryRun else {
                return nil
            }
            return (note, run)
        }
        return summaries.max { ($0.run, $0.note.id) < ($1.run, $1.note.id) }
    }
}
