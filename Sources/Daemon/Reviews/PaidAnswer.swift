import Budget
import JSON
import Review
import UTCTime

/// A model's answer with all that its note says: what is kept on the disk from the moment it arrives until it is posted.
struct PaidAnswer: Sendable, Equatable {
    /// What the model wrote and used.
    var answer: ModelAnswer
    /// The reservation of its tokens.
    var reservation: String
    /// What had been held for it.
    var heldTokens: Int
    /// The full hash of the commit that was reviewed.
    var headSHA: String
    /// What the call cost; nil when no price is known or the usage is not.
    var cost: CallCost?
    /// Paths of the files that were shown.
    var includedFiles: [String]
    /// The others, with reasons.
    var omittedFiles: [OmittedFile]
    /// Shown files with characters that hide or reorder text.
    var suspiciousFiles: [String]
    /// Whether only the beginning of the description was shown.
    var isDescriptionCut: Bool
    /// The input that had been expected, in tokens.
    var estimatedInputTokens: Int
    /// What the whole call had been expected to use, input and answer; less than what was held, which is for the worst.
    var estimatedTokens: Int
    /// Why GitLab gave less than the whole change.
    var incompleteness: String?

    /// Files of which a part was shown, with reasons.
    var trimmedFiles: [OmittedFile] = []
    /// What was done to stay within the budget, each a sentence.
    var steps: [String] = []
    /// What else the reader must know, each a sentence.
    var remarks: [String] = []
    /// The cost that had been expected; nil when no price is known.
    var estimatedCost: MicroUSD?
    /// Secrets on added lines, found without the model: the change may not be there any more when they are told.
    var secrets: [Finding] = []
    /// What the review set out with.
    var outset = ReviewOutset()
    /// The least severity that the project wants to hear of; nil is all.
    var severityFloor: Finding.Severity?

    /// The model as it was asked for; the server may call it something else.
    var askedModel = ""
    /// Paths of the files that the same plan gives to later calls.
    var waitingFiles: [String] = []
    /// Why those were not shown in the end; nil while they may be, or when they were.
    var restReason: OmittedFile.Reason?

    /// Whether the model declined: then another one may be asked for the same.
    var isRefusal: Bool { if case .refused = answer.stop { true } else { false } }

    /// What came of `plan`, for which `reservation` holds tokens. `price` is asked what tokens cost at its model;
    /// `sentence` says why it is this model that answers.
    init(
        _ answer: ModelAnswer, to plan: Reviewer.Plan, reservation: Reservation, sentence: String? = nil,
        price: (TokenUsage) -> CallCost?
    ) {
        let prompt = plan.prompt
        self.answer = answer
        self.reservation = reservation.id
        heldTokens = reservation.tokens
        headSHA = plan.material.head
        cost = answer.usage.flatMap(price)
        includedFiles = prompt.includedFiles
        omittedFiles = prompt.omittedFiles
        trimmedFiles = prompt.trimmedFiles
        suspiciousFiles = prompt.suspiciousFiles
        isDescriptionCut = prompt.isDescriptionCut
        estimatedInputTokens = prompt.estimatedInputTokens
        estimatedTokens = prompt.estimatedInputTokens + plan.review.option.outputTokensExpected
        incompleteness = plan.material.incompleteness
        steps = plan.review.sentences
        remarks = plan.material.remarks + (sentence.map { [$0] } ?? [])
        secrets = plan.material.secrets
        outset = plan.material.increment.outset
        askedModel = plan.model
        waitingFiles = plan.waitingFiles
        estimatedCost =
            (try? TokenUsage(
                inputTokens: prompt.estimatedInputTokens, outputTokens: plan.review.option.outputTokensExpected))
            .flatMap { price($0)?.amount }
        severityFloor = plan.material.configuration.minimumSeverity.flatMap { Finding.Severity(rawValue: $0.rawValue) }
    }
}

// The file: one JSON object, of this version.

extension PaidAnswer {
    private static let version = 1

