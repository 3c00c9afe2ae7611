import Budget
import GitLab
import Ledger
import Platform
import Prices
import Queue
import Review
import UTCTime

// Holding tokens for the next call of a review.

extension Reviewer {
    /// What came of the attempt to hold tokens for the next call.
    enum Holding {
        /// They are held for this plan.
        case held(Plan, Reservation)
        /// No file is left to show to a model.
        case nothing(Plan)
        /// A budget has no room for it.
        case refused(Plan, Refusal)
        /// Every model was passed over.
        case noModel
        /// The books cannot be used for it.
        case failed(any Error)
    }

    /// Plans for what will be left when the calls under way have settled and, where that is refused, for what is left.
    func reserve(_ material: ReviewMaterial, _ job: Job, _ course: CallCourse) async throws -> Holding {
        guard let planned = plan(material, job, course, at: .afterCallsUnderWay) else { return .noModel }
        let first = await counted(planned)
        switch first.review.decision {
        case .nothing: return .nothing(first)
        case .block: return .refused(first, refusal(of: first, job, course))
        case .allow, .warn: break
        }
        do {
            let refusal: Refusal
            switch try await hold(first, job) {
            case .granted(let reservation, let decision):
                remark(decision, job)
                return .held(first, reservation)
            case .refused(let given): refusal = given
            }
            guard let second = plan(material, job, course, at: .now),
                second.review.decision == .allow || second.review.decision == .warn
            else { return .refused(first, refusal) }
            switch try await hold(second, job) {
            case .granted(let reservation, let decision):
                remark(decision, job)
                return .held(second, reservation)
            case .refused(let refusal): return .refused(second, refusal)
            }
        } catch let error as LedgerError where error != .closed && !course.answers.isEmpty {
            // What was paid for is posted rather than kept waiting for the books.
            return .failed(error)
        } catch let error as Failure where !course.answers.isEmpty {
            return .failed(error)
        }
    }

    /// What the books say to `plan`, or would say if its ladder did not say no before them.
    private func refusal(of plan: Plan, _ job: Job, _ course: CallCourse) -> Refusal {
        var request = request(for: plan, job)
        // Where less of it fits an unused budget, it is not larger than the whole limit: waiting helps.
        let after = self.plan(plan.material, job, course, at: .afterReset)
        if let after, after.review.decision == .allow || after.review.decision == .warn {
            request = self.request(for: after, job, tokens: min(plan.heldTokens, after.review.heldTokens))
        }
        if let refusal = ledger.refusal(of: request) { return refusal }
        let margins = ledger.margins(for: request).filter(\.isBlocking)
        let tightest = margins.min {
            BudgetRoom.share($0.left, of: $0.limit) < BudgetRoom.share($1.left, of: $1.limit)
        }
        if let tightest { return Refusal(tightest.refusal(of: request.amount)) }
        let status = ledger.status()
        return Refusal(
            budget: DailyBudget.name, usedTokens: status.totalTokens, heldTokens: status.heldTokens,
            limitTokens: status.limitTokens, requestedTokens: plan.heldTokens, resetsAt: status.resetsAt)
    }

    private func remark(_ decision: Decision, _ job: Job) {
        guard decision == .warn else { return }
        log(.warning, "budget exceeded, reviewing because it only warns", ["merge_request": job.name])
    }

    // MARK: Asking

    /// What is asked of the books for a call of `model` that holds `tokens`, those of its answer among them.
    private func request(
        _ material: ReviewMaterial?, _ job: Job, command: String? = nil, model: String, tokens: Int, outputTokens: Int
    ) -> ReservationRequest {
        let path = job.wish.projectPath.isEmpty ? material?.mergeRequest.projectPath ?? "" : job.wish.projectPath
        return ReservationRequest(
            estimatedTokens: tokens,
            context: CallContext(
                projectID: job.wish.mergeRequest.projectID, project: path,
                mergeRequestIID: job.wish.mergeRequest.iid, user: job.wish.username,
                command: command ?? job.wish.command, model: model),
            timeToLiveSeconds: Self.holdSecondsMax,
            estimatedMicroUSD: prices.table.price(of: model, at: now())?.highestMicroUSD(
                inputTokens: max(0, tokens - outputTokens), outputTokens: outputTokens),
            labels: material?.mergeRequest.labels ?? [],
            mergeRequestLimit: material?.configuration.mergeRequestBudget)
    }

