package import Alerts
import HTTPServer
import HTTPWire
package import JSON
import Ledger
import Terminal
import UTCTime

/// `GET /alerts`, and saying that one has been seen.
struct AlertRoutes: Sendable {
    let desk: AlertDesk
    let ledger: Ledger
    let now: @Sendable () -> Instant
    let access: APIAccess

    /// Alerts that one answer tells of at most.
    static let alertsMax = 2000
    /// Those where nothing is asked for.
    static let alertsDefault = 200

    /// The routes.
    var routes: [Route] {
        [
            list,
            Route(.post, "/alerts/{id}/acknowledge", access: access.token, handler: .later(acknowledge)),
        ]
    }

    /// Which alerts, and how many of them.
    static func query(_ fields: inout QueryFields) -> (state: String, limit: Int) {
        (
            fields.word("state", "Which ones; all unless given.", of: ["all", "unread", "acknowledged"]) ?? "all",
            fields.integer("limit", "How many at most.", in: 1...alertsMax, default: alertsDefault)
        )
    }

    private var list: Route {
        .report("/alerts", UsageDeclarations.alerts, access) { [desk] head, fields in
            let (state, limit) = Self.query(&fields)
            let format = fields.format(head)
            return {
                let all = desk.alerts(unreadOnly: state == "unread")
                let alerts = all.filter { state != "acknowledged" || $0.isAcknowledged }.prefix(limit)
                return format == .csv
                    ? .csv(Alert.rows(Array(alerts)))
                    : .json(["unread": .integer(desk.unreadCount), "alerts": .array(alerts.map(\.json))])
            }
        }
    }

    private func acknowledge(_ routed: RoutedRequest, _ responder: Responder) {
        let id = routed.parameters["id"] ?? ""
        let author: String
        do {
            var fields = try Fields(routed.request.body.isEmpty ? Array("{}".utf8) : routed.request.body)
            author = fields.optionalText("author") ?? "api"
            try fields.finish()
        } catch { return responder.send(.problem(error)) }
        Task {
            do throws(AlertError) {
                let alert = try await desk.acknowledge(id, by: author, in: ledger, at: now())
                responder.send(.json(200, alert.json))
            } catch {
                switch error {
                case .unknown: responder.send(.problem(404, title: "No such alert", detail: "\(error)."))
                case .writeFailed:
                    responder.send(.problem(503, detail: "\(error).", fields: [("Retry-After", "5")]))
                }
            }
        }
    }
}

extension Alert {
    /// An alert as `GET /alerts` and the dashboard show it.
    package var json: JSONValue {
        [
            "id": .string(id), "kind": .string(content.kind.rawValue), "raised_at": .string(raisedAt.description),
            "title": .string(content.title), "text": .string(content.text),
            "state": .string(isAcknowledged ? "acknowledged" : "unread"),
            "acknowledged_at": JSONValue(acknowledgement?.time.description),
            "acknowledged_by": JSONValue(acknowledgement?.author),
            "deliveries": .object(
                JSONObject(deliveries.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value.word)) })),
            "facts": .object(content.facts),
        ]
    }

    static func rows(_ alerts: [Alert]) -> Rows {
        Rows(
            columns: ["id", "raised_at", "kind", "title", "text", "state", "acknowledged_at", "acknowledged_by"].map {
                Rows.Column($0)
            },
            rows: alerts.map { alert in
                [
                    alert.id, alert.raisedAt.description, alert.content.kind.rawValue, alert.content.title,
                    alert.content.text, alert.isAcknowledged ? "acknowledged" : "unread",
                    alert.acknowledgement?.time.description ?? "", alert.acknowledgement?.author ?? "",
                ]
            })
    }
}

extension Alert.Delivery {
    fileprivate var word: String {
        switch self {
        case .owed: "pending"
        case .sent: "sent"
        case .dropped: "dropped"
        }
    }
}

extension AlertDesk {
    /// The families of the alerts.
    var families: [MetricFamily] {
        let raised = raisedCounts
        return [
            MetricFamily(
                "bursar_alerts_total", .counter, "Alerts raised, by kind.",
                AlertKind.allCases.map { ("{kind=\"\($0.rawValue)\"}", String(raised[$0] ?? 0)) }),
            MetricFamily(
                "bursar_alerts_pending", .gauge, "Alerts that targets have not taken yet.", owedCount),
            MetricFamily("bursar_alerts_unread", .gauge, "Alerts that nobody has acknowledged.", unreadCount),
            MetricFamily(
                "bursar_alert_failures_total", .counter, "Attempts to send an alert that failed, by target.",
                failureCounts.sorted { $0.key < $1.key }.map { ("{target=\"\($0.key)\"}", String($0.value)) }),
        ]
    }
}
