import Budget
import HTTPServer
import HTTPWire
import JSON
import Ledger

/// What the routes say of themselves that are not made with a declaration.
enum RouteDeclarations {
    /// `routes`, those that have no declaration with the one that stands here.
    static func declared(_ routes: [Route]) -> [Route] {
        routes.map { route in
            guard route.declaration == nil, let found = all["\(route.method.rawValue) \(route.pattern)"] else {
                return route
            }
            return route.declared(found)
        }
    }

    private static let all: [String: RouteDeclaration] = {
        var all: [String: RouteDeclaration] = [:]
        all["GET /healthz"] = RouteDeclaration(
            "getHealth", "Whether the process is up", tag: "daemon", security: .open,
            answers: [.json(200, "It is.", Schema.object([("status", Schema.text)]))])
        all["GET /readyz"] = RouteDeclaration(
            "getReadiness", "Whether the books can be written and the daemon takes work", tag: "daemon",
            security: .open,
            answers: [
                .json(200, "It does.", Schema.object([("status", Schema.text)])),
                .json(
                    503, "It does not; why.",
                    Schema.object([("status", Schema.text), ("reasons", Schema.array(Schema.text))])),
            ])
        all["GET /metrics"] = RouteDeclaration(
            "getMetrics", "Counters and gauges for Prometheus", tag: "daemon", security: .tokenUnlessLoopback,
            answers: [
                .init(200, "The metrics.", contents: [("text/plain", Schema.text)]), .unauthorized,
                .problem(503, "The daemon is starting."),
            ])
        all["GET /budget/status"] = RouteDeclaration(
            "getBudgetStatus", "The figures of today", tag: "budget", security: .open,
            answers: [.json(200, "The figures.", Schema.of(.budgetStatus))])
        all["POST /budget/reservations"] = RouteDeclaration(
            "reserve", "Holds tokens for a call, if the budget lets it", tag: "budget", security: .token,
            body: .init(schema: Schema.object(reservation, required: ["estimated_tokens"])),
            answers: [
                .json(201, "The tokens are held.", Schema.object(SharedSchema.grantedFields)), .badRequest,
                .unauthorized,
                .problem(409, "The key was used with other values."), .problem(413, "The body is too long."),
                .problem(415, "The body is not JSON."),
                .init(
                    429, "The budget says no; 'Retry-After' says when it may say yes.",
                    contents: [("application/problem+json", Schema.of(.refusal))]), .unavailable,
            ])
        all["POST /budget/reservations/{id}/dispatch"] = transition(
            "dispatch", "Notes that the call is about to be made: from here on it may cost money")
        all["POST /budget/reservations/{id}/release"] = transition("release", "Gives the tokens back")
        all["POST /budget/reservations/{id}/settle"] = RouteDeclaration(
            "settle", "Books the call that the tokens were held for", tag: "budget", security: .token,
            parameters: [id],
            body: .init(schema: Schema.object(usage, required: ["input_tokens", "output_tokens"])),
            answers: [.json(200, "The record.", Schema.of(.usageRecord))] + booking)
        all["POST /budget/reservations/{id}/resolve"] = RouteDeclaration(
            "resolve", "An operator ends a hold whose outcome is unknown", tag: "budget", security: .token,
            parameters: [id],
            body: .init(
                schema: Schema.object(
                    note + [
                        ("release", ["type": ["boolean", "null"]]), ("input_tokens", Schema.optionalInteger(tokens)),
                        ("output_tokens", Schema.optionalInteger(tokens)),
                    ], required: ["reason"])),
            answers: [.json(200, "The record, or the reservation.", ["type": "object"])] + booking)
        all["POST /usage"] = RouteDeclaration(
            "recordUsage", "Books a call that no tokens were held for", tag: "usage", security: .token,
            body: .init(
                schema: Schema.object(
                    usage.map { $0.0 == "model" ? ("model", modelNeeded) : $0 },
                    required: ["model", "input_tokens", "output_tokens"])),
            answers: [.json(201, "The record.", Schema.of(.usageRecord))] + booking)
        all["POST /estimate"] = RouteDeclaration(
            "estimate", "What a review of a diff would cost; nothing is called", tag: "reviews", security: .token,
            body: .init(mediaType: "text/plain", schema: Schema.text),
            answers: [
                .json(
                    200, "The estimate.",
                    Schema.object([
                        ("files", Schema.array(["type": "object"])), ("tokens", ["type": "object"]),
                        ("models", Schema.array(["type": "object"])), ("budget", ["type": "object"]),
                    ])), .problem(400, "The body is no diff."), .unauthorized,
                .problem(413, "The body is too long."),
            ])
        all["GET /"] = RouteDeclaration(
            "getDashboard", "The dashboard, for people", tag: "daemon", security: .open,
            answers: [
                .init(200, "The page of today.", contents: [("text/html", Schema.text)]),
                .init(303, "Sign in first.", contents: []),
                .init(
                    421, "Without a token, only loopback's names are answered.", contents: [("text/html", Schema.text)]),
                .init(503, "The books cannot be read.", contents: [("text/html", Schema.text)]),
            ])
        all["GET /events"] = RouteDeclaration(
            "followEvents", "Server-sent events: one whenever a page of the dashboard may show something new",
            tag: "daemon", security: .token,
            answers: [
                .init(200, "The events, until one side ends them.", contents: [("text/event-stream", Schema.text)]),
                .unauthorized, .problem(503, "Too many streams are open."),
            ])
        all["POST /webhooks/gitlab"] = RouteDeclaration(
            "deliver", "Where GitLab tells of merge requests and comments", tag: "reviews", security: .hookSecret,
            body: .init(schema: ["type": "object"]),
            answers: [
                .json(
                    200, "What became of the delivery.",
                    Schema.object([
                        ("status", Schema.word(["queued", "ignored", "duplicate"])), ("reason", Schema.text),
                    ])), .unauthorized, .problem(413, "The body is too long."), .unavailable,
            ])
        return all.merging(BudgetDeclarations.all) { $1 }
    }()

