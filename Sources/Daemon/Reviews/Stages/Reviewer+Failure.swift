import Budget
import GitLab
import Ledger
import Platform
import Queue
import Review
import UTCTime

// What becomes of a review that did not come to its end.

extension Reviewer {
    /// A failure for good, in words for the merge request.
    struct Failure: Error {
        var message: String
        var advice: String
        var spending: NoteText.Spending
        /// Whether the log has it already.
        var isLogged: Bool

        init(_ message: String, advice: String, spending: NoteText.Spending = .nothing, isLogged: Bool = false) {
            self.message = message
            self.advice = advice
            self.spending = spending
            self.isLogged = isLogged
        }
    }

    /// Seconds for which a review is tried again while GitLab or the books stand in its way: a day.
    static let patienceSeconds: Int64 = 24 * 3600
    /// Seconds for which a review that was paid for is tried to be posted: a week.
    static let paidPatienceSeconds: Int64 = 7 * 24 * 3600
    /// Seconds before the first tries after a failure; the last holds for all that follow.
    static let waitsSeconds: [Int64] = [5, 15, 60, 300, 900, 1800]

    /// Tries again later where that can help, else says once on the merge request that there will be no review.
    func dispose(of job: Job, _ error: any Error) async -> Disposition {
        if let error = error as? QueueError, error == .stopped { return .interrupted }
        if let error = error as? LedgerError, error == .closed { return .interrupted }
        let job = queue.job(job.id) ?? job
        let isPaid = job.calls.contains { $0.state == .answered || $0.state == .settled } || job.posting != .none
        if let asked = Self.secondsToWait(for: error, isPaid: isPaid) {
            let earlier = job.steps.lastDeferral.flatMap { $0.kind == .trouble ? $0 : nil }
            let since = earlier?.since ?? now()
            let patience = isPaid ? Self.paidPatienceSeconds : Self.patienceSeconds
            if now() < since.adding(seconds: patience) {
                return retry(job, error, failureCount: (earlier?.failureCount ?? 0) + 1, since: since, asked)
            }
        }
        if isPaid {
            log(
                .error, "a paid review could not be posted and is given up; its text stays in state/answers",
                [
                    "merge_request": job.name, "reservation": job.lastCall?.reservation ?? "",
                    "error": Self.reason(error),
                ])
            return .finished(JobResult(.undelivered, Self.reason(error)))
        }
        return await giveUp(job, error)
    }

    /// How long to wait before the same may work, in seconds, 0 where nobody says; nil where waiting does not help.
    private static func secondsToWait(for error: any Error, isPaid: Bool) -> Double? {
        switch error {
        case let error as GitLabError:
            let helps = isPaid || error.handling == .retryLater || error.handling == .tokenProblem
            return helps ? error.retryAfterSeconds ?? 0 : nil
        case let error as LedgerError:
            switch error {
            case .writeFailed, .lowSpace, .tooMany: return 0
            default: return nil
            }
        case is QueueError, is POSIXFailure: return 0
        default: return nil
        }
    }

    private func retry(
        _ job: Job, _ error: any Error, failureCount: Int, since: Instant, _ asked: Double
    ) -> Disposition {
        let own = Self.waitsSeconds[min(failureCount, Self.waitsSeconds.count) - 1]
        // A quarter at random, so that what failed together does not come back together.
        let spread = own / 4 > 0 ? Int64(randomness() % UInt64(own / 4 + 1)) : 0
        let seconds = max(own - spread, Int64(min(max(asked, 0), 3600)))
        let until = now().adding(seconds: seconds)
        log(
            .warning, "review put off",
            [
                "merge_request": job.name, "reason": Self.reason(error), "tries": String(failureCount),
                "next_try": until.description,
            ])
        return .deferred(
            Deferral(
                kind: .trouble, until: until, since: since, failureCount: failureCount, reason: Self.reason(error)))
    }

    private func giveUp(_ job: Job, _ error: any Error) async -> Disposition {
        if (error as? Failure)?.isLogged != true {
            log(.error, "review failed", ["merge_request": job.name, "error": Self.reason(error)])
        }
        do {
            try await notes.post(notice: text(for: error, job), on: job)
        } catch let telling as GitLabError where telling.isTemporary && !(error is GitLabError) {
            // The failure is told when GitLab takes it: the review is run again, and fails again or not.
            let earlier = job.steps.lastDeferral.flatMap { $0.kind == .trouble ? $0 : nil }
            let since = earlier?.since ?? now()
            if now() < since.adding(seconds: Self.patienceSeconds) {
                return retry(job, telling, failureCount: (earlier?.failureCount ?? 0) + 1, since: since, 0)
            }
        } catch {
            log(
                .error, "failure could not be told on the merge request",
                ["merge_request": job.name, "error": "\(error)"])
        }
        return .finished(JobResult(.failed, Self.reason(error)))
    }

    private func text(for error: any Error, _ job: Job) -> String {
        let head = job.head ?? job.wish.head
        switch error {
        case let error as Failure:
            return NoteText.failure(
                error.message, advice: error.advice, spending: error.spending, labelName: rules.label, headSHA: head)
        case let error as GitLabError:
            return NoteText.failure(
                "Bursar \(error.reason)", advice: error.hint.isEmpty ? "Try again later" : error.hint,
                spending: .nothing, labelName: rules.label, headSHA: head)
        case let error as LedgerError:
            return NoteText.failure(
                "The token books cannot be used: \(error).", advice: "Ask your DevOps team to look at the daemon's log",
                spending: .notCounted, labelName: rules.label, headSHA: head)
        default:
            return NoteText.failure(
                "Something unexpected went wrong.", advice: "Ask your DevOps team to look at the daemon's log",
                spending: .nothing, labelName: rules.label, headSHA: head)
        }
    }

    private static func reason(_ error: any Error) -> String { (error as? Failure)?.message ?? "\(error)" }
}

extension [JobStep] {
    /// The last time that the review was put off, whatever it was begun since.
    fileprivate var lastDeferral: Deferral? {
        for step in reversed() { if case .deferred(let deferral) = step.event { return deferral } }
        return nil
    }
}
