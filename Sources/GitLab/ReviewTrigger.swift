/// A delivery that asks for a review. Whether one is made is decided in the books: what GitLab sends may come twice.
public struct ReviewTrigger: Sendable, Equatable {
    /// What happened.
    public enum Kind: String, Sendable, CaseIterable {
        /// The label was put on.
        case labelAdded = "label_added"
        /// The merge request was opened with the label on it. GitLab's Test button sends the same.
        case opened
        /// The merge request was opened again with the label on it.
        case reopened
        /// A labelled draft was marked as ready.
        case ready
        /// Commits came while the label was on.
        case push
        /// The label is on, and GitLab did not say what changed.
        case labelPresent = "label_present"
        /// Someone commented `/ai-review`.
        case command
    }

    /// What happened.
    public let kind: Kind
    /// The id of the project.
    public let projectID: Int
    /// The project's path; empty when the payload had none.
    public let projectPath: String
    /// The merge request's number.
    public let iid: Int
    /// The head commit as the payload has it; nil when it has none.
    public let headSHA: String?
    /// Who asked; empty when the payload does not say.
    public let username: String
    /// The id of who asked.
    public let userID: Int?
    /// The delivery that asked.
    public let deliveryID: String
    /// The recursion id to send back with our requests.
    public let eventUUID: String?
    /// The word after `/ai-review`: what the reviewer is asked to do; nil for the usual review.
    public let command: String?

    /// Whether a head that was already reviewed is reviewed again: only when a person clearly asked for it.
    public var asksAgain: Bool { kind == .labelAdded || kind == .command }

    /// Whether who asked must first be shown to have at least the role Developer: whoever can read may comment, but setting a label
    /// needs a role.
    public var needsPermission: Bool { kind == .command }
}
