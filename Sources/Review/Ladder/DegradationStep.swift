/// How much of a review is given up so that it fits what is left of the budget. In the order in which it is tried.
public enum DegradationStep: String, Sendable, CaseIterable {
    /// Nothing.
    case full
    /// The unchanged lines around each change, but one on either side.
    case withoutContext = "without_context"
    /// Tests, documentation and data, besides.
    case withoutTests = "without_tests"
    /// Whatever else does not fit, file by file and place by place.
    case trimmed

    /// What is shown at this step, before room is short.
    public var scope: ContextScope {
        switch self {
        case .full: ContextScope()
        case .withoutContext: ContextScope(contextLines: 1)
        case .withoutTests, .trimmed: ContextScope(contextLines: 1, hasTestsAndDocumentation: false)
        }
    }

    /// What was given up, as a sentence for the note; nil for nothing.
    public var sentence: String? {
        switch self {
        case .full: nil
        case .withoutContext: "To stay within the budget, changes were shown without the lines around them."
        case .withoutTests:
            "To stay within the budget, tests, documentation and data were left out, and changes were shown without the "
                + "lines around them."
        case .trimmed: "Only a part of the change fits what is left of the budget; the rest was left out."
        }
    }
}
