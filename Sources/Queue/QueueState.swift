import Platform
import UTCTime

/// The books and what is on its way to the disk, behind one lock that is never held during I/O.
struct QueueState: Sendable {
    var books: QueueBooks
    var turns = Turns()
    var pending = QueueBatch()
    /// Whether somebody writes, or is about to.
    var isCommitting = false
    /// Why the last attempt to write failed; nil while all is well.
    var failure: POSIXFailure?
    /// When it failed, in nanoseconds of a clock that does not jump.
    var failedAt: UInt64 = 0
    /// Whether the next batch must begin the journal anew.
    var wantsReplacement = false
    /// Bytes of the journal, and how many it had when it was begun.
    var size = 0
    var sizeAtStart = 0
    /// Ends of reviews that could not be written down yet.
    var unwrittenResults: [String: JobResult] = [:]
    /// Reviews that ran when room was made: a refusal they come back with may be older than the room.
    var retriedWhileRunning: Set<String> = []
    var isStopped = false
    var isClosed = false
    var idleWaiters: [CheckedContinuation<Void, Never>] = []

    /// Whether nothing runs, and nothing that could run waits.
    func isIdle(at now: Instant) -> Bool {
        guard turns.running.isEmpty, pending.isEmpty, !isCommitting else { return false }
        return isStopped || failure != nil || !books.jobs.values.contains { turns.isDue($0, at: now) }
    }

    /// Whether it is worth to begin the journal anew.
    var isLong: Bool { size > books.limits.compactionBytes && size > 2 * sizeAtStart }
}

/// Entries that go to the disk together, and who waits for that.
struct QueueBatch: Sendable {
    var entries: [(entry: QueueEntry, time: Instant)] = []
    var jobs: [String] = []
    var replies: [@Sendable (QueueError?) -> Void] = []
    /// The books with the batch in them, when the journal is to be begun anew.
    var snapshot: QueueBooks?
    /// Whether the disk is to be tried although there is nothing to write.
    var isAttempt = false

    var isEmpty: Bool { entries.isEmpty && replies.isEmpty && !isAttempt }
}
