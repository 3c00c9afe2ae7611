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
    func call(_ material: ReviewMaterial, _ job: Job) async throws -> Disposition {
        var job = job
        while true {
            job = queue.job(job.id) ?? job
            guard job.dispatchedCount < Self.callsMax else {
                throw Failure(
                    "The model's service gave no answer, \(Self.callsMax) times.",
                    advice: "Ask your DevOps team to look at the model's service",
                    spending: .unknown(heldTokens: job.lostTokens))
            }
            let plan: Plan
            let reservation: Reservation
            switch try await reserve(material, job) {
            case .held(let made, let granted): (plan, reservation) = (made, granted)
            case .ended(let disposition): return disposition
            }
            try await dispatch(reservation, job)
            log(
                .info, "model called",
                ["merge_request": job.name, "model": plan.model, "held_tokens": String(reservation.tokens)])
            let outcome = await model(plan.model).complete(
                plan.modelPrompt, form: .review, maxOutputTokens: plan.review.maxOutputTokens)
            switch outcome {
            case .answered(let answer):
                let paid = PaidAnswer(answer, to: plan, reservation: reservation) { usage in
                    prices.table.cost(of: usage, model: plan.model, at: now())
                }
                keep(paid, job)
                return try await deliver(paid, queue.job(job.id) ?? job, plan)
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

    /// Tokens that are held for a plan, or the end of the review without a call.
    private enum Holding {
        case held(Plan, Reservation)
        case ended(Disposition)
    }

    /// Plans for what will be left when the calls under way have settled and, where that is refused, for what is left.
    private func reserve(_ material: ReviewMaterial, _ job: Job) async throws -> Holding {
        let first = await counted(plan(material, job, room: room))
        switch first.review.decision {
        case .nothing: return .ended(try await tellNothing(first, job))
        case .block: return .ended(try await block(first, job, refusal(of: first)))
        case .allow, .warn: break
        }
        let refusal: Refusal
        switch try await hold(first, job) {
        case .granted(let reservation, let decision):
            remark(decision, job)
            return .held(first, reservation)
        case .refused(let given): refusal = given
        }
        let second = plan(
            material, job,
            room: BudgetRoom(leftTokens: refusal.largestThatFits, limitTokens: refusal.limitTokens))
        guard second.review.decision == .allow || second.review.decision == .warn else {
            return .ended(try await block(first, job, refusal))
        }
        switch try await hold(second, job) {
        case .granted(let reservation, let decision):
            remark(decision, job)
            return .held(second, reservation)
        case .refused(let refusal): return .ended(try await block(second, job, refusal))
        }
    }

    /// What the books say to `plan`, or would say if its ladder did not say no before them.
    private func refusal(of plan: Plan) -> Refusal {
        if let refusal = ledger.refusal(of: plan.heldTokens) { return refusal }
        let status = ledger.status()
        return Refusal(
            budget: DailyBudget.name, usedTokens: status.totalTokens, heldTokens: status.heldTokens,
            limitTokens: status.limitTokens, requestedTokens: plan.heldTokens, resetsAt: status.resetsAt)
    }

    private func remark(_ decision: Decision, _ job: Job) {
        guard decision == .warn else { return }
        log(.warning, "budget exceeded, reviewing because it only warns", ["merge_request": job.name])
    }

    /// Reserves under a key of the job's own, so that a crash right after it finds the same hold.
    private func hold(_ plan: Plan, _ job: Job) async throws -> Admission {
        var request = ReservationRequest(
            estimatedTokens: plan.heldTokens,
            context: CallContext(
                projectID: job.wish.mergeRequest.projectID, project: path(of: plan, job),
                mergeRequestIID: job.wish.mergeRequest.iid, user: job.wish.username, command: job.wish.command,
                model: plan.model),
            timeToLiveSeconds: Self.holdSecondsMax,
            estimatedMicroUSD: prices.table.price(of: plan.model, at: now())?.highestMicroUSD(
                inputTokens: max(0, plan.heldTokens - plan.review.maxOutputTokens),
                outputTokens: plan.review.maxOutputTokens))
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
        job.wish.projectPath.isEmpty ? plan.material.mergeRequest.projectPath ?? "" : job.wish.projectPath
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
        let text = NoteText.adding(
            sentences: plan.review.decision == .block ? plan.review.sentences : [], secrets: plan.material.secrets,
            to: NoteText.exhausted(refusal, labelName: rules.label, resumesByItself: resumes))
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
