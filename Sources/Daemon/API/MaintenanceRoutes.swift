import Budget
import Dispatch
import HTTPServer
import HTTPWire
import JSON
import Ledger
import UTCTime

/// `POST /maintenance/cleanup`: retention when somebody asks for it, as `bursar cleanup` does it.
struct MaintenanceRoutes: Sendable {
    let ledger: Ledger
    let now: @Sendable () -> Instant
    let access: APIAccess
    private let worker = DispatchQueue(label: "bursar.maintenance", qos: .utility)

    init(ledger: Ledger, now: @escaping @Sendable () -> Instant, access: APIAccess) {
        self.ledger = ledger
        self.now = now
        self.access = access
    }

    /// The route.
    var routes: [Route] {
        [
            Route(.post, "/maintenance/cleanup", access: access.token, handler: .later(cleanUp)).declared(
                RouteDeclaration(
                    "cleanUp", "Deletes or archives the files that are older than retention allows", tag: "daemon",
                    security: .token,
                    body: .init(
                        schema: Schema.object([("dry_run", ["type": ["boolean", "null"]])], required: []),
                        isRequired: false),
                    answers: [
                        .json(
                            200, "What is gone, or would be.",
                            Schema.object([
                                ("summaries_deleted", Schema.count), ("logs_deleted", Schema.count),
                                ("dry_run", Schema.flag),
                            ])), .badRequest, .unauthorized, .problem(413, "The body is too long."),
                        .problem(415, "The body is not JSON."),
                        .problem(500, "Something could not be removed; the answer says what."), .unavailable,
                    ]))
        ]
    }

    private func cleanUp(_ routed: RoutedRequest, _ responder: Responder) {
        let isDryRun: Bool
        do {
            var fields = try Fields(routed.request.body.isEmpty ? Array("{}".utf8) : routed.request.body)
            isDryRun = fields.flag("dry_run")
            try fields.finish()
        } catch { return responder.send(.problem(error)) }
        worker.async {
            let configuration = ledger.configuration
            let retention = Retention(directory: configuration.directory, windows: configuration.retention)
            let plan: RetentionPlan
            do { plan = try retention.plan(today: now().day) } catch {
                return responder.send(
                    .problem(503, detail: "The books cannot be read: \(error).", fields: [("Retry-After", "60")]))
            }
            let result = isDryRun ? nil : retention.execute(plan)
            if let failures = result?.failures, !failures.isEmpty {
                return responder.send(
                    .problem(500, title: "Not all could be removed", detail: failures.joined(separator: "; ")))
            }
            responder.send(
                .json(
                    200,
                    [
                        "summaries_deleted": .integer(result?.summariesDeleted ?? plan.summaryCount),
                        "logs_deleted": .integer(result?.logsDeleted ?? plan.logCount), "dry_run": .bool(isDryRun),
                    ]))
        }
    }
}
