// From a change and a budget to what is done: the degradation ladder as one pure function. For the model that the
// ladder's shares allow, everything is tried in full, then with less and less around it; then the cheaper models below;
// and when even a tenth of the change has no room, the review is blocked rather than pretended.

/// A model that may be called, and what is known about it.
public struct ModelOption: Sendable {
    /// The model's id.
    public var model: String
    /// Estimates tokens for it, with what its calls have taught.
    public var estimator: TokenEstimator
    /// Input tokens of one call at most: the setting, or less where its context holds less.
    public var inputTokensMax: Int
    /// What is held for an answer, and sent as its limit: `OutputHistory.held`.
    public var outputTokensHeld: Int
    /// What an answer is expected to have: `OutputHistory.expected`.
    public var outputTokensExpected: Int
    /// The most input tokens that the model takes; nil when unknown.
    public var contextWindow: Int?

    /// An option of these parts.
    public init(
        model: String, estimator: TokenEstimator, inputTokensMax: Int, outputTokensHeld: Int, outputTokensExpected: Int,
        contextWindow: Int? = nil
    ) {
        self.contextWindow = contextWindow
        self.model = model
        self.estimator = estimator
        self.inputTokensMax = inputTokensMax
        self.outputTokensHeld = outputTokensHeld
        self.outputTokensExpected = outputTokensExpected
    }
}

/// What is done about one change.
public struct ReviewPlan: Sendable {
    /// Whether there is a review.
    public enum Decision: String, Sendable, CaseIterable {
        /// It is made.
        case allow
        /// It is made, with less than the whole or with another model, or although the budget says no.
        case warn
        /// It is not made: the budget has no room for it.
        case block
        /// It is not made: no file is left to show to a model.
        case nothing
    }

    /// Whether there is a review.
    public let decision: Decision
    /// The model that is called.
    public let option: ModelOption
    /// How much was given up.
    public let step: DegradationStep
    /// What is shown; when blocked, what would be shown in full.
    public let context: ContextPlan
    /// What was given up or changed, each a sentence for the note.
    public let sentences: [String]
    /// Tokens that all calls together hold at least; when blocked, what they would have held. The prompts may hold a
    /// little more, because they name what is not shown, but never more than the budget has.
    public let heldTokens: Int
    /// What the budget has beyond that.
    let spareTokens: Int

    init(
        decision: Decision, option: ModelOption, step: DegradationStep, context: ContextPlan, sentences: [String],
        heldTokens: Int, spareTokens: Int
    ) {
        self.decision = decision
        self.option = option
        self.step = step
        self.context = context
        self.sentences = sentences
        self.heldTokens = heldTokens
        self.spareTokens = spareTokens
    }

    /// A plan that makes `context` with a model of `estimator`, without a budget and a ladder.
    public init(
        _ context: ContextPlan, model: String = "", estimator: TokenEstimator, inputTokensMax: Int,
        outputTokensHeld: Int = 0
    ) {
        self.init(
            decision: context.isEmpty ? .nothing : .allow,
            option: ModelOption(
                model: model, estimator: estimator, inputTokensMax: inputTokensMax, outputTokensHeld: outputTokensHeld,
                outputTokensExpected: outputTokensHeld),
            step: .full, context: context, sentences: [],
            heldTokens: addingClamped(
                context.inputTokens.ceiling, outputTokensHeld.multipliedClamped(by: context.calls.count)),
            spareTokens: .max)
    }

    /// The limit of each answer that the reservation pays for (`max_tokens`).
    public var maxOutputTokens: Int { option.outputTokensHeld }
    /// The prompts of the calls, each of which holds `heldTokens(maxOutputTokens: maxOutputTokens)`. Not for a plan
    /// that is blocked or has nothing to show. `answeredCount` calls of the same review came before.
    public func prompts(
        frame: PromptFrame, answeredCount: Int = 0, randomness: inout some RandomNumberGenerator
    ) -> [ReviewPrompt] {
        let spare = spareTokens / max(1, context.calls.count)
        return ReviewPrompt.prompts(
            for: context, frame: frame, estimator: option.estimator, answeredCount: answeredCount,
            randomness: &randomness
        ) { call in
            min(option.inputTokensMax, addingClamped(call.ceiling, spare))
        }
    }

    /// Likely tokens of all answers together.
    public var expectedOutputTokens: Int { option.outputTokensExpected * context.calls.count }
}

