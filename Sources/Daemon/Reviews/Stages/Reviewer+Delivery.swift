import Budget
import Ledger
import Platform
import Queue
import Review

// What becomes of an answer that was paid for. Everything here may happen twice and has its effect once.

extension Reviewer {
    /// Books the call and posts the answer.
    func deliver(_ paid: PaidAnswer, _ job: Job) async throws -> Disposition {
        if job.calls.last(where: { $0.reservation == paid.reservation })?.state != .settled {
            await settle(paid, job)
        }
        do throws(QueueError) {
            try await queue.record(.posting, of: job.id)
        } catch .stopped {
            return .interrupted
        } catch {
            log(.error, "a stage could not be written down", ["merge_request": job.name, "error": "\(error)"])
        }
        let noteID = try await notes.post(
            review: NoteText.review(paid.answer, figures: figures(paid)), of: paid.headSHA, on: job,
            mayStand: job.mayBePosted)
        log(.info, "review posted", ["merge_request": job.name, "head": paid.headSHA])
        do throws(QueueError) {
            try await queue.record(.posted(noteID: noteID), of: job.id)
            answers.discard(paid.reservation)
        } catch {
            // The answer stays until it is certain that the note is known of.
            log(.error, "a stage could not be written down", ["merge_request": job.name, "error": "\(error)"])
        }
        return .finished(JobResult(.posted, "head \(paid.headSHA.prefix(12))"))
    }

    /// Books the call. When the books fail, the hold stays and the answer is posted all the same: it is paid for.
    private func settle(_ paid: PaidAnswer, _ job: Job) async {
        do {
            guard let usage = paid.answer.usage else {
                if ledger.reservation(paid.reservation)?.state != .unresolved {
                    try await ledger.markUnresolved(paid.reservation)
                    metrics.add(to: .unresolvedCalls)
                    log(
                        .warning, "answer came without usage, its tokens stay held",
                        ["merge_request": job.name, "reservation": paid.reservation])
                }
                return
            }
            let call = CompletedCall(
                usage: usage, durationMilliseconds: paid.answer.durationMilliseconds, cost: paid.cost,
                estimatedTokens: paid.heldTokens)
            let booking = try await ledger.settle(paid.reservation, with: call)
            queue.note(.settled(reservation: paid.reservation), of: job.id)
            guard !booking.wasRepeated else { return }
            metrics.add(paid.heldTokens, to: .estimatedTokens)
            metrics.add(usage.totalTokens, to: .actualTokens)
            log(
                .info, "review settled",
                [
                    "merge_request": job.name, "usage_id": booking.record.usageID,
                    "input_tokens": String(usage.inputTokens), "output_tokens": String(usage.outputTokens),
                    "held_tokens": String(paid.heldTokens), "cost_usd": paid.cost?.amount.description ?? "unknown",
                ])
        } catch {
            log(
                .error, "a paid call could not be booked, its tokens stay held",
                [
                    "merge_request": job.name, "reservation": paid.reservation,
                    "tokens": paid.answer.usage.map { String($0.totalTokens) } ?? "unknown", "error": "\(error)",
                ])
        }
    }

    private func figures(_ paid: PaidAnswer) -> ReviewFigures {
        let status = ledger.status()
        return ReviewFigures(
            includedFiles: paid.includedFiles, omittedFiles: paid.omittedFiles, suspiciousFiles: paid.suspiciousFiles,
            isDescriptionCut: paid.isDescriptionCut, estimatedInputTokens: paid.estimatedInputTokens,
            heldTokens: paid.heldTokens, cost: paid.cost?.amount,
            budget: status.isEnabled
                ? BudgetFigures(
                    usedTokens: status.totalTokens, heldTokens: status.heldTokens, limitTokens: status.limitTokens)
                : nil,
            headSHA: paid.headSHA, incompleteness: paid.incompleteness)
    }
}

extension Job {
    /// Whether an earlier run may have sent the note: it was about to, or nothing says that it was not.
    fileprivate var mayBePosted: Bool {
        let starts = steps.count { if case .started = $0.event { true } else { false } }
        return posting == .begun || starts > 1
    }
}
