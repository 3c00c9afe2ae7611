import Journal
import UTCTime

/// The books as the bytes of a journal have them.
///
/// Lines that cannot be read are named and passed over: with one an alert may be lost or come twice, and a daemon that
/// does not start helps nobody. What stands behind the last line break is none of the journal.
struct AlertLoad {
    var books = AlertBooks()
    /// The number of the next line.
    var next = 1
    /// The lines that could not be read, by number and reason; the first of them.
    var problems: [(line: Int, reason: String)] = []

    /// Lines that are named at most.
    static let problemsMax = 20

    init(reading bytes: [UInt8]) {
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
            let line = try SealedLine(parsing: bytes)
            if line.sequence != next, number > 1 { report(number, "lines are missing: \(next) was expected") }
            next = line.sequence.addingReportingOverflow(1).partialValue
            var fields = line.fields
            let entry = try AlertEntry(&fields)
            if case .begin(let version) = entry, version != AlertEntry.version {
                report(number, "version \(version) is not known, this program writes \(AlertEntry.version)")
            }
            books.apply(entry, at: line.time)
        } catch {
            report(number, error.reason)
            next += 1
        }
    }

    private mutating func report(_ line: Int, _ reason: String) {
        if problems.count < Self.problemsMax { problems.append((line, reason)) }
    }
}
