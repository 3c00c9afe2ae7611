import Dispatch
import Platform
import Synchronization
import UTCTime

// What was decided goes to the disk in groups, by one writer at a time.

extension ReviewQueue {
    /// Why nothing can be taken now.
    func obstacle(_ state: QueueState, takesWork: Bool) -> QueueError? {
        if state.isClosed || (takesWork && state.isStopped) { return .stopped }
        if let failure = state.failure,
            time.monotonicNanoseconds() &- state.failedAt < Self.attemptMilliseconds * 1_000_000
        {
            return .writeFailed(failure)
        }
        return nil
    }

    /// Applies `entries` and leaves them for the disk; `reply` hears when they are there. With no entries it hears when
    /// all that was decided before is there.
    func add(
        _ entries: [QueueEntry], at now: Instant, to state: inout QueueState,
        reply: @escaping @Sendable (QueueError?) -> Void
    ) {
        for entry in entries {
            state.books.apply(entry, at: now)
            state.pending.entries.append((entry, now))
            if case .wished(let id, _, _, _) = entry {
                state.turns.unwritten.insert(id)
                state.pending.jobs.append(id)
            }
        }
        state.pending.replies.append(reply)
    }

    func commitSoon() {
        let mustCommit = state.withLock { state in
            guard !state.pending.isEmpty, !state.isCommitting else { return false }
            state.isCommitting = true
            return true
        }
        if mustCommit { commits.async { self.commit() } }
    }

    private func commit() {
        while let batch = nextBatch() {
            let failure = file.withLock { file in write(batch, to: &file) }
            if let failure {
                fail(batch, failure)
            } else {
                let hadFailed = state.withLock { state in
                    for id in batch.jobs { state.turns.unwritten.remove(id) }
                    defer { state.failure = nil }
                    return state.failure != nil
                }
                if hadFailed { log(.warning, "the queue's journal can be written again") }
                for reply in batch.replies { reply(nil) }
                startWhatIsDue()
            }
        }
        wakeIdle()
    }

    private func nextBatch() -> QueueBatch? {
        let now = time.now()
        return state.withLock { state in
            guard !state.pending.isEmpty else {
                state.isCommitting = false
                return nil
            }
            var batch = state.pending
            state.pending = QueueBatch()
            if state.wantsReplacement || state.isLong || batch.isAttempt {
                state.books.forget(at: now)
                batch.snapshot = state.books
            }
            return batch
        }
    }

    private func write(_ batch: QueueBatch, to file: inout QueueFile) -> POSIXFailure? {
        var failure: POSIXFailure?
        var isBegunAnew = false
        do throws(POSIXFailure) {
            if let snapshot = batch.snapshot {
                do throws(POSIXFailure) {
                    try file.replace(with: snapshot, at: time.now())
                    isBegunAnew = true
                } catch {
                    // To begin anew saves space and is no more, unless the old file cannot be trusted.
                    guard !file.mustReplace, !batch.entries.isEmpty else { throw error }
                    try file.append(batch.entries)
                }
            } else if !batch.entries.isEmpty {
                try file.append(batch.entries)
            }
        } catch {
            failure = error
        }
        let size = file.size
        state.withLock { state in
            state.size = size
            if batch.snapshot != nil { state.sizeAtStart = size }
            if isBegunAnew { state.wantsReplacement = false }
        }
        return failure
    }

    /// Takes back what could not be written, and all that was decided on top of it: the books are what the file says.
    private func fail(_ batch: QueueBatch, _ failure: POSIXFailure) {
        let (replies, isFirst) = state.withLock { state in
            let isFirst = state.failure == nil
            state.failure = failure
            state.failedAt = time.monotonicNanoseconds()
            defer {
                state.pending = QueueBatch()
                state.turns.unwritten = []
            }
            return (batch.replies + state.pending.replies, isFirst)
        }
        if isFirst {
            log(.error, "the queue's journal cannot be written, deliveries are refused", ["error": "\(failure)"])
        }
        let (bytes, mustReplace) = file.withLock { file in (try? file.certainContents(), file.mustReplace) }
        state.withLock { state in
            if let bytes { state.books = JournalLoad(reading: bytes, limits: state.books.limits).books }
            state.wantsReplacement = mustReplace || bytes == nil
        }
        for reply in replies { reply(.writeFailed(failure)) }
    }
}
