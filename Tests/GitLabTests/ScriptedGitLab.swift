import HTTPClient
import Synchronization
import UTCTime

@testable import GitLab

/// A GitLab that answers as a test says and remembers what it was asked, waits included; no sockets, no time.
final class ScriptedGitLab: HTTPTransport {
    typealias Answer = Result<ClientResponse, HTTPClientError>

    let reply: @Sendable (_ number: Int, ClientRequest) -> Answer
    private let received = Mutex<[ClientRequest]>([])
    private let slept = Mutex<[Double]>([])

    init(_ answer: @escaping @Sendable (_ number: Int, ClientRequest) -> Answer) { reply = answer }

    var requests: [ClientRequest] { received.withLock { $0 } }
    var waits: [Double] { slept.withLock { $0 } }
    /// Method and path of each request, without `/api/v4` and the query.
    var calls: [String] {
        requests.map { "\($0.method) \($0.url.split(separator: "/api/v4").last?.prefix { $0 != "?" } ?? "")" }
    }

    func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        let number = received.withLock {
            $0.append(request)
            return $0.count
        }
        return try reply(number, request).get()
    }

    func client() throws -> GitLabClient {
        GitLabClient(
            base: try GitLabBaseURL("https://gitlab.example/git"), token: "glpat-secret", transport: self,
            environment: RetryEnvironment(
                sleep: { seconds in self.slept.withLock { $0.append(seconds) } }, random: { 0 },
                now: { .init(seconds: 1_000_000) }))
    }
}

func answer(_ status: Int, _ body: String = "{}", _ fields: FieldList = [:]) -> ScriptedGitLab.Answer {
    .success(ClientResponse(status: status, fields: fields, body: Array(body.utf8)))
}
