import Alerts
import Settings

extension AlertSettings {
    /// The targets that the settings name.
    var targets: [AlertTarget] {
        [
            slackURL.map { AlertTarget(name: "slack", url: $0.revealed, form: .slack) },
            webhookURL.map { url in
                AlertTarget(
                    name: "webhook", url: url.revealed,
                    form: .webhook(key: webhookSecret.flatMap { WebhookKey.bytes(of: $0.revealed) }))
            },
        ].compactMap { $0 }
    }
}
