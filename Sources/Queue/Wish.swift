public import UTCTime

/// A review that somebody or something asked for, in the queue's own words.
public struct Wish: Sendable, Equatable {
    /// What asked for it.
    public enum Cause: String, Sendable, CaseIterable {
        /// The label was put on.
        case labelAdded = "label_added"
        /// The merge request was opened with the label. GitLab's Test button looks the same.
        case opened
        /// It was opened again with the label.
        case reopened
        /// A labelled draft was marked as ready.
        case ready
        /// Commits came while the label was on.
        case push
        /// The label is on, and nothing says what changed.
        case labelPresent = "label_present"
        /// Somebody commented the command.
        case command
        /// The poll found the label on.
        case poll
    }

    /// The merge request.
    public let mergeRequest: MergeRequestID
    /// The project's path as far as it is known.
    public let projectPath: String
    /// The head that was seen; empty where nobody said.
    public let head: String
    /// What asked.
    public let cause: Cause
    /// When it happened by GitLab's clock; nil where that cannot be read.
    public let occurredAt: Instant?
    /// The comment that asked.
    public let noteID: Int?
    /// Who asked; may be empty.
    public let username: String
    /// GitLab's number of who asked.
    public let userID: Int?
    /// What the reviewer is asked to do: `review`, or the word after the command.
    public let command: String
    /// The delivery that told of it; empty for the poll.
    public let deliveryID: String
    /// The recursion id that goes back to GitLab with every call.
    public let eventUUID: String?

    /// What is asked for by default.
    public static let review = "review"

    /// A wish of these parts. Texts are cut to what a line of the journal takes.
    public init(
        mergeRequest: MergeRequestID, projectPath: String, head: String, cause: Cause, occurredAt: Instant?,
        noteID: Int? = nil, username: String = "", userID: Int? = nil, command: String = Wish.review,
        deliveryID: String = "", eventUUID: String? = nil
    ) {
        self.mergeRequest = mergeRequest
        self.projectPath = projectPath.cut(to: 512)
        self.head = head.cut(to: 128)
        self.cause = cause
        self.occurredAt = occurredAt
        self.noteID = noteID
        self.username = username.cut(to: 256)
        self.userID = userID
        self.command = command.cut(to: 64)
        self.deliveryID = deliveryID.cut(to: 200)
        self.eventUUID = eventUUID?.cut(to: 200)
    }
}

extension String {
    /// The text as it is, or its start in at most `byteCount` bytes of UTF-8.
    func cut(to byteCount: Int) -> String {
        guard utf8.count > byteCount else { return self }
        var kept = String.UnicodeScalarView()
        var size = 0
        for scalar in unicodeScalars {
            size += UTF8.width(scalar)
            if size > byteCount { break }
            kept.append(scalar)
        }
        return String(kept)
    }
}
