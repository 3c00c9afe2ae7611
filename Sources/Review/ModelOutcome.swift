public import Budget

/// What became of one model call. Each case says what it means for the tokens that were held.
public enum ModelOutcome: Sendable, Equatable {
    /// The model answered: settle what it used; without usage the hold stays.
    case answered(ModelAnswer)
    /// Certainly nothing was spent: release.
    case notCharged(ModelFailure)
    /// The call may have cost money: the hold stays, and another call needs a hold of its own. `reason` is for
    /// everyone, `detail` for the log alone.
    case unknown(reason: String, detail: String?)
}

/// An answer of a model.
public struct ModelAnswer: Sendable, Equatable {
    /// What it wrote; may be empty.
    public var text: String
    /// What the call used; nil when the server did not say, or not believably. Never zero for unknown.
    public var usage: TokenUsage?
    /// The model that answered, as the server calls it.
    public var model: String
    /// Why it stopped writing.
    public var stop: Stop
    /// The vendor's number for the call, for questions to its support.
    public var requestID: String?
    /// From sending the request that was answered to the end of the answer, in milliseconds.
    public var durationMilliseconds: Int

    /// An answer of these parts.
    public init(
        text: String, usage: TokenUsage?, model: String, stop: Stop, requestID: String? = nil,
        durationMilliseconds: Int
    ) {
        self.text = text
        self.usage = usage
        self.model = model
        self.stop = stop
        self.requestID = requestID
        self.durationMilliseconds = durationMilliseconds
    }

    /// Why a model stopped writing.
    public enum Stop: Sendable, Equatable {
        /// It had said what it had to say.
        case complete
        /// It reached the limit of its output or of its context.
        case cutOff
        /// It or a filter of the vendor declined; with the vendor's explanation where there is one.
        case refused(explanation: String?)
        /// For a reason Bursar does not know, in the vendor's word.
        case other(String)
    }
}

/// Why a model call came to nothing without costing anything.
public struct ModelFailure: Sendable, Equatable {
    /// What went wrong.
    public var kind: Kind
    /// A sentence for everyone who reads the merge request.
    public var message: String
    /// What somebody can do about it, as a sentence.
    public var advice: String
    /// What the vendor or the network said, for the log alone. Holds no key.
    public var detail: String?
    /// The status of the answer; nil when there was none.
    public var status: Int?
    /// The vendor's number for the call.
    public var requestID: String?

    /// A failure of these parts.
    public init(
        kind: Kind, message: String, advice: String, detail: String? = nil, status: Int? = nil, requestID: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.advice = advice
        self.detail = detail
        self.status = status
        self.requestID = requestID
    }

    /// What went wrong with a model call.
    public enum Kind: String, Sendable, CaseIterable {
        /// The key is wrong or may not do this.
        case auth
        /// The account at the vendor has no money or quota left.
        case quota
        /// No such model, or no such endpoint.
        case notFound = "not_found"
        /// The prompt is longer than this model takes.
        case tooLong = "too_long"
        /// The server does not take the request, and never will.
        case invalid
        /// Too many requests for now.
        case rateLimited = "rate_limited"
        /// The vendor has too much to do for now.
        case overloaded
        /// The vendor has a fault of its own.
        case unavailable
        /// No connection came about.
        case unreachable
    }
}
