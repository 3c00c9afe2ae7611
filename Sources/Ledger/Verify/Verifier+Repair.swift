import Budget
import Glibc
import JSON
import Journal
import Platform
public import UTCTime

// The repair. It keeps a copy of every file it changes, and lowers nothing: tokens that a lost line stood for, as far as
// the summary of the day or the journal knows of them, get a row of their own; where a hold may have been lost, the rest
// of the day is held until an operator resolves it. Every step replaces a whole file, so a repair that is cut off is
// simply run again.

extension Verifier {
    /// Makes the books whole, and says how. No daemon may have them open. Throws `LedgerError` or `POSIXFailure`.
    public func repair(at now: Instant, author: String) throws -> RepairReport {
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
        var report = RepairReport()
        let hadJournal = (try? calls.status(layout.lock).get().size).map { $0 > 0 } ?? false
        let loading = Loading(configuration: configuration, calls: calls)
        let ids = IDSource(randomness: { UInt64.random(in: .min ... .max) })
        let before = try loading.load(at: now, ids: ids, isRestart: false)
        try repairRows(before, ids, at: now, &report)
        try repairAudits(at: now, &report)
        var after = try loading.load(at: now, ids: ids, isRestart: false)
        try repairJournal(&after, isLost: !before.hasJournal && hadJournal, at: now, &report)
        try repairSummaries(after, &report)
        try repairCarried(at: now, &report)
        if !report.actions.isEmpty { try noteRepair(report, author: author, at: now) }
        lock.leave(.held())
        return report
    }

    private func keep(_ path: String, at now: Instant, _ report: inout RepairReport) throws(POSIXFailure) {
        let bytes: [UInt8]
        do throws(POSIXFailure) {
            bytes = try calls.contents(of: path)
        } catch {
            if error.code == ENOENT { return }
            // A directory or a link in the place of a file is moved out of the way; a file that may not be read is for
            // whoever may say so.
            guard error.code == EISDIR || error.code == EINVAL else { throw error }
            try calls.makingDirectories(layout.recovered)
            let target = copyPath(path, at: now)
            try calls.checking(calls.rename(path, target), "rename", path)
            report.copies.append(target)
            return
        }
        try calls.makingDirectories(layout.recovered)
        let target = copyPath(path, at: now)
        try calls.replacing(target, with: bytes)
        report.copies.append(target)
    }

    private func copyPath(_ path: String, at now: Instant) -> String {
        "\(layout.recovered)/\(path.split(separator: "/").last ?? "file")-\(now.milliseconds).damaged"
    }

    // MARK: Rows

    private func repairRows(
        _ loaded: Loading.Loaded, _ ids: IDSource, at now: Instant, _ report: inout RepairReport
    ) throws(POSIXFailure) {
        var ids = ids
        let reader = UsageReader(directory: configuration.directory, calls: calls)
        var months = Set(try reader.months())
        for problem in loaded.problems where problem.file.hasPrefix("token-logs/") {
            if let month = UsageReader.month(ofName: String(problem.file.dropFirst("token-logs/".count))) {
                months.insert(month)
            }
        }
        for month in months.sorted() {
            let file = "token-logs/\(month).csv"
            var bytes: [UInt8] = []
            var isUnreadable = false
            do throws(POSIXFailure) {
                bytes = try calls.contents(of: layout.log(month))
            } catch {
                isUnreadable = error.code != ENOENT
            }
            var good: [(record: UsageRecord, line: ArraySlice<UInt8>)] = []
            var badCount = 0
            let (size, _) = UsageReader.scan(bytes, file: file, month: month) { row in
                switch row.content {
                case .record(let record, _):
                    good.append((record, bytes[row.offset..<(row.offset + row.length)]))
                case .problem: badCount += 1
                }
            }
            let isShort = loaded.problems.contains { $0.file == file && $0.line == 0 }
            guard badCount > 0 || isShort || isUnreadable else { continue }
            let missing = try missing(in: month, good.map(\.record), loaded.journal.mark)
            try keep(layout.log(month), at: now, &report)
            try calls.replacing(
                layout.log(month), with: rewritten(good, missing, tail: bytes[size...], &ids))
            report.actions.append(
                "\(file): \(badCount) lines that cannot be read were taken out, rows for \(missing.reduce(0) { $0 + $1.totalTokens }) lost tokens were put in"
            )
        }
    }

