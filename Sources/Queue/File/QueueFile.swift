import Journal
import Platform
import UTCTime

/// The queue's journal: entries are added in groups, and now and then it is begun anew.
struct QueueFile: ~Copyable {
    private var file: JournalFile
    private var writer: EntryWriter

    private init(_ file: consuming JournalFile, next: Int) {
        self.file = file
        writer = EntryWriter(next: next)
    }

    /// Opens the file at `path`, whose next line is `next`.
    static func opening(_ path: String, next: Int, calls: FileCalls) throws(POSIXFailure) -> QueueFile {
        QueueFile(try JournalFile.opening(path, calls: calls), next: next)
    }

    /// Whether only a new file can be trusted.
    var mustReplace: Bool { file.mustReplace }
    /// Bytes in the file.
    var size: Int { file.size }

    /// Adds lines; they are on the disk when this returns, and none of them is when it throws.
    mutating func append(_ entries: [(entry: QueueEntry, time: Instant)]) throws(POSIXFailure) {
        let next = writer.next
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * 256)
        for (entry, time) in entries { writer.write(entry, at: time, to: &bytes) }
        do throws(POSIXFailure) { try file.append(bytes) } catch {
            writer.next = next
            throw error
        }
    }

    /// Puts a new file that says `books` in place of this one. When it throws and this one can be trusted still
    /// (`mustReplace` is false), lines can go on being added to it.
    mutating func replace(with books: QueueBooks, at now: Instant) throws(POSIXFailure) {
        var fresh = EntryWriter()
        var bytes: [UInt8] = []
        fresh.write(.begin(version: QueueEntry.version), at: now, to: &bytes)
        for (entry, time) in books.snapshot { fresh.write(entry, at: time, to: &bytes) }
        try file.replace(with: bytes)
        writer = fresh
    }

    /// What the file says for certain; in doubt which file it is, what the one there says.
    func certainContents() throws(POSIXFailure) -> [UInt8] { try file.certainContents() }
}
