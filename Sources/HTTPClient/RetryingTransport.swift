public import UTCTime

/// What waiting and chance look like to those who try again. Tests put their own in its place.
public struct RetryEnvironment: Sendable {
    /// Waits so many seconds; throws when the task was cancelled.
    public var sleep: @Sendable (Double) async throws -> Void
    /// A number in 0..<1.
    public var random: @Sendable () -> Double
    /// The wall clock.
    public var now: @Sendable () -> Instant

    /// An environment of these three.
    public init(
        sleep: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        now: @escaping @Sendable () -> Instant
    ) {
        self.sleep = sleep
        self.random = random
        self.now = now
    }
}

/// Sends requests over another transport as often as a policy allows.
public struct RetryingTransport: HTTPTransport {
    private let transport: any HTTPTransport
    private let policy: RetryPolicy
    private let environment: RetryEnvironment

    /// Retries over `transport` as `policy` says.
    public init(_ transport: any HTTPTransport, policy: RetryPolicy, environment: RetryEnvironment) {
        self.transport = transport
        self.policy = policy
        self.environment = environment
    }

    /// Sends `request` until the policy takes what came back: the last answer, or the last error.
    public func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        var retryCount = 0
        var waitedSeconds = 0.0
        while true {
            let attempt: RetryPolicy.Attempt
            do throws(HTTPClientError) {
                attempt = .answered(try await transport.send(request))
            } catch {
                attempt = .failed(error)
            }
            let verdict = policy.verdict(
                after: attempt, retryCount: retryCount, waitedSeconds: waitedSeconds, random: environment.random(),
                now: environment.now())
            if case .retry(let seconds) = verdict, !Task.isCancelled, (try? await environment.sleep(seconds)) != nil {
                retryCount += 1
                waitedSeconds += seconds
                continue
            }
            switch attempt {
            case .answered(let response): return response
            case .failed(let error): throw error
            }
        }
    }
}
