import Foundation
import FoundationNetworking
import Synchronization

/// One request on its way: collects the answer and hands over the first end that comes, whichever it is.
final class URLSessionExchange: NSObject, URLSessionDataDelegate, Sendable {
    typealias Ending = Result<ClientResponse, HTTPClientError>

    private struct State {
        var task: URLSessionDataTask?
        var continuation: CheckedContinuation<Ending, Never>?
        var ending: Ending?
        var response: ClientResponse?
    }

    private let state = Mutex(State())
    private let target: String
    private let answerBytesMax: Int

    init(target: String, answerBytesMax: Int) {
        self.target = target
        self.answerBytesMax = answerBytesMax
    }

    /// Starts `task`, unless the exchange has already ended.
    func start(_ task: URLSessionDataTask, _ continuation: CheckedContinuation<Ending, Never>) {
        let ended = state.withLock { state in
            guard state.ending == nil else { return state.ending }
            state.task = task
            state.continuation = continuation
            return nil
        }
        guard let ended else { return task.resume() }
        // A session lives for as long as one of its tasks may still be started.
        task.cancel()
        continuation.resume(returning: ended)
    }

    /// Ends the exchange without an answer.
    func giveUp(_ cause: HTTPClientError.Cause, _ reason: String) {
        finish(.failure(HTTPClientError(cause, "\(target): \(reason)")))
    }

    private func finish(_ ending: Ending) {
        let (continuation, task) = state.withLock { state in
            guard state.ending == nil else {
                return (nil, nil) as (CheckedContinuation<Ending, Never>?, URLSessionTask?)
            }
            state.ending = ending
            defer {
                state.continuation = nil
                state.task = nil
                state.response = nil
            }
            return (state.continuation, state.task)
        }
        continuation?.resume(returning: ending)
        task?.cancel()
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        guard let response = response as? HTTPURLResponse else {
            giveUp(.connectionLost, "what came back is not HTTP")
            return completionHandler(.cancel)
        }
        guard response.expectedContentLength <= Int64(answerBytesMax) else {
            giveUp(.answerTooLarge, "the answer has more than \(answerBytesMax) bytes")
            return completionHandler(.cancel)
        }
        let answer = Self.answer(response)
        state.withLock { $0.response = answer }
        completionHandler(.allow)
    }

    private static func answer(_ response: HTTPURLResponse) -> ClientResponse {
        var answer = ClientResponse(status: response.statusCode)
        for (name, value) in response.allHeaderFields {
            if let name = name as? String, let value = value as? String { answer.fields.append(name, value) }
        }
        return answer
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let fits = state.withLock { state in
            guard let count = state.response?.body.count else { return true }
            guard data.count <= answerBytesMax - count else { return false }
            state.response?.body.append(contentsOf: data)
            return true
        }
        if !fits { giveUp(.answerTooLarge, "the answer has more than \(answerBytesMax) bytes") }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        // Default handling of a Basic challenge never ends on Linux. The answer is whole by now: take it.
        if let answer = state.withLock({ $0.response }) {
            finish(.success(answer))
        } else if let response = challenge.failureResponse as? HTTPURLResponse {
            finish(.success(Self.answer(response)))
        }
        completionHandler(.cancelAuthenticationChallenge, nil)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if let error {
            let (cause, reason) = Self.explain(error)
            return giveUp(cause, reason)
        }
        if let answer = state.withLock({ $0.response }) {
            finish(.success(answer))
        } else {
            giveUp(.connectionLost, "the connection closed without an answer")
        }
    }

    /// What an error of URLSession means. Only those that come before a connection stands count as never sent.
    private static func explain(_ error: any Error) -> (HTTPClientError.Cause, String) {
        let words = error.localizedDescription
        guard let error = error as? URLError else { return (.connectionLost, words) }
        return switch error.code {
        case .cannotFindHost, .dnsLookupFailed: (.unreachable, "the host is not known (\(words))")
        case .cannotConnectToHost: (.unreachable, "the connection was refused or found no way (\(words))")
        case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid:
            (.unreachable, "TLS failed: check the certificate and the machine's clock (\(words))")
        // libcurl's words for what Foundation has no code for on Linux; each ends the handshake, before anything is sent.
        case _ where words.contains("SSL certificate problem") || words.contains("certificate subject name"):
            (.unreachable, "TLS failed: check the certificate and the machine's clock (\(words))")
        case _ where words.contains("wrong version number"):
            (.unreachable, "TLS failed: the port does not speak https (\(words))")
        // The URL was looked at before: what is not supported here is an answer that is not HTTP.
        case .unsupportedURL: (.connectionLost, "what came back is not HTTP")
        case .timedOut: (.timedOut, words)
        case .cancelled: (.cancelled, words)
        default: (.connectionLost, "the connection broke or the answer was cut short (\(words))")
        }
    }
}
