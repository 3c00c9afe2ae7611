public import HTTPClient
public import UTCTime

/// What to do after an attempt to send an alert: a pure rule over what came back and a random number.
public enum SendingPolicy {
    /// What an attempt came to.
    public enum Verdict: Sendable, Equatable {
        /// The receiver has it.
        case sent
        /// It is tried again, after so many seconds at least if the receiver asked for that.
        case retry(reason: String, askedSeconds: Double?)
        /// The receiver will never take it.
        case refused(reason: String)
    }

    /// Seconds before the first further try; they double.
    static let firstWaitSeconds = 5.0
    /// The longest wait of our own choosing, in seconds.
    static let waitSecondsMax = 900.0
    /// The longest wait a receiver may ask for, in seconds.
    static let askedSecondsMax = 3600.0

    /// What an answer, or none, means. Statuses that say of the message itself that it is none, and 410, by which a
    /// receiver takes its leave (Standard Webhooks), are final; a wrong or revoked address may be mended by an operator,
    /// and is tried on.
    public static func verdict(on attempt: RetryPolicy.Attempt, at now: Instant) -> Verdict {
        switch attempt {
        case .failed(let error): return .retry(reason: words(for: error.cause), askedSeconds: nil)
        case .answered(let response):
            switch response.status {
            case 200..<300: return .sent
            case 400, 410, 413, 415, 422: return .refused(reason: "the receiver answered \(response.status)")
            default:
                return .retry(
                    reason: "the receiver answered \(response.status)",
                    askedSeconds: response.askedSeconds(now: now, obeysRateLimitReset: false))
            }
        }
    }

    /// Seconds to wait after `failureCount` failures in a row; up to a quarter less at random (`random` in 0..<1).
    public static func wait(failureCount: Int, askedSeconds: Double?, random: Double) -> Double {
        var own = firstWaitSeconds
        for _ in 1..<max(failureCount, 1) where own < waitSecondsMax { own *= 2 }
        own = min(own, waitSecondsMax) * (1 - random / 4)
        guard let askedSeconds, askedSeconds > 0 else { return own }
        return max(own, min(askedSeconds, askedSecondsMax))
    }

    /// Without the address, which may be a secret.
    private static func words(for cause: HTTPClientError.Cause) -> String {
        switch cause {
        case .invalidRequest: "the address is none"
        case .unreachable: "no connection came about"
        case .timedOut: "it did not answer in time"
        case .connectionLost: "the connection broke"
        case .answerTooLarge: "its answer was too long"
        case .cancelled: "the attempt was cut off"
        }
    }
}
