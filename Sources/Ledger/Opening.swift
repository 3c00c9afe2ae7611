import Budget
import Glibc
import Platform
import UTCTime

/// The start of the books: take the lock, mend what a crash left, count the rows.
struct Opening {
    let configuration: LedgerConfiguration
    let calls: FileCalls
    let time: TimeSource
    let log: Log

    private var layout: LedgerLayout { LedgerLayout(directory: configuration.directory) }

    func engine(
        randomness: @Sendable () -> UInt64, events: @escaping @Sendable (LedgerEvent) -> Void
    ) throws -> Engine {
        for directory in [layout.summaries, layout.logs, layout.audits, layout.state] {
            try calls.makingDirectories(directory)
        }
        let lock: DirectoryLock
        do throws(DirectoryLockError) {
            lock = try DirectoryLock.taking(layout.lock, calls: calls)
        } catch {
            switch error {
            case .taken(let pid): throw LedgerError.taken(directory: configuration.directory, by: pid)
            case .failed(let failure): throw failure
            }
        }
        for directory in [layout.summaries, layout.logs, layout.audits, layout.state] {
            try calls.removingTemporaries(in: directory)
        }
        let files = BookFiles(layout: layout, calls: calls, lock: lock, log: log)
        let now = time.now()
        let reader = UsageReader(directory: configuration.directory, calls: calls)
        var books = Books(budget: configuration.budget, start: now, ids: IDSource(randomness: randomness))
        var problems: [LineProblem] = []
        for month in try Self.months(reader, now: now) {
            try files.mendTail(of: month, at: now)
            try reader.scan(month) { row in
                switch row.content {
                case .record(let record, let id): books.restore(record, id: id)
                case .problem(let problem): problems.append(problem)
                }
            }
        }
        books.advance(to: now)
        books.finishRestoring()
        var core = Core(books: books, policy: configuration.failurePolicy)
        if let first = problems.first {
            for problem in problems.prefix(20) {
                log(.error, "a line of the books cannot be read", ["problem": problem.description])
            }
            core.damage = problems.count > 1 ? "\(first) (and \(problems.count - 1) more)" : "\(first)"
        }
        return Engine(
            core: core, files: files, configuration: configuration, calls: calls, time: time, log: log, events: events)
    }

    /// The months whose rows count now: the current one, which is never before the latest that has rows, and in its first
    /// two days the one before, for the requests of yesterday that may be repeated.
    static func months(_ reader: UsageReader, now: Instant) throws -> [Month] {
        let existing = try reader.months()
        let current = max(existing.last ?? now.day.month, now.day.month)
        var months = [current]
        if now.day <= current.firstDay.adding(days: 1) { months.insert(current.adding(months: -1), at: 0) }
        return months
    }
}
