public import HTTPClient
import JSON
public import UTCTime

/// Where alerts are sent, and in which form.
public struct AlertTarget: Sendable, Equatable {
    /// What the receiver understands.
    public enum Form: Sendable, Equatable {
        /// Slack's incoming webhooks, and what is compatible: Mattermost, Rocket.Chat.
        case slack
        /// JSON by Standard Webhooks, signed when there is a key.
        case webhook(key: [UInt8]?)
    }

    /// Its name in the journal and in metrics.
    public let name: String
    /// Where it listens: a secret, for whoever knows it may write there.
    public let url: String
    /// What it understands.
    public let form: Form

    /// A target of these parts.
    public init(name: String, url: String, form: Form) {
        self.name = name
        self.url = url
        self.form = form
    }

    /// Seconds after which a receiver that does not answer is given up for this time.
    static let deadlineSeconds = 10.0
    /// Bytes of an answer that are read.
    static let answerBytesMax = 64 << 10

    /// Host and port, for messages.
    public var host: String {
        guard let scheme = url.firstRange(of: "://") else { return "" }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return String(authority.split(separator: "@").last ?? "")
    }

    /// The request that tells `alert` at `now`. The body and the id are the same at every attempt.
    public func request(for alert: Alert, at now: Instant) -> ClientRequest {
        var fields: FieldList = ["Content-Type": "application/json"]
        let body: [UInt8]
        switch form {
        case .slack: body = SlackMessage(alert).body
        case .webhook(let key):
            body = WebhookMessage(alert).body
            let timestamp = String(now.seconds)
            fields.append("webhook-id", alert.id)
            fields.append("webhook-timestamp", timestamp)
            if let key {
                fields.append(
                    "webhook-signature",
                    WebhookMessage.signature(key: key, id: alert.id, timestamp: timestamp, body: body))
            }
        }
        return ClientRequest(
            method: "POST", url: url, fields: fields, body: body, deadlineSeconds: Self.deadlineSeconds,
            answerBytesMax: Self.answerBytesMax)
    }
}