    /// The good lines as they were, and for each day a row of what is missing, after the rows of its day.
    private func rewritten(
        _ good: [(record: UsageRecord, line: ArraySlice<UInt8>)], _ missing: [DayFigures], tail: ArraySlice<UInt8>,
        _ ids: inout IDSource
    ) -> [UInt8] {
        var writer = RowWriter()
        var output = Array((RowFormat.header + "\n").utf8)
        var missing = missing[...]
        func putMissing(before time: Instant?) {
            while let figures = missing.first, time.map({ figures.day < $0.day }) ?? true {
                missing.removeFirst()
                for record in Self.rows(
                    for: figures, after: good.last { $0.record.time.day == figures.day }?.record.time)
                {
                    let id = ids.make(.usage, at: record.time)
                    writer.write(record, id: id, to: &output)
                }
            }
        }
        for (record, line) in good {
            putMissing(before: record.time)
            // A line of an older tool has fewer columns than the header that the file gets now.
            if record.usageID.isEmpty {
                writer.write(record, id: ids.make(.usage, at: record.time), to: &output)
            } else {
                output += line
            }
        }
        putMissing(before: nil)
        return output + tail
    }

    /// Rows that stand for the tokens of `figures`, each within what one call may have.
    private static func rows(for figures: DayFigures, after time: Instant?) -> [UsageRecord] {
        var rows: [UsageRecord] = []
        var (input, output) = (figures.inputTokens, figures.outputTokens)
        while input > 0 || output > 0 {
            let part = (min(input, TokenUsage.tokensMax), min(output, TokenUsage.tokensMax))
            input -= part.0
            output -= part.1
            guard let usage = try? TokenUsage(inputTokens: part.0, outputTokens: part.1) else { return rows }
            rows.append(
                UsageRecord(
                    time: time ?? figures.day.start,
                    context: CallContext(agent: "bursar", command: "repair", model: "unknown"), usage: usage,
                    durationMilliseconds: 0, cost: nil, estimatedTokens: nil, usageID: ""))
        }
        return rows
    }

    /// What the summaries and the journal know of beyond the rows, day by day.
    private func missing(in month: Month, _ records: [UsageRecord], _ mark: JournalMark?) throws(POSIXFailure)
        -> [DayFigures]
    {
        let reader = SummaryReader(directory: configuration.directory, calls: calls)
        var known: [Day: DayFigures] = [:]
        for day in try reader.days() where day.month == month {
            guard let summary = try? reader.summary(of: day) else { continue }
            known[day, default: DayFigures(day: day)].raise(
                inputTokens: summary.inputTokens, outputTokens: summary.outputTokens, requestCount: 0)
        }
        if let mark, mark.day.month == month {
            known[mark.day, default: DayFigures(day: mark.day)].raise(
                inputTokens: mark.inputTokens, outputTokens: mark.outputTokens, requestCount: 0)
        }
        var days: [Day: DayFigures] = [:]
        for record in records { days[record.time.day, default: DayFigures(day: record.time.day)].add(record) }
        return known.keys.sorted().compactMap { day in
            guard let wanted = known[day] else { return nil }
            let found = days[day] ?? DayFigures(day: day)
            var figures = DayFigures(day: day)
            figures.raise(
                inputTokens: max(0, wanted.inputTokens - found.inputTokens),
                outputTokens: max(0, wanted.outputTokens - found.outputTokens), requestCount: 0)
            return figures.totalTokens > 0 ? figures : nil
        }
    }

    // MARK: Journal

