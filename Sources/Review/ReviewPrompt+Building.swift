extension ReviewPrompt {
    /// The most bytes of a description that are shown, whatever the input limit.
    public static let descriptionBytesMax = PromptFrame.descriptionBytesMax
    /// The most files that are named to the model as not shown. The note names all.
    static let namedOmissionsMax = 50

    /// Builds the prompt of each call of `plan`; one empty prompt, not to be sent, when the plan has no call.
    ///
    /// Each names what is not shown as far as `limit` of the call's tokens allows. Everything from the merge request
    /// stands between lines with a marker of 128 bits from `randomness` that does not occur in it, another one for
    /// each prompt. `answeredCount` calls of the same review came before those of the plan.
    static func prompts(
        for plan: ContextPlan, frame: PromptFrame, estimator: TokenEstimator, answeredCount: Int = 0,
        randomness: inout some RandomNumberGenerator, limit: (TokenEstimate) -> Int
    ) -> [ReviewPrompt] {
        let calls = plan.isEmpty ? [ContextPlan.CallContext(tokens: frame.tokens(estimator))] : plan.calls
        var prompts: [ReviewPrompt] = []
        for (number, call) in calls.enumerated() {
            prompts.append(
                prompt(
                    of: call, part: (answeredCount + number + 1, answeredCount + calls.count), plan, frame,
                    maxInputTokens: limit(call.tokens), estimator: estimator,
                    randomness: &randomness))
        }
        return prompts
    }

    private static func prompt(
        of call: ContextPlan.CallContext, part: (number: Int, count: Int), _ plan: ContextPlan, _ frame: PromptFrame,
        maxInputTokens: Int,
        estimator: TokenEstimator, randomness: inout some RandomNumberGenerator
    ) -> ReviewPrompt {
        let omitted = plan.files.filter { $0.action == .drop }
        let names = omitted.prefix(namedOmissionsMax).map {
            "- \(frame.treatment.line($0.path)): \(($0.reason ?? .noDiff).words)\n"
        }
        let marker = marker(
            absentFrom: [frame.facts, frame.wishes] + call.sections.map(\.text) + names, randomness: &randomness)
        var user = PromptFrame.opening(marker: marker)
        if part.count > 1 { user += PromptFrame.part(part.number, of: part.count) }
        user += frame.wishes + PromptFrame.begin(marker: marker) + frame.facts
        for section in call.sections { user += section.text }
        var estimate = call.tokens
        if !omitted.isEmpty { user += PromptFrame.omissions(omitted.count, marker: marker) }
        for name in names {
            let sum = estimate + estimator.estimate(name)
            guard sum.ceiling <= maxInputTokens else { break }
            estimate = sum
            user += name
        }
        user += PromptFrame.closing(marker: marker)
        let shown = call.sections.map { plan.files[$0.index] }
        return ReviewPrompt(
            system: ReviewInstructions.system, user: user, includedFiles: shown.map(\.path),
            trimmedFiles: shown.filter { $0.action == .trim }.map {
                OmittedFile(path: $0.path, reason: $0.reason ?? .overLimit)
            },
            omittedFiles: omitted.map { OmittedFile(path: $0.path, reason: $0.reason ?? .noDiff) },
            suspiciousFiles: shown.filter(\.isSuspicious).map(\.path), isDescriptionCut: frame.isDescriptionCut,
            estimate: estimate)
    }

    /// A word of 128 random bits that occurs in none of `texts`, whatever the generator gives.
    static func marker(absentFrom texts: [String], randomness: inout some RandomNumberGenerator) -> String {
        let bits = [randomness.next(), randomness.next()] as [UInt64]
        let digits = bits.map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        // A text of n bytes has fewer than n words of this form, so a free number is found before n.
        var marker = "DATA-" + digits.joined()
        var number = 1
        while texts.contains(where: { $0.contains(bytesOf: marker) }) {
            marker = "DATA-" + digits.joined() + "-\(number)-"
            number += 1
        }
        return marker
    }
}

extension ContextPlan {
    /// Plans the calls for `change` within `limits`.
    public init(
        _ change: ExaminedChange, frame: PromptFrame, scope: ContextScope = ContextScope(), limits: ContextLimits,
        estimator: TokenEstimator
    ) {
        self = ContextPacker.plan(
            change, scope: scope, limits: limits, estimator: estimator, frame: frame.tokens(estimator))
    }
}
