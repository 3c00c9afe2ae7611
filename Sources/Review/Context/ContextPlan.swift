/// What is decided about one file of a change.
public struct FileDecision: Sendable, Equatable {
    /// What becomes of a file.
    public enum Action: String, Sendable, CaseIterable {
        /// It is shown whole.
        case keep
        /// A part of it is shown.
        case trim
        /// It is not shown.
        case drop
    }

    /// The file's path.
    public var path: String
    /// What becomes of it.
    public var action: Action
    /// Why it is not shown whole; nil where it is.
    public var reason: OmittedFile.Reason?
    /// What it would take whole.
    public var whole: TokenEstimate
    /// What it takes as it is shown.
    public var shown: TokenEstimate
    /// The call that shows it, from 0; nil where none does.
    public var call: Int?
    /// What it is for.
    public var category: FileCategory
    /// Whether text hides in it or in its path.
    public var isSuspicious: Bool
}

/// How much of each file is shown, before anything is left out for want of room.
public struct ContextScope: Sendable, Equatable {
    /// Unchanged lines around each change; nil as many as the diff has.
    public var contextLines: Int?
    /// Whether tests, documentation and data are shown.
    public var hasTestsAndDocumentation: Bool

    /// A scope of these parts; by default everything.
    public init(contextLines: Int? = nil, hasTestsAndDocumentation: Bool = true) {
        self.contextLines = contextLines
        self.hasTestsAndDocumentation = hasTestsAndDocumentation
    }
}

/// What the calls for one review may take.
public struct ContextLimits: Sendable, Equatable {
    /// Input tokens of one call.
    public var inputTokensMax: Int
    /// Calls for one review.
    public var callsMax: Int
    /// Tokens that are held for each call's answer.
    public var outputTokensHeld: Int
    /// Tokens of all calls together, input and answers, that the budget still has; nil is without a budget.
    public var budgetTokens: Int?

    /// Limits of these values.
    public init(inputTokensMax: Int, callsMax: Int = 1, outputTokensHeld: Int = 0, budgetTokens: Int? = nil) {
        self.inputTokensMax = inputTokensMax
        self.callsMax = callsMax
        self.outputTokensHeld = outputTokensHeld
        self.budgetTokens = budgetTokens
    }
}

/// Which part of a change is shown in which call, with an account of every file.
public struct ContextPlan: Sendable, Equatable {
    /// Every file of the change, in its order.
    public internal(set) var files: [FileDecision]
    /// The text that each call shows, in the change's order.
    public internal(set) var calls: [CallContext]
    /// What the whole change would take.
    public let wholeTokens: TokenEstimate

    /// The part of a change that one call shows.
    public struct CallContext: Sendable, Equatable {
        /// A file's section of the prompt.
        struct Section: Sendable, Equatable {
            let index: Int
            let text: String
        }
        var sections: [Section] = []
        /// What the call takes as input: its frame, which every call has, and its sections.
        public internal(set) var tokens: TokenEstimate
    }

    /// Input of all calls together.
    public var inputTokens: TokenEstimate {
        calls.reduce(TokenEstimate(expected: 0, ceiling: 0)) { $0 + $1.tokens }
    }

    /// The most tokens that are spent on one file of data, by their ceiling; of a larger one a sample is shown.
    public static let dataTokensMax = 2000

    /// Whether no file is shown.
    public var isEmpty: Bool { calls.isEmpty }
}
