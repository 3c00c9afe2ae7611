internal import HTTPClient
internal import JSON

/// What GitLab refused or could not do, and what to do about it.
public struct GitLabError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is; decides whether waiting helps.
    public enum Kind: String, Sendable, CaseIterable {
        /// 401: the token is none.
        case unauthorized
        /// 403: the token may not.
        case forbidden
        /// 404: not there, or hidden from the token.
        case notFound = "not_found"
        /// 429, after all retries.
        case rateLimited = "rate_limited"
        /// 5xx or no answer, after all retries: later it may work.
        case unavailable
        /// GitLab does not take what was sent, or answers what cannot be read.
        case invalid
        /// 3xx: GitLab or the project is somewhere else.
        case redirected
    }

    /// What was being done: `post a note on 42!7`.
    public let operation: String
    /// The status of the answer; nil when there was none.
    public let status: Int?
    /// What kind of failure it is.
    public let kind: Kind
    /// GitLab's own words, or what went wrong on the way; one line.
    public let message: String
    /// What to do.
    public let hint: String
    /// Whether the request may have had its effect all the same.
    public let mayHaveHappened: Bool

    /// Whether the same may work later without anybody doing anything.
    public var isTemporary: Bool { kind == .rateLimited || kind == .unavailable }

    /// What failed and why, without what to do about it.
    public var reason: String {
        let answer = status.map { "GitLab answered \($0)\(message.isEmpty ? "" : ": \(message)")" } ?? message
        return "cannot \(operation): \(answer)\(answer.hasSuffix(".") ? "" : ".")"
    }

    /// `cannot post a note on 42!7: GitLab answered 403: insufficient_scope. Give GITLAB_TOKEN the scope api.`
    public var description: String { "\(reason)\(hint.isEmpty ? "" : " \(hint)")" }

    init(
        _ operation: String, _ kind: Kind, status: Int? = nil, message: String, hint: String,
        mayHaveHappened: Bool = false
    ) {
        self.operation = operation
        self.kind = kind
        self.status = status
        self.message = message
        self.hint = hint
        self.mayHaveHappened = mayHaveHappened
    }

    init(_ operation: String, _ error: HTTPClientError) {
        self.init(
            operation, error.cause == .invalidRequest || error.cause == .answerTooLarge ? .invalid : .unavailable,
            message: error.description,
            hint: error.outcome == .notSent ? "Check GITLAB_URL, the network and the certificate." : "",
            mayHaveHappened: error.outcome == .unknownOutcome)
    }

    init(_ operation: String, _ response: ClientResponse) {
        let message = Self.message(response.body)
        let (kind, hint): (Kind, String) =
            switch response.status {
            case 300..<400:
                (
                    .redirected,
                    "GITLAB_URL must be where GitLab is in the end (https, not http?); redirects are not followed, because the token would be."
                )
            case 401: (.unauthorized, "GITLAB_TOKEN is wrong, expired or revoked: make a new one with the scope api.")
            case 403 where message.contains("scope"): (.forbidden, "Give GITLAB_TOKEN the scope api.")
            case 403:
                (.forbidden, "Give the bot at least the role Reporter in this project, and its token the scope api.")
            case 404:
                (
                    .notFound,
                    "It is gone, or the bot is not a member of the project: GitLab hides what its token may not see."
                )
            case 408: (.unavailable, "")
            case 429: (.rateLimited, "GitLab limits how often it is asked; it is tried again later.")
            case 500...: (.unavailable, "")
            default: (.invalid, "")
            }
        self.init(
            operation, kind, status: response.status, message: message, hint: hint,
            mayHaveHappened: response.status == 408 || response.status >= 500)
    }

    /// GitLab's words in an error's body: `message` or `error` as a text or as texts by field, else the start of a plain text.
    static func message(_ body: [UInt8]) -> String {
        let text: String
        if let value = try? JSONValue(parsing: body) {
            let parts = [value["message"], value["error"], value["error_description"]].compactMap { $0.map(flat) }
            text = parts.filter { !$0.isEmpty }.joined(separator: ": ")
        } else {
            let start = String(decoding: body.prefix(2000), as: UTF8.self)
            let isHTML = start.contains("<html") || start.contains("<!DOCTYPE") || start.contains("<HTML")
            text = isHTML ? htmlTitle(start) : start
        }
        let line = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
        return String(String.UnicodeScalarView(line.prefix(300))).split(separator: " ").joined(separator: " ")
    }

    private static func flat(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .array(let elements): elements.map(flat).joined(separator: ", ")
        case .object(let object): object.members.map { "\($0.key) \(flat($0.value))" }.joined(separator: "; ")
        default: value.isNull ? "" : value.text
        }
    }

    private static func htmlTitle(_ text: String) -> String {
        guard let start = text.firstRange(of: "<title>"), let end = text[start.upperBound...].firstRange(of: "</title>")
        else { return "an HTML page" }
        return "an HTML page, \(text[start.upperBound..<end.lowerBound])"
    }
}
