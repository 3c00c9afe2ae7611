import HTTPClient
import JSON

/// One model call over the wire: tries, waits, and says what is known about the money.
///
/// The vendors' SDKs send again after a timeout and a lost connection. Bursar does not: such a call may have been
/// made and charged, and the hold pays for one.
struct ModelExchange {
    let endpoint: ModelEndpoint
    let connection: ModelConnection
    /// The setting that holds the key, for advice: `ANTHROPIC_API_KEY`.
    let keyVariable: String
    /// The setting that names the server, for advice: `ANTHROPIC_BASE_URL`.
    let baseVariable: String
    /// The model's id, for advice.
    let model: String

    /// What came back when the call certainly reached an end.
    enum Result {
        /// A 2xx.
        case success(JSONValue, requestID: String?, durationMilliseconds: Int)
        /// The server's refusal, for callers who can mend the request.
        case refused(ModelFailure, VendorError)
        /// Nothing to be done here.
        case ended(ModelOutcome)
    }

    /// Posts `body` until it is answered, refused for good or of unknown outcome.
    func post(_ body: JSONValue, fields: FieldList, deadlineSeconds: Double) async -> Result {
        var fields = fields
        fields["Content-Type"] = "application/json"
        fields["Accept"] = "application/json"
        let request = ClientRequest(
            method: "POST", url: endpoint.url, fields: fields, body: body.bytes, deadlineSeconds: deadlineSeconds)
        var retryCount = 0
        while true {
            let started = connection.monotonicNanoseconds()
            let attempt: RetryPolicy.Attempt
            do throws(HTTPClientError) {
                attempt = .answered(try await connection.transport.send(request))
            } catch {
                attempt = .failed(error)
            }
            let ended = connection.monotonicNanoseconds()
            let milliseconds = Int(clamping: (ended > started ? ended - started : 0) / 1_000_000)
            let result = judged(attempt, milliseconds: milliseconds)
            guard mayRetry(result) else { return result }
            let verdict = RetryPolicy.modelVendor.verdict(
                after: attempt, retryCount: retryCount, random: connection.environment.random(),
                now: connection.environment.now())
            guard case .retry(let seconds) = verdict, !Task.isCancelled,
                (try? await connection.environment.sleep(seconds)) != nil
            else { return result }
            retryCount += 1
        }
    }

    /// Whether another call would be the first that costs anything, and has any prospect.
    private func mayRetry(_ result: Result) -> Bool {
        switch result {
        case .success, .ended(.unknown), .ended(.answered): false
        case .refused(let failure, _), .ended(.notCharged(let failure)): failure.kind != .quota
        }
    }

    private func judged(_ attempt: RetryPolicy.Attempt, milliseconds: Int) -> Result {
        switch attempt {
        case .failed(let error):
            let detail = endpoint.redacted(error.description)
            guard error.outcome == .notSent else {
                return .ended(.unknown(reason: Self.sentence(error.cause), detail: detail))
            }
            return .ended(
                .notCharged(
                    ModelFailure(
                        kind: .unreachable, message: "The model could not be reached.",
                        advice: "Check \(baseVariable) and that the server running Bursar may connect to it.",
                        detail: detail)))
        case .answered(let response):
            let requestID = response.fields["request-id"] ?? response.fields["x-request-id"]
            guard response.isSuccess else {
                let error = VendorError(body: response.body)
                if Self.mayHaveBeenCharged(response.status, error) {
                    let reason =
                        "Waiting for the model was given up on its own side (\(response.status)); it may have answered."
                    return .ended(.unknown(reason: reason, detail: detail(error)))
                }
                return .refused(failure(response.status, error, requestID: requestID), error)
            }
            do {
                let value = try JSONValue(parsing: response.body)
                return .success(value, requestID: requestID, durationMilliseconds: milliseconds)
            } catch {
                let reason = "The model answered, but its answer could not be read."
                return .ended(.unknown(reason: reason, detail: "\(error)"))
            }
        }
    }

    private static func sentence(_ cause: HTTPClientError.Cause) -> String {
        switch cause {
        case .timedOut: "The model did not answer in time."
        case .answerTooLarge: "The model's answer was longer than Bursar reads."
        case .cancelled: "The call was cut off because Bursar was stopping."
        default: "The connection broke before the model's answer was complete."
        }
    }

    /// Gateways that lost or stopped waiting for the model: RFC 9110 sections 15.6.3 and 15.6.5, Cloudflare's 520 and
    /// 524.
    ///
    /// A proxy such as LiteLLM says so in words, whatever its status.
    private static func mayHaveBeenCharged(_ status: Int, _ error: VendorError) -> Bool {
        switch status {
        case 504, 524: true
        case 502, 520: !error.isStructured || error.isTimeout
        default: error.isTimeout
        }
    }

    /// The vendor's own words for the log: short, on one line, without the key.
    func detail(_ error: VendorError) -> String? {
        guard let message = error.message else { return error.codes.first }
        let line = VisibleText(endpoint.redacted(message).cut(toBytes: 300).text, keepsLineBreaks: false).text
        return (error.codes.first.map { "\($0): " } ?? "") + line
    }

    private func failure(_ status: Int, _ error: VendorError, requestID: String?) -> ModelFailure {
        let (kind, message, advice) = words(status, error)
        // A 401 may quote the key in part: nothing of it is repeated.
        return ModelFailure(
            kind: kind, message: message, advice: advice, detail: status == 401 ? nil : detail(error), status: status,
            requestID: requestID)
    }

    private func words(_ status: Int, _ error: VendorError) -> (ModelFailure.Kind, String, String) {
        let later = "Try again later."
        if error.isQuota(status: status) {
            return (
                .quota, "The account at the model's vendor has reached its own limit (\(status)).",
                "Check the account's balance and limits at the vendor."
            )
        }
        if error.isTooLong(status: status) {
            return (
                .tooLong, "The prompt was longer than \(model) takes (\(status)).",
                "Lower REVIEW_MAX_INPUT_TOKENS, or name a model with a longer context in MODEL_LADDER."
            )
        }
        switch status {
        case 401: return (.auth, "The model's vendor does not accept the API key (401).", "Check \(keyVariable).")
        case 403:
            return (
                .auth, "The API key may not use the model (403).",
                "Check what the key of \(keyVariable) is allowed and whether it may use \(model)."
            )
        case 404:
            return (
                .notFound, "The model's server knows no \(model), or nothing is at its address (404).",
                "Check MODEL and \(baseVariable)."
            )
        case 413:
            return (
                .invalid, "The request was too large for the model's server (413).", "Lower REVIEW_MAX_INPUT_TOKENS."
            )
        case 429: return (.rateLimited, "The model's vendor had too many requests (429).", later)
        case 503, 529: return (.overloaded, "The model's vendor was overloaded (\(status)).", later)
        case 408, 409, 500...: return (.unavailable, "The model's vendor had a fault (\(status)).", later)
        case 300..<400:
            return (
                .invalid, "The model's server is at another address (\(status)).",
                "Set \(baseVariable) to the address it redirects to."
            )
        default:
            return (
                .invalid, "The model's server did not take the request (\(status)).",
                "The log of Bursar has what the server said. Check MODEL, \(baseVariable) and REVIEW_MAX_INPUT_TOKENS."
            )
        }
    }
}
