import GitLab
import Queue

extension DeliveryReport {
    /// What `delivery` tells about a merge request; nil when it is about none. `trigger` says what it asks for.
    init?(_ delivery: Delivery, label: String, trigger: Trigger) {
        let event: MergeRequestEvent
        var note: NoteEvent?
        switch delivery.content {
        case .mergeRequest(let mergeRequest): event = mergeRequest
        case .note(let comment):
            guard let subject = comment.mergeRequest else { return nil }
            event = subject
            note = comment
        case .unsupported, .malformed: return nil
        }
        let mergeRequest = MergeRequestID(projectID: event.projectID, iid: event.iid)
        let content: Content
        let word: String
        let occurredAt = GitLabTime.instant(event.updatedAt)
        switch trigger.decide(delivery) {
        case .ignored(let code, let reason):
            word = code.rawValue
            content =
                code == .labelRemoved
                ? .withdrawal(occurredAt: occurredAt, sentence: reason) : .nothing(sentence: reason)
        case .review(let asked):
            word = asked.kind.rawValue
            let wish = Wish(
                mergeRequest: mergeRequest, projectPath: asked.projectPath, head: asked.headSHA ?? "",
                cause: Wish.Cause(asked.kind), occurredAt: asked.kind == .command ? nil : occurredAt,
                noteID: note?.noteID, username: asked.username, userID: asked.userID,
                command: asked.command ?? Wish.review, deliveryID: delivery.id, eventUUID: delivery.eventUUID)
            content = .wish(wish, sentence: asked.kind.sentence(label))
        }
        self.init(
            id: delivery.id, mergeRequest: mergeRequest, projectPath: event.projectPath, event: word,
            username: note?.username ?? event.username ?? "", content: content)
    }
}

extension Wish.Cause {
    init(_ kind: ReviewTrigger.Kind) {
        self =
            switch kind {
            case .labelAdded: .labelAdded
            case .opened: .opened
            case .reopened: .reopened
            case .ready: .ready
            case .push: .push
            case .labelPresent: .labelPresent
            case .command: .command
            }
    }
}

extension ReviewTrigger.Kind {
    /// Why a review was queued, for the maintainers who read GitLab's hook log.
    func sentence(_ label: String) -> String {
        switch self {
        case .labelAdded: "the label '\(label)' was added"
        case .opened: "the merge request was opened with the label '\(label)'"
        case .reopened: "the merge request was reopened with the label '\(label)'"
        case .ready: "the draft with the label '\(label)' is ready"
        case .push: "commits came while the label '\(label)' is on"
        case .labelPresent: "the label '\(label)' is on and GitLab did not say what changed"
        case .command: "a comment asked for it; whether its author may push is asked before it is made"
        }
    }
}
