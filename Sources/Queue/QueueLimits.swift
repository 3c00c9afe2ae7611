/// How much the queue holds and remembers. Everything in it has a bound; what is over is refused or forgotten, oldest first.
public struct QueueLimits: Sendable, Equatable {
    /// Reviews that may wait for their turn; one more is refused and the delivery answered 503.
    public var waitingMax = 1000
    /// Reviews by comment among them: whoever can read may comment, and must not fill the queue.
    public var commandsMax = 400
    /// Reviews by comment that may wait for one merge request.
    public var commandsPerMergeRequestMax = 2
    /// Reviews that may wait for a budget's reset.
    public var blockedMax = 5000
    /// Deliveries that are remembered.
    public var deliveriesMax = 20_000
    /// Reviews that have ended and are remembered, for whoever asks why.
    public var finishedMax = 10_000
    /// Days that deliveries and ended reviews are remembered.
    public var historyDays = 30
    /// Merge requests whose reviewed heads are remembered: the poll must not take an old one for a missed one.
    public var mergeRequestsMax = 50_000
    /// Days after the last delivery that a merge request is remembered.
    public var mergeRequestDays = 365
    /// Bytes of the journal from which it is begun anew, once it has also doubled.
    public var compactionBytes = 8 << 20

    /// The limits of the daemon.
    public init() {}

    /// Heads of one merge request that are remembered.
    static let headsMax = 16
    /// Comments of one merge request that are remembered.
    static let notesMax = 64
    /// Steps of one review that are remembered.
    static let stepsMax = 60
    /// Model calls of one review.
    static let callsMax = 64
    /// Times in a row that a review is begun and neither ends nor waits: one that ends the daemon each time must not do
    /// so for ever.
    public static let startsMax = 10
}
