import GitLab
import Platform
import Queue
import UTCTime

/// Posts our notes: one notice for each merge request, edited in place, until a review stands in its place.
///
/// What may have happened is written down before it is done, so that a run that was cut off is followed by a look and not by
/// a second note: a notice is `unknown` from before it is sent until its number is known, a review is `posting`.
struct NoteDesk: Sendable {
    private static let noticeMarker = NoteMarker("notice")

    let gitlab: GitLabClient
    let bot: BotUser
    let queue: ReviewQueue
    /// Values that are kept out of every note.
    let secrets: [String]
    let log: Log

    /// Says why there is no review yet, in the place of what was said before.
    func post(notice markdown: String, on job: Job) async throws {
        let note = harmless(markdown, Self.noticeMarker)
        let mergeRequest = job.wish.mergeRequest
        let botUserID = await bot.known()
        var standing: Int?
        switch queue.notice(on: mergeRequest) {
        case .present(let noteID): standing = noteID
        case .absent: break
        case .unknown: standing = try await find(Self.noticeMarker, job, botUserID)
        }
        if let standing, try await update(standing, to: note, on: job) {
            return try await queue.record(.present(noteID: standing), on: mergeRequest)
        }
        try await queue.record(.unknown, on: mergeRequest)
        let posted = try await gitlab.createNote(
            projectID: mergeRequest.projectID, iid: mergeRequest.iid, note: note, botUserID: botUserID,
            eventUUID: job.wish.eventUUID)
        try await queue.record(posted.id.map { .present(noteID: $0) } ?? .unknown, on: mergeRequest)
    }

    /// The summary that stands on the merge request: which note it is, and of which review.
    struct Summary: Sendable {
        let noteID: Int
        let run: Int
    }

    /// The summary of the latest review. Not a note that counts as the notice still, and nil where GitLab does not say who
    /// we are: a stranger's note with our marker could pass for ours.
    func summary(on job: Job) async throws -> Summary? {
        guard let botUserID = await bot.known() else { return nil }
        let mergeRequest = job.wish.mergeRequest
        return try await gitlab.findSummary(
            projectID: mergeRequest.projectID, iid: mergeRequest.iid, botUserID: botUserID,
            eventUUID: job.wish.eventUUID
        ).map { Summary(noteID: $0.note.id, run: $0.run) }
    }

    /// Posts a review: in the place of `earlier`, the summary of an earlier review, or of the notice that stands there, or
    /// as a new note. Answers with the note's number. The caller sees to it that `earlier` is not of a later review.
    ///
    /// `mayStand`: an earlier run may have posted it, so it is looked for first.
    func post(
        review markdown: String, on job: Job, inPlaceOf earlier: Summary?, mayStand: Bool
    ) async throws -> Int? {
        let marker = Self.marker(of: job)
        let note = harmless(markdown, marker)
        let mergeRequest = job.wish.mergeRequest
        let botUserID = await bot.known()
        if mayStand, let found = try await find(marker, job, botUserID) {
            await clearNotice(on: job, but: found)
            return found
        }
        if let earlier, try await update(earlier.noteID, to: note, on: job) {
            await clearNotice(on: job, but: earlier.noteID)
            return earlier.noteID
        }
        if let standing = try await standingNotice(job, botUserID, mayStand: mayStand) {
            // From here on the notice may be the review: a later notice must not take its place, so where this cannot be
            // written down, the notice is left alone.
            if await know(.unknown, on: mergeRequest), try await update(standing, to: note, on: job) {
                await know(.absent, on: mergeRequest)
                return standing
            }
            log(.info, "notice cannot be edited, posting a new note", ["merge_request": job.name])
        }
        let posted = try await gitlab.createNote(
            projectID: mergeRequest.projectID, iid: mergeRequest.iid, note: note, botUserID: botUserID,
            eventUUID: job.wish.eventUUID)
        if queue.notice(on: mergeRequest) != .absent { await know(.absent, on: mergeRequest) }
        return posted.id
    }

    /// Takes the notice away that a review has made untrue, unless it is the review's own note.
    private func clearNotice(on job: Job, but review: Int) async {
        let mergeRequest = job.wish.mergeRequest
        guard case .present(let notice) = queue.notice(on: mergeRequest) else { return }
        if notice != review {
            do throws(GitLabError) {
                try await gitlab.deleteNote(
                    projectID: mergeRequest.projectID, iid: mergeRequest.iid, noteID: notice,
                    eventUUID: job.wish.eventUUID)
            } catch {
                // It stays known, so that the next notice or review takes its place.
                return log(
                    .warning, "a notice could not be taken away",
                    ["merge_request": job.name, "error": "\(error)"])
            }
        }
        await know(.absent, on: mergeRequest)
    }

    /// The note of the review, when it stands on the merge request already.
    func find(review job: Job) async throws -> Int? { try await find(Self.marker(of: job), job, await bot.known()) }

    /// Writes down what is known of the notice; false when that is not possible, which must not hold up what is paid for.
    @discardableResult
    private func know(_ notice: NoticeState, on mergeRequest: MergeRequestID) async -> Bool {
        do throws(QueueError) {
            try await queue.record(notice, on: mergeRequest)
            return true
        } catch {
            return false
        }
    }

    /// Job ids cannot be guessed: nobody else's note ends with this.
    private static func marker(of job: Job) -> NoteMarker { .summary(run: job.reviewNumber, id: job.id) }

    private func harmless(_ markdown: String, _ marker: NoteMarker) -> HarmlessNote {
        HarmlessNote(
            markdown: markdown, marker: marker, secrets: secrets, characterLimit: HarmlessNote.characterLimitMax)
    }

    /// The notice that a review is to take the place of. Where nothing is known of one and GitLab does not say, the review is
    /// not held up for it.
    private func standingNotice(_ job: Job, _ botUserID: Int?, mayStand: Bool) async throws -> Int? {
        switch queue.notice(on: job.wish.mergeRequest) {
        case .present(let noteID): return noteID
        case .absent: return nil
        case .unknown:
            // Without our own number a stranger's note with our marker could pass for ours.
            guard let botUserID else { return nil }
            do {
                return try await find(Self.noticeMarker, job, botUserID, isBrief: true)
            } catch {
                if mayStand { throw error }
                log(
                    .warning, "notes cannot be read, posting a new one",
                    ["merge_request": job.name, "error": "\(error)"])
                return nil
            }
        }
    }

    private func find(
        _ marker: NoteMarker, _ job: Job, _ botUserID: Int?, isBrief: Bool = false
    ) async throws -> Int? {
        try await gitlab.findNote(
            projectID: job.wish.mergeRequest.projectID, iid: job.wish.mergeRequest.iid, marker: marker,
            botUserID: botUserID, isBrief: isBrief, eventUUID: job.wish.eventUUID)?.id
    }

    /// False: somebody deleted it, or it was written under a token that is no more.
    private func update(_ noteID: Int, to note: HarmlessNote, on job: Job) async throws -> Bool {
        do throws(GitLabError) {
            try await gitlab.updateNote(
                projectID: job.wish.mergeRequest.projectID, iid: job.wish.mergeRequest.iid, noteID: noteID, note: note,
                eventUUID: job.wish.eventUUID)
            return true
        } catch {
            guard error.kind == .notFound || (error.kind == .forbidden && error.handling != .tokenProblem) else {
                throw error
            }
            return false
        }
    }
}
