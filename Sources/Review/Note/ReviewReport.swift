public import Budget

/// All that the summary note of one review says.
public struct ReviewReport: Sendable, Equatable {
    /// What the model wrote, as far as it was understood.
    public var reading: ReviewReading
    /// Why the model stopped writing.
    public var stop: ModelAnswer.Stop
    /// The findings, checked.
    public var findings: CheckedFindings
    /// Fingerprints of inline findings that GitLab did not take at their line: their text goes into the note.
    public var refused: Set<String> = []
    /// Findings of earlier reviews that still stand.
    public var standing: [RememberedFinding] = []
    /// How many earlier findings this push has settled.
    public var goneCount = 0
    /// What was seen of each file, in the order of the change.
    public var coverage: [FileCoverage]
    /// The commit up to which an earlier review had seen the change; nil for a review of the whole.
    public var since: String?
    /// What was done to stay within the budget, each as a sentence: a cheaper model, files left out, hunks trimmed.
    public var steps: [String] = []
    /// What else the reader must know, each as a sentence in Markdown.
    public var remarks: [String] = []
    /// What it took; nil when no model was called.
    public var figures: Figures?
    /// The label that asks for a review.
    public var labelName: String
    /// The full hash of the commit that was reviewed.
    public var headSHA: String

    /// Whether what was shown counts as reviewed: the answer came in the form, to its end. Of any other too little is
    /// known for the next review to leave out what this one was shown.
    public var isWhole: Bool { stop == .complete && reading.isWhole }

    /// The report of a review for which there was nothing to show.
    public init(
        unchangedSince since: String?, findings: CheckedFindings, coverage: [FileCoverage], labelName: String,
        headSHA: String
    ) {
        self.init(
            reading: ReviewReading(), stop: .complete, findings: findings, coverage: coverage, figures: nil,
            labelName: labelName, headSHA: headSHA)
        self.since = since
    }

    /// A report of these parts.
    public init(
        reading: ReviewReading, stop: ModelAnswer.Stop, findings: CheckedFindings, coverage: [FileCoverage],
        figures: Figures?, labelName: String, headSHA: String
    ) {
        self.reading = reading
        self.stop = stop
        self.findings = findings
        self.coverage = coverage
        self.figures = figures
        self.labelName = labelName
        self.headSHA = headSHA
    }

    /// What a review took, and what it had been expected to take.
    public struct Figures: Sendable, Equatable {
        /// The model that answered.
        public var model: String
        /// What the call used; nil when the server did not say.
        public var usage: TokenUsage?
        /// The input that had been expected, in tokens.
        public var estimatedInputTokens: Int
        /// The cost that had been expected; nil when no price is known.
        public var estimatedCost: MicroUSD?
        /// What the call cost; nil when no price or no usage is known.
        public var cost: MicroUSD?
        /// What had been held for the call, in tokens.
        public var heldTokens: Int
        /// The daily budget after the call; nil when calls are not checked.
        public var budget: BudgetFigures?
        /// The budget that is nearest to its end, where that is not the daily one.
        public var binding: BudgetFigures?

        /// Figures of these values.
        public init(
            model: String, usage: TokenUsage?, estimatedInputTokens: Int, estimatedCost: MicroUSD? = nil,
            cost: MicroUSD?, heldTokens: Int, budget: BudgetFigures?, binding: BudgetFigures? = nil
        ) {
            self.model = model
            self.usage = usage
            self.estimatedInputTokens = estimatedInputTokens
            self.estimatedCost = estimatedCost
            self.cost = cost
            self.heldTokens = heldTokens
            self.budget = budget
            self.binding = binding
        }
    }
}
