import Budget
import JSON
import Platform
import UTCTime

extension Core {
    /// Does what the steps of `batch` left for when its bytes are on the disk, or are known not to be.
    mutating func finish(_ batch: Batch, _ outcome: BatchOutcome, now: () -> Instant) {
        if batch.snapshot != nil, outcome.anyFailure == nil { journalStart = outcome.journalSize }
        journalSize = outcome.journalSize
        if outcome.auditFailure != nil { for item in batch.audits { note(item) } }
        for step in batch.steps { finish(step, outcome, answers: &batch.answers) }
        finishBudgets(batch, outcome)
        // A grant, other budgets, a hold that was ended: each may be room for others.
        if batch.hasOperator, outcome.anyFailure == nil { hasNewRoom = true }
        for operation in batch.deferred {
            if let answer = perform(operation, at: now()) { batch.answers.append(answer) }
        }
        if let newFailure = outcome.anyFailure {
            failure = newFailure
            noteTrouble(.writeFailed(newFailure.description))
            if batch.hasOperator, outcome.auditFailure == nil {
                note(
                    .entry(
                        AuditEntry(
                            time: books.latest, event: "not_done",
                            fields: [("reason", .string(newFailure.description))])))
            }
        } else if failure != nil, batch.isAttempt {
            failure = nil
            noteRecovery(records: batch.steps.count { if case .bookedAtLast = $0 { true } else { false } })
            // What came while the attempt was made.
            if !waiting.isEmpty { requeueWaiting() }
        }
    }

    mutating func finish(_ step: Batch.Step, _ outcome: BatchOutcome, answers: inout [Answer]) {
        switch step {
        case .reserved(let id, let durability, let reply):
            books.update(id) { $0.unwrittenChanges -= 1 }
            if let failure = outcome.lineFailure, durability == .required || policy == .stop {
                books.withdraw(id)
                answers.append(.admission(reply, .failure(.writeFailed(failure))))
            } else if let hold = books.reservation(id) {
                answers.append(.admission(reply, .success(.granted(hold.reservation, hold.decision))))
            } else {
                answers.append(.admission(reply, .failure(.notFound(id: id.text))))
            }
        case .dispatched(let id, let reply):
            books.update(id) { $0.unwrittenChanges -= 1 }
            if let failure = outcome.lineFailure, policy == .stop {
                books.undoDispatch(id)
                answers.append(.reservation(reply, .failure(.writeFailed(failure))))
            } else if let hold = books.reservation(id) {
                answers.append(.reservation(reply, .success(hold.reservation)))
            } else {
                answers.append(.reservation(reply, .failure(.notFound(id: id.text))))
            }
        case .released(let id, let reply):
            if let failure = outcome.lineFailure {
                books.update(id) { $0.isReleasing = false }
                answers.append(.reservation(reply, .failure(.writeFailed(failure))))
            } else {
                answers.append(
                    .reservation(reply, books.release(id).map { .success($0) } ?? .failure(.notFound(id: id.text))))
            }
        case .booked(let booked, let reply):
            guard let failure = outcome.failure(of: booked.record.time.day.month) else {
                books.written(booked)
                if isObserved { durable.append(booked.record) }
                answers.append(
                    .booking(reply, .success(Booked.Outcome(booked: booked, isDurable: true, wasRepeated: false))))
                return
            }
            if policy == .continue {
                answers.append(.booking(reply, keepInMemory(booked)))
            } else {
                books.withdraw(booked)
                answers.append(.booking(reply, .failure(.writeFailed(failure))))
            }
        case .bookedAtLast(let booked):
            if outcome.failure(of: booked.record.time.day.month) == nil {
                books.writtenAtLast(booked)
                if isObserved { durable.append(booked.record) }
            } else {
                waiting.append(booked)
            }
        case .granted(let grant, let reply):
            if let failure = outcome.lineFailure {
                answers.append(.standing(reply, .failure(.writeFailed(failure))))
            } else {
                books.add(grant)
                // The budget may have gone in the meantime.
                let standing = books.counters.set.budget(grant.given.budget).map {
                    books.counters.standing(of: $0, for: grant.given.scope)
                }
                answers.append(
                    .standing(
                        reply,
                        standing.map { .success($0) }
                            ?? .failure(.invalid(field: "budget", reason: "\(grant.given.budget) has been removed"))))
            }
        case .barrier(let reply): answers.append(.barrier(reply))
        }
    }

    /// Puts what waits in memory into the next batch, which is to find out whether the disk can be written again.
    mutating func requeueWaiting() {
        pending.isAttempt = true
        for booked in waiting { pending.steps.append(.bookedAtLast(booked)) }
        waiting.removeAll()
    }

    /// What is due now and then, `now` being nanoseconds of a clock that does not jump.
    mutating func keep(at now: UInt64) {
        if isClosed { return }
        if failure != nil {
            if !pending.isAttempt { requeueWaiting() }
            return
        }
        if now &- markSeen >= Self.markInterval, books.mayMark, books.mark != lastMark {
            markSeen = now
            lastMark = books.mark
            books.transitions.append(.marked(books.mark))
        }
        if !books.transitions.isEmpty || !audits.isEmpty { pending.isFlush = true }
    }

    /// The last that is due.
    mutating func finishKeeping() {
        if failure != nil {
            requeueWaiting()
        } else if books.mayMark, books.mark != lastMark {
            books.transitions.append(.marked(books.mark))
        }
        pending.isFlush = true
        pending.urgency = .everything
    }

    /// Tells of `event` unless people have been told already that something is wrong: one alert until all is well.
    mutating func noteTrouble(_ event: LedgerEvent) {
        guard trouble == nil else { return }
        trouble = 0
        troubleCount += 1
        books.events.append(event)
    }

    /// Tells that all is well again, when it is. `records` came from memory to the disk.
    mutating func noteRecovery(records: Int = 0) {
        guard let earlier = trouble else { return }
        trouble = earlier + records
        guard failure == nil, lowSpace == nil else { return }
        trouble = nil
        books.events.append(.recovered(records: earlier + records))
    }

    /// Whether the books can be kept.
    var health: LedgerHealth {
        if let damage { return .damaged(damage) }
        if let failure { return .failing(failure.description) }
        if let lowSpace {
            return .failing(
                LedgerError.lowSpace(availableBytes: lowSpace.availableBytes, floorBytes: lowSpace.floorBytes)
                    .description)
        }
        return .writable
    }
}
