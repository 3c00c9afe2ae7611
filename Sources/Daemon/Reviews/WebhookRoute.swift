import Dispatch
import GitLab
import HTTPServer
import HTTPWire
import JSON
import Platform
import Synchronization
import UTCTime

/// `POST /webhooks/gitlab`: who may, what it is, what becomes of it, said at once.
///
/// GitLab disables hooks that answer 4xx or 5xx and shows maintainers our answer: every authenticated delivery gets 200
/// with the reason in plain words. Only a full queue is 503, because then nothing was taken.
struct WebhookRoute: Sendable {
    /// Bytes of a delivery at most: GitLab's own limit.
    static let bodyBytesMax = 25 << 20
    /// Larger deliveries are read off the loop, so that one of them does not hold up everybody.
    static let bodyBytesOnLoopMax = 128 << 10

    let authenticator: WebhookAuthenticator
    let label: String
    let reviewsOnPush: Bool
    let botUserID: @Sendable () -> Int?
    let queue: ReviewQueue
    let metrics: Metrics
    let log: Log

    /// The route.
    var route: Route {
        let access = Access { head, _ in
            switch authenticator.checkHead({ head.fields[$0] }) {
            case .rejected(let reason): refusal(reason)
            case .accepted, .needsBody: nil
            }
        }
        return Route(
            .post, "/webhooks/gitlab", bodyBytesMax: Self.bodyBytesMax, access: access,
            handler: .later { routed, responder in
                guard routed.request.body.count > Self.bodyBytesOnLoopMax else {
                    return responder.send(answer(routed.request))
                }
                DispatchQueue.global().async { responder.send(answer(routed.request)) }
            })
    }

    private func refusal(_ reason: String) -> Response {
        metrics.add(to: .deliveries(status: "rejected"))
        log(.warning, "delivery rejected", ["reason": reason])
        return .problem(401, detail: reason)
    }

    private func answer(_ request: Request) -> Response {
        let field: (String) -> String? = { request.head.fields[$0] }
        if case .rejected(let reason) = authenticator.checkBody(field, request.body) { return refusal(reason) }
        let delivery = Delivery.decode(field, request.body)
        let (status, reason) = take(delivery)
        guard let status else {
            return .problem(
                503, title: "No room", detail: reason, fields: [("Retry-After", "60")])
        }
        metrics.add(to: .deliveries(status: status))
        log(.info, "delivery", ["status": status, "reason": reason, "delivery": delivery.id, "kind": delivery.kind])
        return .json(200, ["status": .string(status), "reason": .string(reason), "delivery": .string(delivery.id)])
    }

    /// What becomes of the delivery, and why; no status when there is no room for it.
    private func take(_ delivery: Delivery) -> (status: String?, reason: String) {
        let event: MergeRequestEvent
        switch delivery.content {
        case .mergeRequest(let mergeRequest): event = mergeRequest
        case .note: return ("ignored", "Comments do not ask for reviews; set the label '\(label)' on the merge request.")
        case .unsupported(let kind): return ("ignored", "Bursar acts on merge request events, this is \(kind).")
        case .malformed(let reason): return ("ignored", reason)
        }
        let key = MergeRequestKey(projectID: event.projectID, iid: event.iid)
        if event.labelWasRemoved(label) { queue.withdraw(key) }
        switch Trigger.decide(event, label: label, reviewOnPush: reviewsOnPush, botUserID: botUserID()) {
        case .ignored(let reason, _): return ("ignored", reason)
        case .review(let trigger):
            let job = ReviewJob(
                mergeRequest: key, projectPath: event.projectPath, headSHA: trigger.headSHA, updatedAt: event.updatedAt,
                username: trigger.username, needsLabel: true, deliveryID: delivery.id, eventUUID: delivery.eventUUID)
            switch queue.offer(job) {
            case .queued: return ("queued", trigger.reason)
            case .duplicate(let reason): return ("duplicate", reason)
            case .full: return (nil, "\(ReviewQueue.waitingMax) reviews are waiting, or the daemon is stopping. Send the delivery again later.")
            }
        }
    }
}
