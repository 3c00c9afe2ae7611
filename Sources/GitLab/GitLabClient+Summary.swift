internal import HTTPClient
internal import JSON

extension GitLabClient {
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
