/// Decides whether a delivery asks for a review. Pure: the payload, the settings, nothing else.
///
/// A label that someone puts on a draft asks for a review of the draft: it is the clearer wish of the two. When such a draft
/// is marked as ready the head is usually the same, and the books make no second review of it.
public struct Trigger: Sendable {
    /// Why a delivery asks for nothing.
    public enum Code: String, Sendable, CaseIterable {
        /// The body is not GitLab's.
        case malformed
        /// Another kind of event.
        case unsupportedEvent = "unsupported_event"
        /// The bot caused it.
        case ownEvent = "own_event"
        /// GitLab wrote the note or caused the event.
        case systemEvent = "system_event"
        /// Closed or merged.
        case notOpen = "not_open"
        /// The label is not on.
        case noLabel = "no_label"
        /// The label was taken off.
        case labelRemoved = "label_removed"
        /// Commits came, and pushes are not reviewed.
        case pushNotReviewed = "push_not_reviewed"
        /// The label was on before and nothing that matters changed.
        case nothingNew = "nothing_new"
        /// Approved, closed, merged, …
        case otherAction = "other_action"
        /// No action, as GitLab's Test button sends in older versions.
        case noAction = "no_action"
        /// A comment on something else than a merge request.
        case notMergeRequest = "not_merge_request"
        /// A comment was changed, not written.
        case editedNote = "edited_note"
        /// A comment that does not start with the command.
        case notCommand = "not_command"
    }

    /// What becomes of a delivery.
    public enum Decision: Sendable, Equatable {
        /// A review is asked for.
        case review(ReviewTrigger)
        /// Nothing is to be done. The sentence is for the maintainers who read GitLab's hook log.
        case ignored(code: Code, reason: String)
    }

    /// What a comment must start with to ask for a review.
    public static let command = "/ai-review"
    /// Characters of the word after it at most.
    public static let argumentCharactersMax = 64

    private let label: String
    private let reviewOnPush: Bool
    private let botUserID: Int?

    /// Decides for `label`. `botUserID` is who we are at GitLab: its events are never acted upon; nil while that is not known.
    public init(label: String, reviewOnPush: Bool, botUserID: Int?) {
        self.label = label
        self.reviewOnPush = reviewOnPush
        self.botUserID = botUserID
    }

    /// Decides on `delivery`.
    public func decide(_ delivery: Delivery) -> Decision {
        switch delivery.content {
        case .malformed(let reason): return .ignored(code: .malformed, reason: reason)
        case .unsupported(let kind):
            return .ignored(code: .unsupportedEvent, reason: "\(kind) events start no reviews")
        case .note(let event): return decide(event, delivery)
        case .mergeRequest(let event):
            switch decide(event) {
            case .success(let kind):
                return .review(trigger(kind, event, delivery, userID: event.userID, username: event.username))
            case .failure(let refusal): return .ignored(code: refusal.code, reason: refusal.reason)
            }
        }
    }

    private struct Refusal: Error {
        let code: Code
        let reason: String
    }

    private func decide(_ event: MergeRequestEvent) -> Result<ReviewTrigger.Kind, Refusal> {
        func ignored(_ code: Code, _ reason: String) -> Result<ReviewTrigger.Kind, Refusal> {
            .failure(Refusal(code: code, reason: reason))
        }
        if let botUserID, event.userID == botUserID { return ignored(.ownEvent, "Bursar caused this event itself") }
        if event.isSystem { return ignored(.systemEvent, "GitLab caused this event itself") }
        guard event.isOpen else { return ignored(.notOpen, "the merge request is \(event.state ?? "not open")") }
        let hasLabel = event.labels.contains(label)
        switch event.action {
        case "open", "reopen":
            guard hasLabel else { return ignored(.noLabel, "the merge request does not have the label '\(label)'") }
            return .success(event.action == "open" ? .opened : .reopened)
        case "update": break
        case nil where event.added(label): break
        case nil: return ignored(.noAction, "the event has no action, as from GitLab's Test button")
        case let action?: return ignored(.otherAction, "the action '\(action.prefix(50))' starts no review")
        }
        // On a push GitLab may claim that all labels are new: a push is a push.
        if event.oldRevision != nil {
            guard hasLabel else { return ignored(.noLabel, "commits came, but the label '\(label)' is not on") }
            guard reviewOnPush else {
                return ignored(
                    .pushNotReviewed,
                    "commits came; pushes are not reviewed here: remove the label '\(label)' and add it again")
            }
            return .success(.push)
        }
        if event.added(label) { return .success(.labelAdded) }
        if event.removed(label) { return ignored(.labelRemoved, "the label '\(label)' was removed") }
        guard hasLabel else { return ignored(.noLabel, "the merge request does not have the label '\(label)'") }
        if event.draftBefore == true, event.draftAfter == false { return .success(.ready) }
        if event.hasNoChanges { return .success(.labelPresent) }
        return ignored(.nothingNew, "the label '\(label)' was not added in this event")
    }

    private func decide(_ event: NoteEvent, _ delivery: Delivery) -> Decision {
        if let botUserID, event.userID == botUserID {
            return .ignored(code: .ownEvent, reason: "Bursar wrote this comment itself")
        }
        if event.isSystem { return .ignored(code: .systemEvent, reason: "GitLab wrote this note itself") }
        guard event.noteableType == "MergeRequest", let subject = event.mergeRequest else {
            return .ignored(code: .notMergeRequest, reason: "the comment is not on a merge request")
        }
        guard event.action == nil || event.action == "create" else {
            return .ignored(code: .editedNote, reason: "only new comments are commands")
        }
        guard let argument = Self.argument(of: event.text) else {
            return .ignored(code: .notCommand, reason: "the comment does not start with the command")
        }
        guard subject.isOpen else {
            return .ignored(code: .notOpen, reason: "the merge request is \(subject.state ?? "not open")")
        }
        return .review(
            trigger(
                .command, subject, delivery, userID: event.userID, username: event.username,
                command: argument.isEmpty ? nil : argument))
    }

    /// The word after the command when `text` starts with it, empty when there is none; nil when it does not.
    /// Characters other than ASCII letters, digits, `-` and `_` end the word: it becomes a name in the books.
    static func argument(of text: String) -> String? {
        guard text.hasPrefix(command) else { return nil }
        let rest = text.dropFirst(command.count)
        guard rest.first?.isWhitespace ?? true else { return nil }
        let line = rest.prefix { !$0.isNewline }
        let word = line.unicodeScalars.drop { $0.isBlank }.prefix { $0.isASCIIWord || $0 == "-" }
        return String(String.UnicodeScalarView(word.prefix(argumentCharactersMax))).lowercased()
    }

    private func trigger(
        _ kind: ReviewTrigger.Kind, _ event: MergeRequestEvent, _ delivery: Delivery, userID: Int?, username: String?,
        command: String? = nil
    ) -> ReviewTrigger {
        ReviewTrigger(
            kind: kind, projectID: event.projectID, projectPath: event.projectPath, iid: event.iid,
            headSHA: event.headSHA,
            username: username ?? "", userID: userID, deliveryID: delivery.id, eventUUID: delivery.eventUUID,
            command: command)
    }
}
