import Budget
import GitLab
import Ledger
import Platform
import Prices
import Queue
import Review
import UTCTime

// Calling models: one call after the other until every part of the change is answered.

extension Reviewer {
    /// Calls models about what `paid` does not answer yet, each under a hold of its own, and posts what came of it.
    ///
    /// A model that declines, is not there or has too much to do gives way to the next of the ladder. A call whose
    /// outcome is unknown is made once more. Whatever ends it, what was paid for is posted, and the rest named.
    func call(_ material: ReviewMaterial, _ job: Job, _ paid: [PaidAnswer] = []) async throws -> Disposition {
        await settle(paid, job)
        var course = CallCourse(paid)
        var failure: Failure?
        while true {
            let job = queue.job(job.id) ?? job
            if course.isComplete, let review = PaidReview(course.answers) {
                return try await deliver(review, job, material)
            }
            if job.lostCount >= Self.lossesMax {
                let failure = Failure(
                    "The model's service gave no answer, \(Self.lossesMax) times.",
                    advice: "Ask your DevOps team to look at the model's service",
                    spending: .unknown(heldTokens: job.lostTokens))
                return try await end(course, .noAnswer(failure.message), job, material, without: { throw failure })
            }
            // What is no more wanted is not paid for.
            if !course.answers.isEmpty, let now = try? await mergeRequest(of: job),
                now.sha != material.head || !now.isOpen
            {
                return try await end(course, .superseded, job, material, without: { throw Failure.noAnswer })
            }
            if course.parts.count >= ReviewPlanner.callsForReviewMax {
                return try await end(
                    course, .calls(max: ReviewPlanner.callsForReviewMax), job, material,
                    without: { throw Failure.noAnswer })
            }
            let plan: Plan
            let reservation: Reservation
            switch try await reserve(material, job, course) {
            case .held(let made, let granted): (plan, reservation) = (made, granted)
            case .nothing(let plan):
                return try await end(course, .calls(max: ReviewPlanner.callsForReviewMax), job, material) {
                    try await tellNothing(plan, job)
                }
            case .refused(let plan, let refusal):
                return try await end(course, .budget(name: refusal.budget), job, material) {
                    try await block(plan, job, refusal)
                }
            case .noModel:
                var last = failure ?? Failure.noAnswer
                var others = course.parts.isEmpty ? "" : course.failed.reasons + "."
                if course.failed.count > 1 {
                    others = "No other model could answer: \(course.failed.reasons)."
                    last.message += " " + others
                }
                return try await end(course, .noAnswer(others), job, material, without: { [last] in throw last })
            case .failed(let error):
                return try await end(
                    course, .noAnswer("The token books cannot be used."), job, material, without: { throw error })
            }
            try await dispatch(reservation, job)
            log(
                .info, "model called",
                [
                    "merge_request": job.name, "model": plan.model, "held_tokens": String(reservation.tokens),
                    "part": String(course.parts.count + 1), "instead_of": course.failed.reasons,
                ])
            let outcome = await model(plan.model).complete(
                plan.modelPrompt, form: .review, maxOutputTokens: plan.review.maxOutputTokens)
            switch outcome {
            case .answered(let answer):
                let paid = PaidAnswer(
                    answer, to: plan, reservation: reservation,
                    sentence: course.failed.sentence(
                        for: plan.model, hasAnswered: outcome.reasonToTryNext == nil)
                ) { usage in prices.table.cost(of: usage, model: plan.model, at: now()) }
                if keep(paid, job) { queue.note(.answered(reservation: paid.reservation), of: job.id) }
                await settle(paid, job, plan)
                course.take(paid)
            case .notCharged(let refused):
                try await release(reservation, job, refused)
                failure = Failure(refused.message, advice: refused.advice, isLogged: true)
                guard let reason = outcome.reasonToTryNext else {
                    return try await end(course, .noAnswer(refused.message), job, material) {
                        throw Failure(refused.message, advice: refused.advice, isLogged: true)
                    }
                }
                course.passOver(plan.model, for: reason, isTooShort: refused.kind == .tooLong)
            case .unknown(let reason, let detail):
                try await lose(reservation.id, job, [reason, detail ?? ""].joined(separator: " "))
            }
        }
    }

    /// Posts what was paid for, with `ending` for the rest; `without` is done where nothing was.
    private func end(
        _ course: CallCourse, _ ending: ReviewEnding, _ job: Job, _ material: ReviewMaterial,
        without: () async throws -> Disposition
    ) async throws -> Disposition {
        guard let review = PaidReview(course.answers) else { return try await without() }
        return try await end(review, ending, job, material)
    }

    /// Posts `review`, with `ending` for what it does not answer, which is kept with it.
    func end(
        _ review: PaidReview, _ ending: ReviewEnding, _ job: Job, _ material: ReviewMaterial?
    ) async throws -> Disposition {
        let (ended, changed) = review.ended(ending)
        keep(changed, job)
        return try await deliver(ended, queue.job(job.id) ?? job, material)
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

    /// Gives back what a call held that cost nothing.
    private func release(_ reservation: Reservation, _ job: Job, _ failure: ModelFailure) async throws {
        try await ledger.release(reservation.id, certainlyNothingSpent: true)
        try await queue.record(.released(reservation: reservation.id), of: job.id)
        log(
            .error, "model refused the call",
            [
                "merge_request": job.name, "kind": failure.kind.rawValue,
                "status": failure.status.map(String.init) ?? "", "message": failure.message,
                "detail": failure.detail ?? "", "request": failure.requestID ?? "",
            ])
    }

    /// Keeps the answer on the disk. Where that fails it is posted all the same: it is in memory, and paid for.
    @discardableResult
    private func keep(_ paid: PaidAnswer, _ job: Job) -> Bool {
        do throws(POSIXFailure) {
            try answers.keep(paid.bytes, for: paid.reservation)
            return true
        } catch {
            log(
                .error, "a paid answer could not be kept, a crash now would lose it",
                ["merge_request": job.name, "reservation": paid.reservation, "error": "\(error)"])
            return false
        }
    }
}

extension Reviewer.Failure {
    /// For where nothing more is known.
    fileprivate static var noAnswer: Self {
        Self("No model gave an answer.", advice: "Ask your DevOps team to look at the daemon's log")
    }
}
