import Budget
import GitLab
import Ledger
import Platform
import Prices
import Review
import UTCTime

/// Does one job: fetch, pack, reserve, call, settle, post. What it says about it goes to the merge request and the log.
struct Reviewer: Sendable {
    /// What an operator decided about reviews.
    struct Rules: Sendable {
        var label: String
        var inputTokensMax: Int
        var outputTokensMax: Int
    }

    let gitlab: GitLabClient
    let model: any ModelClient
    let ledger: Ledger
    let prices: PriceTable
    let rules: Rules
    let notes: NoteDesk
    let metrics: Metrics
    let now: @Sendable () -> Instant
    let monotonicNanoseconds: @Sendable () -> UInt64
    let sleep: @Sendable (Double) async throws -> Void
    let randomness: @Sendable () -> UInt64
    let log: Log

    /// Reviews what `job` asks for. Never throws: what goes wrong is told on the merge request and in the log.
    func run(_ job: ReviewJob) async {
        do {
            let outcome = try await review(job)
            metrics.add(to: .reviews(outcome: outcome.rawValue))
        } catch {
            metrics.add(to: .reviews(outcome: Outcome.failed.rawValue))
            log(.error, "review failed", ["merge_request": job.name, "error": "\(error)"])
            await tellFailure(error, of: job)
        }
    }

    enum Outcome: String { case posted, blocked, failed, skipped, empty }

    private func review(_ job: ReviewJob) async throws -> Outcome {
        let mergeRequest = try await gitlab.mergeRequest(
            projectID: job.mergeRequest.projectID, iid: job.mergeRequest.iid, eventUUID: job.eventUUID)
        if let reason = reasonToSkip(mergeRequest, job) {
            log(.info, "review skipped", ["merge_request": job.name, "reason": reason])
            return .skipped
        }
        if await notes.hasReview(of: mergeRequest.sha ?? "", for: job) {
            log(
                .info, "review skipped",
                ["merge_request": job.name, "reason": "this delivery's review was posted before"])
            return .skipped
        }
        let diffs = try await gitlab.diffs(
            projectID: job.mergeRequest.projectID, iid: job.mergeRequest.iid, eventUUID: job.eventUUID)
        let files = diffs.files.map(ChangedFile.init)
        var generator = InjectedGenerator(next: randomness)
        let prompt = ReviewPrompt.build(
            facts: MergeRequestFacts(mergeRequest, job), files: files, maxInputTokens: inputTokensMax,
            estimator: TokenEstimator(model: model.model), randomness: &generator)
        guard !prompt.isEmpty else {
            let text = NoteText.nothingToReview(prompt.omittedFiles, headSHA: mergeRequest.sha ?? "")
            try await notes.post(text, as: .notice, on: job)
            log(.info, "nothing to review", ["merge_request": job.name, "files": String(files.count)])
            return .empty
        }
        let task = Subject(job: job, mergeRequest: mergeRequest, prompt: prompt, incompleteness: diffs.incompleteness)
        return try await call(task, lostTokens: 0)
    }

    /// What belongs together from the prompt on.
    struct Subject: Sendable {
        let job: ReviewJob
        let mergeRequest: MergeRequest
        let prompt: ReviewPrompt
        let incompleteness: String?
        var head: String { mergeRequest.sha ?? "" }
    }

    private func reasonToSkip(_ mergeRequest: MergeRequest, _ job: ReviewJob) -> String? {
        if !mergeRequest.isOpen { return "it is \(mergeRequest.state)" }
        if let labels = mergeRequest.labels, !labels.contains(rules.label) {
            return "the label '\(rules.label)' was taken away"
        }
        return nil
    }

    /// The setting, or what the model's context leaves beside the answer where that is less.
    private var inputTokensMax: Int {
        guard let window = prices.price(of: model.model, at: now())?.contextWindow else { return rules.inputTokensMax }
        return min(rules.inputTokensMax, max(0, window - rules.outputTokensMax))
    }

    // MARK: - The call

