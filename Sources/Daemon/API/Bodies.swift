// The bodies of the budget endpoints as values.

package import Budget
import JSON

/// The body of `POST /usage` and of a settlement: what a call used.
package struct UsageBody: Sendable {
    /// Who the call was for, and for what; for a settlement only what it names itself.
    package var context: CallContext
    /// What it used.
    package var usage: TokenUsage
    /// Whether it went through the vendor's batch interface, which has prices of its own.
    package var isBatch: Bool
    /// How long it took.
    package var durationMilliseconds: Int
    /// Makes a repeated request harmless.
    package var idempotencyKey: String?

    /// Reads `body`. `fallback` is the context of the reservation that is settled; without it `model` must be there.
    package init(_ body: [UInt8], settling fallback: CallContext? = nil) throws(FieldErrors) {
        var fields = try Fields(body)
        context = fields.context(fallback: fallback)
        let input = fields.integer("input_tokens", in: 0...TokenUsage.tokensMax)
        let output = fields.integer("output_tokens", in: 0...TokenUsage.tokensMax)
        let write = fields.integer("cache_write_tokens", in: 0...TokenUsage.tokensMax, default: 0)
        let long = fields.integer("long_cache_write_tokens", in: 0...TokenUsage.tokensMax, default: 0)
        let read = fields.integer("cache_read_tokens", in: 0...TokenUsage.tokensMax, default: 0)
        isBatch = fields.flag("batch")
        durationMilliseconds = fields.integer("duration_ms", in: 0...86_400_000, default: 0)
        idempotencyKey = fields.optionalText("idempotency_key")
        try fields.finish()
        do {
            usage = try TokenUsage(
                inputTokens: input, outputTokens: output, cacheWriteTokens: write, longCacheWriteTokens: long,
                cacheReadTokens: read)
        } catch { throw FieldErrors(messages: ["\(error)."]) }
    }
}

extension ReservationRequest {
    /// Labels of a merge request that are taken.
    static let labelsMax = 100

    /// Reads the body of `POST /budget/reservations`.
    package init(_ body: [UInt8]) throws(FieldErrors) {
        var fields = try Fields(body)
        self.init(
            estimatedTokens: fields.integer("estimated_tokens", in: 1...TokenUsage.tokensMax),
            context: fields.context(fallback: nil, modelIsNeeded: false),
            idempotencyKey: fields.optionalText("idempotency_key"),
            timeToLiveSeconds: fields.integer("ttl_seconds", in: 1...86_400, default: 900),
            labels: fields.texts("labels", countMax: Self.labelsMax))
        try fields.finish()
    }
}

extension Fields {
    /// The fields that say who a call is for and for what.
    fileprivate mutating func context(fallback: CallContext?, modelIsNeeded: Bool = true) -> CallContext {
        let mergeRequest = mergeRequest()
        let project = optionalText("project")
        if let project, let other = mergeRequest.project, !project.utf8.elementsEqual(other.utf8) {
            refuse("merge_request", "is of \"\(other)\", but project is \"\(project)\"", ())
        }
        return CallContext(
            projectID: optionalInteger("project_id", in: 0...Int.max) ?? fallback?.projectID,
            project: (project ?? mergeRequest.project ?? fallback?.project ?? "").withoutControls,
            mergeRequestIID: mergeRequest.iid ?? fallback?.mergeRequestIID,
            user: text("user", default: fallback?.user ?? "").withoutControls,
            agent: (optionalText("agent") ?? fallback?.agent ?? "reviewer").withoutControls,
            command: (optionalText("command") ?? fallback?.command ?? "review").withoutControls,
            model: text("model", default: fallback?.model ?? (modelIsNeeded ? nil : CallContext.unnamedModel))
                .withoutControls)
    }
}

extension String {
    /// The text with a blank for each control character, as a row has it: a counter must have the name that its rows have.
    fileprivate var withoutControls: String {
        guard utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return self }
        return String(decoding: utf8.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self)
    }
}

extension CallContext {
    /// What stands for the model of a reservation that names none; it has no price.
    static let unnamedModel = "unnamed"
}
