import UTCTime

// Whether a delivery starts a review. Nothing is changed here: the answer is what to write down.

extension QueueBooks {
    /// What becomes of something that was told, and the entries that make it so.
    struct Decision {
        var status: DeliveryRecord.Status
        var reason: String
        var jobID: String?
        var entries: [QueueEntry] = []

        init(_ status: DeliveryRecord.Status, _ reason: String) {
            self.status = status
            self.reason = reason
        }
    }

    /// Decides on `report`; `running` are the jobs under way, which nothing takes the place of.
    func decide(
        _ report: DeliveryReport, running: Set<String>, at now: Instant, newID: () -> String
    ) throws(QueueError) -> (verdict: Verdict, entries: [QueueEntry]) {
        if !report.id.isEmpty, let earlier = deliveries[report.id] {
            let verdict = Verdict(
                status: .duplicate, reason: "this delivery has been received before", jobID: earlier.jobID,
                isRepeated: true)
            return (verdict, [])
        }
        var decision: Decision
        switch report.content {
        case .nothing(let sentence): decision = Decision(.ignored, sentence)
        case .withdrawal(let occurredAt, let sentence):
            decision = withdraw(report.mergeRequest, occurredAt, sentence, running: running, at: now)
        case .wish(let wish, let sentence): decision = try take(wish, sentence, running: running, newID: newID)
        }
        decision.reason = decision.reason.cut(to: 500)
        if !report.id.isEmpty {
            decision.entries.append(
                .delivery(
                    DeliveryRecord(
                        id: report.id, mergeRequest: report.mergeRequest, projectPath: report.projectPath,
                        event: report.event, username: report.username, status: decision.status,
                        reason: decision.reason, jobID: decision.jobID, time: now)))
        }
        let verdict = Verdict(
            status: decision.status, reason: decision.reason, jobID: decision.jobID, isRepeated: false)
        return (verdict, decision.entries)
    }

    // MARK: The label goes

    private func withdraw(
        _ mergeRequest: MergeRequestID, _ occurredAt: Instant?, _ sentence: String, running: Set<String>,
        at now: Instant
    ) -> Decision {
        let subject = subjects[mergeRequest]
        if let occurredAt, let subject {
            if let removedAt = subject.removedAt,
                occurredAt < removedAt || (occurredAt == removedAt && isEcho(of: subject, at: now))
            {
                return Decision(.duplicate, "this removal of the label has been received before")
            }
            if let askedAt = subject.askedAt, occurredAt < askedAt {
                return Decision(.ignored, "the label was put on again after this removal")
            }
        }
        var decision = Decision(.ignored, sentence)
        decision.entries = [
            .withdrawn(mergeRequest, occurredAt: occurredAt, generation: (subject?.generation ?? 0) + 1)
        ]
        for job in waiting(for: mergeRequest, running: running) where job.wish.cause != .command {
            decision.entries.append(
                .step(job: job.id, .finished(JobResult(.withdrawn, "the label was taken away before its turn"))))
        }
        return decision
    }

    /// Whether a removal of the same time as the last is that one told again, rather than another: a label need not touch
    /// the time at which a merge request was changed.
    private func isEcho(of subject: Subject, at now: Instant) -> Bool {
        guard subject.wasAsked, let seenAt = subject.removalSeenAt else { return true }
        return now < seenAt.adding(seconds: Self.echoSeconds)
    }

    /// Seconds within which two hooks tell of the same event.
    private static let echoSeconds: Int64 = 60

    /// Reviews of the merge request that have not been begun in earnest.
    private func waiting(for mergeRequest: MergeRequestID, running: Set<String>) -> [Job] {
        jobs.values.filter { $0.wish.mergeRequest == mergeRequest && $0.isUntouched && !running.contains($0.id) }
            .sorted { $0.turn < $1.turn }
    }

    // MARK: A review is asked for

    private func take(
        _ wish: Wish, _ sentence: String, running: Set<String>, newID: () -> String
    ) throws(QueueError) -> Decision {
        let subject = subjects[wish.mergeRequest]
        let generation: Int
        switch standing(of: wish, subject) {
        case .known(let reason): return Decision(.duplicate, reason)
        case .new(let found): generation = found
        }
        let waiting = waiting(for: wish.mergeRequest, running: running)
        let isCommand = wish.cause == .command
        if isCommand, waiting.count(where: { $0.wish.cause == .command }) >= limits.commandsPerMergeRequestMax {
            return Decision(.ignored, "reviews that comments asked for are waiting for this merge request already")
        }
        // A newer head takes the place of the one that still waits, and keeps its turn. A comment takes nobody's place:
        // whether its author may ask is not known yet.
        let replaced = isCommand ? nil : waiting.first { $0.wish.cause != .command }
        if replaced == nil { try checkRoom(isCommand: isCommand, running: running) }
        var decision = Decision(.queued, sentence)
        let id = newID()
        decision.jobID = id
        if let replaced {
            decision.entries.append(
                .step(
                    job: replaced.id, .finished(JobResult(.superseded, "asked for again before its turn, as \(id)"))))
        }
        decision.entries.append(
            .wished(id: id, turn: replaced?.turn ?? nextTurn, generation: generation, wish))
        return decision
    }

    private func checkRoom(isCommand: Bool, running: Set<String>) throws(QueueError) {
        guard jobs.count >= min(limits.waitingMax, limits.commandsMax) else { return }
        var waiting = 0
        var commands = 0
        for job in jobs.values where !running.contains(job.id) && job.deferral?.kind != .budget {
            waiting += 1
            if job.wish.cause == .command { commands += 1 }
        }
        if waiting >= limits.waitingMax || (isCommand && commands >= limits.commandsMax) {
            throw .full(waiting: waiting)
        }
    }

    private enum Standing {
        case new(generation: Int)
        case known(reason: String)
    }

    /// Whether the books know the wish already. They rather than the payload decide: GitLab sends events twice, in any
    /// order, or not at all.
    private func standing(of wish: Wish, _ subject: Subject?) -> Standing {
        let asked = Standing.known(
            reason: "a review of this head has been asked for before; remove and add the label to ask again")
        guard let subject else { return .new(generation: 0) }
        let generation = subject.generation
        if wish.cause == .command {
            if let noteID = wish.noteID, subject.notes.contains(noteID) {
                return .known(reason: "this comment has been received before")
            }
            return .new(generation: generation)
        }
        if let occurredAt = wish.occurredAt, let removedAt = subject.removedAt, occurredAt < removedAt {
            return .known(reason: "the label was taken away after this event")
        }
        guard subject.wasAsked else { return .new(generation: generation) }
        let isOlder = { if let at = wish.occurredAt, let asked = subject.askedAt { at <= asked } else { false } }()
        switch wish.cause {
        case .labelAdded:
            // A label that was on cannot be put on: its removal did not get here.
            if let at = wish.occurredAt, let asked = subject.askedAt, at > asked {
                return .new(generation: generation + 1)
            }
            return isOlder || subject.wasAsked(for: wish.head) ? asked : .new(generation: generation)
        case .opened, .labelPresent, .poll: return asked
        case .reopened, .ready, .push:
            if subject.wasAsked(for: wish.head) { return asked }
            return isOlder && wish.occurredAt != subject.askedAt
                ? .known(reason: "a newer head has been asked for before") : .new(generation: generation)
        case .command: return .new(generation: generation)
        }
    }
}
