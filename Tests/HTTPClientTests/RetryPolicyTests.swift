import HTTPClient
import Synchronization
import Testing
import UTCTime

@Suite struct RetryPolicyTests {
    private static let now = Instant(seconds: 784_111_777)

    private func verdict(
        _ policy: RetryPolicy, _ status: Int, _ fields: FieldList = [:], retries: Int = 0, random: Double = 0
    ) -> RetryPolicy.Verdict {
        policy.verdict(
            after: .answered(ClientResponse(status: status, fields: fields)), retryCount: retries, random: random,
            now: Self.now)
    }

    @Test(arguments: [
        (200, false), (301, false), (400, false), (401, false), (404, false), (408, true), (409, true), (413, false),
        (429, true), (499, false), (500, true), (503, true), (504, true), (529, true),
    ])
    func `a vendor's statuses`(_ status: Int, _ again: Bool) {
        #expect((verdict(.modelVendor, status) != .stop) == again)
        #expect(verdict(.modelVendor, status, ["X-Should-Retry": "true"]) != .stop)
        #expect(verdict(.modelVendor, status, ["x-should-retry": "false"]) == .stop)
        #expect(verdict(.modelVendor, status, retries: 2) == .stop)
    }

    @Test(arguments: [
        (0, 0.0, 0.5), (1, 0.0, 1.0), (0, 0.5, 0.4375), (1, 1.0, 0.75),
    ])
    func `a vendor's waits double, less a quarter at random`(_ retries: Int, _ random: Double, _ seconds: Double) {
        #expect(verdict(.modelVendor, 500, retries: retries, random: random) == .retry(afterSeconds: seconds))
    }

    @Test func `waits stop growing`() {
        var policy = RetryPolicy.modelVendor
        policy.retryCountMax = .max
        #expect(verdict(policy, 500, retries: 4) == .retry(afterSeconds: 8))
        #expect(verdict(policy, 500, retries: 1_000_000) == .retry(afterSeconds: 8))
    }

    @Test(
        arguments: [
            (["Retry-After": "7"], 7.0), (["retry-after-ms": "1500", "Retry-After": "9"], 1.5),
            (["Retry-After": "60"], 60),
            (["Retry-After": "61"], 0.5), (["Retry-After": "0"], 0.5), (["Retry-After": "-3"], 0.5),
            (["Retry-After": "soon"], 0.5), (["Retry-After": "nan"], 0.5), (["Retry-After": "inf"], 0.5),
            (["Retry-After": "Sun, 06 Nov 1994 08:50:07 GMT"], 30),
            (["Retry-After": "Sun, 06 Nov 1994 08:50:07 UTC"], 0.5),
            (["Retry-After": "Mon, 06 Nov 1994 08:50:07 GMT"], 0.5), (["RateLimit-Reset": "784111787"], 0.5),
        ] as [(FieldList, Double)])
    func `obeys what a vendor asks for, up to a minute`(_ fields: FieldList, _ seconds: Double) {
        #expect(verdict(.modelVendor, 429, fields) == .retry(afterSeconds: seconds))
    }

    @Test func `GitLab's window and its limit`() {
        #expect(verdict(.gitLabRepeatable, 429, ["RateLimit-Reset": "784111787"]) == .retry(afterSeconds: 10))
        #expect(verdict(.gitLabRepeatable, 429, ["Retry-After": "120"]) == .retry(afterSeconds: 120))
        #expect(verdict(.gitLabRepeatable, 429, ["Retry-After": "121"]) == .stop)
        #expect(verdict(.gitLabRepeatable, 429, ["RateLimit-Reset": "9223372036854775807"]) == .stop)
        #expect(verdict(.gitLabCreating, 502) == .stop && verdict(.gitLabRepeatable, 502) != .stop)
        #expect(verdict(.gitLabCreating, 429) != .stop && verdict(.gitLabRepeatable, 404) == .stop)
    }

    @Test(arguments: [
        (HTTPClientError.Cause.invalidRequest, false, false), (.unreachable, true, true), (.timedOut, true, false),
        (.connectionLost, true, false), (.answerTooLarge, false, false), (.cancelled, false, false),
    ])
    func `what was never sent may be sent again`(_ cause: HTTPClientError.Cause, _ repeatable: Bool, _ creating: Bool) {
        let attempt = RetryPolicy.Attempt.failed(HTTPClientError(cause, ""))
        for (policy, again) in [(RetryPolicy.gitLabRepeatable, repeatable), (.gitLabCreating, creating)] {
            let verdict = policy.verdict(after: attempt, retryCount: 0, random: 0, now: Self.now)
            #expect((verdict != .stop) == again)
        }
    }
}

@Suite struct RetryingTransportTests {
    /// Answers from a list, one for each request.
    private final class Scripted: HTTPTransport {
        private let answers: Mutex<[Result<Int, HTTPClientError>]>
        let waits = Mutex<[Double]>([])

        init(_ answers: [Result<Int, HTTPClientError>]) { self.answers = Mutex(answers) }

        func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
            let next = answers.withLock { $0.isEmpty ? .success(599) : $0.removeFirst() }
            return ClientResponse(status: try next.get())
        }
    }

    private func send(over script: Scripted) async throws -> ClientResponse {
        let environment = RetryEnvironment(
            sleep: { seconds in script.waits.withLock { $0.append(seconds) } }, random: { 0 },
            now: { Instant(seconds: 0) })
        return try await RetryingTransport(script, policy: .modelVendor, environment: environment)
            .send(ClientRequest(url: "http://x"))
    }

    @Test func `returns the first answer that stands`() async throws {
        let script = Scripted([.failure(HTTPClientError(.timedOut, "")), .success(503), .success(200)])
        #expect(try await send(over: script).status == 200)
        #expect(script.waits.withLock { $0 } == [0.5, 1])
    }

    @Test func `returns the last answer when the retries are used up`() async throws {
        let script = Scripted([.success(500), .success(502), .success(503), .success(200)])
        #expect(try await send(over: script).status == 503)
    }

    @Test func `throws the last error when the retries are used up`() async {
        let lost = HTTPClientError(.connectionLost, "lost")
        let script = Scripted([.success(500), .success(502), .failure(lost)])
        await #expect(throws: lost) { try await send(over: script) }
    }

    @Test func `does not wait once the task is cancelled`() async throws {
        let script = Scripted([.success(500), .success(200)])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await send(over: script)
        }
        #expect(try await task.value.status == 500)
    }
}
