import Alerts
import Budget
import JSON
import Ledger
import Platform

extension AlertWatch {
    /// Whether what `alert` tells is still so: asked right before it is sent.
    static func isStillTrue(_ alert: Alert, _ ledger: Ledger) -> Bool {
        let facts = alert.content.facts
        switch alert.content.kind {
        case .budgetThreshold: return BudgetRule.isStillTrue(facts, standing(facts, ledger))
        case .forecastOverLimit: return ForecastRule.isStillTrue(facts, standing(facts, ledger))
        case .unresolvedHold:
            return ledger.reservation(facts["reservation"]?.string ?? "")?.state == .unresolved
        case .largeReview, .anomaly, .runaway, .booksTrouble, .unknownPrice, .reviewFailed, .alertUndelivered,
            .stalePrices, .digest:
            return true
        }
    }

    private static func standing(_ facts: JSONObject, _ ledger: Ledger) -> BudgetStanding? {
        guard let name = facts["budget"]?.string, let counter = facts["counter"]?.string else { return nil }
        if let scope = try? Scope(counter: counter) { return ledger.standing(of: name, for: scope) }
        // Calls may name what cannot be written down as a counter's name, such as a lone star: it is looked for.
        return ledger.standings().first { $0.budget.name == name && $0.scope.description == counter }
    }

    /// Puts an alert on the audit log, and into the log unless whoever found it has.
    static func announce(_ alert: Alert, _ ledger: Ledger, _ log: Log) {
        let content = alert.content
        ledger.audit(
            AuditEntry(
                time: alert.raisedAt, event: "alert",
                fields: [
                    ("alert", .string(content.kind.rawValue)), ("id", .string(alert.id)),
                    ("title", .string(content.title)),
                    ("targets", .array(alert.deliveries.keys.sorted().map { .string($0) })),
                ]))
        switch content.kind {
        case .largeReview, .booksTrouble, .unresolvedHold, .reviewFailed, .alertUndelivered: break
        case .digest:
            log(.info, "digest", ["title": content.title, "text": content.text.replacing("\n", with: " ")])
        case .budgetThreshold, .forecastOverLimit, .anomaly, .runaway, .unknownPrice, .stalePrices:
            log(
                .warning, "alert",
                [
                    "kind": content.kind.rawValue, "title": content.title,
                    "text": content.text.replacing("\n", with: " "), "id": alert.id,
                ])
        }
    }
}
