public import Budget

/// What a review would cost, before it is made: file by file, model by model, and what the budget says.
public struct Preflight: Sendable, Equatable {
    /// What becomes of each file, in the change's order.
    public var files: [FileDecision]
    /// Likely tokens of the whole change, if all of it were sent.
    public var fullDiffTokens: Int
    /// Likely tokens of all that is sent beside the files.
    public var promptTokens: Int
    /// Likely tokens of all that is sent.
    public var inputTokens: Int
    /// Likely tokens of the answers.
    public var expectedOutputTokens: Int
    /// What is held until the answers are there.
    public var heldTokens: Int
    /// How many calls are made.
    public var callCount: Int
    /// The model that would be called.
    public var model: String
    /// What the same calls cost at each model, the one that would be called first.
    public var models: [ModelCost]
    /// The budget; nil where calls are not checked.
    public var budget: BudgetRoom?
    /// What would be done.
    public var decision: ReviewPlan.Decision
    /// What would be given up or changed, each a sentence.
    public var sentences: [String]

    /// What a review costs at one model.
    public struct ModelCost: Sendable, Equatable {
        /// The model's id.
        public var model: String
        /// Likely input in tokens, as this model counts.
        public var inputTokens: Int
        /// The likely cost; nil when no price is known.
        public var cost: MicroUSD?
    }

    /// What `plan` would cost, at its own model and at `others`.
    ///
    /// `price` is asked for the cost of one call of a model with so many tokens of input and output; nil is unknown.
    public init(
        _ plan: ReviewPlan, change: ExaminedChange, frame: PromptFrame, others: [ModelOption] = [],
        budget: BudgetRoom?, price: (_ model: String, _ inputTokens: Int, _ outputTokens: Int) -> MicroUSD?
    ) {
        files = plan.context.files
        let estimator = plan.option.estimator
        fullDiffTokens = estimator.estimate(change.wholeMeasure).expected
        inputTokens = plan.context.inputTokens.expected
        promptTokens = inputTokens - plan.context.files.reduce(0) { $0 + $1.shown.expected }
        expectedOutputTokens = plan.expectedOutputTokens
        heldTokens = plan.heldTokens
        callCount = plan.context.calls.count
        model = plan.option.model
        var seen: Set<String> = []
        models = ([plan.option] + others).filter { seen.insert($0.model).inserted }.map { option in
            // The same text, as this model counts it.
            let factor = (
                option.estimator.estimate(change.wholeMeasure + frame.measure).expected,
                max(1, estimator.estimate(change.wholeMeasure + frame.measure).expected)
            )
            let costs = plan.context.calls.map { call in
                let input = Int(clamping: Int128(call.tokens.expected) * Int128(factor.0) / Int128(factor.1))
                return (input, price(option.model, input, option.outputTokensExpected))
            }
            let known = costs.compactMap { $0.1?.value }
            return ModelCost(
                model: option.model, inputTokens: costs.reduce(0) { $0 + $1.0 },
                cost: known.count == costs.count ? MicroUSD(known.reduce(0, +)) : nil)
        }
        self.budget = budget
        decision = plan.decision
        sentences = plan.sentences
    }

    /// Likely tokens in all.
    public var totalTokens: Int { addingClamped(inputTokens, expectedOutputTokens) }

    /// Tenths of a percent of the whole change that are not sent.
    public var savedPerMille: Int {
        let shown = files.reduce(0) { $0 + $1.shown.expected }
        guard fullDiffTokens > shown else { return 0 }
        return Int(clamping: Int128(fullDiffTokens - shown) * 1000 / Int128(fullDiffTokens))
    }

    /// Tenths of a percent of what the budget has left that this review likely takes; nil without a budget.
    public var sharePerMille: Int? {
        budget.map { $0.leftTokens > 0 ? Int(clamping: Int128(totalTokens) * 1000 / Int128($0.leftTokens)) : 1000 }
    }

    /// The most files that tips name.
    static let tipsMax = 3
    /// A file is worth a tip from this share of the input on, in percent.
    static let tipPercentMin = 15

    /// What an author could do to make it cheaper, the greatest saving first.
    public var tips: [String] {
        let shown = files.filter { $0.action != .drop }
        guard shown.count > 1 else { return [] }
        return shown.sorted { $0.shown.expected > $1.shown.expected }.prefix(Self.tipsMax)
            .filter { Int128($0.shown.expected) * 100 >= Int128(inputTokens) * Int128(Self.tipPercentMin) }
            .filter { $0.category > .configuration || $0.shown.expected * 2 >= inputTokens }
            .map { "drop \(Markdown.code($0.path)): -\(grouped($0.shown.expected)) tokens" }
    }
}
