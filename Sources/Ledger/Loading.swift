import Budget
import Glibc
import Platform
import UTCTime

/// What the files say, brought together: rows, journal, summaries. Reads only; works beside a writer.
struct Loading {
    let configuration: LedgerConfiguration
    let calls: FileCalls

    /// The books as the files have them.
    struct Loaded {
        var books: Books
        var journal = JournalContents()
        /// Whether there is a journal.
        var hasJournal = false
        /// Whether lines can be added to the journal as it is, and it may be begun anew.
        var journalIsSound = true
        /// What cannot be read, or is missing.
        var problems: [LineProblem] = []
        /// What `budgets.json` says.
        var budgetsOnFile = BudgetSet.empty
        /// Why `budgets.json` cannot be used.
        var budgetsProblem: String?
        /// What each day's rows add up to, of the months that were read.
        var days: [Day: DayFigures] = [:]
        /// The months whose rows could all be read.
        var soundMonths: Set<Month> = []
        /// What the rows of each month say of merge requests, where these are counted over their whole life.
        var usesInRows: [Month: CarriedUse] = [:]
    }

    private var layout: LedgerLayout { LedgerLayout(directory: configuration.directory) }
    private var carried: CarriedFiles { CarriedFiles(layout: layout, calls: calls) }

    /// Reads everything that counts at `now`. `prepare` is called for each month before its rows are read.
    ///
    /// With `isRestart`, calls that were dispatched were cut off, and their outcome is unknown.
    func load(
        at now: Instant, ids: IDSource, isRestart: Bool, prepare: (Month) throws(POSIXFailure) -> Void = { _ in }
    ) throws(POSIXFailure) -> Loaded {
        let (budgetsOnFile, problem) = try budgets()
        let budgets = (try? configuration.budgets.joined(with: budgetsOnFile)) ?? configuration.budgets
        var loaded = Loaded(
            books: Books(budget: configuration.budget, budgets: budgets, start: now, ids: ids))
        loaded.budgetsOnFile = budgetsOnFile
        loaded.budgetsProblem = problem
        if let problem {
            loaded.problems.append(LineProblem(file: BudgetsFile.name, line: 0, excerpt: "", reason: problem))
        }
        readJournal(&loaded)
        var rowCounts: [Month: Int] = [:]
        for month in try months(loaded, now: now) {
            rowCounts[month] = readRows(of: month, &loaded, prepare)
        }
        loaded.problems += carried.count(in: &loaded.books.counters, beyond: loaded.usesInRows)
        if let time = loaded.journal.latest { loaded.books.advance(to: time) }
        loaded.books.advance(to: now)
        compareWithMark(&loaded, rowCounts)
        compareWithSummaries(&loaded, rowCounts)
        loaded.books.finishRestoringRows()
        loaded.books.restore(loaded.journal, isRestart: isRestart)
        return loaded
    }

    /// How often a reader beside a writer looks before it believes that something is wrong.
    static let readingsMax = 3

    /// Reads beside a writer: two files are read at two moments, and what was written between them may look like a row
    /// that is gone. What is really wrong is found again.
    func loadBesideWriter(at now: Instant) throws(POSIXFailure) -> Loaded {
        var readings = 1
        while true {
            let loaded = try load(at: now, ids: IDSource(randomness: { 0 }), isRestart: false)
            if loaded.problems.isEmpty || readings == Self.readingsMax { return loaded }
            readings += 1
        }
    }

    /// What `budgets.json` says, and why it cannot be used.
    private func budgets() throws(POSIXFailure) -> (BudgetSet, problem: String?) {
        let bytes: [UInt8]
        do throws(POSIXFailure) { bytes = try calls.contents(of: layout.budgets) } catch {
            if error.code == ENOENT { return (.empty, nil) }
            throw error
        }
        do throws(BudgetTextError) {
            let found = try BudgetsFile.read(bytes)
            _ = try configuration.budgets.joined(with: found)
            return (found, nil)
        } catch {
            return (.empty, error.description)
        }
    }

    private func readJournal(_ loaded: inout Loaded) {
        do throws(POSIXFailure) {
            loaded.journal = JournalContents(reading: try calls.contents(of: layout.journal))
            loaded.hasJournal = true
            loaded.problems += loaded.journal.problems
            loaded.journalIsSound = loaded.journal.problems.isEmpty
        } catch {
            if error.code == ENOENT { return }
            loaded.hasJournal = true
            loaded.journalIsSound = false
            loaded.problems.append(unreadable(JournalContents.file, error))
        }
    }

    private func unreadable(_ file: String, _ failure: POSIXFailure) -> LineProblem {
        LineProblem(file: file, line: 0, excerpt: "", reason: "the file cannot be read: \(failure)")
    }

