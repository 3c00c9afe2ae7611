import JSON

/// Facts that alerts about alerts carry.
enum JSONFacts {
    static func undelivered(_ alert: Alert, _ target: String, _ reason: String) -> JSONObject {
        JSONObject([
            ("target", .string(target)), ("alert", .string(alert.id)), ("kind", .string(alert.content.kind.rawValue)),
            ("reason", .string(reason)),
        ])
    }
}
