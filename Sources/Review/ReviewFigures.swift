public import Budget

/// A budget at the moment a note is written.
public struct BudgetFigures: Sendable, Equatable {
    /// The budget's name: `daily`.
    public var name: String
    /// Tokens settled in the period, this review included.
    public var usedTokens: Int
    /// Tokens held for other calls.
    public var heldTokens: Int
    /// The limit in tokens.
    public var limitTokens: Int

    /// Figures of these values.
    public init(name: String = "daily", usedTokens: Int, heldTokens: Int, limitTokens: Int) {
        self.name = name
        self.usedTokens = usedTokens
        self.heldTokens = heldTokens
        self.limitTokens = limitTokens
    }

    /// Tokens that a new call could still hold; never negative.
    public var leftTokens: Int { max(0, limitTokens - addingClamped(usedTokens, heldTokens)) }

    /// The share of the limit from which one review is called large, in percent.
    public static let largeReviewPercent = 15

    /// Whether `tokens` are at least `largeReviewPercent` of the limit.
    public func isLarge(tokens: Int) -> Bool {
        limitTokens > 0 && Int128(tokens) * 100 >= Int128(limitTokens) * Int128(Self.largeReviewPercent)
    }
}

/// What a review's note says beside the review itself.
public struct ReviewFigures: Sendable, Equatable {
    /// What the prompt showed, and what it did not.
    public var includedFiles: [String]
    /// Files that were not shown, with reasons.
    public var omittedFiles: [OmittedFile]
    /// Files of which a part was shown, with reasons.
    public var trimmedFiles: [OmittedFile] = []
    /// Shown files with characters that hide or reorder text.
    public var suspiciousFiles: [String]
    /// Whether only the beginning of the description was shown.
    public var isDescriptionCut: Bool
    /// The input that had been expected, in tokens.
    public var estimatedInputTokens: Int
    /// What had been held for the call, in tokens.
    public var heldTokens: Int
    /// What the call cost; nil when no price is known for the model or the usage is unknown.
    public var cost: MicroUSD?
    /// The budget after the call; nil when calls are not checked.
    public var budget: BudgetFigures?
    /// The full hash of the commit that was reviewed.
    public var headSHA: String

    /// Why GitLab gave less than the whole change; nil when it gave all.
    public var incompleteness: String?

    /// Figures of a review of `prompt` for which `heldTokens` were held.
    public init(prompt: ReviewPrompt, heldTokens: Int, cost: MicroUSD?, budget: BudgetFigures?, headSHA: String) {
        includedFiles = prompt.includedFiles
        omittedFiles = prompt.omittedFiles
        trimmedFiles = prompt.trimmedFiles
        suspiciousFiles = prompt.suspiciousFiles
        isDescriptionCut = prompt.isDescriptionCut
        estimatedInputTokens = prompt.estimatedInputTokens
        self.heldTokens = heldTokens
        self.cost = cost
        self.budget = budget
        self.headSHA = headSHA
    }
}
