internal import Digest

/// The key of a webhook's signing token: `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks; GitLab makes 32).
struct SigningToken {
    static let prefix = "whsec_"
    static let keyBytes = 24...64

    private let key: [UInt8]

    /// The token written `text`; nil when it has another form.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), let key = Base64.decode(String(text.dropFirst(Self.prefix.count))),
            Self.keyBytes.contains(key.count)
        else { return nil }
        self.key = key
    }

    /// The signature of a delivery: HMAC-SHA256 over `id.timestamp.body`.
    func signature(id: String, timestamp: String, body: [UInt8]) -> Digest256 {
        SHA256.authenticationCode(key: key, message: Array("\(id).\(timestamp).".utf8) + body)
    }
}