/// Plans reviews.
public struct ReviewPlanner: Sendable {
    /// The model of the settings or of the project, for when there is no ladder or it only warns.
    public var model: ModelOption
    /// The ladder; nil for none.
    public var ladder: ModelLadder?
    /// The models of the ladder's rungs, by id. A rung without an option here is passed over.
    public var options: [String: ModelOption]
    /// Calls for one review at most.
    public var callsMax: Int
    /// Models that are not called: they were, and another one has to.
    public var passedOver: Set<String> = []

    /// The least part of what the last step would show that makes a review, in percent of its tokens.
    public static let shownPercentMin = 10

    /// A planner for `model`, or for the models of `ladder`, of which `options` knows what is known.
    public init(model: ModelOption, ladder: ModelLadder? = nil, options: [ModelOption] = [], callsMax: Int = 1) {
        self.model = model
        self.ladder = ladder
        self.options = Dictionary(options.map { ($0.model, $0) }) { first, _ in first }
        self.callsMax = callsMax
    }

    /// The plan for `change` within `budget`; nil is without a budget, which only the input limit bounds.
    public func plan(_ change: ExaminedChange, frame: PromptFrame, budget: BudgetRoom?) -> ReviewPlan {
        plan(change, frame: frame) { _ in budget }
    }

    /// The plan for `change` within what `room` says that budgets have for a model, which may be another for each: a
    /// budget in money has more tokens of a cheap one. Nil is without a budget.
    public func plan(
        _ change: ExaminedChange, frame: PromptFrame, room: (ModelOption) -> BudgetRoom?
    ) -> ReviewPlan {
        var sentences: [String] = []
        var candidates = passedOver.contains(model.model) ? [] : [model]
        if let ladder, !ladder.rungs.isEmpty {
            let rungs = allowedRungs.map { rung in (rung: rung, room: room(options[rung.model] ?? model)) }
            let chosen = rungs.first { rung, room in
                room.map { $0.leftShareMillionths >= rung.leastShareMillionths } ?? true
            }
            let last = rungs.last?.room ?? room(model)
            let left = Self.percent((chosen?.room ?? last)?.leftShareMillionths ?? 0, of: 1_000_000)
            switch (ladder.mode, chosen) {
            case (.warn, let chosen?):
                if chosen.room != nil, chosen.rung.model != model.model {
                    sentences.append(
                        "With \(left) of the budget left, the model ladder would have switched to "
                            + "\(Markdown.code(chosen.rung.model)).")
                }
            case (.warn, nil):
                sentences.append("With \(left) of the budget left, the model ladder would have blocked this review.")
            case (.auto, let chosen?) where chosen.room != nil:
                let known = rungs.drop { $0.rung != chosen.rung }.compactMap { options[$0.rung.model] }
                if !known.isEmpty { candidates = known }
            // Without a budget the model of the settings is called, and the ladder where that one is passed over.
            case (.auto, .some): if candidates.isEmpty { candidates = rungs.compactMap { options[$0.rung.model] } }
            case (.auto, nil) where last?.isEnforced ?? false:
                let share = ladder.rungs.last.map { Self.percent($0.leastShareMillionths, of: 1_000_000) } ?? ""
                return blocked(
                    change, frame,
                    "Only \(left) of the budget is left; the model ladder asks for \(share) at least.")
            case (.auto, nil):
                candidates = rungs.last.flatMap { options[$0.rung.model] }.map { [$0] } ?? candidates
            }
        }
        let first = ladder?.mode == .auto ? allowedRungs.first?.model ?? model.model : model.model
        for option in candidates {
            let budget = room(option)
            guard let found = fitting(change, frame, option, budget) else { continue }
            if option.model != first, let budget {
                let share = Self.percent(budget.leftShareMillionths, of: 1_000_000)
                let why =
                    candidates.first.map { $0.model == option.model } ?? true
                    ? "\(share) of it is left." : "it has no room for \(Markdown.code(first))."
                sentences.append("Switched to \(Markdown.code(option.model)) to conserve budget: \(why)")
            }
            if let sentence = found.step.sentence { sentences.append(sentence) }
            let held = held(found.context, option)
            if let budget, held > budget.leftTokens {
                sentences.append("The budget has no room for this review, and only warns.")
            }
            let decision: ReviewPlan.Decision =
                found.context.isEmpty ? .nothing : sentences.isEmpty ? .allow : .warn
            return ReviewPlan(
                decision: decision, option: option, step: found.step, context: found.context,
                sentences: found.context.isEmpty ? [] : sentences, heldTokens: held,
                spareTokens: budget.map { max(0, $0.leftTokens - held) } ?? .max)
        }
        return blocked(change, frame, "What is left of the budget holds no useful part of this change.")
    }

