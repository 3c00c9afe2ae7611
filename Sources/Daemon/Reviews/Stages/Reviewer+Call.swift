import Budget
import GitLab
import Ledger
import Platform
import Prices
import Queue
import Review
import UTCTime

// Holding tokens and calling the model.

extension Reviewer {
    /// Holds the tokens and calls the model; once more, under a new hold, when the outcome of the first call is unknown.
    func call(_ plan: Plan, _ job: Job) async throws -> Disposition {
        var job = job
        while true {
            job = queue.job(job.id) ?? job
            guard job.dispatchedCount < Self.callsMax else {
                throw Failure(
                    "The model's service gave no answer, \(Self.callsMax) times.",
                    advice: "Ask your DevOps team to look at the model's service",
                    spending: .unknown(heldTokens: job.lostTokens))
            }
            let reservation: Reservation
            switch try await hold(plan, job) {
            case .granted(let granted, let decision):
                reservation = granted
                if decision == .warn {
                    log(.warning, "budget exceeded, reviewing because it only warns", ["merge_request": job.name])
                }
            case .refused(let refusal): return try await block(plan, job, refusal)
            }
            try await dispatch(reservation, job)
            log(
                .info, "model called",
                ["merge_request": job.name, "model": model.model, "held_tokens": String(reservation.tokens)])
            switch await model.complete(plan.modelPrompt, maxOutputTokens: rules.outputTokensMax) {
            case .answered(let answer):
                let paid = PaidAnswer(
                    answer, to: plan.prompt, reservation: reservation, headSHA: plan.head,
                    cost: answer.usage.flatMap { prices.table.cost(of: $0, model: model.model, at: now()) },
                    incompleteness: plan.incompleteness)
                keep(paid, job)
                return try await deliver(paid, queue.job(job.id) ?? job)
            case .notCharged(let failure):
                try await ledger.release(reservation.id, certainlyNothingSpent: true)
                try await queue.record(.released(reservation: reservation.id), of: job.id)
                log(
                    .error, "model refused the call",
                    [
                        "merge_request": job.name, "kind": failure.kind.rawValue,
                        "status": failure.status.map(String.init) ?? "", "message": failure.message,
                        "detail": failure.detail ?? "", "request": failure.requestID ?? "",
                    ])
                throw Failure(failure.message, advice: failure.advice, isLogged: true)
            case .unknown(let reason, let detail):
                try await lose(reservation.id, job, [reason, detail ?? ""].joined(separator: " "))
            }
        }
    }

    /// From here on the call may cost money: the queue knows it before the ledger, and the ledger before it is made.
    private func dispatch(_ reservation: Reservation, _ job: Job) async throws {
        do {
            queue.note(.reserved(reservation: reservation.id, tokens: reservation.tokens), of: job.id)
            try await queue.record(.dispatched(reservation: reservation.id), of: job.id)
        } catch {
            _ = try? await ledger.release(reservation.id, certainlyNothingSpent: true)
            throw error
        }
        try await ledger.dispatch(reservation.id)
    }

    /// Keeps the answer on the disk. Where that fails it is posted all the same: it is in memory, and paid for.
    private func keep(_ paid: PaidAnswer, _ job: Job) {
        do throws(POSIXFailure) {
            try answers.keep(paid.bytes, for: paid.reservation)
            queue.note(.answered(reservation: paid.reservation), of: job.id)
        } catch {
            log(
                .error, "a paid answer could not be kept, a crash now would lose it",
                ["merge_request": job.name, "reservation": paid.reservation, "error": "\(error)"])
        }
    }

    // MARK: Holding

