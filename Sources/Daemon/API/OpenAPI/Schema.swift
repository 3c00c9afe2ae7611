import Budget
import JSON

/// JSON Schemas (draft 2020-12) of what is taken and answered, in few words.
enum Schema {
    static let text: JSONValue = ["type": "string"]
    static let optionalText: JSONValue = ["type": ["string", "null"]]
    static let flag: JSONValue = ["type": "boolean"]
    static let day: JSONValue = ["type": "string", "format": "date"]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let optionalTime: JSONValue = ["type": ["string", "null"], "format": "date-time"]
    /// A count or an amount that is never negative.
    static let count: JSONValue = ["type": "integer", "minimum": 0]
    static let integer: JSONValue = ["type": "integer"]
    static let optionalInteger: JSONValue = ["type": ["integer", "null"]]
    /// Dollars with six places.
    static let money: JSONValue = ["type": "number", "minimum": 0]
    static let optionalMoney: JSONValue = ["type": ["number", "null"], "minimum": 0]

    static func integer(_ range: ClosedRange<Int>) -> JSONValue {
        ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
    }

    /// A number that may also be left out as null.
    static func optionalInteger(_ range: ClosedRange<Int>) -> JSONValue {
        [
            "type": ["integer", "null"], "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
        ]
    }

    static func optionalText(lengthMax: Int) -> JSONValue {
        ["type": ["string", "null"], "maxLength": .integer(lengthMax)]
    }

    static func optionalWord(_ words: [String]) -> JSONValue {
        ["type": ["string", "null"], "enum": .array(words.map { .string($0) } + [.null])]
    }

    static func text(lengthMax: Int) -> JSONValue { ["type": "string", "maxLength": .integer(lengthMax)] }

    static func word(_ words: [String]) -> JSONValue {
        ["type": "string", "enum": .array(words.map { .string($0) })]
    }

    static func array(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    /// An object; all of `fields` must be there unless `required` names those that must. More may be, unless it is closed.
    static func object(
        _ fields: [(String, JSONValue)], required: [String]? = nil, isClosed: Bool = false
    ) -> JSONValue {
        var object = JSONObject([("type", "object"), ("properties", .object(JSONObject(fields)))])
        let names = required ?? fields.map(\.0)
        if !names.isEmpty { object["required"] = .array(names.map { .string($0) }) }
        if isClosed { object["additionalProperties"] = false }
        return .object(object)
    }

    /// One of the shared schemas.
    static func of(_ name: SharedSchema) -> JSONValue { ["$ref": .string("#/components/schemas/\(name.rawValue)")] }
}

/// The schemas that more than one route uses.
enum SharedSchema: String, CaseIterable {
    case problem = "Problem"
    case budgetStatus = "BudgetStatus"
    case usageRecord = "UsageRecord"
    case reservation = "Reservation"
    case session = "Session"
    case trend = "Trend"
    case budget = "Budget"
    case budgetCounter = "BudgetCounter"
    case team = "Team"
    case refusal = "BudgetRefusal"
    case alert = "Alert"

    /// The schema.
    var schema: JSONValue {
        switch self {
        case .problem:
            Schema.object(
                Self.problemFields + [("errors", Schema.array(Schema.text))], required: Self.problemFields.map(\.0))
        case .budgetStatus:
            Schema.object(
                [("enabled", Schema.flag), ("stats", Schema.object(Self.stats + Self.statusTail))] + Self.statusTail
                    + [
                        ("enforcement", Schema.word(Enforcement.allCases.map(\.rawValue))),
                        ("warning_threshold_tokens", Schema.count),
                    ])
        case .usageRecord: Schema.object(Self.recordFields)
        case .reservation: Schema.object(Self.reservationFields)
        case .session: Schema.object(Self.sessionFields)
        case .budget: Self.budgetSchema
        case .budgetCounter: Self.budgetCounterSchema
        case .team: Self.teamSchema
        case .refusal: Self.refusalSchema
        case .alert: Self.alertSchema
        case .trend:
            Schema.object([
                ("direction", Schema.word(["up", "down", "steady", "unknown"])),
                ("change_permille", Schema.optionalInteger), ("last_requests", Schema.integer(0...10)),
                ("last_tokens", Schema.count), ("earlier_requests", Schema.integer(0...10)),
                ("earlier_tokens", Schema.count),
            ])
        }
    }

