import HTTPServer
import HTTPWire
package import JSON
package import Queue
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
        [Route(.get, "/queue", access: access.token, handler: .now { _ in .json(200, queue.overview.json(at: now())) })]
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
