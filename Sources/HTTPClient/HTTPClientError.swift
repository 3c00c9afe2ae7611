/// Why a request has no answer, and whether the server may have acted on it.
public struct HTTPClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    public enum Cause: Sendable, Equatable {
        /// The request itself cannot be sent: a URL that is none, a scheme other than http and https.
        case invalidRequest
        /// No connection came about: the name is unknown, the port refuses, TLS fails.
        case unreachable
        /// The deadline passed.
        case timedOut
        /// The connection broke, or what came back is not HTTP.
        case connectionLost
        /// The answer was longer than the request allowed.
        case answerTooLarge
        /// The task that asked was cancelled.
        case cancelled
    }

    /// What the server knows of the request.
    public enum Outcome: Sendable, Equatable {
        /// It certainly never reached the server: sending it again repeats nothing.
        case notSent
        /// The server may have acted on it.
        case unknownOutcome
    }

    /// What went wrong.
    public let cause: Cause
    /// A sentence for people: what was asked of which host, and what happened. Never a header or a query.
    public let description: String

    /// An error of `cause` with a sentence for people.
    public init(_ cause: Cause, _ description: String) {
        self.cause = cause
        self.description = description
    }

    /// What the server knows of the request.
    public var outcome: Outcome {
        switch cause {
        case .invalidRequest, .unreachable: .notSent
        case .timedOut, .connectionLost, .answerTooLarge, .cancelled: .unknownOutcome
        }
    }
}
