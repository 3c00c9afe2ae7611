import Alerts
import Dashboard
import JSON
import Ledger
import UTCTime

extension AlertDesk {
    /// Notes that `author` has seen the alert, on the audit log too. A second time changes nothing.
    @discardableResult
    func acknowledge(_ id: String, by author: String, in ledger: Ledger, at time: Instant) async throws(AlertError)
        -> Alert
    {
        let isNews = alert(id).map { !$0.isAcknowledged } ?? false
        let alert = try await acknowledge(id, by: author)
        if isNews {
            ledger.audit(
                AuditEntry(time: time, event: "alert_acknowledged", actor: author, fields: [("id", .string(id))]))
        }
        return alert
    }

    /// The alerts as the dashboard shows them, the latest first.
    var rows: [AlertRow] {
        alerts(unreadOnly: false).map { alert in
            AlertRow(
                id: alert.id, time: alert.raisedAt, level: alert.level, title: alert.content.title,
                text: alert.content.text, acknowledgedAt: alert.acknowledgement?.time,
                acknowledgedBy: alert.acknowledgement?.author ?? "")
        }
    }
}

extension Alert {
    /// How bad it is.
    fileprivate var level: Level {
        switch content.kind {
        case .digest: .ok
        case .budgetThreshold: (content.facts["percent"]?.integer ?? 0) < 100 ? .warning : .critical
        case .forecastOverLimit, .largeReview, .anomaly, .unknownPrice, .stalePrices: .warning
        case .runaway, .booksTrouble, .unresolvedHold, .reviewFailed, .alertUndelivered: .critical
        }
    }
}
