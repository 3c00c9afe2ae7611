import GitLab
import Platform
import Queue
import Review
import Settings
import UTCTime

// What one review leaves for the next. A push is reviewed for what it changed; whoever asks again gets the whole.

extension Reviewer {
    /// What earlier reviews of the merge request saw, and whether `job` asks for the whole change all the same: a comment
    /// does, and so does a label that is put on again when nothing was pushed since.
    func earlier(than job: Job, head: String) -> (memory: ReviewMemory?, isWhole: Bool) {
        let memory = memories.memory(of: job.wish.mergeRequest)
        return (memory, job.wish.cause == .command || memory?.headSHA == head)
    }

    /// Says what a model would be asked about, where that is less than the whole.
    func remark(_ material: ReviewMaterial, _ job: Job) {
        let plan = material.increment
        guard let since = plan.outset.since else { return }
        log(
            .info, "only what changed since the last review is looked at",
            [
                "merge_request": job.name, "since": since, "head": material.head,
                "unchanged_hunks": String(plan.seenHunks.values.reduce(0) { $0 + $1.count }),
            ])
    }

    /// Renews the summary when nothing is left to show a model: what was found stands, what is gone is resolved.
    func tellUnchanged(_ plan: Plan, _ job: Job) async throws -> Disposition {
        if let interruption = await beginPosting(job) { return interruption }
        let material = plan.material
        let outset = material.increment.outset
        var report = ReviewReport(
            unchangedSince: outset.since,
            findings: CheckedFindings(
                certain: material.secrets, [], in: material.files, inlineMax: settings.review.inlineCommentsMax,
                hash: .sha256),
            coverage: FileCoverage.files(
                included: [], trimmed: [], omitted: plan.prompt.omittedFiles, seen: outset.seen),
            labelName: rules.label, headSHA: material.head)
        report.remarks =
            ReviewReport.remarks(
                suspiciousFiles: [], incompleteness: material.incompleteness, isDescriptionCut: false)
            + material.remarks
        log(
            .info, "nothing to review but what was reviewed before",
            ["merge_request": job.name, "since": outset.since ?? ""])
        return try await publish(
            report, ReviewTrace(head: material.head, outset: outset, shown: []), material, job,
            words: "nothing changed since \((outset.since ?? "").prefix(12)), no model was called")
    }

    /// What the next review is to know.
    func remember(_ trace: ReviewTrace, _ report: ReviewReport, _ discussed: Discussed, _ job: Job) {
        let withDiscussion = Set(report.findings.inline.map(\.fingerprint)).subtracting(report.refused)
        // Secrets are found anew each time, and by their line: without one they would stand twice.
        let found = report.findings.all.filter { $0.finding.kind != .secret || $0.place != nil }.map {
            RememberedFinding($0, hasDiscussion: withDiscussion.contains($0.fingerprint))
        }
        memories.keep(
            ReviewMemory(
                after: trace.outset, run: job.reviewNumber, headSHA: trace.head, shown: trace.shown, found: found,
                answered: discussed.answered, unresolved: discussed.unresolved), of: job.wish.mergeRequest)
    }
}

/// Which commit a review was of, what it set out with and which files it showed with all their changes.
struct ReviewTrace: Sendable {
    var head: String
    var outset: ReviewOutset
    var shown: Set<String>
}

extension PaidReview {
    /// What the review leaves. An answer that was not understood to its end leaves no file as reviewed.
    func trace(isWhole: Bool) -> ReviewTrace {
        let partly = trimmedFiles.filter { !$0.reason.showsEveryChange }.map(\.path)
        return ReviewTrace(
            head: headSHA, outset: outset, shown: isWhole ? Set(includedFiles).subtracting(partly) : [])
    }
}

extension Job {
    /// The number of its review among those of the merge request: it grows from review to review, by the time at which it
    /// was asked for and in one millisecond by its turn.
    var reviewNumber: Int {
        let (milliseconds, overflow) = Int(clamping: acceptedAt.milliseconds).multipliedReportingOverflow(by: 1000)
        return overflow ? .max : max(1, max(0, milliseconds) + abs(turn % 1000))
    }
}
