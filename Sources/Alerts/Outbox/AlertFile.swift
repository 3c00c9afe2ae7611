import Journal
import Platform
import UTCTime

/// The journal as a file, `state/alerts.journal`: lines are added, and now and then it is begun anew.
struct AlertFile: ~Copyable {
    private var file: JournalFile
    private var writer: AlertEntryWriter
    /// Bytes it had when it was begun.
    private var sizeAtStart: Int

    private init(_ file: consuming JournalFile, next: Int) {
        sizeAtStart = file.size
        self.file = file
        writer = AlertEntryWriter(next: next)
    }

    /// Whether only a new file can be trusted.
    var mustReplace: Bool { file.mustReplace }

    /// Whether it is worth to begin anew.
    func isLong(_ limits: AlertLimits) -> Bool { file.size > limits.compactionBytes && file.size > 2 * sizeAtStart }

    /// Opens the journal of the data directory `directory`, which the caller has locked, and recovers what a crash left.
    /// Lines that cannot be read are told, and the file they were in is kept under `state/recovered`.
    static func open(
        _ directory: String, into books: inout AlertBooks, calls: FileCalls, now: Instant, log: Log
    ) throws(POSIXFailure) -> AlertFile {
        let path = directory + "/state/alerts.journal"
        let recovered = directory + "/state/recovered"
        try calls.makingDirectories(directory + "/state")
        if let tail = try TornTail.mending(
            path, recovered: recovered, lineBytesMax: AlertEntryWriter.lineBytesMax, now: now, calls: calls)
        {
            log(
                .warning, "a line of the alerts' journal was cut off by a crash and is set aside",
                ["bytes": String(tail.size), "copy": tail.copy ?? ""])
        }
        var bytes: [UInt8] = []
        do throws(POSIXFailure) { bytes = try calls.contents(of: path) } catch {
            guard error.code == 2 else { throw error }
        }
        let load = AlertLoad(reading: bytes)
        if !load.problems.isEmpty {
            try calls.makingDirectories(recovered)
            let copy = "\(recovered)/alerts.journal-\(now.milliseconds).damaged"
            try calls.replacing(copy, with: bytes)
            for problem in load.problems {
                log(
                    .error, "a line of the alerts' journal cannot be read and is passed over",
                    ["where": "\(path):\(problem.line)", "reason": problem.reason, "copy": copy])
            }
        }
        var file = AlertFile(
            try JournalFile.opening(path, calls: calls), next: load.next)
        if bytes.isEmpty || !load.problems.isEmpty { try file.replace(with: load.books, at: now) }
        books = load.books
        return file
    }

    /// Adds lines; they are on the disk when this returns, and none of them is when it throws.
    mutating func append(_ entries: [AlertEntry], at now: Instant) throws(POSIXFailure) {
        let next = writer.next
        var bytes: [UInt8] = []
        for entry in entries { writer.write(entry, at: now, to: &bytes) }
        do throws(POSIXFailure) { try file.append(bytes) } catch {
            writer.next = next
            throw error
        }
    }

    /// Puts a new file that says `books` in place of this one.
    mutating func replace(with books: AlertBooks, at now: Instant) throws(POSIXFailure) {
        var fresh = AlertEntryWriter()
        var bytes: [UInt8] = []
        fresh.write(.begin(version: AlertEntry.version), at: now, to: &bytes)
        for (entry, time) in books.snapshot { fresh.write(entry, at: time, to: &bytes) }
        try file.replace(with: bytes)
        writer = fresh
        sizeAtStart = file.size
    }
}
