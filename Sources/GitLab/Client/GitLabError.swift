import HTTPClient
import JSON

/// A request to GitLab that did not do what it was for: which, why, and what a person can do about it.
public struct GitLabError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// 401: the token is wrong, expired or revoked.
        case unauthorized
        /// 403: the token may not do this.
        case forbidden
        /// 404: it is not there, or the token may not see it; GitLab does not tell these apart.
        case notFound = "not_found"
        /// 429, after all tries.
        case rateLimited = "rate_limited"
        /// 5xx or no answer, after all tries.
        case unavailable
        /// Any other 4xx, or an answer that cannot be read.
        case invalid
    }

    /// What was to be done: `read the merge request`.
    public let operation: String
    /// What kind of failure it is.
    public let kind: Kind
    /// GitLab's status; nil when there was no answer.
    public let status: Int?
    /// GitLab's own words, or those of the network.
    public let message: String

    /// A failure of these parts.
    public init(operation: String, kind: Kind, status: Int?, message: String) {
        self.operation = operation
        self.kind = kind
        self.status = status
        self.message = message
    }

    init(operation: String, _ response: ClientResponse) {
        let kind: Kind =
            switch response.status {
            case 401: .unauthorized
            case 403: .forbidden
            case 404, 410: .notFound
            case 429: .rateLimited
            case 500...: .unavailable
            default: .invalid
            }
        self.init(operation: operation, kind: kind, status: response.status, message: Self.words(of: response))
    }

    init(operation: String, _ error: HTTPClientError) {
        self.init(operation: operation, kind: .unavailable, status: nil, message: error.description)
    }

    /// Whether what was asked for is gone or out of reach for good.
    public var isGone: Bool { kind == .notFound || kind == .forbidden }

    /// One line without the hint: `it could not read the merge request (404: 404 Not found)`.
    public var summary: String {
        let status = status.map { "\($0): " } ?? ""
        return "it could not \(operation) (\(status)\(message))"
    }

    /// The failure and what to do about it.
    public var description: String { "GitLab: \(summary). \(hint)." }

    /// What a person can do about it.
    public var hint: String {
        switch kind {
        case .unauthorized: "Check that GITLAB_TOKEN is right, not expired and not revoked"
        case .forbidden:
            "Give the token of GITLAB_TOKEN the scope 'api', and its user at least the role Reporter in the project"
        case .notFound:
            "Check that the project and the merge request exist, and that the user of GITLAB_TOKEN is a member of the project"
        case .rateLimited: "GitLab limits how often it may be asked; set the label again later, or raise the limit"
        case .unavailable: "Check that GitLab is up and that GITLAB_URL can be reached from here"
        case .invalid: "Check that GITLAB_URL is the address of a GitLab, with its path if it has one"
        }
    }

    /// `message` or `error` of the answer, which may be a string, an object of lists, or a page of HTML.
    private static func words(of response: ClientResponse) -> String {
        let text: String
        if let value = try? JSONValue(parsing: response.body), value.object != nil {
            text = flat(value["message"]) ?? flat(value["error_description"]) ?? flat(value["error"]) ?? value.text
        } else if response.body.isEmpty {
            text = "no words"
        } else {
            let isPage = response.fields["content-type"]?.contains("html") == true || response.body.first == 0x3C
            text = isPage ? "a web page instead of an answer" : String(decoding: response.body.prefix(300), as: UTF8.self)
        }
        return String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }.prefix(300))
    }

    private static func flat(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)?: text
        case .array(let elements)?: elements.compactMap { flat($0) }.joined(separator: ", ")
        case .object(let object)?:
            object.members.map { "\($0.key) \(flat($0.value) ?? $0.value.text)" }.joined(separator: "; ")
        default: nil
        }
    }
}
