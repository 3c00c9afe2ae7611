import HTTPServer
import HTTPWire
package import JSON
package import Queue
import Terminal
package import UTCTime

/// `GET /queue`: the reviews that wait and run.
struct QueueRoutes: Sendable {
    let queue: ReviewQueue
    let now: @Sendable () -> Instant
    let access: APIAccess

    /// Reviews that one answer tells of.
    static let reviewsMax = 500

    /// The route.
    var routes: [Route] {
        [
            Route(
                .get, "/queue", access: access.token,
                handler: .now { routed in
                    let head = routed.request.head
                    var fields = QueryFields(head)
                    let format = fields.format(head)
                    do throws(FieldErrors) { try fields.finish() } catch { return .problem(query: error) }
                    let report: Report =
                        format == .csv ? .csv(queue.overview.rows) : .json(queue.overview.json(at: now()))
                    return report.response(to: head)
                }
            ).declared(UsageDeclarations.queue)
        ]
    }
}

extension QueueOverview {
    /// The body of `GET /queue`.
    package func json(at now: Instant) -> JSONValue {
        let age = oldestWaiting.map { max(0, now.seconds - $0.seconds) } ?? 0
        return [
            "waiting": .integer(waitingCount), "running": .integer(running.count), "blocked": .integer(blockedCount),
            "oldest_waiting_seconds": .integer(Int(age)), "writable": .bool(failure == nil),
            "reviews": .array(
                jobs.prefix(QueueRoutes.reviewsMax).map { $0.json(isRunning: running.contains($0.id)) }),
        ]
    }
}

extension QueueOverview {
    /// The reviews as rows.
    var rows: Rows {
        let names = [
            "id", "project", "merge_request", "head", "cause", "command", "user", "state", "accepted_at", "calls",
            "next_try_at", "reason",
        ]
        return Rows(
            columns: names.map { .init($0, isNumber: $0 == "merge_request" || $0 == "calls") },
            rows: jobs.prefix(QueueRoutes.reviewsMax).map { job in
                let json = job.json(isRunning: running.contains(job.id))
                return names.map { name in json[name]?.string ?? json[name]?.integer.map { String($0) } ?? "" }
            })
    }
}

extension Job {
    /// A review as `GET /queue` and `why` tell it.
    package func json(isRunning: Bool) -> JSONValue {
        let waits: String = deferral?.kind == .budget ? "blocked" : deferral == nil ? "waiting" : "retrying"
        return [
            "id": .string(id), "project": .string(wish.projectPath),
            "project_id": .integer(wish.mergeRequest.projectID),
            "merge_request": .integer(wish.mergeRequest.iid), "head": .string(head ?? wish.head),
            "cause": .string(wish.cause.rawValue), "command": .string(wish.command), "user": .string(wish.username),
            "state": .string(result?.outcome.rawValue ?? (isRunning ? "running" : waits)),
            "accepted_at": .string(acceptedAt.description), "calls": .integer(dispatchedCount),
            "next_try_at": JSONValue(isRunning ? nil : deferral?.until.description),
            "reason": JSONValue(result?.reason ?? deferral?.reason),
        ]
    }
}
