package import JSON
package import Terminal
import UTCTime

// Sessions and agents as others read them.

extension SessionSummary {
    /// A session as `GET /sessions` tells it.
    package var json: JSONValue {
        var object = JSONObject([
            ("session", .string(id)), ("project", .string(project)), ("start", .string(start.description)),
            ("end", .string(end.description)),
        ])
        for (name, value) in totals.fields { object[name] = value }
        for (name, value) in totals.estimateFields { object[name] = value }
        for (name, values) in [("agents", agents), ("models", models), ("users", users)] {
            object[name] = .array(values.map { .string($0) })
        }
        return .object(object)
    }
}

extension SessionPage {
    /// `{"sessions": [...], "total", "next", "from"}`.
    package var json: JSONValue {
        [
            "sessions": .array(sessions.map(\.json)), "total": .integer(totalCount),
            "next": JSONValue(next?.description), "from": JSONValue(firstDay?.description),
        ]
    }

    /// The sessions as rows.
    package var rows: Rows {
        Rows(
            columns: [.init("session"), .init("start"), .init("end")]
                + UsageTotals.columns
                + [.init("agents"), .init("models"), .init("users")],
            rows: sessions.map { session in
                [session.id, session.start.description, session.end.description]
                    + session.totals.cells
                    + [session.agents, session.models, session.users].map { $0.joined(separator: " ") }
            })
    }
}

extension AgentTrend {
    /// The trend with its figures.
    package var json: JSONValue {
        [
            "direction": .string(direction.rawValue), "change_permille": JSONValue(changePermille),
            "last_requests": .integer(lastCount), "last_tokens": .integer(lastTokens),
            "earlier_requests": .integer(earlierCount), "earlier_tokens": .integer(earlierTokens),
        ]
    }
}

extension AgentCard {
    /// An agent as `GET /agents` tells it.
    package var json: JSONValue {
        [
            "agent": .string(name), "last_request": .string(lastRequest.description), "last_model": .string(lastModel),
            "totals": .object(JSONObject(totals.fields + totals.estimateFields)),
            "today": .object(JSONObject(today.fields + today.estimateFields)), "trend": trend.json,
        ]
    }

    /// Agents as rows.
    package static func rows(_ cards: [AgentCard]) -> Rows {
        Rows(
            columns: [.init("agent"), .init("last_request"), .init("last_model")]
                + UsageTotals.columns
                + [.init("today_tokens", isNumber: true), .init("trend"), .init("change_permille", isNumber: true)],
            rows: cards.map { card in
                [card.name, card.lastRequest.description, card.lastModel]
                    + card.totals.cells
                    + [
                        String(card.today.totalTokens), card.trend.direction.rawValue,
                        card.trend.changePermille.map(String.init) ?? "",
                    ]
            })
    }
}

extension UsageTotals {
    /// What was estimated beside what those calls used, in tokens.
    package var estimateFields: [(name: String, value: JSONValue)] {
        [("estimated_tokens", .integer(estimatedTokens)), ("estimated_actual_tokens", .integer(estimatedActualTokens))]
    }
}
