import Synchronization

/// A merge request as the queue tells them apart.
package struct MergeRequestKey: Sendable, Hashable {
    /// GitLab's number of the project.
    package let projectID: Int
    /// The merge request's number within the project.
    package let iid: Int
}

/// One review that was asked for.
package struct ReviewJob: Sendable, Equatable {
    /// Which merge request.
    package var mergeRequest: MergeRequestKey
    /// The project's path as the delivery gave it, for the log; the review itself asks GitLab.
    package var projectPath: String
    /// The head that was to be reviewed, empty when the delivery did not say.
    package var headSHA: String
    /// When the label was set or the merge request changed, as the delivery gave it: tells a repeated delivery from a new wish.
    package var updatedAt: String
    /// Who asked.
    package var username: String
    /// Whether a head that was reviewed before is to be reviewed again: only when somebody clearly asked for it.
    package var asksAgain: Bool
    /// The delivery that asked for it.
    package var deliveryID: String
    /// To be sent back to GitLab on every call, so that hooks do not chase each other.
    package var eventUUID: String?
}

/// The reviews that wait and run: a bounded queue in memory, one review at a time for each merge request.
///
/// Deciding happens here and not from a payload alone: at most one review for (project, merge request, head,
/// generation), whatever GitLab sends twice. Taking the label away begins a new generation.
package final class ReviewQueue: Sendable {
    /// What became of a job that was offered.
    package enum Acceptance: Sendable, Equatable {
        /// It waits for its turn or runs.
        case queued
        /// The same delivery, or the same wish by another delivery, has been seen.
        case duplicate(reason: String)
        /// There is no room.
        case full
        /// The daemon is stopping.
        case stopped
    }

    /// Jobs that may wait.
    package static let waitingMax = 1000
    /// Deliveries and wishes that are remembered, oldest forgotten first.
    package static let rememberedMax = 20_000

    private struct State {
        var waiting: [ReviewJob] = []
        var running: Set<MergeRequestKey> = []
        var generations: [MergeRequestKey: Int] = [:]
        var deliveries = RecentSet<String>(capacity: rememberedMax)
        var wishes = RecentSet<Wish>(capacity: rememberedMax)
        var heads = RecentSet<Head>(capacity: rememberedMax)
        var removals = RecentSet<Removal>(capacity: rememberedMax)
        var isStopped = false
        var idleWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private struct Wish: Hashable {
        let mergeRequest: MergeRequestKey
        let headSHA: String
        let generation: Int
        let updatedAt: String
    }

    private struct Removal: Hashable {
        let mergeRequest: MergeRequestKey
        let updatedAt: String
    }

    private struct Head: Hashable {
        let mergeRequest: MergeRequestKey
        let sha: String
    }

    private let state = Mutex(State())
    private let concurrency: Int
    private let run: @Sendable (ReviewJob) async -> Void

    /// A queue that hands at most `concurrency` jobs at a time to `run`.
    package init(concurrency: Int, run: @escaping @Sendable (ReviewJob) async -> Void) {
        self.concurrency = max(1, concurrency)
        self.run = run
    }

    /// Takes `job` unless it has been seen or there is no room.
    package func offer(_ job: ReviewJob) -> Acceptance {
        let acceptance = state.withLock { state -> Acceptance in
            guard !state.isStopped else { return .stopped }
            guard job.deliveryID.isEmpty || !state.deliveries.contains(job.deliveryID) else {
                return .duplicate(reason: "this delivery has been received before")
            }
            let wish = Wish(
                mergeRequest: job.mergeRequest, headSHA: job.headSHA,
                generation: state.generations[job.mergeRequest] ?? 0, updatedAt: job.updatedAt)
            let head = Head(mergeRequest: job.mergeRequest, sha: job.headSHA)
            guard !state.wishes.contains(wish), job.asksAgain || !state.heads.contains(head) else {
                return .duplicate(
                    reason: "a review of this head has been asked for before; remove and add the label to ask again")
            }
            // A newer head takes the place of the one that still waits, and keeps its turn.
            if let place = state.waiting.firstIndex(where: { $0.mergeRequest == job.mergeRequest }) {
                state.waiting[place] = job
            } else {
                guard state.waiting.count < Self.waitingMax else { return .full }
                state.waiting.append(job)
            }
            if !job.deliveryID.isEmpty { state.deliveries.insert(job.deliveryID) }
            state.wishes.insert(wish)
            state.heads.insert(head)
            return .queued
        }
        startWhatMayRun()
        return acceptance
    }

    /// Notes that the label was taken away: what waits for the merge request is dropped, and adding the label asks again.
    /// False: the same removal has been seen, by this delivery or by that of another hook.
    package func withdraw(_ mergeRequest: MergeRequestKey, deliveryID: String, updatedAt: String) -> Bool {
        state.withLock { state in
            let removal = Removal(mergeRequest: mergeRequest, updatedAt: updatedAt)
            guard !state.deliveries.contains(deliveryID), updatedAt.isEmpty || !state.removals.contains(removal) else {
                return false
            }
            state.deliveries.insert(deliveryID)
            if !updatedAt.isEmpty { state.removals.insert(removal) }
            state.waiting.removeAll { $0.mergeRequest == mergeRequest }
            if state.generations.count >= Self.rememberedMax { state.generations.removeAll() }
            state.generations[mergeRequest, default: 0] += 1
            return true
        }
    }

    /// How many jobs wait and run.
    package var counts: (waiting: Int, running: Int) { state.withLock { ($0.waiting.count, $0.running.count) } }

    /// Takes and starts no more jobs. What waits is dropped and returned.
    package func stop() -> [ReviewJob] {
        state.withLock { state in
            state.isStopped = true
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Returns when nothing waits or runs.
    package func untilIdle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                guard !state.waiting.isEmpty || !state.running.isEmpty else { return true }
                state.idleWaiters.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }

    private func startWhatMayRun() {
        let starting = state.withLock { state -> [ReviewJob] in
            var starting: [ReviewJob] = []
            while state.running.count < concurrency,
                let place = state.waiting.firstIndex(where: { !state.running.contains($0.mergeRequest) })
            {
                let job = state.waiting.remove(at: place)
                state.running.insert(job.mergeRequest)
                starting.append(job)
            }
            return starting
        }
        for job in starting {
            Task {
                await run(job)
                finish(job)
            }
        }
    }

    private func finish(_ job: ReviewJob) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.running.remove(job.mergeRequest)
            guard state.waiting.isEmpty, state.running.isEmpty else { return [] }
            defer { state.idleWaiters = [] }
            return state.idleWaiters
        }
        for waiter in waiters { waiter.resume() }
        startWhatMayRun()
    }
}

/// A set that forgets its oldest member when it is full.
struct RecentSet<Element: Hashable & Sendable>: Sendable {
    private var members: Set<Element> = []
    private var order: [Element] = []
    private var oldest = 0
    private let capacity: Int

    /// An empty set that holds at most `capacity` members.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Whether `element` is remembered.
    func contains(_ element: Element) -> Bool { members.contains(element) }

    /// Remembers `element`.
    mutating func insert(_ element: Element) {
        guard members.insert(element).inserted else { return }
        if order.count < capacity {
            order.append(element)
        } else {
            members.remove(order[oldest])
            order[oldest] = element
            oldest = (oldest + 1) % capacity
        }
    }
}
