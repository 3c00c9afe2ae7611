import HTTPClient
import Settings

/// Whether somebody answers where alerts go. Sends none, and shows nobody the address: it is a secret.
struct AlertExamination: Sendable {
    let settings: AlertSettings
    let transport: any HTTPTransport

    func checks() async -> [Check] {
        let targets = [
            ("slack alerts", "ALERT_SLACK_URL", settings.slackURL),
            ("webhook alerts", "ALERT_WEBHOOK_URL", settings.webhookURL),
        ]
        var checks: [Check] = []
        for (name, variable, url) in targets {
            guard let url else { continue }
            checks.append(await check(name, variable, url.revealed))
        }
        if settings.webhookURL != nil, settings.webhookSecret == nil {
            checks.append(
                .warning(
                    "webhook alerts", "they are not signed",
                    "Set ALERT_WEBHOOK_SECRET, so that the receiver can tell them from others'."))
        }
        return checks.isEmpty
            ? [.skipped("alerts", "neither ALERT_SLACK_URL nor ALERT_WEBHOOK_URL is set: the log and GET /alerts tell")]
            : checks
    }

    private func check(_ name: String, _ variable: String, _ url: String) async -> Check {
        guard let scheme = url.firstRange(of: "://") else {
            return .failed(name, "\(variable) is no URL", "Set \(variable).")
        }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        do throws(HTTPClientError) {
            _ = try await transport.send(
                ClientRequest(url: url[..<scheme.upperBound] + authority + "/", answerBytesMax: 1 << 20))
            return .ok(name, "\(authority) answers")
        } catch {
            return .failed(
                name, "\(authority) does not answer: \(error)",
                "Check \(variable), the firewall, and HTTPS_PROXY in the daemon's environment.")
        }
    }
}
