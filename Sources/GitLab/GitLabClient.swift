public import HTTPClient
internal import JSON

/// GitLab's REST API, as far as Bursar needs it (base `<instance>/api/v4`).
///
/// The token goes to the configured address and nowhere else: pages are followed by their number, redirects not at all.
/// Each call takes the recursion id of the delivery that it is made for and sends it back, so that no hook fires in a circle.
///
/// A call is tried up to six times (`RetryPolicy.gitLabRepeatable`): each try ends after `deadlineSeconds`, and the waits between
/// take 180 s together at most, so after six minutes it has answered or thrown a `GitLabError`, whose `handling` says what to
/// make of it.
public struct GitLabClient: Sendable {
    /// Elements asked for on a page.
    public static let pageSize = 100
    /// Pages of one list that are read.
    public static let pageCountMax = 50
    /// Bytes of one answer that are read.
    public static let answerBytesMax = 32 << 20
    /// Bytes of all pages of one merge request's diff that are read.
    public static let diffBytesMax = 64 << 20
    /// Seconds for one request.
    public static let deadlineSeconds = 30.0
    /// Seconds for one request of a look-up that the work can do without.
    public static let briefDeadlineSeconds = 5.0

    /// Where GitLab is.
    public let base: GitLabBaseURL
    let environment: RetryEnvironment
    private let token: String
    private let transport: any HTTPTransport

    /// A client for the GitLab at `base` with a token of scope `api`.
    public init(base: GitLabBaseURL, token: String, transport: any HTTPTransport, environment: RetryEnvironment) {
        self.base = base
        self.token = token
        self.transport = transport
        self.environment = environment
    }

    /// One call to the API.
    struct Call {
        let operation: String
        var method = "GET"
        let path: String
        var body: JSONValue?
        var eventUUID: String?
        var policy = RetryPolicy.gitLabRepeatable
        /// A look-up that the work can do without.
        var isBrief = false
        /// The `ETag` of an earlier answer: 304 when nothing has changed (RFC 9110 section 13.1.2).
        var tag: String?
    }

    /// Sends `call` as often as its policy allows; any 2xx returns.
    func send(_ call: Call) async throws(GitLabError) -> ClientResponse {
        var request = ClientRequest(
            method: call.method, url: base.api + call.path,
            fields: ["PRIVATE-TOKEN": token, "Accept": "application/json", "User-Agent": "bursar"],
            deadlineSeconds: call.isBrief ? Self.briefDeadlineSeconds : Self.deadlineSeconds,
            answerBytesMax: Self.answerBytesMax)
        if let eventUUID = call.eventUUID { request.fields["X-Gitlab-Event-UUID"] = eventUUID }
        if let tag = call.tag { request.fields["If-None-Match"] = tag }
        if let body = call.body {
            request.body = body.bytes
            request.fields["Content-Type"] = "application/json"
        }
        let retrying = RetryingTransport(
            transport, policy: call.isBrief ? .gitLabBrief : call.policy, environment: environment)
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await retrying.send(request)
        } catch {
            throw GitLabError(call.operation, error)
        }
        // Unchanged since the tag was given: an answer only to who named one.
        if response.status == 304, call.tag != nil { return response }
        guard response.isSuccess else { throw GitLabError(call.operation, response, now: environment.now()) }
        return response
    }

    /// Sends `call` and reads its answer.
    func value(_ call: Call) async throws(GitLabError) -> JSONValue {
        let response = try await send(call)
        return try Self.parse(response, call.operation)
    }

    static func parse(_ response: ClientResponse, _ operation: String) throws(GitLabError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: response.body)
        } catch {
            throw unreadable(operation, response, "\(error)")
        }
    }

    static func unreadable(_ operation: String, _ response: ClientResponse, _ reason: String) -> GitLabError {
        GitLabError(
            operation, .invalid, status: response.status,
            message: GitLabError.isWebPage(response.body) ? GitLabError.message(response.body) : reason,
            hint: "Is GITLAB_URL the address of GitLab itself, and is there no login page before it?",
            isWebPage: GitLabError.isWebPage(response.body))
    }

    /// The number of the page after `page`: `x-next-page`, else the `page` of the `Link` with `rel="next"`. Its host is never used: behind
    /// a proxy it may be another.
    static func nextPage(after page: Int, _ fields: FieldList) -> Int? {
        var next: Int?
        if let text = fields["x-next-page"] {
            next = Int(text)
        } else if let links = fields["Link"] {
            for link in links.split(separator: ",") where link.contains("rel=\"next\"") || link.contains("rel=next") {
                let target = link.prefix { $0 != ">" }
                let query = target.drop { $0 != "?" }.dropFirst()
                for part in query.split(separator: "&") where part.hasPrefix("page=") { next = Int(part.dropFirst(5)) }
            }
        }
        // A page that is not later would be read for ever.
        guard let next, next > page else { return nil }
        return next
    }
}
