import Budget
import GitLab
import Ledger
import Platform
import Prices
import Queue
import Review
import Settings

// From the wish to the prompt.

extension Reviewer {
    /// What belongs together from the prompt on.
    struct Plan: Sendable {
        let material: ReviewMaterial
        let review: ReviewPlan
        let prompt: ReviewPrompt
        let modelPrompt: ModelPrompt
        /// Tokens that the call holds.
        let heldTokens: Int
        var model: String { review.option.model }
        /// Paths of the files that later calls are to show.
        var waitingFiles: [String] { review.context.files.filter { ($0.call ?? 0) > 0 }.map(\.path) }
    }

    /// Fetches the merge request, sees whether a review is still wanted, and has it made.
    ///
    /// What was `paid` for before is part of it, and is posted alone where the rest is not wanted any more.
    func prepare(_ job: Job, _ paid: [PaidAnswer]) async throws -> Disposition {
        if paid.isEmpty, job.wish.cause == .command, let refusal = try await refusal(of: job) {
            return .finished(JobResult(.refused, refusal))
        }
        let mergeRequest = try await mergeRequest(of: job)
        let reason = reasonToSkip(mergeRequest, job)
        if let review = PaidReview(paid), reason != nil || mergeRequest.sha != review.headSHA {
            return try await end(review, .superseded, job, nil)
        }
        if !mergeRequest.isOpen { memories.forget(job.wish.mergeRequest) }
        if let reason { return .finished(JobResult(.skipped, reason)) }
        if job.wish.command == ReviewFocus.estimate {
            let service = EstimateService(settings, prices: prices.table, learned: learned.current, at: now())
            let material = try await material(of: mergeRequest, job)
            let report = service.report(
                material,
                context: CallContext(
                    projectID: job.wish.mergeRequest.projectID,
                    project: job.wish.projectPath.isEmpty ? mergeRequest.projectPath ?? "" : job.wish.projectPath,
                    mergeRequestIID: job.wish.mergeRequest.iid, user: job.wish.username, model: ""),
                budgets: EstimateBudgets(ledger)
            ) { option in
                // Budgets count the review by its own command, not by that of the estimate.
                room(
                    for: option, callsMax: ReviewPlanner.callsForReviewMax, material, job, command: Wish.review,
                    at: .now)
            }
            try await notes.post(notice: report.markdown, on: job)
            return .finished(JobResult(.skipped, "an estimate was asked for and is on the merge request"))
        }
        queue.note(.planned(head: mergeRequest.sha ?? ""), of: job.id)
        return try await call(try await material(of: mergeRequest, job), job, paid)
    }

    /// The merge request as GitLab knows it now.
    func mergeRequest(of job: Job) async throws(GitLabError) -> MergeRequest {
        try await gitlab.mergeRequest(
            projectID: job.wish.mergeRequest.projectID, iid: job.wish.mergeRequest.iid, eventUUID: job.wish.eventUUID)
    }

    /// Fetches the change and what the target branch says about reviews.
    func material(of mergeRequest: MergeRequest, _ job: Job) async throws(GitLabError) -> ReviewMaterial {
        let projectID = job.wish.mergeRequest.projectID
        let diffs = try await gitlab.diffs(
            projectID: projectID, iid: job.wish.mergeRequest.iid, eventUUID: job.wish.eventUUID)
        let (files, unread) = try await gitlab.projectFiles(
            projectID: projectID, ref: mergeRequest.targetBranch, eventUUID: job.wish.eventUUID)
        for (path, error) in unread {
            log(.info, "a project's file is not read", ["merge_request": job.name, "path": path, "error": "\(error)"])
        }
        // The others are seldom there; this one is the project's own word.
        let remarks =
            unread[ProjectConfiguration.path] == nil
            ? [] : ["The project's own rules could not be read; the built-in ones were used."]
        let (contextRules, problems) = files.rules
        let earlier = earlier(than: job, head: mergeRequest.sha ?? "")
        let material = ReviewMaterial(
            mergeRequest, diffs,
            project: job.wish.projectPath.isEmpty ? mergeRequest.projectPath ?? "" : job.wish.projectPath,
            rules: contextRules, remarks: remarks + problems,
            inputTokensMax: settings.review.inputTokensMax, memory: earlier.memory, isWhole: earlier.isWhole)
        remark(material, job)
        return material
    }

