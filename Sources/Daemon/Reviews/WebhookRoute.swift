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
    static let bodyBytesOnLoopMax = 32 << 10

    let authenticator: WebhookAuthenticator
    let label: String
    let reviewsOnPush: Bool
    let botUserID: @Sendable () -> Int?
    let queue: ReviewQueue
    let metrics: Metrics
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
        if case .rejected(let reason) = authenticator.checkBody(field, body: request.body) { return refusal(reason) }
        let delivery = Delivery.decode(field: field, body: request.body)
        let (status, reason) = take(delivery)
        guard let status else {
            return .problem(
                503, title: "The delivery was not taken", detail: reason, fields: [("Retry-After", "60")])
        }
        metrics.add(to: .deliveries(status: status))
        log(.info, "delivery", ["status": status, "reason": reason, "delivery": delivery.id])
        return .json(200, ["status": .string(status), "reason": .string(reason), "delivery": .string(delivery.id)])
    }

    /// What becomes of the delivery, and why; no status when there is no room for it.
    private func take(_ delivery: Delivery) -> (status: String?, reason: String) {
        guard case .mergeRequest(let event) = delivery.content else {
            if case .note = delivery.content {
                return ("ignored", "comments ask for nothing here; put the label '\(label)' on the merge request")
            }
            return decline(delivery)
        }
        let key = MergeRequestKey(projectID: event.projectID, iid: event.iid)
        if event.removed(label), !queue.withdraw(key, deliveryID: delivery.id, updatedAt: event.updatedAt ?? "") {
            return ("duplicate", "this removal of the label '\(label)' has been received before")
        }
        guard case .review(let trigger) = trigger.decide(delivery) else { return decline(delivery) }
        let job = ReviewJob(
            mergeRequest: key, projectPath: trigger.projectPath, headSHA: trigger.headSHA ?? "",
            updatedAt: event.updatedAt ?? "", username: trigger.username, asksAgain: trigger.asksAgain,
            deliveryID: delivery.id, eventUUID: delivery.eventUUID)
        switch queue.offer(job) {
        case .queued: return ("queued", trigger.kind.sentence(label))
        case .duplicate(let reason): return ("duplicate", reason)
        case .full:
            return (nil, "\(ReviewQueue.waitingMax) reviews are waiting already; send the delivery again later")
        case .stopped: return (nil, "the daemon is stopping; send the delivery again in a minute")
        }
    }

    private var trigger: Trigger { Trigger(label: label, reviewOnPush: reviewsOnPush, botUserID: botUserID()) }

    private func decline(_ delivery: Delivery) -> (status: String?, reason: String) {
        guard case .ignored(_, let reason) = trigger.decide(delivery) else { return ("ignored", "it asks for nothing") }
        return ("ignored", reason)
    }
}

extension ReviewTrigger.Kind {
    /// Why a review was queued, for the maintainers who read GitLab's hook log.
    fileprivate func sentence(_ label: String) -> String {
        switch self {
        case .labelAdded: "the label '\(label)' was added"
        case .opened: "the merge request was opened with the label '\(label)'"
        case .reopened: "the merge request was reopened with the label '\(label)'"
        case .ready: "the draft with the label '\(label)' is ready"
        case .push: "commits came while the label '\(label)' is on"
        case .labelPresent: "the label '\(label)' is on and GitLab did not say what changed"
        case .command: "a comment asked for it"
        }
    }
}
