public import Budget

extension ReviewFigures {
    /// Figures of a review whose prompt is no longer there: its answer was kept on the disk.
    public init(
        includedFiles: [String], omittedFiles: [OmittedFile], suspiciousFiles: [String], isDescriptionCut: Bool,
        estimatedInputTokens: Int, heldTokens: Int, cost: MicroUSD?, budget: BudgetFigures?, headSHA: String,
        incompleteness: String?
    ) {
        self.includedFiles = includedFiles
        self.omittedFiles = omittedFiles
        self.suspiciousFiles = suspiciousFiles
        self.isDescriptionCut = isDescriptionCut
        self.estimatedInputTokens = estimatedInputTokens
        self.heldTokens = heldTokens
        self.cost = cost
        self.budget = budget
        self.headSHA = headSHA
        self.incompleteness = incompleteness
    }
}
