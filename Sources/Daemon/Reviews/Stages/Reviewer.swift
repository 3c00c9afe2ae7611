import Budget
import GitLab
import JSON
import Ledger
import Platform
import Queue
import Review
import Settings
import UTCTime

/// Does one review, from wherever it was left: fetch, plan, reserve, dispatch, call, keep the answer, settle, post.
///
/// Each stage is written down before the next begins, so a crash between any two is found out at the next start. What has
/// to be done then is decided from three things alone: the queue's books, the ledger's reservation, the kept answer.
struct Reviewer: Sendable {
    /// What an operator decided about reviews.
    struct Rules: Sendable {
        var label: String
        var resumesAfterReset: Bool
    }

    let gitlab: GitLabClient
    /// The client of a model, by the model's id.
    let model: @Sendable (String) -> any ModelClient
    /// The settings at the start.
    let settings: Settings
    let ledger: Ledger
    let queue: ReviewQueue
    let answers: AnswerFiles
    let memories: ReviewMemories
    let prices: PricesInForce
    let learned: LearnedTokens
    let rules: Rules
    let notes: NoteDesk
    let metrics: Metrics
    let now: @Sendable () -> Instant
    let monotonicNanoseconds: @Sendable () -> UInt64
    let sleep: @Sendable (Double) async throws -> Void
    let randomness: @Sendable () -> UInt64
    let log: Log

    /// Calls whose outcome is not known, for one wish: after the first the same is asked once more.
    static let lossesMax = 2

    /// Reviews what `job` asks for, as far as that is possible now, and says what is to become of it.
    func run(_ job: Job) async -> Disposition {
        let disposition: Disposition
        do {
            disposition = try await proceed(job)
        } catch {
            disposition = await dispose(of: job, error)
        }
        remark(disposition, job)
        return disposition
    }

    private func proceed(_ job: Job) async throws -> Disposition {
        if job.posting == .done { return .finished(JobResult(.posted, "its note was posted before")) }
        if job.startCount > QueueLimits.startsMax {
            throw Failure(
                "The review was begun \(QueueLimits.startsMax) times and did not come to an end.",
                advice: "Ask your DevOps team to look at the daemon's log")
        }
        let paid = try keptAnswers(of: job)
        if let review = PaidReview(paid), job.posting == .begun || CallCourse(paid).isComplete {
            return try await deliver(review, job, nil)
        }
        // The answer's file is gone once the note is certain; without the file, look for the note.
        if paid.isEmpty, job.posting == .begun, let noteID = try await notes.find(review: job) {
            queue.note(.posted(noteID: noteID), of: job.id)
            return .finished(JobResult(.posted, "its note was found on the merge request"))
        }
        try await clear(job, keeping: Set(paid.map(\.reservation)))
        return try await prepare(job, paid)
    }

    /// The answers that were paid for and not posted, oldest first.
    private func keptAnswers(of job: Job) throws -> [PaidAnswer] {
        var kept: [PaidAnswer] = []
        for call in job.calls where call.state != .released {
            guard let bytes = try answers.answer(for: call.reservation) else { continue }
            if let paid = PaidAnswer(bytes) {
                kept.append(paid)
            } else {
                log(
                    .error, "a kept answer cannot be read",
                    ["merge_request": job.name, "reservation": call.reservation])
            }
        }
        return kept
    }

    /// Sees to calls that an earlier run left: what was not dispatched is given back, what was stays held. Those whose
    /// answers are `kept` need nothing.
    private func clear(_ job: Job, keeping kept: Set<String>) async throws {
        for call in job.calls where !kept.contains(call.reservation) {
            switch call.state {
            case .lost, .released: continue
            case .reserved: try await giveBack(call, job)
            case .dispatched:
                // Written down before it was done: where the ledger does not know of it, it was not done.
                if ledger.reservation(call.reservation)?.state == .open {
                    try await giveBack(call, job)
                } else {
                    try await lose(call.reservation, job, "the daemon was ended while the model was called")
                }
            case .answered, .settled:
                try await lose(call.reservation, job, "the answer is gone from the data directory")
            }
        }
    }

    private func giveBack(_ call: Job.Call, _ job: Job) async throws {
        if ledger.reservation(call.reservation)?.state == .open {
            try await ledger.release(call.reservation, certainlyNothingSpent: true)
        }
        try await queue.record(.released(reservation: call.reservation), of: job.id)
    }

    /// Notes that the outcome of a call is unknown: its tokens stay held.
    func lose(_ reservation: String, _ job: Job, _ reason: String) async throws {
        if ledger.reservation(reservation)?.state == .dispatched { try await ledger.markUnresolved(reservation) }
        try await queue.record(.lost(reservation: reservation), of: job.id)
        metrics.add(to: .unresolvedCalls)
        log(
            .info, "model call came to no answer, its tokens stay held",
            ["merge_request": job.name, "reservation": reservation, "reason": reason])
    }

    private func remark(_ disposition: Disposition, _ job: Job) {
        switch disposition {
        case .interrupted: return
        case .deferred(let deferral):
            if deferral.kind == .budget {
                metrics.add(to: .reviews(outcome: "blocked"))
            } else {
                metrics.add(to: .retries)
            }
            audit(
                "deferred", job,
                [("until", .string(deferral.until.description)), ("reason", .string(deferral.reason))])
        case .finished(let result):
            metrics.add(to: .reviews(outcome: result.outcome.rawValue))
            if result.outcome == .skipped || result.outcome == .refused {
                log(.info, "review skipped", ["merge_request": job.name, "reason": result.reason])
            }
            audit("review", job, [("outcome", .string(result.outcome.rawValue)), ("reason", .string(result.reason))])
        }
    }
}
