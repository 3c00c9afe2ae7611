/// A model that did not do what it was asked, so that another one is.
public struct PassedOverModel: Sendable, Equatable {
    /// The model's id.
    public var model: String
    /// Why, as words that follow its name: `ModelOutcome.reasonToTryNext`.
    public var reason: String
    /// Whether the prompt was longer than it takes.
    public var isTooShort: Bool

    /// A model of these parts.
    public init(model: String, reason: String, isTooShort: Bool = false) {
        self.model = model
        self.reason = reason
        self.isTooShort = isTooShort
    }
}

extension [PassedOverModel] {
    /// `` `a` declined to review the change and `b` was overloaded ``; empty for none.
    public var reasons: String { map { "\(Markdown.code($0.model)) \($0.reason)" }.joined(separator: " and ") }

    /// Why it is `model` that was asked, as a sentence for the note; nil where it was the first one.
    public func sentence(for model: String, hasAnswered: Bool) -> String? {
        guard !isEmpty else { return nil }
        let name = Markdown.code(model)
        return hasAnswered
            ? "Answered by \(name), because \(reasons)." : "\(name) was asked too, because \(reasons)."
    }
}

/// Why a review ends before every part of the change was answered.
public enum ReviewEnding: Sendable, Equatable {
    /// A budget has no room for the rest.
    case budget(name: String)
    /// There was no answer, with the reason as a sentence.
    case noAnswer(String)
    /// Calls for one review are limited.
    case calls(max: Int)
    /// Commits came, or the review is no more wanted.
    case superseded

    /// Why a file of the rest was not shown.
    public var reason: OmittedFile.Reason {
        switch self {
        case .budget: .overBudget
        case .noAnswer: .noAnswer
        case .calls: .overLimit
        case .superseded: .superseded
        }
    }

    /// What the reader must know, as a sentence in Markdown.
    public var sentence: String {
        switch self {
        case .budget(let name):
            "**Not the whole change was reviewed**: the budget \(Markdown.code(name)) left no room for the rest, which is "
                + "named below."
        case .noAnswer(let message):
            "**Not the whole change was reviewed**: there was no answer about the rest, which is named below."
                + (message.isEmpty ? "" : " " + message)
        case .calls(let max):
            "**Not the whole change was reviewed**: one review makes at most \(counted(max, "call")). The "
                + "rest is named below."
        case .superseded:
            "**Not the whole change was reviewed**: the merge request has changed since. The rest is named below."
        }
    }
}