    /// Whether a model is left that was not passed over and that the ladder's shares allow in `room`.
    public func hasModel(room: (ModelOption) -> BudgetRoom?) -> Bool {
        guard let ladder, ladder.mode == .auto, !ladder.rungs.isEmpty else { return !passedOver.contains(model.model) }
        guard !passedOver.isEmpty else { return true }
        return allowedRungs.contains { rung in
            guard let option = options[rung.model] else { return false }
            guard let room = room(option), room.isEnforced else { return true }
            return room.leftShareMillionths >= rung.leastShareMillionths
        }
    }

    /// The rungs whose models are not passed over.
    private var allowedRungs: [ModelLadder.Rung] {
        (ladder?.rungs ?? []).filter { !passedOver.contains($0.model) }
    }

    /// Passes over `model`, which takes no prompt of this length, and every other one of which it is not known that it
    /// takes a longer one.
    public mutating func passOver(tooShort model: String) {
        let known = [self.model] + options.values
        let window = known.first { $0.model == model }?.contextWindow ?? 0
        for option in known where (option.contextWindow ?? 0) <= window { passedOver.insert(option.model) }
        passedOver.insert(model)
    }

    private func blocked(_ change: ExaminedChange, _ frame: PromptFrame, _ sentence: String) -> ReviewPlan {
        let context = context(change, frame, model, .full, budgetTokens: nil)
        return ReviewPlan(
            decision: context.isEmpty ? .nothing : .block, option: model, step: .full, context: context,
            sentences: context.isEmpty ? [] : [sentence], heldTokens: held(context, model), spareTokens: 0)
    }

    /// The first step at which the change fits the budget with `option`; nil when none does.
    private func fitting(
        _ change: ExaminedChange, _ frame: PromptFrame, _ option: ModelOption, _ budget: BudgetRoom?
    ) -> (step: DegradationStep, context: ContextPlan)? {
        let full = context(change, frame, option, .full, budgetTokens: nil)
        guard let budget, budget.isEnforced, held(full, option) > budget.leftTokens else { return (.full, full) }
        for step in [DegradationStep.withoutContext, .withoutTests] {
            let less = context(change, frame, option, step, budgetTokens: nil)
            // A change of tests alone is not given up for being tests.
            guard !less.isEmpty, held(less, option) <= budget.leftTokens else { continue }
            return (step, less)
        }
        for scope in [DegradationStep.withoutTests, .withoutContext] {
            let part = context(change, frame, option, scope, budgetTokens: budget.leftTokens)
            guard !part.isEmpty else { continue }
            let shown = part.files.reduce(0) { $0 + $1.shown.expected }
            let all = context(change, frame, option, scope, budgetTokens: nil).files
                .reduce(0) { $0 + $1.shown.expected }
            guard Int128(shown) * 100 >= Int128(all) * Int128(Self.shownPercentMin) else { continue }
            return (.trimmed, part)
        }
        return nil
    }

    private func context(
        _ change: ExaminedChange, _ frame: PromptFrame, _ option: ModelOption, _ step: DegradationStep,
        budgetTokens: Int?
    ) -> ContextPlan {
        ContextPlan(
            change, frame: frame, scope: step.scope,
            limits: ContextLimits(
                inputTokensMax: option.inputTokensMax, callsMax: callsMax, outputTokensHeld: option.outputTokensHeld,
                budgetTokens: budgetTokens),
            estimator: option.estimator)
    }

    /// What all calls hold: their input and one answer each. Names of files that are not shown stay within the same
    /// ceiling, which `ReviewPrompt.prompts` sees to.
    private func held(_ context: ContextPlan, _ option: ModelOption) -> Int {
        addingClamped(
            context.inputTokens.ceiling, max(0, option.outputTokensHeld).multipliedClamped(by: context.calls.count))
    }

    /// `23.4 %`.
    static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0 %" }
        let tenths = Int(clamping: Int128(max(0, part)) * 1000 / Int128(whole))
        return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
    }
}

extension Int {
    /// `self * other`, clamped instead of overflowing. Not for negatives.
    func multipliedClamped(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
