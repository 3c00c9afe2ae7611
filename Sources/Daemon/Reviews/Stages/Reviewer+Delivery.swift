import Budget
import GitLab
import Ledger
import Platform
import Queue
import Review
import Settings

// What becomes of an answer that was paid for. Everything here may happen twice and has its effect once.

extension Reviewer {
    /// Books the calls and posts the review. `known` is what was reviewed; nil after a crash and after a failure to post.
    func deliver(_ paid: PaidReview, _ job: Job, _ known: ReviewMaterial?) async throws -> Disposition {
        await settle(paid.answers, job)
        if let interruption = await beginPosting(job) { return interruption }
        let material = try await reviewed(paid, job, known)
        let report = report(paid, material, job)
        let since = paid.outset.since.map { ", what changed since \($0.prefix(12))" } ?? ""
        return try await publish(
            report, paid.trace(isWhole: report.isWhole), material, job,
            words: "head \(paid.headSHA.prefix(12))\(since)"
        ) { for answer in paid.answers { answers.discard(answer.reservation) } }
    }

    /// Writes down that the note may be on the merge request from here on; how the review ends when that cannot be.
    func beginPosting(_ job: Job) async -> Disposition? {
        do throws(QueueError) {
            try await queue.record(.posting, of: job.id)
        } catch .stopped {
            return .interrupted
        } catch {
            log(.error, "a stage could not be written down", ["merge_request": job.name, "error": "\(error)"])
        }
        return nil
    }

    /// Puts a review on the merge request, which `beginPosting` has written down: its discussions, its summary, and what
    /// the next one is to know. `isKept` is called when it is certain that the note is known of.
    ///
    /// A later review that stands there already is left as it is, with its discussions and its memory.
    func publish(
        _ report: ReviewReport, _ trace: ReviewTrace, _ material: ReviewMaterial?, _ job: Job, words: String,
        isKept: () -> Void = {}
    ) async throws -> Disposition {
        let standing = try await notes.summary(on: job)
        if let standing, standing.run > job.reviewNumber {
            log(
                .info, "a later review stands on the merge request, this one is not posted",
                ["merge_request": job.name, "head": trace.head])
            isKept()
            return .finished(JobResult(.superseded, "a later review was posted before it; \(words)"))
        }
        var report = report
        var discussed = Discussed(unresolved: trace.outset.outdated + trace.outset.unresolved)
        if let material { discussed = await discuss(report.findings.inline, trace.outset, material, job) }
        report.refused = discussed.refused
        report.since = trace.outset.since
        report.goneCount = trace.outset.outdated.count
        let said = Set(report.findings.all.map(\.fingerprint)).union(discussed.answered)
        report.standing = trace.outset.standing.filter { !said.contains($0.fingerprint) }
        let noteID = try await notes.post(
            review: SummaryNote.markdown(report), on: job, inPlaceOf: standing, mayStand: job.mayBePosted)
        log(.info, "review posted", ["merge_request": job.name, "head": trace.head])
        remember(trace, report, discussed, job)
        do throws(QueueError) {
            try await queue.record(.posted(noteID: noteID), of: job.id)
            isKept()
        } catch {
            // The answer stays until it is certain that the note is known of.
            log(.error, "a stage could not be written down", ["merge_request": job.name, "error": "\(error)"])
        }
        return .finished(JobResult(.posted, words))
    }

    /// Books the calls of which it is not known that they are booked.
    func settle(_ answers: [PaidAnswer], _ job: Job) async {
        for answer in answers
        where job.calls.last(where: { $0.reservation == answer.reservation })?.state != .settled {
            await settle(answer, job, nil)
        }
    }

    /// Books the call. When the books fail, the hold stays and the answer is posted all the same: it is paid for.
    func settle(_ paid: PaidAnswer, _ job: Job, _ plan: Plan?) async {
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
                estimatedTokens: paid.estimatedTokens)
            let booking = try await ledger.settle(paid.reservation, with: call)
            queue.note(.settled(reservation: paid.reservation), of: job.id)
            guard !booking.wasRepeated else { return }
            metrics.add(paid.estimatedTokens, to: .estimatedTokens)
            metrics.add(usage.totalTokens, to: .actualTokens)
            // A server that cut the prompt in silence says nothing about the prompt.
            let isCut = usage.inputTokens < paid.estimatedInputTokens / 3
            learned.record(
                isCut ? nil : plan?.prompt.measure, usage, model: booking.record.context.model,
                isCutOff: paid.answer.stop == .cutOff)
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

    /// What was reviewed; nil when GitLab has it no more, because commits came since.
    private func reviewed(
        _ paid: PaidReview, _ job: Job, _ known: ReviewMaterial?
    ) async throws -> ReviewMaterial? {
        if let known { return known }
        do throws(GitLabError) {
            let mergeRequest = try await mergeRequest(of: job)
            guard mergeRequest.sha == paid.headSHA else { return nil }
            return try await material(of: mergeRequest, job)
        } catch {
            guard !error.isTemporary else { throw error }
            log(
                .warning, "the change cannot be read again, findings are posted without their lines",
                ["merge_request": job.name, "error": "\(error)"])
            return nil
        }
    }

    /// The report on `paid`: findings are believed where `material` has what they quote, and listed without it.
    private func report(_ paid: PaidReview, _ material: ReviewMaterial?, _ job: Job) -> ReviewReport {
        var reading = paid.reading
        if let floor = paid.severityFloor { reading.findings.removeAll { $0.severity > floor } }
        let checked = CheckedFindings(
            certain: material?.secrets ?? paid.secrets, reading.findings, in: material?.files ?? [],
            inlineMax: settings.review.inlineCommentsMax, hash: .sha256)
        let status = ledger.status()
        let budget =
            status.isEnabled
            ? BudgetFigures(
                used: status.totalTokens, held: status.heldTokens, limit: status.limitTokens)
            : nil
        var report = ReviewReport(
            reading: reading, stop: paid.stop, findings: checked,
            coverage: FileCoverage.files(
                included: paid.includedFiles, trimmed: paid.trimmedFiles, omitted: paid.omittedFiles,
                seen: paid.outset.seen),
            figures: ReviewReport.Figures(
                model: paid.model, usage: paid.usage, estimatedInputTokens: paid.estimatedInputTokens,
                estimatedCost: paid.estimatedCost, cost: paid.cost, heldTokens: paid.heldTokens,
                budget: budget, binding: .binding(margins(material, job, model: paid.askedModel))),
            labelName: rules.label, headSHA: paid.headSHA)
        report.steps = paid.steps
        report.remarks =
            ReviewReport.remarks(
                suspiciousFiles: paid.suspiciousFiles, incompleteness: paid.incompleteness,
                isDescriptionCut: paid.isDescriptionCut) + paid.remarks
        return report
    }
}

extension Job {
    /// Whether an earlier run may have sent the note: it was about to, or nothing says that it was not.
    fileprivate var mayBePosted: Bool {
        let starts = steps.count { if case .started = $0.event { true } else { false } }
        return posting == .begun || starts > 1
    }
}
