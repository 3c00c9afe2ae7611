import Faults
import HTTPClient
import Synchronization
import UTCTime

@testable import GitLab

/// A GitLab of scripted faults behind a real socket, and a client of it whose waits are written down and cost no time.
struct SocketGitLab {
    /// The client's clock: 2026-03-10T09:00:00Z.
    static let now = Instant(seconds: 1_773_133_200)
    /// For tests of silence.
    static let briefSeconds = 0.2

    /// Ends the first request sooner than the client would. Those after it have their time: the machine may be busy.
    private final class Hurried: HTTPTransport {
        private let deadlineSeconds: Double
        private let isFirst = Atomic(true)
        init(deadlineSeconds: Double) { self.deadlineSeconds = deadlineSeconds }
        func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
            var request = request
            if isFirst.exchange(false, ordering: .relaxed) { request.deadlineSeconds = deadlineSeconds }
            return try await URLSessionTransport().send(request)
        }
    }

    private final class Waits: Sendable { let all = Mutex<[Double]>([]) }

    let relay: FaultyRelay
    let client: GitLabClient
    private let slept = Waits()

    /// What the client waited between its tries, in seconds.
    var waits: [Double] { slept.all.withLock { $0 } }
    /// What was asked: `GET /projects/3/hooks?page=1`.
    var calls: [String] {
        relay.passages.map { "\($0.question.method) \($0.question.target.replacing("/api/v4", with: ""))" }
    }

    /// The n-th request meets the n-th of `faults`, those after the last one the last.
    init(_ faults: [Fault], deadlineSeconds: Double = 20) throws {
        try self.init(FaultPlan { faults[min($0.number, faults.count - 1)] }, deadlineSeconds: deadlineSeconds)
    }

    /// Requests meet the faults of `plan`; there is no server behind.
    init(_ plan: FaultPlan, deadlineSeconds: Double = 20) throws {
        relay = try FaultyRelay(to: 1, plan: plan)
        client = GitLabClient(
            base: try GitLabBaseURL(relay.url), token: "glpat-secret",
            transport: Hurried(deadlineSeconds: deadlineSeconds),
            environment: RetryEnvironment(
                sleep: { [slept] seconds in slept.all.withLock { $0.append(seconds) } }, random: { 0 },
                now: { Self.now }))
    }
}

extension Fault {
    /// An answer with JSON in it.
    static func json(_ status: Int, _ body: String, _ fields: [String] = []) -> Fault {
        answer(status, "application/json", body, fields)
    }

    /// A web page.
    static func page(_ status: Int, title: String) -> Fault {
        answer(status, "text/html", "<!DOCTYPE html><html><head><title>\(title)</title></head></html>")
    }

    /// An answer of `type`; `claimedBytes` more are announced than come.
    static func answer(
        _ status: Int, _ type: String, _ body: String, _ fields: [String] = [], claimedBytes: Int = 0
    ) -> Fault {
        let lines =
            [
                "HTTP/1.1 \(status) X", "Content-Type: \(type)", "Content-Length: \(body.utf8.count + claimedBytes)",
                "Connection: close",
            ] + fields
        return .answer(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }
}
