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

/// The books as the bytes of a journal have them.
///
/// Lines that cannot be read are named and passed over: a review that is lost with one is found again by the poll, and a
/// queue that does not start helps nobody. What stands behind the last line break is none of the journal.
struct JournalLoad {
    var books: QueueBooks
    /// The number of the next line.
    var next = 1
    /// The lines that could not be read, the first of them.
    var problems: [QueueLineProblem] = []
    /// How many there are.
    var problemCount = 0

    /// Lines that are named at most.
    static let problemsMax = 20

    init(reading bytes: [UInt8], limits: QueueLimits) {
        books = QueueBooks(limits: limits)
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            var number = 0
            while let end = bytes[start...].firstIndex(of: 0x0A) {
                number += 1
                read(UnsafeBufferPointer(rebasing: bytes[start..<end]), number: number)
                start = end + 1
            }
        }
    }

    private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, number: Int) {
        do throws(JournalError) {
            let line = try EntryLine(parsing: bytes)
            if line.sequence != next, number > 1 { report(number, "lines are missing: \(next) was expected") }
            next = line.sequence.addingReportingOverflow(1).partialValue
            if case .begin(let version) = line.entry, version != QueueEntry.version {
                report(number, "version \(version) is not known, this program writes \(QueueEntry.version)")
            }
            books.apply(line.entry, at: line.time)
        } catch {
            report(number, error.reason)
            next += 1
        }
    }

    private mutating func report(_ line: Int, _ reason: String) {
        problemCount += 1
        if problems.count < Self.problemsMax { problems.append(QueueLineProblem(line: line, reason: reason)) }
    }
}
