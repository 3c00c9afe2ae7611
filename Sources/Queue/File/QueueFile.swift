import Platform
import UTCTime

/// The journal as a file: lines are added in groups, and now and then it is begun anew.
struct QueueFile: ~Copyable {
    private let path: String
    private let calls: FileCalls
    private var file: AppendFile
    private var writer: EntryWriter
    /// Whether a replacement failed half way, which leaves open which file the name stands for after a power cut.
    private var isUncertain = false
    /// Whether only a new file can be trusted: also after a failed fsync(2), for a second one would prove nothing.
    var mustReplace: Bool { isUncertain || file.poison != nil }
    /// Bytes in the file.
    var size: Int { file.size }

    private init(path: String, calls: FileCalls, file: consuming AppendFile, next: Int) {
        self.path = path
        self.calls = calls
        self.file = file
        writer = EntryWriter(next: next)
    }

    /// Opens the file at `path`, whose next line is `next`.
    static func opening(_ path: String, next: Int, calls: FileCalls) throws(POSIXFailure) -> QueueFile {
        QueueFile(path: path, calls: calls, file: try AppendFile.opening(path, calls: calls), next: next)
    }

    /// Adds lines; they are on the disk when this returns, and none of them is when it throws.
    mutating func append(_ entries: [(entry: QueueEntry, time: Instant)]) throws(POSIXFailure) {
        let next = writer.next
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * 256)
        for (entry, time) in entries { writer.write(entry, at: time, to: &bytes) }
        do throws(POSIXFailure) {
            try bytes.withUnsafeBufferPointer { (bytes) throws(POSIXFailure) in
                try file.append(UnsafeRawBufferPointer(bytes))
            }
            try file.synchronize()
        } catch {
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
        do throws(POSIXFailure) {
            try calls.replacing(path, with: bytes)
            file = try AppendFile.opening(path, calls: calls)
        } catch {
            let isAsBefore = error.subject == FileCalls.temporaryPath(for: path) || error.operation == "rename"
            if !isAsBefore { isUncertain = true }
            throw error
        }
        writer = fresh
        isUncertain = false
    }

    /// What the file says for certain; in doubt which file it is, what the one there says.
    func certainContents() throws(POSIXFailure) -> [UInt8] {
        let bytes = try calls.contents(of: path)
        return isUncertain ? bytes : Array(bytes.prefix(file.durableSize))
    }
}
