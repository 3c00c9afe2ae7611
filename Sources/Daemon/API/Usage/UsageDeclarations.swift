import HTTPServer
import JSON
import Reports
import UTCTime

/// What the reports say of themselves; their parameters are what their code reads.
enum UsageDeclarations {
    static let usage = report(
        "getUsage", "What the records of a period add up to",
        Schema.object([
            ("from", Schema.day), ("to", Schema.day), ("by", Schema.array(Schema.text)),
            ("groups", Schema.array(Schema.object(SharedSchema.totals))),
            ("totals", Schema.object(SharedSchema.totals)), ("damaged_lines", Schema.count),
        ])
    ) { fields in
        _ = UsageRoutes.reportQuery(&fields, today: epoch)
    }

    static let sessions = report(
        "listSessions", "Merge requests with what they used, the latest first, in pages",
        Schema.object([
            ("sessions", Schema.array(Schema.of(.session))), ("total", Schema.count), ("next", Schema.optionalText),
            ("from", Schema.optionalText),
        ])
    ) { fields in
        _ = UsageRoutes.sessionQuery(&fields)
    }

    static let session = report(
        "getSession", "One merge request with its calls",
        Schema.object(SharedSchema.sessionFields + [("records", Schema.array(Schema.of(.usageRecord)))]),
        mayBeMissing: true
    ) { fields in
        _ = UsageRoutes.sessionID(&fields)
    }

    static let agents = report(
        "listAgents", "What each agent used, its last call and where its use goes",
        Schema.object([
            (
                "agents",
                Schema.array(
                    Schema.object([
                        ("agent", Schema.text), ("last_request", Schema.time), ("last_model", Schema.text),
                        ("totals", Schema.object(SharedSchema.totals + SharedSchema.estimates)),
                        ("today", Schema.object(SharedSchema.totals + SharedSchema.estimates)),
                        ("trend", Schema.of(.trend)),
                    ]))
            )
        ])
    ) { _ in
    }

    static let forecast = report(
        "getForecast", "The end of the day, week and month, and when budgets run out", ["type": "object"]
    ) { fields in
        _ = UsageRoutes.teamSize(&fields)
    }

    static let prices = report(
        "listPrices", "The price table in force",
        Schema.object([
            ("retrieved", Schema.day), ("age_days", Schema.integer), ("is_stale", Schema.flag),
            ("source", Schema.text), ("unit", Schema.text), ("prices", Schema.array(["type": "object"])),
            (
                "unpriced_models",
                Schema.array(
                    Schema.object([
                        ("model", Schema.text), ("calls", Schema.count), ("total_tokens", Schema.count),
                        ("has_price_now", Schema.flag),
                    ]))
            ), ("damaged_lines", Schema.count),
        ]), mayBeMissing: true
    ) { fields in
        _ = UsageRoutes.model(&fields)
    }

    static let why = report(
        "explainMergeRequest", "Every delivery, decision, review and skip of one merge request, with reasons",
        Schema.array(
            Schema.object([("time", Schema.time), ("what", Schema.text), ("details", Schema.text)]))
    ) { fields in
        _ = UsageRoutes.mergeRequest(&fields)
    }

    static let queue = report(
        "getQueue", "The reviews that wait and run",
        Schema.object([
            ("waiting", Schema.count), ("running", Schema.count), ("blocked", Schema.count),
            ("oldest_waiting_seconds", Schema.count), ("writable", Schema.flag),
            ("reviews", Schema.array(["type": "object"])),
        ])
    ) { _ in
    }

    static let budgets = report(
        "listBudgets", "Every budget with its counters, and the teams", tag: "budgets",
        Schema.object([
            ("budgets", Schema.array(Schema.of(.budgetCounter))),
            (
                "omitted_counters",
                Schema.array(Schema.object([("name", Schema.text), ("count", Schema.count)]))
            ), ("definitions", Schema.array(Schema.of(.budget))), ("teams", Schema.array(Schema.of(.team))),
        ])
    ) { _ in
    }

    static let alerts = report(
        "listAlerts", "Alerts, the newest first", tag: "alerts",
        Schema.object([("unread", Schema.count), ("alerts", Schema.array(Schema.of(.alert)))])
    ) { fields in
        _ = AlertRoutes.query(&fields)
    }

    static let records = RouteDeclaration(
        "exportRecords", "The records of a period, sent while they are read", tag: "usage", security: .token,
        parameters: QueryFields.parameters { fields in
            _ = fields.usageQuery(by: [], today: epoch)
            _ = fields.format(nil)
        },
        answers: [
            .init(
                200, "The records.",
                contents: [
                    (
                        "application/json",
                        Schema.object([
                            ("from", Schema.day), ("to", Schema.day),
                            ("records", Schema.array(Schema.of(.usageRecord))),
                        ])
                    ), ("text/csv", Schema.text),
                ]), .problem(400, "A parameter is wrong."), .problem(401, "The token is missing or wrong."),
            .problem(410, "The period begins before what is kept."), .problem(503, "The books cannot be read."),
        ])

    /// A day for code that only says which parameters it reads.
    private static let epoch = Instant(seconds: 0).day

    /// A report as JSON or CSV, with an `ETag`.
    private static func report(
        _ operationID: String, _ summary: String, tag: String = "usage", _ schema: JSONValue,
        mayBeMissing: Bool = false,
        _ read: (inout QueryFields) -> Void
    ) -> RouteDeclaration {
        let answers: [RouteDeclaration.Answer] = [
            .init(200, "The report.", contents: [("application/json", schema), ("text/csv", Schema.text)]),
            .init(304, "What 'If-None-Match' names is still so.", contents: []),
            .problem(400, "A parameter is wrong."), .problem(401, "The token is missing or wrong."),
        ]
        return RouteDeclaration(
            operationID, summary, tag: tag, security: .token,
            parameters: QueryFields.parameters { fields in
                read(&fields)
                _ = fields.format(nil)
            },
            answers: answers + (mayBeMissing ? [.problem(404, "There is no such thing.")] : [])
                + [.problem(503, "The books cannot be read.")])
    }
}

extension RouteDeclaration.Answer {
    /// An error as RFC 9457 has it.
    static func problem(_ status: Int, _ summary: String) -> Self {
        .init(status, summary, contents: [("application/problem+json", Schema.of(.problem))])
    }
}