    /// What every error has (RFC 9457).
    static let problemFields: [(String, JSONValue)] = [
        ("type", Schema.text), ("title", Schema.text), ("status", Schema.integer(400...599)), ("detail", Schema.text),
    ]

    private static let stats: [(String, JSONValue)] = [
        ("date", Schema.day), ("total_tokens", Schema.count), ("request_count", Schema.count),
        ("budget_limit", Schema.count), ("budget_used_percent", ["type": "number", "minimum": 0]),
        ("budget_remaining", Schema.count), ("budget_exhausted", Schema.flag),
        ("avg_tokens_per_review", Schema.count), ("last_updated", Schema.time),
    ]

    private static let statusTail: [(String, JSONValue)] = [
        ("resets_at", Schema.time), ("held_tokens", Schema.count),
        ("level", Schema.word(["ok", "warning", "critical", "exhausted"])),
    ]

    private static let recordFields: [(String, JSONValue)] = [
        ("usage_id", Schema.text), ("time", Schema.time), ("project_id", Schema.optionalInteger),
        ("project", Schema.text), ("project_name", Schema.text), ("mr_iid", Schema.optionalInteger),
        ("username", Schema.text), ("input_tokens", Schema.count), ("output_tokens", Schema.count),
        ("total_tokens", Schema.count), ("cache_write_tokens", Schema.count), ("cache_read_tokens", Schema.count),
        ("model", Schema.text), ("duration_ms", Schema.count), ("cost_usd", Schema.optionalMoney),
        ("price_id", Schema.optionalText), ("estimated_tokens", Schema.optionalInteger), ("agent", Schema.text),
        ("command", Schema.text), ("session_id", Schema.text),
    ]

    private static let reservationFields: [(String, JSONValue)] = [
        ("id", Schema.text), ("state", Schema.word(["open", "dispatched", "settled", "released", "unresolved"])),
        ("estimated_tokens", Schema.count), ("project", Schema.text), ("merge_request", Schema.optionalInteger),
        ("user", Schema.text), ("agent", Schema.text), ("command", Schema.text), ("model", Schema.text),
        ("created_at", Schema.time), ("expires_at", Schema.time), ("idempotency_key", Schema.optionalText),
    ]

    /// A reservation when it is made.
    static let grantedFields =
        reservationFields + [
            ("decision", Schema.word(["allow", "warn"])), ("max_output_tokens", Schema.count),
        ]

    /// What every sum has.
    static let totals: [(String, JSONValue)] = [
        ("requests", Schema.count), ("input_tokens", Schema.count), ("output_tokens", Schema.count),
        ("total_tokens", Schema.count), ("cache_write_tokens", Schema.count), ("cache_read_tokens", Schema.count),
        ("cost_usd", Schema.optionalMoney), ("unpriced", Schema.count), ("avg_tokens", Schema.count),
        ("avg_duration_ms", Schema.count),
    ]

    /// What was estimated beside what was used.
    static let estimates: [(String, JSONValue)] = [
        ("estimated_tokens", Schema.count), ("estimated_actual_tokens", Schema.count),
    ]

    /// One merge request.
    static let sessionFields: [(String, JSONValue)] =
        [("session", Schema.text), ("project", Schema.text), ("start", Schema.time), ("end", Schema.time)]
        + totals + estimates
        + ["agents", "models", "users"].map { ($0, Schema.array(Schema.text)) }
}
