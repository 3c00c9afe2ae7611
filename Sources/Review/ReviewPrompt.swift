/// What one model call says: instructions, and the text they apply to.
public struct ModelPrompt: Sendable, Equatable {
    /// Instructions, from us alone.
    public var system: String
    /// The text they apply to.
    public var user: String

    /// A prompt of these parts.
    public init(system: String, user: String) {
        self.system = system
        self.user = user
    }
}

/// The prompt for one review, with an account of every file of the change.
public struct ReviewPrompt: Sendable, Equatable {
    /// Instructions; the same for every review.
    public let system: String
    /// The merge request within its fence.
    public let user: String
    /// Paths of the files that are shown, whole or in part, in the order of the change.
    public let includedFiles: [String]
    /// Those of them that are shown in part, and why.
    public let trimmedFiles: [OmittedFile]
    /// The files of the change that no call shows, in its order.
    public let omittedFiles: [OmittedFile]
    /// Paths of shown files with characters that hide or reorder text.
    public let suspiciousFiles: [String]
    /// Whether the description was too long to be shown whole.
    public let isDescriptionCut: Bool
    /// Tokens of the prompt.
    public private(set) var estimate: TokenEstimate

    /// The prompt with what the vendor itself counts in it, and a little more than that to hold: a count is close, and
    /// no promise.
    public func counted(_ tokens: Int) -> ReviewPrompt {
        var prompt = self
        prompt.estimate = TokenEstimate(
            expected: tokens, ceiling: addingClamped(tokens, max(Self.countMarginMin, tokens / 20)))
        return prompt
    }

    /// The least that is held beyond a count.
    static let countMarginMin = 64

    /// What is sent, measured: for `Calibration.record` when the call has come back.
    public var measure: TextMeasure { TextMeasure(of: system) + TextMeasure(of: user) }

    /// The likely input of the call in tokens.
    public var estimatedInputTokens: Int { estimate.expected }

    /// What a call with at most `maxOutputTokens` tokens of answer must hold: more than it will use, in practice.
    public func heldTokens(maxOutputTokens: Int) -> Int { addingClamped(estimate.ceiling, max(0, maxOutputTokens)) }

    /// Whether no file is shown: there is nothing to ask a model.
    public var isEmpty: Bool { includedFiles.isEmpty }

    /// The prompt as a model client takes it.
    public var modelPrompt: ModelPrompt { ModelPrompt(system: system, user: user) }
}
