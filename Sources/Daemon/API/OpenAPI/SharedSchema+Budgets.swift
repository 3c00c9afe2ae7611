import Alerts
import Budget
import JSON

// What is answered about budgets, teams and alerts.

extension SharedSchema {
    static let periods = Period.allCases.map(\.rawValue)
    static let enforcements = Enforcement.allCases.map(\.rawValue)
    static let unknownPrices = UnknownPrice.allCases.map(\.rawValue)

    /// A number of tokens, or dollars as a text.
    private static let limit: JSONValue = [
        "anyOf": [Schema.integer(0...BudgetLimit.amountMax), ["type": "string", "pattern": "usd$"]]
    ]

    static let budgetSchema = Schema.object(
        [
            ("name", Schema.text), ("scope", Schema.text), ("period", Schema.word(periods)), ("limit", limit),
            ("warn", Schema.array(Schema.text)), ("enforcement", Schema.word(enforcements)),
            ("unknown_price", Schema.word(unknownPrices)),
            (
                "urgent",
                Schema.object([("percent", Schema.integer(1...99)), ("labels", Schema.array(Schema.text))])
            ), ("label", Schema.text),
        ], required: ["name", "scope", "period", "limit", "enforcement"])

    /// Amounts in the counter's unit.
    static let budgetCounterSchema = Schema.object(
        counterFields + [
            (
                "grants",
                Schema.array(
                    Schema.object([
                        ("amount", Schema.count), ("author", Schema.text), ("reason", Schema.text),
                        ("until", Schema.optionalTime),
                    ]))
            )
        ] + dailyFields, required: counterFields.map(\.0))

    private static let counterFields: [(String, JSONValue)] = [
        ("name", Schema.text), ("scope", Schema.text), ("counter", Schema.text), ("period", Schema.word(periods)),
        ("enforcement", Schema.word(enforcements)), ("label", Schema.optionalText),
        ("unit", Schema.word(["tokens", "micro_usd"])), ("limit", Schema.count), ("granted", Schema.count),
        ("used", Schema.count), ("held", Schema.count), ("unresolved", Schema.count), ("remaining", Schema.count),
        ("percent", Schema.count), ("calls", Schema.count), ("unpriced_calls", Schema.count),
        ("resets_at", Schema.optionalTime),
    ]

    /// What the daily budget has beside.
    private static let dailyFields: [(String, JSONValue)] = [
        ("enabled", Schema.flag), ("limit_tokens", Schema.count), ("warn_tokens", Schema.count),
        ("granted_tokens", Schema.count), ("used_tokens", Schema.count), ("held_tokens", Schema.count),
        ("remaining_tokens", Schema.count), ("level", Schema.word(["ok", "warning", "critical", "exhausted"])),
    ]

    static let teamSchema = Schema.object(
        [("name", Schema.text), ("users", Schema.array(Schema.text)), ("cost_centre", Schema.text)],
        required: ["name", "users"])

    /// Why the budget says no; amounts in `unit`.
    static let refusalSchema = Schema.object(
        problemFields + [
            ("decision", Schema.word(["block"])), ("budget", Schema.text), ("scope", Schema.text),
            ("period", Schema.word(periods)), ("unit", Schema.word(["tokens", "micro_usd"])),
            ("reason", Schema.word(RefusalReason.allCases.map(\.rawValue))), ("requested", Schema.count),
            ("used", Schema.count), ("held", Schema.count), ("limit", Schema.count),
            ("largest_that_fits", Schema.count), ("resets_at", Schema.optionalTime),
            (
                "held_by",
                Schema.array(
                    Schema.object([
                        ("merge_request", Schema.optionalText), ("amount", Schema.count), ("calls", Schema.count),
                    ]))
            ), ("held_by_others", Schema.object([("reviews", Schema.count), ("amount", Schema.count)])),
        ])

    static let alertSchema = Schema.object([
        ("id", Schema.text), ("kind", Schema.word(AlertKind.allCases.map(\.rawValue))), ("raised_at", Schema.time),
        ("title", Schema.text), ("text", Schema.text), ("state", Schema.word(["unread", "acknowledged"])),
        ("acknowledged_at", Schema.optionalTime), ("acknowledged_by", Schema.optionalText),
        (
            "deliveries",
            ["type": "object", "additionalProperties": Schema.word(["pending", "sent", "dropped"])]
        ), ("facts", ["type": "object"]),
    ])
}
