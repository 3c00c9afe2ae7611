import Budget
import GitLab
import Ledger
import Platform
import Prices
import Review
import UTCTime

// What becomes of an answer that was paid for, and of a job that failed.

extension Reviewer {
    /// Pauses before a paid review is posted again, beside the tries of each posting itself: ten minutes in all.
    private static let postingPausesSeconds: [Double?] = [5, 30, 120, 450]

    func book(_ answer: ModelAnswer, under reservation: Reservation, _ task: Subject) async throws -> Outcome {
        var cost: CallCost?
        if let usage = answer.usage {
            cost = prices.cost(of: usage, model: model.model, at: now())
            let call = CompletedCall(
                usage: usage, durationMilliseconds: answer.durationMilliseconds, cost: cost,
                estimatedTokens: reservation.tokens)
            await settle(reservation, call, task)
        } else {
            try await ledger.markUnresolved(reservation.id)
            metrics.add(to: .unresolvedCalls)
            log(
                .warning, "answer came without usage, its tokens stay held",
                ["merge_request": task.job.name, "reservation": reservation.id])
        }
        var figures = figures(task, reservation, cost)
        figures.incompleteness = task.incompleteness
        return await postPaid(NoteText.review(answer, figures: figures), task)
    }

    /// Books the call. When the books fail, the hold stays and the answer is posted all the same: it is paid for.
    private func settle(_ reservation: Reservation, _ call: CompletedCall, _ task: Subject) async {
        metrics.add(reservation.tokens, to: .estimatedTokens)
        metrics.add(call.usage.totalTokens, to: .actualTokens)
        do {
            let booking = try await ledger.settle(reservation.id, with: call)
            log(
                .info, "review settled",
                [
                    "merge_request": task.job.name, "usage_id": booking.record.usageID,
                    "input_tokens": String(call.usage.inputTokens), "output_tokens": String(call.usage.outputTokens),
                    "held_tokens": String(reservation.tokens), "cost_usd": call.cost?.amount.description ?? "unknown",
                ])
        } catch {
            log(
                .error, "a paid call could not be booked, its tokens stay held",
                [
                    "merge_request": task.job.name, "reservation": reservation.id,
                    "tokens": String(call.usage.totalTokens), "error": "\(error)",
                ])
        }
    }

    /// Posts what was paid for, and again for a while when GitLab does not take it: nothing else can bring it back.
    private func postPaid(_ text: String, _ task: Subject) async -> Outcome {
        for pause in Self.postingPausesSeconds + [nil] {
            do {
                try await notes.post(
                    text, as: .review(headSHA: task.head, deliveryID: task.job.deliveryID), on: task.job)
                log(.info, "review posted", ["merge_request": task.job.name, "head": task.head])
                return .posted
            } catch {
                log(
                    .error, "a paid review could not be posted",
                    [
                        "merge_request": task.job.name, "error": "\(error)",
                        "next_try_seconds": pause.map { String(Int($0)) } ?? "none, the review is lost",
                    ])
                guard let pause, (try? await sleep(pause)) != nil else { return .failed }
            }
        }
        return .failed
    }

    private func figures(_ task: Subject, _ reservation: Reservation, _ cost: CallCost?) -> ReviewFigures {
        let status = ledger.status()
        return ReviewFigures(
            prompt: task.prompt, heldTokens: reservation.tokens, cost: cost?.amount,
            budget: status.isEnabled
                ? BudgetFigures(
                    usedTokens: status.totalTokens, heldTokens: status.heldTokens, limitTokens: status.limitTokens)
                : nil,
            headSHA: task.head)
    }

    /// Says on the merge request why there is no review, when GitLab lets us.
    func tellFailure(_ error: any Error, of job: ReviewJob) async {
        let text: String
        switch error {
        case let error as GitLabError:
            text = NoteText.failure(
                "Bursar \(error.reason)", advice: error.hint.isEmpty ? "Try again later" : error.hint,
                spending: .nothing,
                labelName: rules.label, headSHA: job.headSHA)
        case let error as LedgerError:
            text = NoteText.failure(
                "The token books cannot be used: \(error).", advice: "Ask your DevOps team to look at the daemon's log",
                spending: .notCounted, labelName: rules.label, headSHA: job.headSHA)
        default:
            text = NoteText.failure(
                "Something unexpected went wrong.", advice: "Ask your DevOps team to look at the daemon's log",
                spending: .nothing, labelName: rules.label, headSHA: job.headSHA)
        }
        do { try await notes.post(text, as: .notice, on: job) } catch {
            log(
                .error, "failure could not be told on the merge request",
                ["merge_request": job.name, "error": "\(error)"])
        }
    }
}
