import Budget
import Glibc
import Journal
import Platform
import UTCTime

/// The files of the books as their one writer sees them. Decides nothing.
struct BookFiles: ~Copyable {
    let layout: LedgerLayout
    let calls: FileCalls
    let log: Log
    private var lock: DirectoryLock?

    private var rowsMonth: Month?
    private var rows: AppendFile?
    private var rowWriter = RowWriter()
    private var rowBytes: [UInt8] = []

    private var journal: AppendFile?
    private var journalWriter = JournalWriter()
    private var lineBytes: [UInt8] = []

    private var auditMonth: Month?
    private var audit: AppendFile?
    private var hasToldAuditFailure = false

    init(layout: LedgerLayout, calls: FileCalls, lock: consuming DirectoryLock, log: Log) {
        self.layout = layout
        self.calls = calls
        self.lock = consume lock
        self.log = log
    }

    /// Puts `batch` on the disk: the rows first, so that a hold that a settlement made room for is never there alone. What
    /// an operator does comes after who did it and why.
    mutating func write(_ batch: Batch) -> BatchOutcome {
        let now = batch.time
        var outcome = BatchOutcome()
        if let obstacle = batch.obstacle {
            outcome.lineFailure = obstacle
            outcome.failUnwrittenRows(of: batch, obstacle)
            outcome.journalSize = journal?.size ?? 0
            return outcome
        }
        var isAudited = false
        do throws(POSIXFailure) {
            if batch.isAttempt { try probe() }
            if batch.hasOperator {
                try writeAudits(batch, at: now)
                isAudited = true
            }
            outcome.hasTriedRows = true
            writeRows(batch, at: now, &outcome)
            if outcome.rowFailures.isEmpty || batch.snapshot == nil { try writeLines(batch, at: now) }
        } catch {
            outcome.lineFailure = error
            outcome.failUnwrittenRows(of: batch, error)
        }
        if !isAudited {
            do throws(POSIXFailure) {
                try writeAudits(batch, at: now)
            } catch {
                outcome.auditFailure = error
            }
        }
        if let budgets = batch.budgets, outcome.anyFailure == nil, outcome.auditFailure == nil {
            outcome.counters = change(to: budgets, at: now)
        }
        tellAuditFailure(outcome.auditFailure)
        outcome.journalSize = journal?.size ?? 0
        return outcome
    }

    /// Leaves a note in the lock: which process has it, and where it can be reached.
    func leaveNote(address: String? = nil) { lock?.leave(.held(address: address)) }

    /// Closes everything and gives the directory to whoever wants it. With `inOrder`, all that was asked for is written.
    mutating func close(inOrder: Bool) {
        if inOrder, rows?.poison == nil, journal?.poison == nil { lock?.leave(.ended) }
        rows = nil
        journal = nil
        audit = nil
        lock = nil
    }

    // MARK: Budgets

    /// Counts the rows for the budgets of `change` and writes their file.
    private func change(to change: PendingBudgets, at now: Instant) -> Result<Counters, LedgerError> {
        var counters = Counters(change.all, countsMergeRequests: change.countsMergeRequests, at: now)
        do throws(POSIXFailure) {
            // What somebody else wrote into the file must not be lost, and what is adopted must be what it says.
            let contents = BudgetsFile.contents(layout.budgets, calls)
            let expected = change.isWritten ? change.file : change.before
            if let expected, let obstacle = BudgetsFile.obstacle(to: expected, in: contents) {
                return .failure(obstacle)
            }
            if change.isShort {
                let reader = UsageReader(directory: layout.directory, calls: calls)
                let first =
                    change.countsMergeRequests
                    ? nil : change.all.budgets.map { $0.period.window(at: now).start.day.month }.min()
                let countsLives = counters.countsLives
                var uses: [Month: CarriedUse] = [:]
                for month in try reader.months() where month >= first ?? month {
                    var use = countsLives ? CarriedUse(month: month) : nil
                    try reader.scan(month) { row in
                        guard case .record(let record, _) = row.content else { return }
                        counters.settle(CallAmount(record), for: record.context, at: record.time)
                        use?.add(record)
                    }
                    uses[month] = use
                }
                let carried = CarriedFiles(layout: layout, calls: calls)
                if let problem = carried.count(in: &counters, beyond: uses).first {
                    return .failure(.damaged(reason: problem.description))
                }
            }
            if let file = change.file, !change.isWritten {
                try calls.replacing(layout.budgets, with: BudgetsFile.bytes(file))
            }
            return .success(counters)
        } catch {
            return .failure(.writeFailed(error))
        }
    }

