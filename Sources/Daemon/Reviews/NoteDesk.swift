import GitLab
import Platform
import Synchronization

/// Posts our notes: one note for what is said about a merge request's review until the review stands in its place.
struct NoteDesk: Sendable {
    /// What a note says.
    enum Kind: Sendable {
        /// Why there is no review: edited in place, and becomes the review when there is one.
        case notice
        /// A review of this head, by this delivery.
        case review(headSHA: String, deliveryID: String)

        /// The hidden marker of such a note.
        var marker: NoteMarker {
            switch self {
            case .notice: NoteMarker("notice")
            case .review(let headSHA, let deliveryID): NoteMarker("review \(headSHA) \(deliveryID)")
            }
        }
    }

    let gitlab: GitLabClient
    let secrets: [String]
    /// GitLab's number of our user, once it is known.
    let botUserID: @Sendable () -> Int?
    let log: Log

    /// Puts `markdown` on the merge request: in place of the notice that stands there, or as a new note.
    func post(_ markdown: String, as kind: Kind, on job: ReviewJob) async throws {
        let note = HarmlessNote(markdown: markdown, marker: kind.marker, secrets: secrets)
        let place = job.place
        if let standing = await standingNotice(on: job) {
            if standing.body == note.body { return }
            do {
                try await gitlab.updateNote(note, id: standing.id, on: place, eventUUID: job.eventUUID)
                return
            } catch  where error.isGone {
                // Somebody deleted it, or took the right to edit it away: a new one says the same.
                log(.info, "notice cannot be edited, posting a new note", ["merge_request": job.name])
            }
        }
        try await gitlab.createNote(note, on: place, authorID: botUserID(), eventUUID: job.eventUUID)
    }

    /// The newest of our notes that is a notice; nil when there is none or GitLab does not say.
    private func standingNotice(on job: ReviewJob) async -> GitLabNote? {
        do {
            return try await gitlab.ownNote(
                endingWith: Kind.notice.marker, on: job.place, authorID: botUserID(), eventUUID: job.eventUUID)
        } catch {
            log(
                .warning, "notes cannot be listed, posting a new one", ["merge_request": job.name, "error": "\(error)"])
            return nil
        }
    }
}
