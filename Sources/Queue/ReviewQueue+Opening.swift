import Journal
public import Platform
import UTCTime

extension ReviewQueue {
    /// Opens the queue of a data directory, which the caller has locked, and recovers what a crash left.
    ///
    /// Lines that cannot be read are reported and passed over, and the file they were in is kept under `recovered`.
    public static func open(
        _ layout: QueueLayout, limits: QueueLimits = QueueLimits(), files calls: FileCalls = .system,
        time: TimeSource = .system,
        randomness: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }, log: Log,
        hasTimer: Bool = true
    ) throws(POSIXFailure) -> ReviewQueue {
        let now = time.now()
        try calls.makingDirectories(layout.state)
        if let tail = try TornTail.mending(
            layout.journal, recovered: layout.recovered, lineBytesMax: EntryWriter.lineBytesMax, now: now, calls: calls)
        {
            log(
                .warning, "a line of the queue's journal was cut off by a crash and is set aside",
                ["bytes": String(tail.size), "copy": tail.copy ?? ""])
        }
        var bytes: [UInt8] = []
        do throws(POSIXFailure) { bytes = try calls.contents(of: layout.journal) } catch {
            guard error.code == 2 else { throw error }
        }
        var load = JournalLoad(reading: bytes, limits: limits)
        load.books.forget(at: now)
        if load.problemCount > 0 { try setAside(bytes, load, layout, now: now, calls, log) }
        var file = try QueueFile.opening(layout.journal, next: load.next, calls: calls)
        if bytes.isEmpty || load.problemCount > 0 { try file.replace(with: load.books, at: now) }
        return ReviewQueue(
            file, load, time: time, randomness: randomness, log: log, hasTimer: hasTimer)
    }

    private static func setAside(
        _ bytes: [UInt8], _ load: JournalLoad, _ layout: QueueLayout, now: Instant, _ calls: FileCalls, _ log: Log
    ) throws(POSIXFailure) {
        try calls.makingDirectories(layout.recovered)
        let copy = "\(layout.recovered)/queue.journal-\(now.milliseconds).damaged"
        try calls.replacing(copy, with: bytes)
        for problem in load.problems {
            log(
                .error, "a line of the queue's journal cannot be read and is passed over",
                ["where": "\(layout.journal):\(problem.line)", "reason": problem.reason, "copy": copy])
        }
        if load.problemCount > load.problems.count {
            log(.error, "more lines cannot be read", ["count": String(load.problemCount - load.problems.count)])
        }
    }
}
