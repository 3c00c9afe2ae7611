import Budget
import GitLab
import Ledger
import Platform
import Prices
import Queue
import Review

// From the wish to the prompt.

extension Reviewer {
    /// What belongs together from the prompt on.
    struct Plan: Sendable {
        let mergeRequest: MergeRequest
        let prompt: ReviewPrompt
        let modelPrompt: ModelPrompt
        let incompleteness: String?
        var head: String { mergeRequest.sha ?? "" }
    }

    /// Fetches the merge request, sees whether a review is still wanted, and has it made.
    func prepare(_ job: Job) async throws -> Disposition {
        if job.wish.cause == .command, let refusal = try await refusal(of: job) {
            return .finished(JobResult(.refused, refusal))
        }
        let mergeRequest = try await gitlab.mergeRequest(
            projectID: job.wish.mergeRequest.projectID, iid: job.wish.mergeRequest.iid, eventUUID: job.wish.eventUUID)
        if let reason = reasonToSkip(mergeRequest, job) { return .finished(JobResult(.skipped, reason)) }
        if job.wish.command == ReviewFocus.estimate {
            try await notes.post(notice: ReviewFocus.estimateNote(label: rules.label), on: job)
            return .finished(JobResult(.skipped, "estimates are not made by comment"))
        }
        queue.note(.planned(head: mergeRequest.sha ?? ""), of: job.id)
        let diffs = try await gitlab.diffs(
            projectID: job.wish.mergeRequest.projectID, iid: job.wish.mergeRequest.iid, eventUUID: job.wish.eventUUID)
        let plan = plan(mergeRequest, diffs, job)
        guard !plan.prompt.isEmpty else {
            let text = NoteText.nothingToReview(plan.prompt.omittedFiles, headSHA: plan.head)
            try await notes.post(notice: text, on: job)
            log(
                .info, "nothing to review", ["merge_request": job.name, "files": String(diffs.files.count)])
            return .finished(JobResult(.empty, "no file of the change could be shown to the model"))
        }
        return try await call(plan, job)
    }

    /// What is sent to the model. Pure but for the random fence around what strangers wrote.
    private func plan(_ mergeRequest: MergeRequest, _ diffs: DiffList, _ job: Job) -> Plan {
        var generator = InjectedGenerator(next: randomness)
        let prompt = ReviewPrompt.build(
            facts: MergeRequestFacts(mergeRequest, job), files: diffs.files.map(ChangedFile.init),
            maxInputTokens: inputTokensMax, estimator: TokenEstimator(model: model.model), randomness: &generator)
        return Plan(
            mergeRequest: mergeRequest, prompt: prompt,
            modelPrompt: ReviewFocus.applied(job.wish.command, to: prompt.modelPrompt),
            incompleteness: diffs.incompleteness)
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

    /// The setting, or what the model's context leaves beside the answer where that is less.
    private var inputTokensMax: Int {
        guard let window = prices.table.price(of: model.model, at: now())?.contextWindow else {
            return rules.inputTokensMax
        }
        return min(rules.inputTokensMax, max(0, window - rules.outputTokensMax))
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

    /// That a comment cannot ask for an estimate, and what it can ask for.
    static func estimateNote(label: String) -> String {
        """
        ℹ️ **No Estimate by Comment**

        A comment cannot ask for an estimate; no model was called and no tokens were spent.

        **What you can do:**
        - Comment '/ai-review', or set the label '\(label)', to have this merge request reviewed
        - See what is left of the budget at: GET /budget/status

        """
    }
}

/// Random numbers from a closure, so that a test can choose them.
struct InjectedGenerator: RandomNumberGenerator {
    private let source: @Sendable () -> UInt64

    /// A generator over `next`.
    init(next: @escaping @Sendable () -> UInt64) { source = next }

    mutating func next() -> UInt64 { source() }
}
