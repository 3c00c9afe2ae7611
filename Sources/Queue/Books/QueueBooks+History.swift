import Synchronization

extension QueueBooks {
    /// The merge requests `iid` of the projects whose path or number is `project`.
    func mergeRequests(project: String, iid: Int) -> [MergeRequestID] {
        projects.filter { $0.value == project || String($0.key) == project }.keys.sorted()
            .map { MergeRequestID(projectID: $0, iid: iid) }
    }

    /// Every delivery, decision and step of a merge request that is remembered, oldest first.
    func history(of mergeRequest: MergeRequestID) -> [QueueEvent] {
        var events: [QueueEvent] = []
        for record in deliveries.rows where record.mergeRequest == mergeRequest {
            events.append(QueueEvent(time: record.time, subject: .delivery(record)))
        }
        let jobs = finished.rows + jobs.values.sorted { $0.turn < $1.turn }
        for job in jobs where job.wish.mergeRequest == mergeRequest {
            events.append(QueueEvent(time: job.acceptedAt, subject: .wish(job)))
            events += job.steps.map { QueueEvent(time: $0.time, subject: .step($0.event, job)) }
        }
        return events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
    }
}

extension ReviewQueue {
    /// The merge requests `iid` of the projects whose path or number is `project`.
    public func mergeRequests(project: String, iid: Int) -> [MergeRequestID] {
        state.withLock { $0.books.mergeRequests(project: project, iid: iid) }
    }

    /// Every delivery, decision and step of a merge request that is remembered, oldest first.
    public func history(of mergeRequest: MergeRequestID) -> [QueueEvent] {
        // A copy is taken in no time; the events are made from it without the lock.
        state.withLock { $0.books }.history(of: mergeRequest)
    }

    /// The names of the merge requests that were heard of last, the latest first, each once.
    public func recentMergeRequests(_ count: Int) -> [String] {
        var names: [String] = []
        for record in state.withLock({ $0.books }).deliveries.rows.reversed() {
            guard names.count < count else { break }
            let project = record.projectPath.isEmpty ? String(record.mergeRequest.projectID) : record.projectPath
            let name = "\(project)!\(record.mergeRequest.iid)"
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Bytes of the journal: another number after every entry.
    public var journalByteCount: Int { state.withLock { $0.size } }
}