    /// The months whose rows matter: the current one, which is never before the latest that has a file; those since the
    /// journal last said what the rows hold, for settlements it does not know of; and in the first two days of a month
    /// the one before, for requests of yesterday that are repeated.
    private func months(_ loaded: Loaded, now: Instant) throws(POSIXFailure) -> [Month] {
        let existing: [Month]
        switch calls.names(layout.logs) {
        case .success(let names): existing = names.compactMap(UsageReader.month).sorted()
        case .failure(let failure):
            guard failure.code == ENOENT else { throw failure }
            existing = []
        }
        let latest = max(now, loaded.journal.latest ?? now)
        let current = max(existing.last ?? latest.day.month, latest.day.month)
        let first = min(loaded.journal.mark?.oldestMonth ?? current, current)
        var wanted = existing.filter { $0 >= first }
        if latest.day <= current.firstDay.adding(days: 1) { wanted.append(current.adding(months: -1)) }
        for period in Set(loaded.books.counters.set.budgets.map(\.period)) {
            // A week may have begun in the month before, and what counts for ever needs every month there is.
            let first = period.window(at: latest).start
            wanted += existing.filter { $0 >= first.day.month }
        }
        return Set(wanted + [current, first]).sorted()
    }

    /// Answers how many lines there are, readable or not.
    private func readRows(
        of month: Month, _ loaded: inout Loaded, _ prepare: (Month) throws(POSIXFailure) -> Void
    ) -> Int {
        var count = 0
        let file = "token-logs/\(month).csv"
        var isSound = true
        var use = loaded.books.counters.countsLives ? CarriedUse(month: month) : nil
        do throws(POSIXFailure) {
            try prepare(month)
            let bytes: [UInt8]
            do throws(POSIXFailure) {
                bytes = try calls.contents(of: layout.log(month))
            } catch {
                guard error.code == ENOENT else { throw error }
                bytes = []
            }
            _ = UsageReader.scan(bytes, file: file, month: month) { row in
                count += 1
                switch row.content {
                case .record(let record, let id):
                    let hold = id.flatMap { loaded.journal.hold($0) }
                    loaded.books.restore(record, id: id, hold: hold)
                    if let id { loaded.journal.settle(id) }
                    let day = record.time.day
                    loaded.days[day, default: DayFigures(day: day)].add(record)
                    use?.add(record)
                case .problem(let problem):
                    isSound = false
                    loaded.problems.append(problem)
                }
            }
        } catch {
            isSound = false
            loaded.problems.append(unreadable(file, error))
        }
        if isSound { loaded.soundMonths.insert(month) }
        loaded.usesInRows[month] = use
        return count
    }

    /// The journal notes now and then what the rows hold: fewer now are rows that are gone.
    private func compareWithMark(_ loaded: inout Loaded, _ rowCounts: [Month: Int]) {
        guard let mark = loaded.journal.mark, !carried.isCleaned(mark.month) else { return }
        let count = rowCounts[mark.month] ?? 0
        let figures = loaded.days[mark.day] ?? DayFigures(day: mark.day)
        let isShort = figures.inputTokens < mark.inputTokens || figures.outputTokens < mark.outputTokens
        guard count < mark.monthRows || isShort else { return }
        loaded.problems.append(
            LineProblem(
                file: "token-logs/\(mark.month).csv", line: 0, excerpt: "",
                reason: "rows are missing: the journal knows of \(mark.monthRows) rows, and of "
                    + "\(mark.inputTokens + mark.outputTokens) tokens on \(mark.day); there are \(count) rows, and "
                    + "\(figures.totalTokens) tokens"))
        loaded.soundMonths.remove(mark.month)
        loaded.books.raise(
            day: mark.day, inputTokens: mark.inputTokens, outputTokens: mark.outputTokens,
            requestCount: mark.requestCount)
    }

    /// Where rows cannot be read or are gone, the summaries say how much there was at least.
    private func compareWithSummaries(_ loaded: inout Loaded, _ rowCounts: [Month: Int]) {
        let today = loaded.books.today.day
        let reader = SummaryReader(directory: configuration.directory, calls: calls)
        if rowCounts[today.month] == 0, loaded.soundMonths.contains(today.month) {
            let days = ((try? reader.days()) ?? []).filter { $0.month == today.month }
            if let known = days.lazy.compactMap({ try? reader.summary(of: $0) }).first(where: { $0.totalTokens > 0 }) {
                loaded.problems.append(
                    LineProblem(
                        file: "token-logs/\(today.month).csv", line: 0, excerpt: "",
                        reason: "the file is missing or has no rows: the summary of \(known.day) knows of "
                            + "\(known.totalTokens) tokens"))
                loaded.soundMonths.remove(today.month)
            }
        }
        guard !loaded.soundMonths.contains(today.month), let summary = try? reader.summary(of: today) else { return }
        loaded.books.raise(
            day: today, inputTokens: summary.inputTokens, outputTokens: summary.outputTokens,
            requestCount: summary.requestCount)
    }
}
