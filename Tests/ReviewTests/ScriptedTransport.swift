import HTTPClient
import Review
import Synchronization
import UTCTime

/// Plays answers in order and keeps the requests; fails when it is asked more often than it has answers.
final class ScriptedTransport: HTTPTransport {
    enum Step: Sendable {
        case answer(Int, String, FieldList)
        case failure(HTTPClientError.Cause)

        static func answer(_ status: Int, _ body: String) -> Step { .answer(status, body, [:]) }
    }

    private let steps: Mutex<[Step]>
    private let sent = Mutex<[ClientRequest]>([])
    private let waits = Mutex<[Double]>([])
    private let nanoseconds = Mutex<UInt64>(0)

    init(_ steps: [Step]) { self.steps = Mutex(steps) }

    var requests: [ClientRequest] { sent.withLock { $0 } }
    var waitedSeconds: [Double] { waits.withLock { $0 } }

    /// Every request takes 250 ms by this connection's clock; waiting takes no time at all.
    var connection: ModelConnection {
        ModelConnection(
            transport: self,
            environment: RetryEnvironment(
                sleep: { seconds in self.waits.withLock { $0.append(seconds) } }, random: { 0 },
                now: { Instant(seconds: 1_795_200_000) }),
            monotonicNanoseconds: { self.nanoseconds.withLock { $0 } })
    }

    func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        sent.withLock { $0.append(request) }
        nanoseconds.withLock { $0 += 250_000_000 }
        let step = steps.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        switch step {
        case .answer(let status, let body, let fields)?:
            return ClientResponse(status: status, fields: fields, body: Array(body.utf8))
        case .failure(let cause)?: throw HTTPClientError(cause, "POST model.example: \(cause)")
        case nil: throw HTTPClientError(.invalidRequest, "asked more often than the script says")
        }
    }
}
