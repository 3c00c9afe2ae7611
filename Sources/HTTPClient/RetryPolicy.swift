public import UTCTime

/// When to send a request again: a pure rule over what came back, the clock and a random number.
public struct RetryPolicy: Sendable {
    /// What one attempt came to.
    public enum Attempt: Sendable {
        /// An answer, of any status.
        case answered(ClientResponse)
        /// No answer.
        case failed(HTTPClientError)
    }

    /// What to do next.
    public enum Verdict: Sendable, Equatable {
        /// Send again after so many seconds.
        case retry(afterSeconds: Double)
        /// Take what came back.
        case stop
    }

    /// How many times a request is sent again at most.
    public var retryCountMax: Int
    /// Statuses that are tried again beside those from `everyStatusFrom` on.
    public var statuses: Set<Int>
    /// Every status from this on is tried again.
    public var everyStatusFrom: Int
    /// Whether a request is sent again that the server may already have acted on.
    public var repeatsUnknownOutcome: Bool
    /// Whether `x-should-retry: true` and `false` decide.
    public var obeysShouldRetry: Bool
    /// The first wait in seconds; it doubles each time.
    public var firstWaitSeconds: Double
    /// The longest wait of our own choosing, in seconds.
    public var waitSecondsMax: Double
    /// The longest wait that the server may ask for, in seconds.
    public var askedSecondsMax: Double
    /// Whether a longer wait than that ends the attempts; else our own wait takes its place.
    public var stopsWhenAskedLonger: Bool
    /// The longest that all waits for one request may take together, in seconds; a wait that would pass it ends the attempts.
    public var waitedSecondsMax: Double = .infinity
    /// Whether `RateLimit-Reset` (Unix seconds) counts as a request to wait when there is no `Retry-After`.
    public var obeysRateLimitReset: Bool

    /// The rules of the model vendors' own SDKs: two retries, on 408, 409, 429, 5xx and lost connections; their
    /// `retry-after-ms` or `retry-after` up to a minute, else half a second, doubled up to 8 s, less a quarter at random.
    public static let modelVendor = RetryPolicy(
        retryCountMax: 2, statuses: [408, 409, 429], everyStatusFrom: 500, repeatsUnknownOutcome: true,
        obeysShouldRetry: true, firstWaitSeconds: 0.5, waitSecondsMax: 8, askedSecondsMax: 60,
        stopsWhenAskedLonger: false, obeysRateLimitReset: false)

    /// For requests to GitLab that may be repeated freely (GET, PUT): about half a minute in all when GitLab asks for
    /// nothing longer, three minutes at most when it does. 501 means that the server does not have what was asked for.
    public static let gitLabRepeatable = RetryPolicy(
        retryCountMax: 5, statuses: [408, 429, 500], everyStatusFrom: 502, repeatsUnknownOutcome: true,
        obeysShouldRetry: false, firstWaitSeconds: 1, waitSecondsMax: 30, askedSecondsMax: 120,
        stopsWhenAskedLonger: true, waitedSecondsMax: 180, obeysRateLimitReset: true)

    /// For look-ups that the work can do without: once more at most, and soon.
    public static let gitLabBrief = RetryPolicy(
        retryCountMax: 1, statuses: [408, 429, 500], everyStatusFrom: 502, repeatsUnknownOutcome: false,
        obeysShouldRetry: false, firstWaitSeconds: 1, waitSecondsMax: 1, askedSecondsMax: 5,
        stopsWhenAskedLonger: true, obeysRateLimitReset: false)

    /// For requests to GitLab that come again by themselves: once. The next round is the retry.
    public static let gitLabOnce = RetryPolicy(
        retryCountMax: 0, statuses: [], everyStatusFrom: .max, repeatsUnknownOutcome: false, obeysShouldRetry: false,
        firstWaitSeconds: 1, waitSecondsMax: 1, askedSecondsMax: 0, stopsWhenAskedLonger: true,
        obeysRateLimitReset: false)

    /// For requests to GitLab that create something: again only when nothing can have been created.
    public static let gitLabCreating = RetryPolicy(
        retryCountMax: 5, statuses: [429], everyStatusFrom: .max, repeatsUnknownOutcome: false,
        obeysShouldRetry: false, firstWaitSeconds: 1, waitSecondsMax: 30, askedSecondsMax: 120,
        stopsWhenAskedLonger: true, waitedSecondsMax: 180, obeysRateLimitReset: true)

    /// What to do after `attempt`, the `retryCount`-th retry (0: the first try), when the waits before took `waitedSeconds`
    /// together. `random` is in 0..<1.
    public func verdict(
        after attempt: Attempt, retryCount: Int, waitedSeconds: Double = 0, random: Double, now: Instant
    ) -> Verdict {
        guard case .retry(let seconds) = verdict(after: attempt, retryCount: retryCount, random, now),
            waitedSeconds + seconds <= waitedSecondsMax
        else { return .stop }
        return .retry(afterSeconds: seconds)
    }

    private func verdict(after attempt: Attempt, retryCount: Int, _ random: Double, _ now: Instant) -> Verdict {
        guard retryCount < retryCountMax else { return .stop }
        var asked: Double?
        switch attempt {
        case .failed(let error):
            guard mayRepeat(error) else { return .stop }
        case .answered(let response):
            guard mayRepeat(response) else { return .stop }
            asked = response.askedSeconds(now: now, obeysRateLimitReset: obeysRateLimitReset)
        }
        if let asked, asked > 0 {
            if asked <= askedSecondsMax { return .retry(afterSeconds: asked) }
            if stopsWhenAskedLonger { return .stop }
        }
        var wait = firstWaitSeconds
        for _ in 0..<min(retryCount, 30) where wait < waitSecondsMax { wait *= 2 }
        return .retry(afterSeconds: min(wait, waitSecondsMax) * (1 - 0.25 * random))
    }

    private func mayRepeat(_ error: HTTPClientError) -> Bool {
        switch error.cause {
        case .invalidRequest, .answerTooLarge, .cancelled: false
        case .unreachable: true
        case .timedOut, .connectionLost: repeatsUnknownOutcome
        }
    }

    private func mayRepeat(_ response: ClientResponse) -> Bool {
        if obeysShouldRetry {
            switch response.fields["x-should-retry"] {
            case "true"?: return true
            case "false"?: return false
            default: break
            }
        }
        return statuses.contains(response.status) || response.status >= everyStatusFrom
    }
}

extension ClientResponse {
    /// The wait that the server asks for, in seconds: `retry-after-ms`, `Retry-After` as seconds or as a date (RFC 9110
    /// section 10.2.3), or the end of the rate limit's window. Nil when it asks for none; may be negative when the time has come.
    public func askedSeconds(now: Instant, obeysRateLimitReset: Bool) -> Double? {
        if let text = fields["retry-after-ms"], let milliseconds = Double(text), milliseconds.isFinite {
            return milliseconds / 1000
        }
        if let text = fields["Retry-After"] {
            if let seconds = Double(text), seconds.isFinite { return seconds }
            if let date = Instant(httpDate: text) {
                return Double(date.milliseconds - now.milliseconds) / 1000
            }
        }
        if obeysRateLimitReset, let text = fields["RateLimit-Reset"], let seconds = Int64(text) {
            return Double(Instant(seconds: seconds).milliseconds - now.milliseconds) / 1000
        }
        return nil
    }
}