    // MARK: Rows

    private mutating func writeRows(_ batch: Batch, at now: Instant, _ outcome: inout BatchOutcome) {
        rowBytes.removeAll(keepingCapacity: true)
        var month: Month?
        for step in batch.steps {
            let booked: Booked
            switch step {
            case .booked(let record, _), .bookedAtLast(let record): booked = record
            default: continue
            }
            let recordMonth = booked.record.time.day.month
            if let month, month != recordMonth { flushRows(of: month, at: now, &outcome) }
            month = recordMonth
            rowWriter.write(booked.record, id: booked.id, to: &rowBytes)
        }
        if let month { flushRows(of: month, at: now, &outcome) }
    }

    private mutating func flushRows(of month: Month, at now: Instant, _ outcome: inout BatchOutcome) {
        defer { rowBytes.removeAll(keepingCapacity: true) }
        do throws(POSIXFailure) {
            if rowsMonth == month { noticeStrangers() }
            if rowsMonth != month || rows == nil { try openRows(of: month, at: now) }
            if rows?.poison != nil { try rows?.rebuild() }
            if rows?.size == 0 { rowBytes.insert(contentsOf: (RowFormat.header + "\n").utf8, at: 0) }
            try Self.append(rowBytes, to: &rows)
            try rows?.synchronize()
        } catch {
            outcome.rowFailures.append((month, error))
        }
    }

    /// A spreadsheet that saves the file puts another in its place, and rows written to the old one would be in no file.
    /// So whenever the file is not as it was left, it is opened again: rows go behind what is there now.
    private mutating func noticeStrangers() {
        guard let path = rows?.path, rows?.poison == nil, rows?.isUntouched == false else { return }
        log(
            .error, "somebody else changed the rows; the daemon goes on behind what is there: run bursar verify",
            ["file": path])
        rows = nil
    }

