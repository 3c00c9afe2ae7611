import Dispatch
import GitLab
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Platform
import Queue
import UTCTime

/// `POST /webhooks/gitlab`: who may, what it is, what becomes of it, answered when that is on the disk.
///
/// GitLab disables hooks that answer 4xx or 5xx and shows maintainers our answer: every authenticated delivery gets 200
/// with the reason in plain words. Only what could not be taken is 503: a full queue, a full disk, a daemon that stops.
struct WebhookRoute: Sendable {
    /// Bytes of a delivery at most: GitLab's own limit.
    static let bodyBytesMax = 25 << 20
    /// Larger deliveries are read off the loop, so that one of them does not hold up everybody.
    static let bodyBytesOnLoopMax = 32 << 10

    let authenticator: WebhookAuthenticator
    let label: String
    let reviewsOnPush: Bool
    let botUserID: @Sendable () -> Int?
    /// Is told of merge requests that are merged or closed.
    let hasClosed: @Sendable (MergeRequestID) -> Void
    let queue: ReviewQueue
    let ledger: Ledger
    let metrics: Metrics
    let now: @Sendable () -> Instant
    let log: Log

    /// The route.
    var route: Route {
        // A signed delivery proves itself only when it is whole: until then it shares the strangers' room.
        let access = Access.judged { head, _ in
            switch authenticator.checkHead({ head.fields[$0] }) {
            case .rejected(let reason): .refused(refusal(reason))
            case .accepted: .proven
            case .needsBody: .unproven
            }
        }
        return Route(
            .post, "/webhooks/gitlab", bodyBytesMax: Self.bodyBytesMax, access: access,
            handler: .later { routed, responder in
                guard routed.request.body.count > Self.bodyBytesOnLoopMax else {
                    return answer(routed.request, responder)
                }
                DispatchQueue.global().async { answer(routed.request, responder) }
            })
    }

    private func refusal(_ reason: String) -> Response {
        metrics.add(to: .deliveries(status: "rejected"))
        log(.warning, "delivery rejected", ["reason": reason])
        return .problem(401, detail: reason)
    }

    private func answer(_ request: Request, _ responder: Responder) {
        let field: (String) -> String? = { request.head.fields[$0] }
        if case .rejected(let reason) = authenticator.checkBody(field, body: request.body) {
            return responder.send(refusal(reason))
        }
        let delivery = Delivery.decode(field: field, body: request.body)
        let trigger = Trigger(label: label, reviewOnPush: reviewsOnPush, botUserID: botUserID())
        guard let report = DeliveryReport(delivery, label: label, trigger: trigger) else {
            return decline(delivery, trigger, responder)
        }
        queue.take(report) { result in
            switch result {
            case .success(let verdict):
                if report.event == Trigger.Code.notOpen.rawValue { hasClosed(report.mergeRequest) }
                note(delivery.id, verdict.status.rawValue, verdict.reason, report)
                responder.send(Self.answer(verdict.status.rawValue, verdict.reason, delivery.id))
            case .failure(let error):
                metrics.add(to: .deliveries(status: "refused"))
                log(.warning, "delivery refused", ["reason": "\(error)", "delivery": delivery.id])
                responder.send(
                    .problem(
                        503, title: "The delivery was not taken", detail: "\(error).",
                        fields: [("Retry-After", "60")]))
            }
        }
    }

    /// Answers what is about no merge request: nothing depends on it, so nobody waits for a disk.
    private func decline(_ delivery: Delivery, _ trigger: Trigger, _ responder: Responder) {
        var reason = "it asks for nothing"
        if case .ignored(_, let given) = trigger.decide(delivery) { reason = given }
        note(delivery.id, "ignored", reason, nil)
        responder.send(Self.answer("ignored", reason, delivery.id))
    }

    private static func answer(_ status: String, _ reason: String, _ id: String) -> Response {
        .json(200, ["status": .string(status), "reason": .string(reason), "delivery": .string(id)])
    }

    private func note(_ id: String, _ status: String, _ reason: String, _ report: DeliveryReport?) {
        metrics.add(to: .deliveries(status: status))
        log(.info, "delivery", ["status": status, "reason": reason, "delivery": id])
        var fields: [(String, JSONValue)] = [("delivery", .string(id))]
        if let report {
            fields += [
                ("project", .string(report.projectPath)), ("merge_request", .integer(report.mergeRequest.iid)),
                ("tells", .string(report.event)), ("user", .string(report.username)),
            ]
        }
        fields += [("status", .string(status)), ("reason", .string(reason))]
        ledger.audit(AuditEntry(time: now(), event: "delivery", fields: fields))
    }
}