    /// Holds the tokens and calls the model; once more, under a new hold, when the outcome of the first call is unknown.
    /// `lostTokens` are those that an earlier call without an outcome holds.
    private func call(_ task: Subject, lostTokens: Int) async throws -> Outcome {
        let held = task.prompt.heldTokens(maxOutputTokens: rules.outputTokensMax)
        let request = ReservationRequest(
            estimatedTokens: held, context: context(of: task), timeToLiveSeconds: Self.holdSecondsMax,
            estimatedMicroUSD: prices.price(of: model.model, at: now())?
                .highestMicroUSD(inputTokens: held - rules.outputTokensMax, outputTokens: rules.outputTokensMax))
        let reservation: Reservation
        switch try await admission(of: request) {
        case .granted(let granted, let decision):
            reservation = granted
            if decision == .warn {
                log(.warning, "budget exceeded, reviewing because it only warns", ["merge_request": task.job.name])
            }
        case .refused(let refusal): return try await block(task, refusal)
        }
        try await ledger.dispatch(reservation.id)
        log(.info, "model called", ["merge_request": task.job.name, "model": model.model, "held_tokens": String(held)])
        switch await model.complete(task.prompt.modelPrompt, maxOutputTokens: rules.outputTokensMax) {
        case .answered(let answer): return try await book(answer, under: reservation, task)
        case .notCharged(let failure):
            try await ledger.release(reservation.id, certainlyNothingSpent: true)
            return try await fail(failure, task)
        case .unknown(let reason, let detail):
            try await ledger.markUnresolved(reservation.id)
            metrics.add(to: .unresolvedCalls)
            log(
                .info, "model call came to no answer",
                [
                    "merge_request": task.job.name, "reservation": reservation.id, "reason": reason,
                    "detail": detail ?? "",
                ])
            guard lostTokens > 0 else { return try await call(task, lostTokens: held) }
            let text = NoteText.failure(
                reason, advice: "Ask your DevOps team to look at the model's service",
                spending: .unknown(heldTokens: lostTokens + held), labelName: rules.label, headSHA: task.head)
            try await notes.post(text, as: .notice, on: task.job)
            return .failed
        }
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

    private func context(of task: Subject) -> CallContext {
        CallContext(
            projectID: task.job.mergeRequest.projectID, project: task.job.projectPath,
            mergeRequestIID: task.job.mergeRequest.iid, user: task.job.username, model: model.model)
    }

    private func block(_ task: Subject, _ refusal: Refusal) async throws -> Outcome {
        log(
            .info, "review blocked by the budget",
            [
                "merge_request": task.job.name, "budget": refusal.budget, "used": String(refusal.usedTokens),
                "held": String(refusal.heldTokens), "requested": String(refusal.requestedTokens),
                "limit": String(refusal.limitTokens),
            ])
        let text = NoteText.exhausted(refusal, labelName: rules.label, resumesByItself: false)
        try await notes.post(text, as: .notice, on: task.job)
        return .blocked
    }

    private func fail(_ failure: ModelFailure, _ task: Subject) async throws -> Outcome {
        log(
            .error, "model refused the call",
            [
                "merge_request": task.job.name, "kind": failure.kind.rawValue,
                "status": failure.status.map(String.init) ?? "", "message": failure.message,
                "detail": failure.detail ?? "", "request": failure.requestID ?? "",
            ])
        let text = NoteText.failure(
            failure.message, advice: failure.advice, spending: .nothing, labelName: rules.label,
            headSHA: task.head)
        try await notes.post(text, as: .notice, on: task.job)
        return .failed
    }

    /// How long a review waits for calls under way to settle before it is blocked.
    private static let roomWaitNanosecondsMax: UInt64 = 15 * 60 * 1_000_000_000
    /// A hold outlives the longest call with all its retries.
    private static let holdSecondsMax = 2 * 3600
}

extension ReviewJob {
    /// `group/app!123`, for people.
    var name: String { "\(projectPath.isEmpty ? String(mergeRequest.projectID) : projectPath)!\(mergeRequest.iid)" }
}

/// Random numbers from a closure, so that a test can choose them.
struct InjectedGenerator: RandomNumberGenerator {
    private let source: @Sendable () -> UInt64

    /// A generator over `next`.
    init(next: @escaping @Sendable () -> UInt64) { source = next }

    mutating func next() -> UInt64 { source() }
}
