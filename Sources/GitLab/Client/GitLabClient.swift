public import HTTPClient
import JSON

/// GitLab's REST API (version 4), as far as Bursar needs it.
///
/// The base URL comes from the settings and from nowhere else; the token goes to it and to nowhere else: no answer's link or
/// redirect is followed to another place. Every call may carry the `X-Gitlab-Event-UUID` of the delivery that caused it,
/// by which GitLab keeps hooks from chasing each other.
public struct GitLabClient: Sendable {
    /// Pages of a listing that are read at most; 100 entries each.
    public static let pagesMax = 50
    /// Bytes of all pages of a listing together.
    public static let listingBytesMax = 64 << 20
    /// Times a merge request is asked for again while its diff is not ready.
    public static let readinessTriesMax = 6
    /// Times the creation of a note is tried.
    static let creationTriesMax = 6

    private let base: String
    private let token: String
    private let transport: any HTTPTransport
    private let environment: RetryEnvironment

    /// A client of the GitLab at `baseURL` (`https://gitlab.example.com`, with its path if it has one).
    public init(
        baseURL: String, token: String, transport: any HTTPTransport, environment: RetryEnvironment
    ) throws(GitLabError) {
        let isPlain = baseURL.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\\") }
        let scheme = ["https://", "http://"].first { baseURL.lowercased().hasPrefix($0) }
        let authority = baseURL.dropFirst(scheme?.utf8.count ?? 0).prefix { $0 != "/" }
        guard isPlain, scheme != nil, !authority.isEmpty, !authority.contains("@"), !baseURL.contains("?"), !baseURL.contains("#")
        else {
            throw GitLabError(
                operation: "use GITLAB_URL", kind: .invalid, status: nil,
                message: "accepted is http:// or https:// with a host, without user, query and fragment")
        }
        var base = baseURL[...]
        while base.hasSuffix("/") { base.removeLast() }
        if base.hasSuffix("/api/v4") { base.removeLast(7) }
        self.base = base + "/api/v4"
        self.token = token
        self.transport = transport
        self.environment = environment
    }

    /// The user that the token belongs to.
    public func currentUser() async throws(GitLabError) -> GitLabUser {
        let value = try await read("say who we are", "/user", eventUUID: nil).value
        guard let id = value["id"]?.integer else { throw Self.unreadable("say who we are") }
        return GitLabUser(id: id, username: value["username"]?.string ?? "")
    }

    /// The merge request as it is now. Waits some moments for a diff that GitLab is still computing.
    public func mergeRequest(
        _ place: MergeRequestPlace, eventUUID: String? = nil
    ) async throws(GitLabError) -> GitLabMergeRequest {
        var triesLeft = Self.readinessTriesMax
        while true {
            let value = try await read("read the merge request", place.path, eventUUID: eventUUID).value
            guard value.object != nil else { throw Self.unreadable("read the merge request") }
            let mergeRequest = GitLabMergeRequest(value)
            triesLeft -= 1
            // `diff_refs` that are there and empty mean "not yet"; an answer without them says nothing about it.
            guard value["diff_refs"] != nil, !mergeRequest.isDiffReady, triesLeft > 0 else { return mergeRequest }
            do { try await environment.sleep(1.5) } catch { return mergeRequest }
        }
    }

    /// The changed files of the merge request, all pages of them.
    public func diffs(_ place: MergeRequestPlace, eventUUID: String? = nil) async throws(GitLabError) -> [GitLabFileDiff] {
        try await list("read the diffs", place.path + "/diffs", eventUUID: eventUUID).map { GitLabFileDiff($0) }
    }

    /// The newest note that ends with `marker`, written by `authorID` where that is known.
    public func ownNote(
        endingWith marker: NoteMarker, on place: MergeRequestPlace, authorID: Int?, eventUUID: String? = nil
    ) async throws(GitLabError) -> GitLabNote? {
        let notes = try await list(
            "list the notes", place.path + "/notes", query: "&sort=desc&order_by=created_at", eventUUID: eventUUID)
        return notes.lazy.compactMap { GitLabNote($0) }.first { note in
            let isOurs = authorID == nil || note.authorID == nil || note.authorID == authorID
            return isOurs && !note.isSystem && marker.ends(note.body)
        }
    }

