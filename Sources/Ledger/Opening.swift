import Budget
import Glibc
import Platform
import UTCTime

/// The start of the books: take the lock, mend what a crash left, count the rows, begin a new journal.
struct Opening {
    let configuration: LedgerConfiguration
    let calls: FileCalls
    let time: TimeSource
    let log: Log

    private var layout: LedgerLayout { LedgerLayout(directory: configuration.directory) }

    /// Problems that are logged one by one; the rest is counted.
    static let problemsLoggedMax = 20

    func engine(
        randomness: @Sendable () -> UInt64, events: @escaping @Sendable (LedgerEvent) -> Void
    ) throws -> Engine {
        for directory in [layout.summaries, layout.logs, layout.audits, layout.state] {
            try calls.makingDirectories(directory)
        }
        // A note in the lock is left once there is a journal: from then on a journal that is missing was lost.
        let hadJournal = (try? calls.status(layout.lock).get().size).map { $0 > 0 } ?? false
        var files = BookFiles(layout: layout, calls: calls, lock: try lock(), log: log)
        let hasEnded = LockNote.read(layout.lock, calls: calls) == .ended
        for directory in [layout.summaries, layout.logs, layout.audits, layout.state] {
            try calls.removingTemporaries(in: directory)
        }
        let now = time.now()
        let loading = Loading(configuration: configuration, calls: calls)
        var failure: POSIXFailure?
        var loaded = try loading.load(at: now, ids: IDSource(randomness: randomness), isRestart: true) {
            (month) throws(POSIXFailure) in
            do throws(POSIXFailure) {
                try files.mendRows(of: month, at: now)
                if !hasEnded { try files.renewRows(of: month) }
            } catch {
                // A full disk: the line is mended when the file is opened to be written.
                failure = error
            }
        }
        if let problem = loaded.budgetsProblem {
            throw LedgerError.invalid(field: BudgetsFile.name, reason: problem)
        }
        // Its lines are mended before the next is written in any case.
        for month in [now.day.month, now.day.month.adding(months: -1)] { try? files.mendAudit(of: month, at: now) }
        if !loaded.hasJournal, hadJournal {
            loaded.problems.append(
                LineProblem(
                    file: JournalContents.file, line: 0, excerpt: "",
                    reason: "the journal is missing: tokens may have been held that nobody knows of"))
            loaded.journalIsSound = false
        }
        // A damaged journal stays as it is for `bursar verify`, and gets further lines. So does a sound one while rows are
        // damaged or gone, because it may be what tells.
        let begins = loaded.problems.isEmpty || (!loaded.hasJournal && !hadJournal)
        do throws(POSIXFailure) {
            try startJournal(loaded, &files, begins: begins, isRenewed: !hasEnded, at: now)
            files.leaveNote()
        } catch {
            failure = error
        }
        rebuildSummaries(loaded)
        return Engine(
            core: core(loaded, failure, begins: begins), files: files, configuration: configuration, calls: calls,
            time: time, log: log,
            events: events)
    }

    /// Milliseconds to wait for the lock. Whoever only looks whether it is held (`bursar verify`) has it for a moment.
    static let lockMillisecondsMax = 100

    private func lock() throws -> DirectoryLock {
        var waited = 0
        while true {
            do throws(DirectoryLockError) {
                return try DirectoryLock.taking(layout.lock, calls: calls)
            } catch {
                switch error {
                case .taken(let pid):
                    guard waited < Self.lockMillisecondsMax else {
                        throw LedgerError.taken(directory: configuration.directory, by: pid)
                    }
                    usleep(20_000)
                    waited += 20
                case .failed(let failure): throw failure
                }
            }
        }
    }

    private func startJournal(
        _ loaded: borrowing Loading.Loaded, _ files: inout BookFiles, begins: Bool, isRenewed: Bool, at now: Instant
    ) throws(POSIXFailure) {
        if begins {
            if loaded.journal.tailSize > 0 {
                log(
                    .warning, "the journal's last line was never finished, and is dropped",
                    ["bytes": String(loaded.journal.tailSize)])
            }
            try files.beginJournal(loaded.books.snapshot(), at: loaded.books.latest)
        } else {
            try files.continueJournal(next: loaded.journal.lineCount + 1, at: now, isRenewed: isRenewed)
        }
    }

    private func core(_ loaded: borrowing Loading.Loaded, _ failure: POSIXFailure?, begins: Bool) -> Core {
        var core = Core(books: loaded.books, policy: configuration.failurePolicy)
        core.mayBeginJournal = begins
        core.budgetsOnFile = loaded.budgetsOnFile
        core.configuredBudgets = configuration.budgets
        core.note(.entry(.opened(loaded.books.base, at: loaded.books.latest)))
        if begins { core.books.transitions.removeAll() }
        if let failure {
            core.failure = failure
            core.noteTrouble(.writeFailed(failure.description))
        }
        if let first = loaded.problems.first {
            for problem in loaded.problems.prefix(Self.problemsLoggedMax) {
                log(.error, "the books are damaged", ["problem": problem.description])
            }
            let more = loaded.problems.count - 1
            core.books.isDamaged = true
            core.damage = more > 0 ? "\(first) (and \(more) more)" : "\(first)"
        }
        return core
    }

    /// Makes the summaries say what the rows say, aloud. Where rows cannot be read, a summary may know more, and stays.
    private func rebuildSummaries(_ loaded: borrowing Loading.Loaded) {
        let reader = SummaryReader(directory: configuration.directory, calls: calls)
        let today = loaded.books.today.day
        let oldest = today.adding(days: -configuration.retention.summaryDays)
        for (day, figures) in loaded.days where day >= oldest && loaded.soundMonths.contains(day.month) {
            var found: DailySummary?
            var problem = "it is missing"
            do {
                found = try reader.summary(of: day)
            } catch {
                problem = (error as? SummaryError)?.reason ?? "\(error)"
            }
            var wanted = DailySummary(
                BudgetStatus(
                    isEnabled: true, day: day, inputTokens: figures.inputTokens, outputTokens: figures.outputTokens,
                    requestCount: figures.requestCount, heldTokens: 0,
                    limitTokens: day == today
                        ? loaded.books.budget.limitTokens : found?.limitTokens ?? configuration.budget.limitTokens,
                    warningThresholdTokens: configuration.budget.warningThresholdTokens,
                    enforcement: configuration.budget.enforcement, level: .ok, lastUpdated: figures.lastUpdated))
            if let found {
                guard found != wanted else { continue }
                problem = "it says \(found.totalTokens) tokens in \(found.requestCount) calls"
                // A limit that was changed is no disagreement.
                if found.totalTokens == wanted.totalTokens, found.requestCount == wanted.requestCount {
                    wanted.lastUpdated = max(found.lastUpdated, wanted.lastUpdated)
                    guard found != wanted else { continue }
                    problem = ""
                }
            }
            if !problem.isEmpty {
                log(
                    .warning, "a daily summary is rebuilt from the rows",
                    [
                        "day": day.description, "summary": problem, "tokens": String(wanted.totalTokens),
                        "calls": String(wanted.requestCount),
                    ])
            }
            do throws(POSIXFailure) {
                try calls.replacing(layout.summary(day), with: wanted.bytes)
            } catch {
                log(.warning, "a daily summary could not be written", ["failure": error.description])
            }
        }
    }
}
