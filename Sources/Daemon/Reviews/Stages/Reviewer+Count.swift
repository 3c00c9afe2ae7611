import Platform
import Review
import Settings

// What the vendor counts in place of our estimate, where `MODEL_COUNT_TOKENS` asks for it.

extension Reviewer {
    /// `plan` with the vendor's own count of its prompt; as it is where that is not wanted, where the provider has no
    /// count, where none comes, and where it says more than the plan may send: then our own estimate stands.
    ///
    /// Source: docs.anthropic.com, "Count tokens": free, with limits of its own, an estimate.
    func counted(_ plan: Plan) async -> Plan {
        guard settings.model.countsTokens, plan.review.decision == .allow || plan.review.decision == .warn,
            let client = model(plan.model) as? AnthropicClient,
            let tokens = await client.countTokens(plan.modelPrompt)
        else { return plan }
        let prompt = plan.prompt.counted(tokens)
        guard prompt.estimate.ceiling <= plan.review.option.inputTokensMax else {
            log(
                .warning, "the vendor counts more tokens than the prompt was made for",
                [
                    "model": plan.model, "counted": String(tokens),
                    "estimated": String(plan.prompt.estimate.ceiling),
                ])
            return plan
        }
        return Plan(
            material: plan.material, review: plan.review, prompt: prompt, modelPrompt: plan.modelPrompt,
            heldTokens: prompt.heldTokens(maxOutputTokens: plan.review.maxOutputTokens))
    }
}