    /// Posts `note` and returns its number; nil when GitLab does not say.
    ///
    /// When the outcome of a try is unknown, the note is looked for by its marker before it is posted again.
    @discardableResult
    public func createNote(
        _ note: HarmlessNote, on place: MergeRequestPlace, authorID: Int?, eventUUID: String? = nil
    ) async throws(GitLabError) -> Int? {
        let operation = "post the note"
        let body = JSONValue.object(JSONObject([("body", .string(note.body))])).bytes
        let creating = RetryingTransport(transport, policy: .gitLabCreating, environment: environment)
        var failure = Self.unreadable(operation)
        for round in 0..<Self.creationTriesMax {
            let attempt: Result<ClientResponse, HTTPClientError>
            do throws(HTTPClientError) {
                attempt = .success(try await creating.send(request("POST", place.path + "/notes", body, eventUUID)))
            } catch { attempt = .failure(error) }
            switch attempt {
            case .success(let response) where response.isSuccess:
                return (try? JSONValue(parsing: response.body))?["id"]?.integer
            case .success(let response):
                failure = GitLabError(operation: operation, response)
                guard response.status >= 500 else { throw failure }
            case .failure(let error):
                failure = GitLabError(operation: operation, error)
                guard error.cause == .timedOut || error.cause == .connectionLost else { throw failure }
            }
            do { try await environment.sleep(min(30, Double(1 << round)) * (1 - 0.25 * environment.random())) } catch { break }
            if let marker = note.marker,
                let found = try? await ownNote(endingWith: marker, on: place, authorID: authorID, eventUUID: eventUUID)
            {
                return found.id
            }
        }
        throw failure
    }

    /// Puts `note` in the place of the note `id`.
    public func updateNote(
        _ note: HarmlessNote, id: Int, on place: MergeRequestPlace, eventUUID: String? = nil
    ) async throws(GitLabError) {
        let body = JSONValue.object(JSONObject([("body", .string(note.body))])).bytes
        _ = try await repeatable("edit the note", request("PUT", "\(place.path)/notes/\(id)", body, eventUUID))
    }

    // MARK: - Requests

    private func request(_ method: String, _ path: String, _ body: [UInt8]?, _ eventUUID: String?) -> ClientRequest {
        var fields: FieldList = ["PRIVATE-TOKEN": token, "Accept": "application/json", "User-Agent": "Bursar"]
        if body != nil { fields["Content-Type"] = "application/json" }
        if let eventUUID { fields["X-Gitlab-Event-UUID"] = eventUUID }
        return ClientRequest(
            method: method, url: base + path, fields: fields, body: body, deadlineSeconds: 60,
            answerBytesMax: Self.listingBytesMax)
    }

    /// Sends a request that may be repeated freely, and again where that may help.
    private func repeatable(_ operation: String, _ request: ClientRequest) async throws(GitLabError) -> ClientResponse {
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await RetryingTransport(transport, policy: .gitLabRepeatable, environment: environment)
                .send(request)
        } catch { throw GitLabError(operation: operation, error) }
        guard response.isSuccess else { throw GitLabError(operation: operation, response) }
        return response
    }

    private func read(
        _ operation: String, _ path: String, eventUUID: String?
    ) async throws(GitLabError) -> (value: JSONValue, response: ClientResponse) {
        let response = try await repeatable(operation, request("GET", path, nil, eventUUID))
        guard let value = try? JSONValue(parsing: response.body) else { throw Self.unreadable(operation) }
        return (value, response)
    }

    /// All entries of a listing, page by page.
    ///
    /// The next page is the number in `X-Next-Page`, else the `page` of the link `rel="next"`: never the link's own address,
    /// which behind a proxy may be another host. A listing that says neither has one page.
    private func list(
        _ operation: String, _ path: String, query: String = "", eventUUID: String?
    ) async throws(GitLabError) -> [JSONValue] {
        var entries: [JSONValue] = []
        var byteCount = 0
        var page = 1
        for _ in 0..<Self.pagesMax {
            let (value, response) = try await read(
                operation, "\(path)?per_page=100&page=\(page)\(query)", eventUUID: eventUUID)
            guard let array = value.array else { throw Self.unreadable(operation) }
            entries += array
            byteCount += response.body.count
            guard let next = nextPage(response), next > page else { return entries }
            guard byteCount <= Self.listingBytesMax else { break }
            page = next
        }
        throw GitLabError(
            operation: operation, kind: .invalid, status: nil,
            message: "the listing is longer than \(Self.pagesMax * 100) entries or \(Self.listingBytesMax >> 20) MiB")
    }

    private func nextPage(_ response: ClientResponse) -> Int? {
        if let text = response.fields["X-Next-Page"] { return Int(text) }
        guard let links = response.fields["Link"] else { return nil }
        for link in links.split(separator: ",") where link.contains("rel=\"next\"") {
            guard let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"), start < end else { continue }
            let query = link[start..<end].split(separator: "?").dropFirst().joined(separator: "?")
            for pair in query.split(separator: "&") where pair.hasPrefix("page=") { return Int(pair.dropFirst(5)) }
        }
        return nil
    }

    private static func unreadable(_ operation: String) -> GitLabError {
        GitLabError(operation: operation, kind: .invalid, status: nil, message: "the answer is not what GitLab's API sends")
    }
}