    private static func append(_ bytes: [UInt8], to file: inout AppendFile?) throws(POSIXFailure) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(POSIXFailure) in
            try file?.append(UnsafeRawBufferPointer(bytes))
        }
    }

    private mutating func openRows(of month: Month, at now: Instant) throws(POSIXFailure) {
        rows = nil
        rowsMonth = nil
        try mendRows(of: month, at: now)
        rows = try AppendFile.opening(layout.log(month), calls: calls)
        rowsMonth = month
    }

    /// Writes the file of `month` anew, as it is. The process before may have been told that its last rows could not be
    /// made durable, or may not have got that far: the system shows them all the same, and a later fdatasync(2) that
    /// succeeds says nothing of them. In a new file they are.
    func renewRows(of month: Month) throws(POSIXFailure) {
        let path = layout.log(month)
        // One that cannot be read is damage, which is told elsewhere.
        guard let bytes = try? calls.contents(of: path), !bytes.isEmpty else { return }
        try calls.replacing(path, with: bytes)
    }

    /// Mends the end of the file of `month`, aloud.
    func mendRows(of month: Month, at now: Instant) throws(POSIXFailure) {
        try mend(layout.log(month), at: now) { line in
            var reader = RowReader(columnCount: RowFormat.columns.count)
            return (try? reader.record(from: line))?.id != nil
        }
    }

    /// Mends the end of the audit log of `month`, aloud.
    func mendAudit(of month: Month, at now: Instant) throws(POSIXFailure) {
        try mend(layout.audit(month), at: now) { _ in false }
    }

    private func mend(
        _ path: String, at now: Instant, isWhole: (UnsafeBufferPointer<UInt8>) -> Bool
    ) throws(POSIXFailure) {
        guard
            let mended = try TornTail.mending(
                path, recovered: layout.recovered, lineBytesMax: RowFormat.lineBytesMax, now: now, calls: calls,
                isWhole: isWhole)
        else {
            return
        }
        log(
            .warning, mended.copy == nil ? "the last line had no line break" : "a torn last line was set aside",
            ["file": path, "bytes": String(mended.size), "copy": mended.copy ?? "-"])
    }

    // MARK: Journal

    private mutating func writeLines(_ batch: Batch, at now: Instant) throws(POSIXFailure) {
        if let entries = batch.snapshot {
            do throws(POSIXFailure) {
                return try beginJournal(entries, at: now)
            } catch {
                // Where there is no room for a second file there may be for a line: if the old one is still in its place.
                let isInPlace = error.leavesInPlace(layout.journal)
                if !isInPlace { journal = nil }
                guard isInPlace, !batch.isAttempt, journal?.poison == nil else { throw error }
            }
        }
        guard !batch.transitions.isEmpty else { return }
        if journal == nil { try continueJournal(next: journalWriter.next, at: now) }
        if journal?.poison != nil { try journal?.rebuild() }
        lineBytes.removeAll(keepingCapacity: true)
        let first = journalWriter.next
        for transition in batch.transitions { journalWriter.write(.transition(transition), at: now, to: &lineBytes) }
        do throws(POSIXFailure) {
            try Self.append(lineBytes, to: &journal)
        } catch {
            journalWriter.next = first
            throw error
        }
        if batch.urgency >= .lines { try journal?.synchronize() }
    }

    /// Puts a journal that says `entries` in the place of the one there is.
    mutating func beginJournal(_ entries: [JournalEntry], at now: Instant) throws(POSIXFailure) {
        var bytes: [UInt8] = []
        var writer = JournalWriter()
        for entry in entries { writer.write(entry, at: now, to: &bytes) }
        try calls.replacing(layout.journal, with: bytes)
        journal = nil
        journal = try AppendFile.opening(layout.journal, calls: calls)
        journalWriter = consume writer
    }

    /// Goes on with the journal there is, whose next line is `next`.
    mutating func continueJournal(next: Int, at now: Instant, isRenewed: Bool = false) throws(POSIXFailure) {
        journalWriter.next = next
        try mend(layout.journal, at: now) { _ in false }
        journal = try AppendFile.opening(layout.journal, calls: calls)
        if isRenewed { try journal?.rebuild() }
    }

    // MARK: Audit log

    private mutating func writeAudits(_ batch: Batch, at now: Instant) throws(POSIXFailure) {
        guard !batch.audits.isEmpty else { return }
        var bytes: [UInt8] = []
        var month = now.day.month
        for item in batch.audits {
            guard let entry = item.entry else { continue }
            if entry.time.day.month != month {
                try appendAudit(bytes, month, at: now)
                if batch.urgency == .everything { try audit?.synchronize() }
                bytes.removeAll()
                month = entry.time.day.month
            }
            bytes += entry.line
        }
        try appendAudit(bytes, month, at: now)
        if batch.urgency == .everything { try audit?.synchronize() }
    }

    private mutating func appendAudit(_ bytes: [UInt8], _ month: Month, at now: Instant) throws(POSIXFailure) {
        guard !bytes.isEmpty else { return }
        if auditMonth != month || audit == nil || audit?.poison != nil {
            audit = nil
            try mendAudit(of: month, at: now)
            audit = try AppendFile.opening(layout.audit(month), calls: calls)
            auditMonth = month
        }
        try Self.append(bytes, to: &audit)
    }

    /// Once until it can be written again: its lines wait.
    private mutating func tellAuditFailure(_ failure: POSIXFailure?) {
        defer { hasToldAuditFailure = failure != nil }
        guard let failure, !hasToldAuditFailure else { return }
        log(.warning, "the audit log cannot be written; its lines wait", ["failure": failure.description])
    }

    // MARK: The disk

    /// Finds out whether anything can be written: a small file must reach the disk.
    private func probe() throws(POSIXFailure) {
        let path = layout.state + "/probe"
        try calls.replacing(path, with: [UInt8](repeating: 0x20, count: 4096))
        _ = calls.unlink(path)
    }
}
