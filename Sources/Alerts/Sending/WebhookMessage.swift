import Digest
import JSON
import UTCTime

/// An alert as JSON by Standard Webhooks 1.0: `{"type", "timestamp", "data"}`, with id, time and signature in the header.
struct WebhookMessage {
    let body: [UInt8]

    /// A message that tells `alert`.
    init(_ alert: Alert) {
        body =
            JSONValue.object(
                JSONObject([
                    ("type", .string("alert.\(alert.content.kind.rawValue)")),
                    ("timestamp", .string(alert.raisedAt.description)),
                    (
                        "data",
                        .object(
                            JSONObject([
                                ("id", .string(alert.id)), ("title", .string(alert.content.title)),
                                ("text", .string(alert.content.text)), ("facts", .object(alert.content.facts)),
                            ]))
                    ),
                ])
            ).bytes
    }

    /// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
    static func signature(key: [UInt8], id: String, timestamp: String, body: [UInt8]) -> String {
        let code = SHA256.authenticationCode(key: key, message: Array("\(id).\(timestamp).".utf8) + body)
        return "v1," + Base64.encode(code.bytes)
    }
}

/// The key that alerts are signed with.
public enum WebhookKey {
    /// The bytes that `secret` stands for: what is behind `whsec_` is base64, any other text is its own bytes. Nil when
    /// `whsec_` is followed by something else.
    public static func bytes(of secret: String) -> [UInt8]? {
        guard secret.hasPrefix("whsec_") else { return Array(secret.utf8) }
        return Base64.decode(String(secret.dropFirst(6)))
    }
}
