import UTCTime

/// What the queue knows: a value that decides nothing by itself and does no I/O. Entries are applied to it, at the time
/// they carry, in the order of the journal; applying what was applied before changes nothing.
struct QueueBooks: Sendable {
    let limits: QueueLimits
    /// Reviews that have not ended, by their ids.
    private(set) var jobs: [String: Job] = [:]
    /// What is remembered of each merge request.
    private(set) var subjects: [MergeRequestID: Subject] = [:]
    private(set) var deliveries: RecentTable<String, DeliveryRecord>
    /// Reviews that have ended.
    private(set) var finished: RecentTable<String, Job>
    /// Projects that something was heard of, with their paths as far as they are known.
    private(set) var projects: [Int: String] = [:]
    /// The place of the next request.
    private(set) var nextTurn = 1
    /// The latest time of an entry.
    private(set) var latest = Instant(milliseconds: 0)

    init(limits: QueueLimits) {
        self.limits = limits
        deliveries = RecentTable(capacity: limits.deliveriesMax)
        finished = RecentTable(capacity: limits.finishedMax)
    }

    /// The job `id`, whether it has ended or not.
    func job(_ id: String) -> Job? { jobs[id] ?? finished[id] }

    // MARK: Applying

    mutating func apply(_ entry: QueueEntry, at time: Instant) {
        latest = max(latest, time)
        switch entry {
        case .begin: break
        case .wished(let id, let turn, let generation, let wish):
            take(id: id, turn: turn, generation: generation, wish, at: time)
        case .step(let id, let event): apply(event, to: id, at: time)
        case .withdrawn(let mergeRequest, let occurredAt, let generation):
            update(mergeRequest, at: time) { subject in
                subject.generation = max(subject.generation, generation)
                subject.askedAt = nil
                subject.removalSeenAt = time
                if let occurredAt { subject.removedAt = max(subject.removedAt ?? occurredAt, occurredAt) }
            }
        case .delivery(let record):
            see(record.mergeRequest, path: record.projectPath)
            if !record.id.isEmpty { deliveries.insert(record, for: record.id, at: time) }
        case .notice(let mergeRequest, let state): update(mergeRequest, at: time) { $0.notice = state }
        case .subject(let mergeRequest, let subject):
            subjects[mergeRequest] = subject
            see(mergeRequest, path: subject.path)
        }
    }

    private mutating func take(id: String, turn: Int, generation: Int, _ wish: Wish, at time: Instant) {
        nextTurn = max(nextTurn, turn.addingReportingOverflow(1).partialValue)
        update(wish.mergeRequest, at: time) { subject in
            if let noteID = wish.noteID, wish.cause == .command {
                subject.add(note: noteID)
            } else {
                if generation > subject.generation {
                    subject.generation = generation
                    subject.askedAt = nil
                }
                subject.askedGeneration = generation
                if let at = wish.occurredAt { subject.askedAt = max(subject.askedAt ?? at, at) }
                subject.update(wish.head) { $0.generation = max($0.generation, generation) }
            }
        }
        see(wish.mergeRequest, path: wish.projectPath)
        guard job(id) == nil else { return }
        jobs[id] = Job(id: id, turn: turn, wish: wish, generation: generation, acceptedAt: time)
    }

    private mutating func apply(_ event: JobStep.Event, to id: String, at time: Instant) {
        guard var job = jobs[id] else { return }
        job.apply(event, at: time)
        guard let result = job.result else {
            jobs[id] = job
            return
        }
        jobs[id] = nil
        finished.insert(job, for: id, at: time)
        update(job.wish.mergeRequest, at: time) { subject in
            guard let head = job.head, [.posted, .empty, .blocked, .failed, .undelivered].contains(result.outcome)
            else { return }
            subject.update(head) { known in
                known.generation = max(known.generation, job.generation)
                if result.outcome == .posted {
                    known.reviewedAt = time
                    known.command = job.wish.command
                }
            }
        }
    }

    private mutating func update(
        _ mergeRequest: MergeRequestID, at time: Instant, _ change: (inout Subject) -> Void
    ) {
        var subject = subjects[mergeRequest] ?? Subject(touchedAt: time)
        subject.touchedAt = max(subject.touchedAt, time)
        change(&subject)
        subjects[mergeRequest] = subject
    }

    private mutating func see(_ mergeRequest: MergeRequestID, path: String) {
        if !path.isEmpty || projects[mergeRequest.projectID] == nil { projects[mergeRequest.projectID] = path }
        if !path.isEmpty { subjects[mergeRequest]?.path = path }
    }

    // MARK: Forgetting

    /// Forgets what is older than the limits allow, and what is more than they allow.
    mutating func forget(at now: Instant) {
        let oldest = now.adding(seconds: -Int64(limits.historyDays) * 86_400)
        deliveries.forget(before: oldest)
        finished.forget(before: oldest)
        let oldestSubject = now.adding(seconds: -Int64(limits.mergeRequestDays) * 86_400)
        let busy = Set(jobs.values.map(\.wish.mergeRequest))
        subjects = subjects.filter { $0.value.touchedAt >= oldestSubject || busy.contains($0.key) }
        let surplus = subjects.count - limits.mergeRequestsMax
        if surplus > 0 {
            let idle = subjects.filter { !busy.contains($0.key) }
            for (key, _) in idle.sorted(by: { $0.value.touchedAt < $1.value.touchedAt }).prefix(surplus) {
                subjects[key] = nil
            }
        }
        let seen = Set(subjects.keys.map(\.projectID)).union(deliveries.rows.map(\.mergeRequest.projectID))
        projects = projects.filter { seen.contains($0.key) }
    }

    /// Entries that make the same books out of empty ones, with the times at which they are to be applied.
    ///
    /// Reviews and deliveries are told as they were told first; what is remembered of the merge requests comes last and
    /// stands.
    var snapshot: [(entry: QueueEntry, time: Instant)] {
        var entries: [(QueueEntry, Instant)] = []
        for job in finished.rows + jobs.values.sorted(by: { $0.turn < $1.turn }) {
            entries.append(
                (.wished(id: job.id, turn: job.turn, generation: job.generation, job.wish), job.acceptedAt))
            entries += job.steps.map { (.step(job: job.id, $0.event), $0.time) }
        }
        entries += deliveries.rows.map { (.delivery($0), $0.time) }
        for (key, subject) in subjects.sorted(by: {
            ($0.value.touchedAt, $0.key.projectID, $0.key.iid) < ($1.value.touchedAt, $1.key.projectID, $1.key.iid)
        }) {
            entries.append((.subject(key, subject), subject.touchedAt))
        }
        return entries
    }
}
