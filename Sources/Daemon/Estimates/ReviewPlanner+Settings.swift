import Budget
import Prices
import Review
import Settings
import UTCTime

extension ReviewPlanner {
    /// Calls for one review at most: what they do not hold is named as not reviewed.
    static let callsForReviewMax = 4

    /// The planner that the settings and the project ask for, with what was `learned` of each model. A ladder's rungs are the operator's: the project's model stands in the place of `MODEL` alone.
    init(
        _ settings: Settings, project: ProjectConfiguration = ProjectConfiguration(), prices: PriceTable,
        at now: Instant, learned: LearnedTokens.Models
    ) {
        func option(_ model: String) -> ModelOption {
            let limit = settings.review.outputTokensMax
            let window = prices.price(of: model, at: now)?.contextWindow
            let outputs = learned.outputs[model] ?? OutputHistory()
            return ModelOption(
                model: model,
                estimator: TokenEstimator(model: model, calibration: learned.calibrations[model] ?? Calibration()),
                inputTokensMax: min(settings.review.inputTokensMax, window.map { max(0, $0 - limit) } ?? .max),
                outputTokensHeld: outputs.held(limit: limit), outputTokensExpected: outputs.expected(limit: limit),
                contextWindow: window)
        }
        let rungs = settings.model.ladder
        self.init(
            model: option(project.model ?? settings.model.id),
            ladder: rungs.isEmpty
                ? nil
                : ModelLadder(
                    rungs: rungs.map { .init(model: $0.model, leastShareMillionths: $0.leastShareMillionths) },
                    mode: settings.model.ladderMode == .auto ? .auto : .warn),
            options: rungs.map { option($0.model) }, callsMax: Self.callsForReviewMax)
    }
}

extension BudgetRoom {
    /// What the daily budget has left; nil when calls are not checked.
    init?(_ status: BudgetStatus, isEnforced: Bool) {
        guard status.isEnabled else { return nil }
        self.init(
            leftTokens: status.remainingTokens - status.heldTokens, limitTokens: status.limitTokens,
            isEnforced: isEnforced)
    }
}
