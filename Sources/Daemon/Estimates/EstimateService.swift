import Budget
import GitLab
import Prices
import Review
package import Settings
package import UTCTime

/// Says what reviews would cost, without a model and without spending anything.
package struct EstimateService: Sendable {
    private let settings: Settings
    private let prices: PriceTable
    private let now: Instant
    private let learned: LearnedTokens.Models

    /// The most bytes of a diff that are read.
    package static let diffBytesMax = 256 << 20

    /// The files of a project that say something about its reviews, as bytes; nil where there is none.
    package struct ProjectFiles: Sendable {
        /// `.bursar.json`.
        package var configuration: [UInt8]?
        /// `.gitattributes`.
        package var attributes: [UInt8]?
        /// `.gitlab/duo/mr-review-instructions.yaml`.
        package var duoInstructions: [UInt8]?

        /// No file.
        package init() {}

        /// The paths of the files in a project, in the order of the members.
        package static let paths = [ProjectConfiguration.path, ".gitattributes", DuoInstructions.path]

        /// The rules they make, and what is wrong with them.
        var rules: (ContextRules, [String]) {
            var reading = configuration.map(ProjectConfiguration.reading) ?? .init()
            if let duoInstructions {
                let duo = DuoInstructions.reading(String(decoding: duoInstructions, as: UTF8.self))
                reading.configuration.instructions += duo.instructions
                reading.problems += duo.problems
            }
            let attributes = attributes.map { GitAttributes(parsing: String(decoding: $0, as: UTF8.self)) } ?? .none
            let rules = ContextRules(
                configuration: reading.configuration, attributes: attributes,
                treatment: .withoutSecrets)
            return (rules, reading.problems.map(\.description))
        }
    }

    /// A service for these settings, with the prices in force at `now` and what calls have taught so far.
    package init(
        _ settings: Settings, learned: LearnedTokens.Models = LearnedTokens.Models(), at now: Instant
    ) throws {
        self.init(
            settings, prices: try PriceTable.inForce(file: settings.model.pricesFile), learned: learned, at: now)
    }

    /// A service for these settings at these prices.
    init(_ settings: Settings, prices: PriceTable, learned: LearnedTokens.Models, at now: Instant) {
        self.settings = settings
        self.now = now
        self.prices = prices
        self.learned = learned
    }

    /// The report on the diff `bytes`, against what `budget` has left.
    package func report(onDiff bytes: [UInt8], files: ProjectFiles = ProjectFiles(), budgets: EstimateBudgets)
        -> EstimateReport
    {
        let (rules, remarks) = files.rules
        let diff = UnifiedDiff(parsing: bytes)
        let change = ExaminedChange(diff.files.map(Candidate.init), rules: rules, wholeMeasure: diff.measure)
        let facts = MergeRequestFacts(project: "", iid: 0, title: "", sourceBranch: "", targetBranch: "")
        let frame = PromptFrame(facts: facts, change: change, inputTokensMax: settings.review.inputTokensMax)
        return report(
            change, frame: frame, remarks: remarks, budgets: budgets, context: CallContext(model: ""))
    }

    /// The most input tokens of one call.
    var inputTokensMax: Int { settings.review.inputTokensMax }

    /// The report on one head of a merge request. `room` is what all budgets leave a model, where that is known; otherwise
    /// it is planned in the daily one's.
    func report(
        _ material: ReviewMaterial, context: CallContext, budgets: EstimateBudgets,
        room: ((ModelOption) -> BudgetRoom?)? = nil
    ) -> EstimateReport {
        report(
            material.change, frame: material.frame,
            remarks: material.remarks + (material.incompleteness.map { [$0] } ?? []) + Self.remarks(material),
            budgets: budgets, context: context, labels: material.mergeRequest.labels ?? [], room: room)
    }

    /// What of the change is counted, where it was reviewed before.
    private static func remarks(_ material: ReviewMaterial) -> [String] {
        if let since = material.increment.outset.since {
            return [
                "Only what changed since commit \(since.prefix(12)) was reviewed is counted; "
                    + "a comment with /ai-review has the whole change reviewed."
            ]
        }
        guard let reviewed = material.reviewedHead, reviewed != material.head else { return [] }
        return [
            "This is for the whole change, as a comment with the command asks for it. When the label is put on again, "
                + "only what changed since commit \(reviewed.prefix(12)) is reviewed."
        ]
    }

    private func report(
        _ change: ExaminedChange, frame: PromptFrame, remarks: [String], budgets: EstimateBudgets, context: CallContext,
        labels: [String] = [], room: ((ModelOption) -> BudgetRoom?)? = nil
    ) -> EstimateReport {
        let room = room ?? { _ in budgets.room }
        let planner = ReviewPlanner(
            settings, project: change.rules.configuration, prices: prices, at: now, learned: learned)
        let plan = planner.plan(change, frame: frame, room: room)
        let others = [planner.model] + (planner.ladder?.rungs ?? []).compactMap { planner.options[$0.model] }
        var preflight = Preflight(plan, change: change, frame: frame, others: others, budget: room(plan.option)) {
            model, input, output in
            guard let usage = try? TokenUsage(inputTokens: input, outputTokens: output) else { return nil }
            return prices.cost(of: usage, model: model, at: now)?.amount
        }
        var request = request(plan, context)
        request.labels = labels
        request.mergeRequestLimit = change.rules.configuration.mergeRequestBudget
        preflight.judge(budgets.verdict(request))
        return EstimateReport(preflight, remarks: remarks)
    }

    /// What the calls of `plan` would reserve, together. Each is priced by itself: the tier of a long call is not that of
    /// several short ones.
    private func request(_ plan: ReviewPlan, _ context: CallContext) -> ReservationRequest {
        var context = context
        context.model = plan.option.model
        let price = prices.price(of: context.model, at: now)
        return ReservationRequest(
            estimatedTokens: plan.heldTokens, context: context,
            estimatedMicroUSD: price.map { price in
                plan.context.calls.reduce(0) { sum, call in
                    let cost = price.highestMicroUSD(
                        inputTokens: max(0, call.tokens.ceiling), outputTokens: max(0, plan.option.outputTokensHeld))
                    return sum.addingReportingOverflow(cost).overflow ? .max : sum + cost
                }
            })
    }
}