    /// What all budgets that apply to calls of `model` for `job` have now; without `material` not those that its labels or
    /// its project's configuration choose.
    func margins(
        _ material: ReviewMaterial?, _ job: Job, command: String? = nil, model: String
    ) -> [BudgetMargin] {
        ledger.margins(for: request(material, job, command: command, model: model, tokens: 1, outputTokens: 0))
    }

    private func request(for plan: Plan, _ job: Job, tokens: Int? = nil) -> ReservationRequest {
        request(
            plan.material, job, model: plan.model, tokens: tokens ?? plan.heldTokens,
            outputTokens: plan.review.maxOutputTokens)
    }

    /// What all budgets that apply to a call with `option` have for it at `moment`; nil without one. `command` stands in the
    /// place of the job's own.
    func room(
        for option: ModelOption, callsMax: Int, _ material: ReviewMaterial, _ job: Job, command: String? = nil,
        at moment: RoomMoment
    ) -> BudgetRoom? {
        BudgetRoom(
            margins(material, job, command: command, model: option.model), at: moment, for: option,
            price: prices.table.price(of: option.model, at: now()), callsMax: callsMax)
    }

    /// Reserves under a key of the job's own, so that a crash right after it finds the same hold.
    private func hold(_ plan: Plan, _ job: Job) async throws -> Admission {
        var request = request(for: plan, job)
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

    /// Reserves; while only calls under way stand in the way of a review that would fit, waits for them to settle.
    private func admission(of request: ReservationRequest) async throws -> Admission {
        let start = monotonicNanoseconds()
        while true {
            let admission = try await ledger.reserve(request)
            // Before the margins: what changes after them is then not waited for in vain.
            let revision = ledger.revision
            let margins = ledger.margins(for: request)
            // Unresolved holds stay until the window ends: they are not worth waiting for.
            guard case .refused = admission, monotonicNanoseconds() &- start < Self.roomWaitNanosecondsMax,
                margins.allSatisfy({ $0.mayAdmitLater(request.amount) && !$0.isOverrun })
            else { return admission }
            // A call may have settled since the refusal.
            repeat {
                try await sleep(0.2)
            } while ledger.revision == revision && ledger.refusal(of: request) != nil
                && monotonicNanoseconds() &- start < Self.roomWaitNanosecondsMax
        }
    }

    /// Says on the merge request that there is no room, and waits for the reset where that may help.
    func block(_ plan: Plan, _ job: Job, _ refusal: Refusal) async throws -> Disposition {
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
        // What never begins anew may still be granted more, which wakes it; a merge request's own limit may not.
        let waitsForGrant =
            refusal.cause.resetsAt == nil && refusal.budget != BudgetDefinition.mergeRequestName
            && rules.resumesAfterReset && queue.hasRoomForBlocked
        guard resumes || waitsForGrant else { return .finished(JobResult(.blocked, reason)) }
        let until = resumes ? refusal.resetsAt : now().adding(seconds: Self.grantWaitSecondsMax)
        return .deferred(Deferral(kind: .budget, until: until, since: now(), failureCount: 0, reason: reason))
    }

    /// How long a review waits for calls under way to settle before it is blocked.
    private static let roomWaitNanosecondsMax: UInt64 = 15 * 60 * 1_000_000_000
    /// How long a review waits for more of a budget that never begins anew.
    private static let grantWaitSecondsMax: Int64 = 30 * 86_400
    /// A hold outlives the longest call with all its retries.
    private static let holdSecondsMax = 2 * 3600
    /// Holds of earlier runs that are passed over.
    private static let staleHoldsMax = 8
}
