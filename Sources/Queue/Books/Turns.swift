import UTCTime

/// Whose turn it is: one review at a time for each merge request, in order of request within a project, projects in turn.
struct Turns: Sendable {
    /// Reviews under way.
    private(set) var running: [String: MergeRequestID] = [:]
    /// Reviews that are not certain to be on the disk yet.
    var unwritten: Set<String> = []
    /// Reviews that are not begun before this time, for a reason that could not be written down.
    var pauses: [String: Instant] = [:]
    private var servedAt: [Int: Int] = [:]
    private var tick = 0

    /// What waited for a budget runs in the order of request whatever the project: one lane among those of the projects.
    private static let resumedLane = -1

    /// Takes the next review that may run; nil when there is none.
    mutating func next(in books: QueueBooks, at now: Instant, concurrency: Int) -> Job? {
        guard running.count < concurrency else { return nil }
        let busy = Set(running.values)
        var runningCounts: [Int: Int] = [:]
        for mergeRequest in running.values { runningCounts[mergeRequest.projectID, default: 0] += 1 }
        var best: (job: Job, rank: (Int, Int, Int), lane: Int)?
        for job in books.jobs.values {
            guard isDue(job, at: now), running[job.id] == nil, !unwritten.contains(job.id),
                !busy.contains(job.wish.mergeRequest)
            else { continue }
            let project = job.wish.mergeRequest.projectID
            let lane = job.deferral?.kind == .budget ? Self.resumedLane : project
            let rank = (runningCounts[project, default: 0], servedAt[lane, default: 0], job.turn)
            if let best, best.rank <= rank { continue }
            best = (job, rank, lane)
        }
        guard let best else { return nil }
        tick += 1
        servedAt[best.lane] = tick
        if servedAt.count > 10_000 { servedAt = [:] }
        running[best.job.id] = best.job.wish.mergeRequest
        pauses[best.job.id] = nil
        return best.job
    }

    mutating func end(_ id: String) { running[id] = nil }

    func isDue(_ job: Job, at now: Instant) -> Bool {
        if let pause = pauses[job.id], pause > now { return false }
        return job.deferral.map { $0.until <= now } ?? true
    }
}
