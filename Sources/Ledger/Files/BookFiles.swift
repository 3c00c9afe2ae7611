import Glibc
import Platform
import UTCTime

/// The files of the books as their one writer sees them. Decides nothing.
struct BookFiles: ~Copyable {
    let layout: LedgerLayout
    let calls: FileCalls
    private var lock: DirectoryLock?
    private let log: Log
    private var rowsMonth: Month?
    private var rows: AppendFile?

    init(layout: LedgerLayout, calls: FileCalls, lock: consuming DirectoryLock, log: Log) {
        self.layout = layout
        self.calls = calls
        self.lock = consume lock
        self.log = log
        rowsMonth = nil
        rows = nil
    }

    /// Puts `batch` on the disk: the rows first, so that a hold that a settlement made room for is never there alone.
    mutating func write(_ batch: borrowing Batch, at now: Instant) -> BatchOutcome {
        var outcome = BatchOutcome()
        if batch.isAttempt {
            do throws(POSIXFailure) {
                try probe()
            } catch {
                outcome.lineFailure = error
                outcome.rowFailures = batch.rows.map { ($0.month, error) }
                return outcome
            }
        }
        for part in batch.rows where !part.bytes.isEmpty {
            do throws(POSIXFailure) {
                try write(part, at: now)
            } catch {
                outcome.rowFailures.append((part.month, error))
            }
        }
        return outcome
    }

    private mutating func write(_ part: Batch.Rows, at now: Instant) throws(POSIXFailure) {
        if rowsMonth != part.month || rows == nil { try open(part.month, at: now) }
        if rows?.poison != nil { try rows?.rebuild() }
        if rows?.size == 0 {
            try append(Array((RowFormat.header + "\n").utf8) + part.bytes)
        } else {
            try append(part.bytes)
        }
        try rows?.synchronize()
    }

    private mutating func append(_ bytes: [UInt8]) throws(POSIXFailure) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(POSIXFailure) in
            try rows?.append(UnsafeRawBufferPointer(bytes))
        }
    }

    private mutating func open(_ month: Month, at now: Instant) throws(POSIXFailure) {
        rows = nil
        rowsMonth = nil
        try mendTail(of: month, at: now)
        rows = try AppendFile.opening(layout.log(month), calls: calls)
        rowsMonth = month
    }

    /// Mends the end of the file of `month`, aloud.
    func mendTail(of month: Month, at now: Instant) throws(POSIXFailure) {
        let path = layout.log(month)
        let mended = try TornTail.mending(path, layout: layout, now: now, calls: calls) { line in
            var reader = RowReader(columnCount: RowFormat.columns.count)
            return (try? reader.record(from: line))?.id != nil
        }
        guard let mended else { return }
        log(
            .warning, mended.copy == nil ? "the last line had no line break" : "a torn last line was set aside",
            ["file": path, "bytes": String(mended.size), "copy": mended.copy ?? "-"])
    }

    /// Closes everything and gives the directory to whoever wants it.
    mutating func close() {
        rows = nil
        lock = nil
    }

    /// Finds out whether anything can be written: a small file must reach the disk.
    private func probe() throws(POSIXFailure) {
        let path = layout.state + "/probe"
        try calls.replacing(path, with: [UInt8](repeating: 0x20, count: 4096))
        _ = calls.unlink(path)
    }
}