    private static let tokens = 0...TokenUsage.tokensMax
    /// Bytes of a text; characters that are not ASCII have two to four.
    static let textMax = 500

    private static let id = RouteDeclaration.Parameter(
        name: "id", isInPath: true, isRequired: true, summary: "The reservation's id.", schema: Schema.text)

    /// Who a call is for, and for what.
    private static let context: [(String, JSONValue)] = [
        ("project", Schema.optionalText(lengthMax: textMax)),
        ("project_id", Schema.optionalInteger(0...999_999_999_999_999)),
        (
            "merge_request",
            [
                "description": "12, \"!12\" or \"group/app!12\", which names the project too.",
                "anyOf": [
                    Schema.integer(1...999_999_999_999_999),
                    ["type": "string", "pattern": "^([^!]*!)?[0-9]{1,9}$"],
                    ["type": "null"],
                ],
            ]
        ),
        ("user", Schema.optionalText(lengthMax: textMax)), ("agent", Schema.optionalText(lengthMax: textMax)),
        ("command", Schema.optionalText(lengthMax: textMax)),
        ("model", ["type": ["string", "null"], "minLength": 1, "maxLength": .integer(textMax)]),
        ("idempotency_key", Schema.optionalText(lengthMax: textMax)),
    ]

    private static let modelNeeded: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": .integer(textMax),
    ]

    private static let reservation: [(String, JSONValue)] =
        context + [
            ("estimated_tokens", Schema.integer(1...TokenUsage.tokensMax)),
            ("ttl_seconds", Schema.optionalInteger(1...86_400)),
            (
                "labels",
                [
                    "type": ["array", "null"], "items": Schema.text(lengthMax: textMax),
                    "maxItems": .integer(ReservationRequest.labelsMax),
                    "description": "The merge request's labels: they choose its budget, and say what is urgent.",
                ]
            ),
        ]

    private static let usage: [(String, JSONValue)] =
        context + [
            ("input_tokens", Schema.integer(tokens)), ("output_tokens", Schema.integer(tokens)),
            ("cache_write_tokens", Schema.optionalInteger(tokens)),
            ("long_cache_write_tokens", Schema.optionalInteger(tokens)),
            ("cache_read_tokens", Schema.optionalInteger(tokens)), ("batch", ["type": ["boolean", "null"]]),
            ("duration_ms", Schema.optionalInteger(0...86_400_000)),
        ]

    /// Why, and who says so.
    static let note: [(String, JSONValue)] = [
        ("reason", ["type": "string", "minLength": 1, "maxLength": .integer(textMax)]),
        ("author", Schema.optionalText(lengthMax: textMax)),
    ]

    private static let booking: [RouteDeclaration.Answer] = [
        .json(202, "The record, which is in memory alone until the disk can be written.", Schema.of(.usageRecord)),
        .badRequest, .unauthorized, .problem(404, "There is no such reservation."),
        .problem(409, "It is in another state, or was booked with other values."),
        .problem(413, "The body is too long."), .problem(415, "The body is not JSON."), .unavailable,
    ]

    private static func transition(_ operationID: String, _ summary: String) -> RouteDeclaration {
        .init(
            operationID, summary, tag: "budget", security: .token, parameters: [id],
            answers: [
                .json(200, "The reservation.", Schema.of(.reservation)), .badRequest, .unauthorized,
                .problem(404, "There is no such reservation."), .problem(409, "It is in another state."),
                .unavailable,
            ])
    }
}

extension RouteDeclaration.Answer {
    /// An answer in JSON.
    static func json(_ status: Int, _ summary: String, _ schema: JSONValue) -> Self {
        .init(status, summary, contents: [("application/json", schema)])
    }

    static let badRequest = problem(400, "What was sent is wrong; 'errors' says what.")
    static let unauthorized = problem(401, "The token is missing or wrong.")
    static let unavailable = problem(503, "The books cannot be written; 'Retry-After' says when to try again.")
}
