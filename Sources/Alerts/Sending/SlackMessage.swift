import JSON

/// An alert as an incoming webhook of Slack takes it, and Mattermost too: `{"text": "…"}` in mrkdwn.
///
/// Names in it come from GitLab and from callers. In Slack `&`, `<` and `>` are what makes links and mentions
/// (`<!channel>`, `<@U123>`; api.slack.com "Formatting text for app surfaces"), so they are escaped; Mattermost takes a
/// bare `@channel` and Markdown links, so an `@` gets a zero-width blank behind it, and so does a `]` before `(`.
struct SlackMessage {
    let text: String

    /// A message that tells `alert`.
    init(_ alert: Alert) {
        let icon = alert.content.kind.isNews ? ":bar_chart:" : ":warning:"
        let title = Self.harmless(alert.content.title)
        let lines = Self.harmless(alert.content.text)
        text = "\(icon) *\(title)*" + (lines.isEmpty ? "" : "\n\(lines)")
    }

    var body: [UInt8] { JSONValue.object(JSONObject([("text", .string(text))])).bytes }

    /// `text` with nothing in it that pings, links or ends the bold type.
    static func harmless(_ text: String) -> String {
        var output = ""
        output.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "@": output += "@\u{200B}"
            case "]": output += "]\u{200B}"
            case "*": output += "\u{2217}"
            case "`": output += "'"
            case "\n": output += "\n"
            default: if scalar.value >= 0x20, scalar.value != 0x7F { output.unicodeScalars.append(scalar) }
            }
        }
        return output
    }
}
