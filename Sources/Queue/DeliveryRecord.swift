public import UTCTime

/// One delivery and what became of it.
public struct DeliveryRecord: Sendable, Equatable {
    /// What a delivery is answered.
    public enum Status: String, Sendable, CaseIterable {
        /// A review waits for its turn.
        case queued
        /// It asks for nothing.
        case ignored
        /// It was received before, or tells what is known.
        case duplicate
    }

    /// The delivery's id; the same for each attempt to deliver the same event.
    public let id: String
    /// The merge request that it is about.
    public let mergeRequest: MergeRequestID
    /// The project's path; may be empty.
    public let projectPath: String
    /// What it tells: `label_added`, `not_open`.
    public let event: String
    /// Who caused it; may be empty.
    public let username: String
    /// What it was answered.
    public let status: Status
    /// Why.
    public let reason: String
    /// The review that it asked for.
    public let jobID: String?
    /// When it came.
    public let time: Instant
}

/// What a delivery tells about a merge request, before anything is decided.
public struct DeliveryReport: Sendable, Equatable {
    /// What it tells.
    public enum Content: Sendable, Equatable {
        /// It asks for a review; the sentence says why.
        case wish(Wish, sentence: String)
        /// The label was taken away, at this moment by GitLab's clock.
        case withdrawal(occurredAt: Instant?, sentence: String)
        /// It asks for nothing.
        case nothing(sentence: String)
    }

    /// The delivery's id; empty where there was no delivery.
    public var id: String
    /// The merge request that it is about.
    public var mergeRequest: MergeRequestID
    /// The project's path; may be empty.
    public var projectPath: String
    /// What it tells, in one word.
    public var event: String
    /// Who caused it; may be empty.
    public var username: String
    /// What it tells.
    public var content: Content

    /// A report of these parts. Texts are cut to what a line of the journal takes.
    public init(
        id: String, mergeRequest: MergeRequestID, projectPath: String, event: String, username: String,
        content: Content
    ) {
        self.id = id.cut(to: 200)
        self.mergeRequest = mergeRequest
        self.projectPath = projectPath.cut(to: 512)
        self.event = event.cut(to: 64)
        self.username = username.cut(to: 256)
        self.content = content
    }
}

/// What a delivery is answered, once that is certain.
public struct Verdict: Sendable, Equatable {
    /// What became of it.
    public let status: DeliveryRecord.Status
    /// Why, for whoever reads GitLab's log of hooks.
    public let reason: String
    /// The review that it asked for.
    public let jobID: String?
    /// Whether the same delivery had come before, so that nothing was noted.
    public let isRepeated: Bool
}