    /// The answer as a file.
    var bytes: [UInt8] {
        var object = JSONObject([
            ("version", .integer(Self.version)), ("reservation", .string(reservation)),
            ("held_tokens", .integer(heldTokens)), ("head", .string(headSHA)),
            ("model", .string(answer.model)), ("text", .string(answer.text)),
            ("request", JSONValue(answer.requestID)), ("duration_ms", .integer(answer.durationMilliseconds)),
            ("included", .array(includedFiles.map { .string($0) })),
            ("omitted", Self.json(omittedFiles)), ("trimmed", Self.json(trimmedFiles)),
            ("steps", .array(steps.map { .string($0) })), ("remarks", .array(remarks.map { .string($0) })),
            ("secrets", .array(secrets.map(\.json))), ("outset", outset.json),
            ("severity_floor", JSONValue(severityFloor?.rawValue)),
            ("suspicious", .array(suspiciousFiles.map { .string($0) })),
            ("description_cut", .bool(isDescriptionCut)), ("estimated_input_tokens", .integer(estimatedInputTokens)),
            ("estimated_tokens", .integer(estimatedTokens)),
            ("incompleteness", JSONValue(incompleteness)), ("asked_model", .string(askedModel)),
            ("waiting", .array(waitingFiles.map { .string($0) })), ("rest_reason", JSONValue(restReason?.rawValue)),
        ])
        switch answer.stop {
        case .complete: object["stop"] = "complete"
        case .cutOff: object["stop"] = "cut_off"
        case .refused(let explanation):
            object["stop"] = "refused"
            object["stop_detail"] = JSONValue(explanation)
        case .other(let reason):
            object["stop"] = "other"
            object["stop_detail"] = .string(reason)
        }
        if let usage = answer.usage {
            object["usage"] = [
                "input_tokens": .integer(usage.inputTokens), "output_tokens": .integer(usage.outputTokens),
                "cache_write_tokens": .integer(usage.cacheWriteTokens),
                "long_cache_write_tokens": .integer(usage.longCacheWriteTokens),
                "cache_read_tokens": .integer(usage.cacheReadTokens),
            ]
        }
        if let cost {
            object["cost"] = ["micro_usd": .integer(Int(cost.amount.value)), "price_id": .string(cost.priceID)]
        }
        if let estimatedCost { object["estimated_micro_usd"] = .integer(Int(clamping: estimatedCost.value)) }
        return JSONValue.object(object).bytes
    }

    private static func json(_ files: [OmittedFile]) -> JSONValue {
        .array(files.map { ["path": .string($0.path), "reason": .string($0.reason.rawValue)] })
    }

    /// Reads a file; nil when it is not one of ours, or not whole.
    init?(_ bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), value["version"]?.integer == Self.version,
            let reservation = value["reservation"]?.string, let heldTokens = value["held_tokens"]?.integer,
            let headSHA = value["head"]?.string, let model = value["model"]?.string, let text = value["text"]?.string,
            let duration = value["duration_ms"]?.integer, let stop = Self.stop(value)
        else { return nil }
        var usage: TokenUsage?
        if let counts = value["usage"] {
            guard let input = counts["input_tokens"]?.integer, let output = counts["output_tokens"]?.integer,
                let read = try? TokenUsage(
                    inputTokens: input, outputTokens: output,
                    cacheWriteTokens: counts["cache_write_tokens"]?.integer ?? 0,
                    longCacheWriteTokens: counts["long_cache_write_tokens"]?.integer ?? 0,
                    cacheReadTokens: counts["cache_read_tokens"]?.integer ?? 0)
            else { return nil }
            usage = read
        }
        answer = ModelAnswer(
            text: text, usage: usage, model: model, stop: stop, requestID: value["request"]?.string,
            durationMilliseconds: duration)
        self.reservation = reservation
        self.heldTokens = heldTokens
        self.headSHA = headSHA
        if let amount = value["cost"]?["micro_usd"]?.integer, let priceID = value["cost"]?["price_id"]?.string {
            cost = CallCost(amount: MicroUSD(Int64(amount)), priceID: priceID)
        }
        includedFiles = Self.texts(value["included"])
        omittedFiles = Self.files(value["omitted"])
        trimmedFiles = Self.files(value["trimmed"])
        steps = Self.texts(value["steps"])
        remarks = Self.texts(value["remarks"])
        estimatedCost = value["estimated_micro_usd"]?.integer.map { MicroUSD(Int64($0)) }
        secrets = (value["secrets"]?.array ?? []).compactMap { Finding(json: $0) }
        outset = value["outset"].flatMap { ReviewOutset($0) } ?? ReviewOutset()
        severityFloor = value["severity_floor"]?.string.flatMap(Finding.Severity.init(rawValue:))
        suspiciousFiles = Self.texts(value["suspicious"])
        isDescriptionCut = value["description_cut"]?.bool ?? false
        estimatedInputTokens = value["estimated_input_tokens"]?.integer ?? 0
        // A file of an earlier version has only what was held.
        estimatedTokens = value["estimated_tokens"]?.integer ?? heldTokens
        incompleteness = value["incompleteness"]?.string
        askedModel = value["asked_model"]?.string ?? model
        waitingFiles = Self.texts(value["waiting"])
        restReason = value["rest_reason"]?.string.flatMap(OmittedFile.Reason.init(rawValue:))
    }

    private static func files(_ value: JSONValue?) -> [OmittedFile] {
        (value?.array ?? []).compactMap { file in
            guard let path = file["path"]?.string,
                let reason = file["reason"]?.string.flatMap(OmittedFile.Reason.init(rawValue:))
            else { return nil }
            return OmittedFile(path: path, reason: reason)
        }
    }

    private static func texts(_ value: JSONValue?) -> [String] { (value?.array ?? []).compactMap(\.string) }

    private static func stop(_ value: JSONValue) -> ModelAnswer.Stop? {
        switch value["stop"]?.string {
        case "complete": .complete
        case "cut_off": .cutOff
        case "refused": .refused(explanation: value["stop_detail"]?.string)
        case "other": .other(value["stop_detail"]?.string ?? "")
        default: nil
        }
    }
}
