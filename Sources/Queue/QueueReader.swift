public import Platform
public import UTCTime

/// What the journal says, read beside a running daemon without its lock.
public struct QueueReader: Sendable {
    private let books: QueueBooks
    /// Lines that cannot be read.
    public let problems: [QueueLineProblem]

    /// Reads the journal of a data directory; one that does not exist is an empty queue.
    public init(
        _ layout: QueueLayout, limits: QueueLimits = QueueLimits(), calls: FileCalls = .system
    ) throws(POSIXFailure) {
        var bytes: [UInt8] = []
        do throws(POSIXFailure) { bytes = try calls.contents(of: layout.journal) } catch {
            guard error.code == 2 else { throw error }
        }
        let load = JournalLoad(reading: bytes, limits: limits)
        books = load.books
        problems = load.problems
    }

    /// Reviews that have not ended, in the order of their requests. Which of them run, only the daemon knows.
    public var jobs: [Job] { QueueOverview(books, running: [], failure: nil).jobs }

    /// The merge requests `iid` of the projects whose path or number is `project`.
    public func mergeRequests(project: String, iid: Int) -> [MergeRequestID] {
        books.mergeRequests(project: project, iid: iid)
    }

    /// Every delivery, decision and step of a merge request that is remembered, oldest first.
    public func history(of mergeRequest: MergeRequestID) -> [QueueEvent] { books.history(of: mergeRequest) }
}

/// One thing that happened to a merge request in the queue.
public struct QueueEvent: Sendable {
    /// What happened.
    public enum Subject: Sendable {
        /// A delivery came and was answered.
        case delivery(DeliveryRecord)
        /// A review was taken.
        case wish(Job)
        /// Something happened to a review.
        case step(JobStep.Event, Job)
    }

    /// When.
    public let time: Instant
    /// What.
    public let subject: Subject
}
