/// Where a model is and how to be let in.
public struct ModelEndpoint: Sendable {
    /// The URL that calls are posted to.
    public let url: String
    /// The host in small letters, without the port.
    public let host: String
    /// The key; nil where the server wants none. Only clients see it.
    let key: String?

    /// Why a base URL or a key cannot be used.
    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// The base URL is not one.
        case baseURL(String)
        /// The key has a character that no header may carry.
        case key

        /// What is wrong and what is accepted. Never holds the key.
        public var description: String {
            switch self {
            case .baseURL(let text):
                "\"\(text)\" is not a base URL: accepted is http:// or https://, a host, perhaps a port and a path"
            case .key: "the API key has a blank, a line break or another character that no key has"
            }
        }
    }

    /// Anthropic's Messages API: `{base}/v1/messages`, where the base may carry the `/v1` already.
    public static func anthropic(baseURL: String?, key: String) throws(Failure) -> ModelEndpoint {
        let base = try Base(baseURL ?? "https://api.anthropic.com")
        let path = base.path(without: ["/v1/messages", "/v1"])
        return ModelEndpoint(url: base.origin + path + "/v1/messages", host: base.host, key: try checked(key))
    }

    /// Chat completions of OpenAI or a server like it: `{base}/chat/completions`.
    ///
    /// A base without any path gets the customary `/v1`; another path is taken as it is.
    public static func openAI(baseURL: String?, key: String?) throws(Failure) -> ModelEndpoint {
        let base = try Base(baseURL ?? "https://api.openai.com/v1")
        let path = base.path(without: ["/chat/completions"])
        return ModelEndpoint(
            url: base.origin + (path.isEmpty ? "/v1" : path) + "/chat/completions", host: base.host,
            key: try checked(key))
    }

    /// Where Anthropic's tokens are counted, beside where its messages are made.
    var counting: ModelEndpoint { ModelEndpoint(url: url + "/count_tokens", host: host, key: key) }

    private static func checked(_ key: String?) throws(Failure) -> String? {
        guard let key, !key.isEmpty else { return nil }
        guard key.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { throw .key }
        return key
    }

    /// `text` without the key, should it be in there.
    func redacted(_ text: String) -> String {
        guard let key, text.contains(bytesOf: key) else { return text }
        return text.replacing(bytesOf: key, by: "[key]")
    }

    /// A base URL in its parts.
    private struct Base {
        let origin: String
        let host: String
        private let path: String

        init(_ text: String) throws(Failure) {
            let bytes = Array(text.utf8)
            guard bytes.allSatisfy({ 0x21...0x7E ~= $0 }), !text.contains("?"), !text.contains("#"),
                !text.contains("\\"),
                let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) })
            else { throw .baseURL(text) }
            let rest = text.dropFirst(scheme.utf8.count)
            let authority = rest.prefix { $0 != "/" }
            // A user or a password before an @ would go to logs and error texts.
            guard !authority.contains("@") else { throw .baseURL("…@…") }
            // The colons of an IPv6 address stand before its bracket.
            let end = authority.lastIndex(of: "]") ?? authority.startIndex
            let colon = authority[end...].lastIndex(of: ":")
            host = authority[..<(colon ?? authority.endIndex)].lowercased()
            let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count > 2
            guard !host.isEmpty, isBracketed || !host.contains(where: { "[]:".contains($0) }),
                colon.map({ Self.isPort(authority[authority.index(after: $0)...]) }) ?? true
            else { throw .baseURL(text) }
            origin = scheme + authority
            path = String(rest[authority.endIndex...])
        }

        private static func isPort(_ digits: Substring) -> Bool {
            1...5 ~= digits.utf8.count && digits.utf8.allSatisfy { 0x30...0x39 ~= $0 }
        }

        /// The path without slashes at its end and without one of `endings`.
        func path(without endings: [String]) -> String {
            var path = path[...]
            while path.hasSuffix("/") { path.removeLast() }
            for ending in endings where path.hasSuffix(ending) {
                path.removeLast(ending.count)
                break
            }
            while path.hasSuffix("/") { path.removeLast() }
            return String(path)
        }
    }
}