    /// What is sent to which model next, with the room that there is at `moment`; nil when every model was passed over.
    /// Pure but for the random fence around what strangers wrote.
    func plan(_ material: ReviewMaterial, _ job: Job, _ course: CallCourse, at moment: RoomMoment) -> Plan? {
        let planner = course.applied(
            to: ReviewPlanner(
                settings, project: material.configuration, prices: prices.table, at: now(), learned: learned.current))
        let change = course.waiting.map { material.change.limited(to: $0) } ?? material.change
        let extra = job.wish.command == Wish.review ? 0 : ReviewFocus.tokensMax
        func roomLeft(_ option: ModelOption) -> BudgetRoom? {
            var room = room(for: option, callsMax: planner.callsMax, material, job, at: moment)
            if let left = room?.leftTokens { room?.leftTokens = max(0, left - extra * planner.callsMax) }
            return room
        }
        guard planner.hasModel(room: roomLeft) else { return nil }
        let review = planner.plan(change, frame: material.frame, room: roomLeft)
        var generator = InjectedGenerator(next: randomness)
        let prompt = review.prompts(
            frame: material.frame, answeredCount: course.parts.count, randomness: &generator)[0]
        let held =
            review.decision == .block
            ? review.heldTokens : prompt.heldTokens(maxOutputTokens: review.maxOutputTokens)
        return Plan(
            material: material, review: review, prompt: prompt,
            modelPrompt: ReviewFocus.applied(job.wish.command, to: prompt.modelPrompt),
            heldTokens: held.addingReportingOverflow(extra).partialValue)
    }

    /// Says on the merge request that there is nothing to show a model.
    func tellNothing(_ plan: Plan, _ job: Job) async throws -> Disposition {
        if plan.material.increment.leavesNothing { return try await tellUnchanged(plan, job) }
        let omitted = plan.prompt.omittedFiles
        let text = NoteText.adding(
            secrets: plan.material.secrets,
            to: NoteText.nothingToReview(omitted, headSHA: plan.material.head))
        try await notes.post(notice: text, on: job)
        log(.info, "nothing to review", ["merge_request": job.name, "files": String(omitted.count)])
        return .finished(JobResult(.empty, "no file of the change could be shown to the model"))
    }

    /// Why who commented may not ask; nil when they may.
    private func refusal(of job: Job) async throws -> String? {
        guard let userID = job.wish.userID else { return "GitLab does not say who commented" }
        let mayPush = try await gitlab.mayPush(
            projectID: job.wish.mergeRequest.projectID, userID: userID, eventUUID: job.wish.eventUUID)
        return mayPush ? nil : "\(job.wish.username) may not push to the project, and may not ask for reviews"
    }

    private func reasonToSkip(_ mergeRequest: MergeRequest, _ job: Job) -> String? {
        if !mergeRequest.isOpen { return "it is \(mergeRequest.state)" }
        if job.wish.cause != .command, let labels = mergeRequest.labels, !labels.contains(rules.label) {
            return "the label '\(rules.label)' was taken away"
        }
        return queue.reasonToSkip(job, head: mergeRequest.sha ?? "")
    }
}

/// What the word after the command asks the reviewer to look at.
enum ReviewFocus {
    /// A word that asks for something else than a review.
    static let estimate = "estimate"
    /// More than the sentence takes in any tokenizer.
    static let tokensMax = 200

    /// `prompt` with the instruction to look at `command` above all; as it is for the usual review.
    static func applied(_ command: String, to prompt: ModelPrompt) -> ModelPrompt {
        guard command != Wish.review, !command.isEmpty else { return prompt }
        var prompt = prompt
        prompt.system +=
            "\n\nThe person who asked for this review wants it to be about one subject above all: \"\(command)\". "
            + "Look for problems of that kind first and put them first."
        return prompt
    }
}

/// Random numbers from a closure, so that a test can choose them.
struct InjectedGenerator: RandomNumberGenerator {
    private let source: @Sendable () -> UInt64

    /// A generator over `next`.
    init(next: @escaping @Sendable () -> UInt64) { source = next }

    mutating func next() -> UInt64 { source() }
}
