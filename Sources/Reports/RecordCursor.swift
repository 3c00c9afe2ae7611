package import Budget
import Glibc
import Ledger
package import Platform
import UTCTime

/// Goes through the records of a period piece by piece: memory does not grow with the files.
package struct RecordCursor: Sendable {
    private let query: UsageQuery
    private let layout: LedgerLayout
    private let calls: FileCalls
    private let pieceBytes: Int
    private var months: [Month]
    private var offset = 0
    private var lineCount = 0
    private var isPassing = false
    private var reader = RowReader(columnCount: RowFormat.columns.count)
    /// Lines seen that are no records.
    package private(set) var problemCount = 0

    /// A cursor before the first record that `query` asks for, which reads `pieceBytes` at once.
    package init(
        _ query: UsageQuery, directory: String, calls: FileCalls = .system, pieceBytes: Int = 64 << 10
    ) throws(POSIXFailure) {
        self.query = query
        layout = LedgerLayout(directory: directory)
        self.calls = calls
        self.pieceBytes = pieceBytes
        let wanted = query.days.lowerBound.month...query.days.upperBound.month
        months = try UsageReader(directory: directory, calls: calls).months().filter { wanted.contains($0) }
        months.reverse()
    }

    /// The next records, in the order of the files: those of one piece, which may be none. Nil at the end.
    package mutating func next() throws(POSIXFailure) -> [UsageRecord]? {
        guard let month = months.last else { return nil }
        let bytes = try piece(of: month)
        var records: [UsageRecord] = []
        var taken = 0
        while let end = bytes[taken...].firstIndex(of: 0x0A) {
            if isPassing {
                isPassing = false
            } else if let record = record(bytes[taken..<end], of: month), query.wants(record) {
                records.append(record)
            }
            taken = end + 1
        }
        if taken == 0, bytes.count == pieceBytes {
            // Longer than any record: passed over to its end.
            if !isPassing { problemCount += 1 }
            lineCount += isPassing ? 0 : 1
            isPassing = true
            taken = bytes.count
        }
        offset += taken
        if taken == 0 {
            // What is left is a line that is being written, or was torn.
            months.removeLast()
            offset = 0
            lineCount = 0
            isPassing = false
            reader = RowReader(columnCount: RowFormat.columns.count)
        }
        return records
    }

    private func piece(of month: Month) throws(POSIXFailure) -> [UInt8] {
        do throws(POSIXFailure) {
            return try calls.piece(of: layout.log(month), from: offset, countMax: pieceBytes)
        } catch {
            // Retention may have taken it away since.
            if error.code == ENOENT, offset == 0 { return [] }
            throw error
        }
    }

    private mutating func record(_ bytes: ArraySlice<UInt8>, of month: Month) -> UsageRecord? {
        lineCount += 1
        var line = bytes.last == 0x0D ? bytes.dropLast() : bytes
        if lineCount == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        let whole = Array(line)
        do throws(RowError) {
            if lineCount == 1 {
                reader = RowReader(columnCount: try whole.withUnsafeBufferPointer(RowReader.columnCount(ofHeader:)))
                return nil
            }
            return try whole.withUnsafeBufferPointer { line throws(RowError) in
                try reader.record(from: line, of: month).record
            }
        } catch {
            problemCount += 1
            return nil
        }
    }
}
