import Foundation
import FoundationNetworking

/// Requests over Foundation's URLSession, around what it does differently on Linux.
///
/// - Each request has a session and thereby a connection of its own. A POST on a kept-alive connection that the server is
///   just closing would hang until its timeout, and a GET would be sent twice.
/// - The deadline is ours: `timeoutIntervalForResource` does nothing here, `timeoutIntervalForRequest` limits silence only.
/// - Redirects are answers. Nothing, least of all a token, goes to a host that the caller did not name.
/// - No cookies, no cache, no stored credentials; a challenge is answered by nobody and comes back as its 401.
/// - The answer is counted while it arrives.
/// - While an answer is awaited, Foundation keeps a write source on a socket that is writable, and libdispatch goes round
///   (some 0.7 of a core for all waiting requests together, Swift 6.3.1). Nothing that URLSession offers changes that.
/// - libcurl underneath reads `http_proxy`, `HTTPS_PROXY` and `NO_PROXY` from the environment.
public struct URLSessionTransport: HTTPTransport {
    /// A transport. It holds nothing: requests share no state.
    public init() {}

    /// Sends `request` once. See `HTTPTransport`.
    public func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        let prepared = try Self.prepare(request)
        let exchange = URLSessionExchange(target: Self.target(of: request), answerBytesMax: request.answerBytesMax)
        let seconds = min(max(request.deadlineSeconds, 0), 86_400)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        // Silence ends the request a little after our own deadline would have, should the timer ever be lost.
        configuration.timeoutIntervalForRequest = seconds + 5
        let session = URLSession(configuration: configuration, delegate: exchange, delegateQueue: nil)
        let task = session.dataTask(with: prepared)
        let deadline = Task {
            try? await Task.sleep(for: .seconds(seconds))
            if !Task.isCancelled { exchange.giveUp(.timedOut, "there was no complete answer within \(seconds) s") }
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                exchange.start(task, continuation)
            }
        } onCancel: {
            exchange.giveUp(.cancelled, "the request was cancelled")
        }
        deadline.cancel()
        // Not `invalidateAndCancel`: it goes through the session's tasks on this thread while the session takes out the one
        // that is ending on another, and the process traps (Swift 6.3.1). The task has ended or was cancelled by now.
        session.finishTasksAndInvalidate()
        return try result.get()
    }

    private static func prepare(_ request: ClientRequest) throws(HTTPClientError) -> URLRequest {
        guard let url = URL(string: request.url), let scheme = url.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = url.host, !host.isEmpty
        else {
            throw HTTPClientError(.invalidRequest, "not an absolute http or https URL: \(target(of: request))")
        }
        var prepared = URLRequest(url: url)
        prepared.httpMethod = request.method
        prepared.httpShouldHandleCookies = false
        for field in request.fields.fields {
            // A line break in a value would be a field of the sender's making.
            guard !field.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
                throw HTTPClientError(.invalidRequest, "the value of \(field.name) has a control character in it")
            }
            prepared.setValue(field.value, forHTTPHeaderField: field.name)
        }
        if request.fields["User-Agent"] == nil { prepared.setValue("bursar", forHTTPHeaderField: "User-Agent") }
        prepared.setValue("close", forHTTPHeaderField: "Connection")
        if let body = request.body { prepared.httpBody = Data(body) }
        return prepared
    }

    /// Method and URL for messages, without what may be secret: user information, query, fragment.
    static func target(of request: ClientRequest) -> String {
        var text = request.url.prefix { $0 != "?" && $0 != "#" }
        if let scheme = text.range(of: "://") {
            let authority = text[scheme.upperBound...].prefix { $0 != "/" }
            if let at = authority.lastIndex(of: "@") {
                text.replaceSubrange(scheme.upperBound...at, with: "")
            }
        }
        return "\(request.method) \(text)"
    }
}
