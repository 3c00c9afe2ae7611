import Alerts
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Platform
import Queue
import Synchronization
import UTCTime

/// Whether the process is up, whether it can do its work, and what it has counted.
struct HealthRoutes: Sendable {
    let ledger: Ledger
    let queue: ReviewQueue
    let metrics: Metrics
    let alerts: AlertDesk
    let usage: UsageCounters
    let isDraining: @Sendable () -> Bool
    let server: @Sendable () -> ServerStatistics?
    let startedAt: Instant
    let now: @Sendable () -> Instant
    let access: APIAccess

    /// `/healthz`, `/readyz` and `/metrics`.
    var routes: [Route] {
        [
            Route(.get, "/healthz", handler: .now { _ in .json(200, ["status": "up"]) }),
            Route(.get, "/readyz", handler: .now { _ in readiness }),
            Route(.get, "/metrics", access: access.tokenUnlessLoopback, handler: .now { _ in exposition }),
        ]
    }

    private var readiness: Response {
        var reasons: [JSONValue] = []
        switch ledger.health {
        case .writable: break
        case .failing(let reason): reasons.append(.string("The books cannot be written: \(reason)."))
        case .damaged(let reason): reasons.append(.string("The books are damaged: \(reason)."))
        }
        if let failure = queue.failure { reasons.append(.string("The queue cannot be written: \(failure).")) }
        if isDraining() { reasons.append("The daemon is draining: it takes no new work.") }
        return reasons.isEmpty
            ? .json(200, ["status": "ready"]) : .json(503, ["status": "not ready", "reasons": .array(reasons)])
    }

    private var exposition: Response {
        let trouble = ledger.trouble
        let counts = queue.counts
        let oldest = counts.oldestWaiting.map { max(0, now().seconds - $0.seconds) } ?? 0
        guard let statistics = server() else { return .problem(503, detail: "The daemon is starting.") }
        let classes = statistics.responseCounts.indices.dropFirst(2).map { hundred in
            (labels: "{class=\"\(hundred)xx\"}", value: String(statistics.responseCounts[hundred]))
        }
        let families =
            ledger.status().families + metrics.families + usage.families + alerts.families + [
                MetricFamily(
                    "bursar_ledger_writable", .gauge, "1 while the books can be written.",
                    ledger.health == .writable ? 1 : 0),
                MetricFamily(
                    "bursar_ledger_troubles_total", .counter,
                    "How often the books could not be written, or space got low.", trouble.count),
                MetricFamily(
                    "bursar_ledger_records_in_memory", .gauge, "Records that count and wait for the disk.",
                    trouble.recordsInMemory),
                MetricFamily("bursar_reviews_waiting", .gauge, "Reviews that wait for their turn.", counts.waiting),
                MetricFamily(
                    "bursar_reviews_blocked", .gauge, "Reviews that wait for a budget's reset.", counts.blocked),
                MetricFamily(
                    "bursar_reviews_oldest_waiting_seconds", .gauge, "How long the oldest has waited for its turn.",
                    Int(oldest)),
                MetricFamily("bursar_reviews_running", .gauge, "Reviews under way.", counts.running),
                MetricFamily("bursar_http_connections", .gauge, "Connections open now.", statistics.openCount),
                MetricFamily(
                    "bursar_http_connections_total", .counter, "Connections accepted.", statistics.acceptedCount),
                MetricFamily("bursar_http_responses_total", .counter, "Answers by class of their status.", classes),
                MetricFamily(
                    "process_start_time_seconds", .gauge, "When the process started, in Unix seconds.",
                    Int(startedAt.seconds)),
            ]
        return Response(
            status: 200, fields: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
            body: Array(families.map(\.text).joined().utf8))
    }
}