    /// Reserves under a key of the job's own, so that a crash right after it finds the same hold.
    private func hold(_ plan: Plan, _ job: Job) async throws -> Admission {
        let isFocused = job.wish.command != Wish.review
        let tokens =
            plan.prompt.heldTokens(maxOutputTokens: rules.outputTokensMax) + (isFocused ? ReviewFocus.tokensMax : 0)
        var request = ReservationRequest(
            estimatedTokens: tokens,
            context: CallContext(
                projectID: job.wish.mergeRequest.projectID, project: path(of: plan, job),
                mergeRequestIID: job.wish.mergeRequest.iid, user: job.wish.username, command: job.wish.command,
                model: model.model),
            timeToLiveSeconds: Self.holdSecondsMax,
            estimatedMicroUSD: prices.table.price(of: model.model, at: now())?.highestMicroUSD(
                inputTokens: max(0, tokens - rules.outputTokensMax), outputTokens: rules.outputTokensMax))
        // A hold under the first key may be left from before a crash: open, with other figures, or closed since.
        for number in job.calls.count..<(job.calls.count + Self.staleHoldsMax) {
            request.idempotencyKey = "\(job.id)-\(number)"
            do {
                let admission = try await admission(of: request)
                if case .granted(let reservation, _) = admission, reservation.state != .open { continue }
                return admission
            } catch LedgerError.conflict {
                let key = request.idempotencyKey
                for stale in ledger.openReservations() where stale.idempotencyKey == key && stale.state == .open {
                    try await ledger.release(stale.id, certainlyNothingSpent: true)
                }
            }
        }
        throw Failure(
            "Tokens were held for this review \(Self.staleHoldsMax) times and none of the holds can be used.",
            advice: "Ask your DevOps team to look at the daemon's log")
    }

    private func path(of plan: Plan, _ job: Job) -> String {
        job.wish.projectPath.isEmpty ? plan.mergeRequest.projectPath ?? "" : job.wish.projectPath
    }

    /// Reserves; while only calls under way stand in the way of a review that would fit, waits for them to settle.
    private func admission(of request: ReservationRequest) async throws -> Admission {
        let start = monotonicNanoseconds()
        while true {
            let admission = try await ledger.reserve(request)
            guard case .refused(let refusal) = admission,
                refusal.requestedTokens <= refusal.limitTokens - min(refusal.limitTokens, refusal.usedTokens),
                monotonicNanoseconds() &- start < Self.roomWaitNanosecondsMax
            else { return admission }
            // Unresolved holds stay until the day ends: they are not worth waiting for.
            let underWay = ledger.openReservations().filter { $0.state != .unresolved }.reduce(0) { $0 + $1.tokens }
            guard refusal.requestedTokens <= refusal.largestThatFits + underWay else { return admission }
            let revision = ledger.revision
            repeat {
                try await sleep(0.2)
            } while ledger.revision == revision && monotonicNanoseconds() &- start < Self.roomWaitNanosecondsMax
        }
    }

    /// Says on the merge request that there is no room, and waits for the reset where that may help.
    private func block(_ plan: Plan, _ job: Job, _ refusal: Refusal) async throws -> Disposition {
        let resumes = rules.resumesAfterReset && !refusal.exceedsWholeLimit && queue.hasRoomForBlocked
        log(
            .info, "review blocked by the budget",
            [
                "merge_request": job.name, "budget": refusal.budget, "used": String(refusal.usedTokens),
                "held": String(refusal.heldTokens), "requested": String(refusal.requestedTokens),
                "limit": String(refusal.limitTokens), "resumes": resumes ? refusal.resetsAt.description : "no",
            ])
        let text = NoteText.exhausted(refusal, labelName: rules.label, resumesByItself: resumes)
        try await notes.post(notice: text, on: job)
        let reason = "the budget '\(refusal.budget)' left no room for \(refusal.requestedTokens) tokens"
        guard resumes else { return .finished(JobResult(.blocked, reason)) }
        return .deferred(
            Deferral(kind: .budget, until: refusal.resetsAt, since: now(), failureCount: 0, reason: reason))
    }

    /// How long a review waits for calls under way to settle before it is blocked.
    private static let roomWaitNanosecondsMax: UInt64 = 15 * 60 * 1_000_000_000
    /// A hold outlives the longest call with all its retries.
    private static let holdSecondsMax = 2 * 3600
    /// Holds of earlier runs that are passed over.
    private static let staleHoldsMax = 8
}
