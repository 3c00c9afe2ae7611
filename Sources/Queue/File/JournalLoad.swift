import Journal
import UTCTime

/// A line of the queue's journal that cannot be read.
public struct QueueLineProblem: Sendable, Equatable, CustomStringConvertible {
    /// The line's number in the file, from 1.
    public let line: Int
    /// What is wrong with it.
    public let reason: String

    /// `state/queue.journal:17: the checksum is …`.
    public var description: String { "state/queue.journal:\(line): \(reason)" }
}

/// The books as the bytes of a journal have them. A review that is lost with a line is found again by the poll.
struct JournalLoad {
    var books: QueueBooks
    /// The number of the next line.
    let next: Int
    /// The lines that could not be read, the first of them.
    let problems: [QueueLineProblem]
    /// How many there are.
    let problemCount: Int

    init(reading bytes: [UInt8], limits: QueueLimits) {
        var books = QueueBooks(limits: limits)
        let scan = JournalScan(reading: bytes) { (line) throws(JournalError) in
            let entry = try QueueEntry(line)
            books.apply(entry, at: line.time)
            if case .begin(let version) = entry {
                try JournalError.refusing(version: version, unless: QueueEntry.version)
            }
        }
        self.books = books
        next = scan.next
        problems = scan.problems.map { QueueLineProblem(line: $0.line, reason: $0.reason) }
        problemCount = scan.problemCount
    }
}
