internal import HTTPClient
internal import JSON
internal import UTCTime

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

    /// What a caller should make of it.
    public enum Handling: String, Sendable, CaseIterable {
        /// The same may work later without anybody doing anything; `retryAfterSeconds` says when GitLab wants to be asked again.
        case retryLater = "retry_later"
        /// The same will fail again, here and now; other projects are not affected.
        case giveUp = "give_up"
        /// The token or its user is the matter: everything fails until a person acts.
        case tokenProblem = "token_problem"
        /// What was asked for is not there for us: deleted, or the bot is no member.
        case gone
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
    /// Seconds that GitLab asked to wait before it is asked again; nil when it did not say.
    public let retryAfterSeconds: Double?
    /// The number of the project that a moved path leads to, from the `Location` of a redirect.
    public let movedToProjectID: Int?
    /// Whether the answer was a web page rather than GitLab's API.
    public let isWebPage: Bool

    /// What a caller should make of it.
    public var handling: Handling {
        switch kind {
        case .rateLimited, .unavailable: .retryLater
        case .unauthorized: .tokenProblem
        case .forbidden: Self.concernsEverything(message) ? .tokenProblem : .giveUp
        case .notFound: .gone
        // Half an answer, or a page of something that stands before GitLab for a while.
        case .invalid: status.map { 200..<300 ~= $0 } == true ? .retryLater : .giveUp
        case .redirected: .giveUp
        }
    }

    /// Whether the same may work later without anybody doing anything.
    public var isTemporary: Bool { handling == .retryLater }

    /// What failed and why, without what to do about it.
    public var reason: String {
        let answer = status.map { "GitLab answered \($0)\(message.isEmpty ? "" : ": \(message)")" } ?? message
        return "cannot \(operation): \(answer)\(answer.hasSuffix(".") ? "" : ".")"
    }

    /// `cannot post a note on 42!7: GitLab answered 403: insufficient_scope. Give GITLAB_TOKEN the scope api.`
    public var description: String { "\(reason)\(hint.isEmpty ? "" : " \(hint)")" }

    init(
        _ operation: String, _ kind: Kind, status: Int? = nil, message: String, hint: String,
        mayHaveHappened: Bool = false, retryAfterSeconds: Double? = nil, movedToProjectID: Int? = nil,
        isWebPage: Bool = false
    ) {
        self.operation = operation
        self.kind = kind
        self.status = status
        self.message = message
        self.hint = hint
        self.mayHaveHappened = mayHaveHappened
        self.retryAfterSeconds = retryAfterSeconds
        self.movedToProjectID = movedToProjectID
        self.isWebPage = isWebPage
    }

    init(_ operation: String, _ error: HTTPClientError) {
        self.init(
            operation, error.cause == .invalidRequest || error.cause == .answerTooLarge ? .invalid : .unavailable,
            message: error.description,
            hint: error.outcome == .notSent ? "Check GITLAB_URL, the network and the certificate." : "",
            mayHaveHappened: error.outcome == .unknownOutcome)
    }

    init(_ operation: String, _ response: ClientResponse, now: Instant) {
        let message = Self.message(response.body)
        let (kind, hint): (Kind, String) =
            switch response.status {
            case 300..<400:
                (
                    .redirected,
                    "GITLAB_URL must be where GitLab is in the end (https, not http?); redirects are not followed, because the token would be."
                )
            case 401: (.unauthorized, Self.tokenHint(message))
            case 403 where message.contains("scope"): (.forbidden, "Give GITLAB_TOKEN the scope api.")
            case 403 where Self.concernsEverything(message):
                (.forbidden, "GitLab lets the bot's user do nothing: look at that user in GitLab.")
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
            mayHaveHappened: response.status == 408 || response.status >= 500,
            retryAfterSeconds: response.askedSeconds(now: now, obeysRateLimitReset: response.status == 429)
                .map { max(0, $0) },
            movedToProjectID: response.fields["Location"].flatMap(Self.projectID(in:)),
            isWebPage: Self.isWebPage(response.body))
    }

    /// GitLab's words for what is wrong with a token differ by the way it was found out.
    private static func tokenHint(_ message: String) -> String {
        let words = message.lowercased()
        let state =
            words.contains("expired")
            ? "has expired" : words.contains("revoked") ? "was revoked" : "is wrong, expired or revoked"
        return "GITLAB_TOKEN \(state): make a new one with the scope api."
    }

    /// Whether a 403 is about the token or its user, not about one project: GitLab's words for a missing scope, a blocked user,
    /// terms not accepted, an expired password.
    private static func concernsEverything(_ message: String) -> Bool {
        let words = message.lowercased()
        return ["insufficient_scope", "scope", "your account", "terms of service", "password expired", "your password"]
            .contains(where: words.contains)
    }

    /// The 81 of `https://…/api/v4/projects/81/merge_requests`; nil for a path, so that a redirect to https is not followed.
    private static func projectID(in location: String) -> Int? {
        guard let start = location.firstRange(of: "/api/v4/projects/") else { return nil }
        let digits = location[start.upperBound...].prefix { $0 != "/" && $0 != "?" }
        guard 1...18 ~= digits.utf8.count, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return Int(digits)
    }

    static func isWebPage(_ body: [UInt8]) -> Bool {
        let start = String(decoding: body.prefix(2000), as: UTF8.self).lowercased()
        return start.contains("<html") || start.contains("<!doctype")
    }

    /// GitLab's words in an error's body: `message` or `error` as a text or as texts by field, else the start of a plain text.
    static func message(_ body: [UInt8]) -> String {
        let text: String
        if let value = try? JSONValue(parsing: body) {
            let parts = [value["message"], value["error"], value["error_description"]].compactMap { $0.map(flat) }
            text = parts.filter { !$0.isEmpty }.joined(separator: ": ")
        } else {
            let start = String(decoding: body.prefix(2000), as: UTF8.self)
            text = isWebPage(body) ? htmlTitle(start) : start
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