    private func repairJournal(
        _ loaded: inout Loading.Loaded, isLost: Bool, at now: Instant, _ report: inout RepairReport
    ) throws(POSIXFailure) {
        let isDamaged = !loaded.journalIsSound
        let marksAreOld = loaded.problems.contains { $0.file.hasPrefix("token-logs/") }
        guard isDamaged || isLost || marksAreOld else { return }
        if isDamaged { try keep(layout.journal, at: now, &report) }
        if isDamaged || isLost {
            let rest = loaded.books.holdRest()
            report.actions.append(
                "\(JournalContents.file): begun anew with what can be read"
                    + (rest.map {
                        "; \($0.tokens) tokens, the rest of the day, are held as \($0.id) until it is resolved"
                    }
                        ?? ""))
        } else {
            report.actions.append("\(JournalContents.file): begun anew")
        }
        var bytes: [UInt8] = []
        var writer = JournalWriter()
        for entry in loaded.books.snapshot() { writer.write(entry, at: loaded.books.latest, to: &bytes) }
        try calls.replacing(layout.journal, with: bytes)
    }

    // MARK: Summaries and audit logs

    private func repairSummaries(_ loaded: Loading.Loaded, _ report: inout RepairReport) throws(POSIXFailure) {
        let reader = SummaryReader(directory: configuration.directory, calls: calls)
        for (day, figures) in loaded.days.sorted(by: { $0.key < $1.key }) {
            let found = try? reader.summary(of: day)
            guard
                (found?.inputTokens, found?.outputTokens, found?.requestCount)
                    != (figures.inputTokens, figures.outputTokens, figures.requestCount)
            else { continue }
            let status = BudgetStatus(
                isEnabled: true, day: day, inputTokens: figures.inputTokens, outputTokens: figures.outputTokens,
                requestCount: figures.requestCount, heldTokens: 0,
                limitTokens: found?.limitTokens ?? configuration.budget.limitTokens,
                warningThresholdTokens: configuration.budget.warningThresholdTokens,
                enforcement: configuration.budget.enforcement, level: .ok, lastUpdated: figures.lastUpdated)
            try calls.replacing(layout.summary(day), with: DailySummary(status).bytes)
            report.actions.append("daily-summaries/\(day).json: written from the rows")
        }
    }

    /// Raises the files to what the rows say, where these are there. A file that cannot be read stays: to take it away
    /// might lower what counts.
    private func repairCarried(at now: Instant, _ report: inout RepairReport) throws {
        let files = CarriedFiles(layout: layout, calls: calls)
        for month in try files.months() {
            guard let use = try? files.use(of: month), let rows = try files.useInRows(of: month) else { continue }
            var larger = use
            larger.raise(to: rows)
            guard larger != use else { continue }
            try keep(layout.carried(month), at: now, &report)
            try files.write(larger)
            report.actions.append("\(CarriedFiles.name(month)): raised to what the rows say")
        }
    }

    private func repairAudits(at now: Instant, _ report: inout RepairReport) throws(POSIXFailure) {
        guard case .success(let names) = calls.names(layout.audits) else { return }
        for name in names.sorted() where name.hasSuffix(".jsonl") && Month(name.dropLast(6)) != nil {
            let path = layout.audits + "/" + name
            guard let bytes = try? calls.contents(of: path) else { continue }
            var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            let tail = lines.removeLast()
            let good = lines.filter { (try? JSONValue(parsing: Array($0))) != nil }
            guard good.count < lines.count else { continue }
            try keep(path, at: now, &report)
            try calls.replacing(path, with: good.flatMap { $0 + [0x0A] } + tail)
            report.actions.append("audit-logs/\(name): \(lines.count - good.count) lines were taken out")
        }
    }

    private func noteRepair(_ report: RepairReport, author: String, at now: Instant) throws(POSIXFailure) {
        let entry = AuditEntry(
            time: now, event: "repair", actor: author,
            fields: [
                ("actions", .array(report.actions.map { .string($0) })),
                ("copies", .array(report.copies.map { .string($0) })),
            ])
        let path = layout.audit(now.day.month)
        _ = try TornTail.mending(
            path, recovered: layout.recovered, lineBytesMax: RowFormat.lineBytesMax, now: now, calls: calls)
        var file = try AppendFile.opening(path, calls: calls)
        try entry.line.withUnsafeBufferPointer { (bytes) throws(POSIXFailure) in
            try file.append(UnsafeRawBufferPointer(bytes))
        }
        try file.synchronize()
    }
}
