import Dispatch
import Platform
import Synchronization
import UTCTime

// Reviews are begun when it is their turn, and ended or put off as whoever did them says.

extension ReviewQueue {
    /// Begins to run reviews, at most `concurrency` at a time. Called once.
    public func start(concurrency: Int, run: @escaping Run) {
        runner.withLock { $0 = (max(1, concurrency), run) }
        startWhatIsDue()
    }

    /// Takes and starts nothing more; what runs goes on.
    public func stop() {
        state.withLock { $0.isStopped = true }
        wakeIdle()
    }

    /// Returns when nothing runs and nothing that could run waits.
    public func untilIdle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.isIdle(at: time.now()) { return true }
                state.idleWaiters.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }

    /// Writes what is left. Nothing is written after this.
    public func close() {
        stop()
        commits.sync {}
        state.withLock { $0.isClosed = true }
    }

    /// Looks at what is due: by the timer, and when the clock was set.
    public func tick() {
        let now = time.monotonicNanoseconds()
        let results = state.withLock { state -> [String: JobResult] in
            let isDue = now &- state.failedAt >= Self.attemptMilliseconds * 1_000_000
            if state.failure != nil, isDue, !state.isClosed { state.pending.isAttempt = true }
            guard state.failure == nil else { return [:] }
            defer { state.unwrittenResults = [:] }
            return state.unwrittenResults
        }
        for (id, result) in results { end(id, .finished(result)) }
        commitSoon()
        startWhatIsDue()
        wakeIdle()
    }

    /// Makes every review that waits for a budget's reset due now: there may be room for it.
    public func retryBlocked() {
        let now = time.now()
        let entries = state.withLock { state -> [QueueEntry] in
            state.retriedWhileRunning = Set(state.turns.running.keys)
            return state.books.jobs.values.sorted { ($0.turn, $0.id) < ($1.turn, $1.id) }.compactMap { job in
                guard var deferral = job.deferral, deferral.kind == .budget, deferral.until > now,
                    state.turns.running[job.id] == nil
                else { return nil }
                deferral.until = now
                return .step(job: job.id, .deferred(deferral))
            }
        }
        guard !entries.isEmpty else { return }
        submit(entries) { [self] error in
            if error == nil { startWhatIsDue() }
        }
    }

    func startWhatIsDue() {
        guard let (concurrency, run) = runner.withLock({ $0 }) else { return }
        let now = time.now()
        let starting = state.withLock { state -> [Job] in
            guard !state.isStopped, state.failure == nil else { return [] }
            var starting: [Job] = []
            while let job = state.turns.next(in: state.books, at: now, concurrency: concurrency) {
                // What a review that ended could not write down is written first.
                if state.unwrittenResults[job.id] != nil {
                    state.turns.end(job.id)
                    break
                }
                add([.step(job: job.id, .started(count: job.startCount + 1))], at: now, to: &state) { _ in }
                starting.append(state.books.jobs[job.id] ?? job)
            }
            return starting
        }
        for job in starting { Task { end(job.id, await run(job)) } }
        if !starting.isEmpty { commitSoon() }
    }

    private func end(_ id: String, _ disposition: Disposition) {
        let event: JobStep.Event
        switch disposition {
        case .interrupted: return leave(id)
        case .finished(let result): event = .finished(result)
        case .deferred(var deferral):
            let mayFitNow = state.withLock { $0.retriedWhileRunning.remove(id) != nil }
            if mayFitNow, deferral.kind == .budget { deferral.until = min(deferral.until, time.now()) }
            event = .deferred(deferral)
        }
        submit([.step(job: id, event)]) { [self] error in
            if error != nil {
                state.withLock { state in
                    switch disposition {
                    case .finished(let result): state.unwrittenResults[id] = result
                    case .deferred(let deferral): state.turns.pauses[id] = deferral.until
                    case .interrupted: break
                    }
                }
                // Until it is written the review counts as running: it must not run again.
                if case .finished = disposition { return }
            }
            leave(id)
        }
    }

    private func leave(_ id: String) {
        state.withLock { $0.turns.end(id) }
        startWhatIsDue()
        wakeIdle()
    }

    func wakeIdle() {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard !state.idleWaiters.isEmpty, state.isIdle(at: time.now()) else { return [] }
            defer { state.idleWaiters = [] }
            return state.idleWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// What is to become of a review that was run.
public enum Disposition: Sendable, Equatable {
    /// It ended.
    case finished(JobResult)
    /// It is run again later.
    case deferred(Deferral)
    /// The daemon stops: it stays as it is, and is run again after the next start.
    case interrupted
}
