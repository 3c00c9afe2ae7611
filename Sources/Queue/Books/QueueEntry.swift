import UTCTime

/// One thing that the journal says: all that changes the books.
enum QueueEntry: Sendable, Equatable {
    /// A journal of this version begins.
    case begin(version: Int)
    /// A review was taken.
    case wished(id: String, turn: Int, generation: Int, Wish)
    /// Something happened to a review.
    case step(job: String, JobStep.Event)
    /// The label was taken away, at this moment by GitLab's clock: the next wish is of this generation.
    case withdrawn(MergeRequestID, occurredAt: Instant?, generation: Int)
    /// A delivery was answered.
    case delivery(DeliveryRecord)
    /// What is known of our notice changed.
    case notice(MergeRequestID, NoticeState)
    /// All that is remembered of a merge request, at the start of a journal that was begun anew.
    case subject(MergeRequestID, Subject)

    static let version = 1
}
