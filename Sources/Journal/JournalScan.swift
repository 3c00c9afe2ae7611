/// What a journal is found to be when its lines are taken one after another, and none that is damaged ends it.
///
/// Lines that cannot be read are named and passed over; this is for journals where a line more or less is a nuisance, and one
/// that stops the program would be worse. What stands behind the last line break is none of the journal.
public struct JournalScan {
    /// A line that cannot be read.
    public struct Problem: Sendable, Equatable {
        /// The line's number in the file, from 1.
        public let line: Int
        /// What is wrong with it.
        public let reason: String
    }

    /// The number of the next line to be written.
    public private(set) var next = 1
    /// The lines that could not be read, the first of them.
    public private(set) var problems: [Problem] = []
    /// How many there are.
    public private(set) var problemCount = 0

    /// Lines that are named at most.
    public static let problemsMax = 20

    /// Hands the lines in `bytes` to `take`, which throws what is wrong with one.
    public init(reading bytes: [UInt8], _ take: (SealedLine) throws(JournalError) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            var number = 0
            while let end = bytes[start...].firstIndex(of: 0x0A) {
                number += 1
                read(UnsafeBufferPointer(rebasing: bytes[start..<end]), number: number, take)
                start = end + 1
            }
        }
    }

    private mutating func read(
        _ bytes: UnsafeBufferPointer<UInt8>, number: Int, _ take: (SealedLine) throws(JournalError) -> Void
    ) {
        let line: SealedLine
        do throws(JournalError) { line = try SealedLine(parsing: bytes) } catch {
            report(number, error.reason)
            next += 1
            return
        }
        if line.sequence != next, number > 1 { report(number, "lines are missing: \(next) was expected") }
        next = line.sequence.addingReportingOverflow(1).partialValue
        do throws(JournalError) { try take(line) } catch { report(number, error.reason) }
    }

    private mutating func report(_ line: Int, _ reason: String) {
        problemCount += 1
        if problems.count < Self.problemsMax { problems.append(Problem(line: line, reason: reason)) }
    }
}

extension JournalError {
    /// Throws when a journal that begins with `version` is not of the version that this program writes, `known`.
    public static func refusing(version: Int, unless known: Int) throws(JournalError) {
        guard version == known else {
            throw JournalError(reason: "version \(version) is not known, this program writes \(known)")
        }
    }
}
