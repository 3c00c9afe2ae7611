public import Platform
import Synchronization
public import UTCTime

/// The queue at a moment.
public struct QueueOverview: Sendable {
    /// Reviews that have not ended, in the order of their requests.
    public var jobs: [Job]
    /// The ids of those under way.
    public var running: Set<String>
    /// How many wait for their turn or for another try.
    public var waitingCount: Int
    /// How many wait for a budget's reset.
    public var blockedCount: Int
    /// When the oldest that waits for its turn was asked for.
    public var oldestWaiting: Instant?
    /// Why nothing can be written down; nil while all is well.
    public var failure: POSIXFailure?
}

extension ReviewQueue {
    /// The queue as it is now.
    public var overview: QueueOverview {
        state.withLock { state in
            QueueOverview(
                state.books, running: Set(state.turns.running.keys), failure: state.failure)
        }
    }

    /// The numbers of `overview` alone.
    public var counts: (waiting: Int, running: Int, blocked: Int, oldestWaiting: Instant?) {
        state.withLock { state in
            var (waiting, blocked) = (0, 0)
            var oldest: Instant?
            for job in state.books.jobs.values where state.turns.running[job.id] == nil {
                if job.deferral?.kind == .budget {
                    blocked += 1
                } else {
                    waiting += 1
                    oldest = min(oldest ?? job.acceptedAt, job.acceptedAt)
                }
            }
            return (waiting, state.turns.running.count, blocked, oldest)
        }
    }

    /// Why nothing can be written down; nil while all is well.
    public var failure: POSIXFailure? { state.withLock { $0.failure } }

    /// The review `id`, whether it has ended or not; nil when it is not known.
    public func job(_ id: String) -> Job? { state.withLock { $0.books.job(id) } }

    /// The projects that something was heard of, with their paths as far as they are known.
    public var knownProjects: [Int: String] { state.withLock { $0.books.projects } }

    /// The merge requests of which something was heard since `time`, the latest first.
    public func mergeRequests(heardOfSince time: Instant) -> [MergeRequestID] {
        state.withLock { state in
            state.books.subjects.filter { $0.value.touchedAt >= time }
                .sorted { ($0.value.touchedAt, $0.key.projectID) > ($1.value.touchedAt, $1.key.projectID) }
                .map(\.key)
        }
    }

    /// What is known of our notice on a merge request.
    public func notice(on mergeRequest: MergeRequestID) -> NoticeState {
        state.withLock { $0.books.subjects[mergeRequest]?.notice ?? .unknown }
    }

    /// Why `job` need not review `head`, when another review has done so since; nil when it is still wanted.
    public func reasonToSkip(_ job: Job, head: String) -> String? {
        state.withLock { state in
            guard let known = state.books.subjects[job.wish.mergeRequest]?.head(head), let at = known.reviewedAt else {
                return nil
            }
            if at >= job.acceptedAt, known.command == job.wish.command {
                return "this head has been reviewed since it was asked for"
            }
            guard job.wish.cause != .command, job.wish.cause != .labelAdded, known.generation >= job.generation else {
                return nil
            }
            return "this head has been reviewed before"
        }
    }

    /// Whether one more review may wait for a budget's reset.
    public var hasRoomForBlocked: Bool {
        state.withLock { state in
            state.books.jobs.count < state.books.limits.blockedMax
                || state.books.jobs.values.count { $0.deferral?.kind == .budget } < state.books.limits.blockedMax
        }
    }
}

extension QueueOverview {
    init(_ books: QueueBooks, running: Set<String>, failure: POSIXFailure?) {
        jobs = books.jobs.values.sorted { ($0.turn, $0.id) < ($1.turn, $1.id) }
        self.running = running
        self.failure = failure
        let idle = jobs.filter { !running.contains($0.id) }
        blockedCount = idle.count { $0.deferral?.kind == .budget }
        waitingCount = idle.count - blockedCount
        oldestWaiting = idle.filter { $0.deferral?.kind != .budget }.map(\.acceptedAt).min()
    }
}

extension ReviewQueue {
    /// Whether a review was asked for since the label came last.
    public func wasAsked(_ mergeRequest: MergeRequestID) -> Bool {
        state.withLock { $0.books.subjects[mergeRequest]?.wasAsked ?? false }
    }

    /// The reservations whose answers may still have to be posted, or could not be.
    public var wantedAnswers: Set<String> {
        state.withLock { state in
            let undelivered = state.books.finished.rows.filter { $0.result?.outcome == .undelivered }
            return Set((Array(state.books.jobs.values) + undelivered).flatMap(\.calls).map(\.reservation))
        }
    }
}
