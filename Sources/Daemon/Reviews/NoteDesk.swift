import GitLab
import Platform
import Synchronization

/// Posts our notes: one notice for each merge request, edited in place, until a review stands in its place.
final class NoteDesk: Sendable {
    /// What a note says.
    enum Kind: Sendable, Equatable {
        /// Why there is no review.
        case notice
        /// A review of this head, asked for by this delivery.
        case review(headSHA: String, deliveryID: String)

        var marker: NoteMarker {
            switch self {
            case .notice: NoteMarker("notice")
            case .review(let headSHA, let deliveryID): NoteMarker("review \(headSHA) \(deliveryID)")
            }
        }
    }

    /// Notices that are remembered; those forgotten are looked up at GitLab.
    static let noticesMax = 10_000

    private struct Notice {
        let id: Int
        let body: String
    }

    private let gitlab: GitLabClient
    private let bot: BotUser
    private let secrets: [String]
    private let log: Log
    private let notices = Mutex<[MergeRequestKey: Notice]>([:])

    /// A desk that posts as `bot` and keeps `secrets` out of every note.
    init(gitlab: GitLabClient, bot: BotUser, secrets: [String], log: Log) {
        self.gitlab = gitlab
        self.bot = bot
        self.secrets = secrets
        self.log = log
    }

    /// Puts `markdown` on the merge request: in the place of the notice that stands there, or as a new note.
    func post(_ markdown: String, as kind: Kind, on job: ReviewJob) async throws {
        let note = HarmlessNote(
            markdown: markdown, marker: kind.marker, secrets: secrets,
            characterLimit: HarmlessNote.characterLimitMax)
        let key = job.mergeRequest
        let botUserID = await bot.known()
        if let standing = await standingNotice(on: job, botUserID) {
            if standing.body == note.body { return }
            if try await update(standing, to: note, on: job) {
                return remember(kind == .notice ? Notice(id: standing.id, body: note.body) : nil, on: key)
            }
            log(.info, "notice cannot be edited, posting a new note", ["merge_request": job.name])
        }
        let posted = try await gitlab.createNote(
            projectID: key.projectID, iid: key.iid, note: note, botUserID: botUserID, eventUUID: job.eventUUID)
        remember(kind == .notice ? posted.id.map { Notice(id: $0, body: note.body) } : nil, on: key)
    }

    /// Whether the review that this delivery asked for stands on the merge request already, from before a restart.
    func hasReview(of headSHA: String, for job: ReviewJob) async -> Bool {
        guard let botUserID = await bot.known() else { return false }
        let marker = Kind.review(headSHA: headSHA, deliveryID: job.deliveryID).marker
        let note = try? await gitlab.findNote(
            projectID: job.mergeRequest.projectID, iid: job.mergeRequest.iid, marker: marker, botUserID: botUserID,
            isBrief: true, eventUUID: job.eventUUID)
        return note != nil
    }

    /// False: somebody deleted it, or it was written under a token that is no more.
    private func update(_ standing: Notice, to note: HarmlessNote, on job: ReviewJob) async throws -> Bool {
        do throws(GitLabError) {
            try await gitlab.updateNote(
                projectID: job.mergeRequest.projectID, iid: job.mergeRequest.iid, noteID: standing.id, note: note,
                eventUUID: job.eventUUID)
            return true
        } catch {
            guard error.kind == .notFound || error.kind == .forbidden else { throw error }
            return false
        }
    }

    /// Our notice on the merge request, from memory or from GitLab; nil when there is none or GitLab does not say.
    private func standingNotice(on job: ReviewJob, _ botUserID: Int?) async -> Notice? {
        let key = job.mergeRequest
        if let known = notices.withLock({ $0[key] }) { return known }
        // Without our own number a stranger's note with our marker could pass for ours.
        guard let botUserID else { return nil }
        do {
            let note = try await gitlab.findNote(
                projectID: key.projectID, iid: key.iid, marker: Kind.notice.marker, botUserID: botUserID,
                isBrief: true, eventUUID: job.eventUUID)
            return note.map { Notice(id: $0.id, body: $0.body) }
        } catch {
            log(.warning, "notes cannot be read, posting a new one", ["merge_request": job.name, "error": "\(error)"])
            return nil
        }
    }

    private func remember(_ notice: Notice?, on key: MergeRequestKey) {
        notices.withLock { notices in
            if notice != nil, notices[key] == nil, notices.count >= Self.noticesMax { notices.removeAll() }
            notices[key] = notice
        }
    }
}
