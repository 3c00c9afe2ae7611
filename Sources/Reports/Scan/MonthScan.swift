import Dispatch
import Glibc
import Ledger
import Platform
import Synchronization
import UTCTime

/// Adds up the file of one month in pieces, on as many threads as pay; memory does not grow with the file.
struct MonthScan: Sendable {
    let query: UsageQuery
    let month: Month
    let path: String
    let name: String
    let calls: FileCalls
    let effort: ScanEffort

    /// Of the header at most.
    private static let headerBytesMax = 4096

    /// What one thread found.
    private struct Part: Sendable {
        var scanner: LineScanner
        var failure: POSIXFailure?
    }

    /// Adds the rows to `table`, problems to `report`. A month without a file adds nothing.
    func run(into table: inout GroupTable, _ report: inout UsageReport) throws(POSIXFailure) {
        let size: Int
        switch calls.status(path) {
        case .success(let found): size = found.size
        case .failure(let failure):
            if failure.code == ENOENT { return }
            throw failure
        }
        let descriptor = try calls.opening(path, for: .read)
        defer { _ = calls.close(descriptor) }
        guard let header = try header(descriptor, size: size, &report) else { return }
        let partCount = min(effort.threadCountMax, max(1, (size - header.length) / effort.threadBytesMin))
        let bounds = (0...partCount).map { header.length + (size - header.length) / partCount * $0 }
        var parts: [Part] = []
        if partCount == 1 {
            parts = [scan(descriptor, from: bounds[0], to: size, header.columnCount)]
        } else {
            let found = Mutex<[Int: Part]>([:])
            DispatchQueue.concurrentPerform(iterations: partCount) { index in
                let end = index == partCount - 1 ? size : bounds[index + 1]
                let part = scan(descriptor, from: bounds[index], to: end, header.columnCount)
                found.withLock { $0[index] = part }
            }
            parts = found.withLock { found in (0..<partCount).compactMap { found[$0] } }
        }
        var lineCount = 1
        for part in parts {
            if let failure = part.failure { throw failure }
            table.add(part.scanner.sums.table)
            report.problemCount += part.scanner.problemCount
            for problem in part.scanner.problems where report.problems.count < UsageReport.problemsMax {
                problem.bytes.withUnsafeBufferPointer { bytes in
                    report.problems.append(
                        LineProblem(
                            file: name, line: lineCount + problem.line, bytes: bytes, reason: problem.reason))
                }
            }
            lineCount += part.scanner.lineCount
        }
    }

    /// The header's length with its line break, and how many columns it names; nil when there is no whole one or it
    /// cannot be read.
    private func header(_ descriptor: CInt, size: Int, _ report: inout UsageReport) throws(POSIXFailure) -> (
        length: Int, columnCount: Int
    )? {
        var bytes = [UInt8](repeating: 0, count: min(size, Self.headerBytesMax))
        let count = try bytes.withUnsafeMutableBufferPointer { (room) throws(POSIXFailure) in
            try calls.filling(UnsafeMutableRawBufferPointer(room), from: descriptor, at: 0, path: path)
        }
        guard let end = bytes[..<count].firstIndex(of: 0x0A) else { return nil }
        var line = bytes[..<end]
        if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        if line.last == 0x0D { line = line.dropLast() }
        do throws(RowError) {
            return (end + 1, try Array(line).withUnsafeBufferPointer(RowReader.columnCount(ofHeader:)))
        } catch {
            report.problemCount += 1
            Array(line).withUnsafeBufferPointer { bytes in
                report.problems.append(LineProblem(file: name, line: 1, bytes: bytes, reason: error.reason))
            }
            // The rows may be whole all the same.
            return (end + 1, RowFormat.columns.count)
        }
    }

    /// Adds up the lines that begin from `start` on and before `end`.
    private func scan(_ descriptor: CInt, from start: Int, to end: Int, _ columnCount: Int) -> Part {
        var part = Part(scanner: LineScanner(query, month: month, columnCount: columnCount))
        let margin = LineScanner.margin
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: effort.pieceBytes + 2 * margin, alignment: 64)
        defer { room.deallocate() }
        room.initializeMemory(as: UInt8.self, repeating: 0x20)
        guard let base = room.baseAddress else { return part }
        let piece = base + margin
        let bytes = UnsafePointer(piece.assumingMemoryBound(to: UInt8.self))
        // A line belongs to the thread in whose part it begins: one that begins before is passed over.
        var offset = start - 1
        var kept = 0
        var isPassing = true
        while true {
            let wanted = UnsafeMutableRawBufferPointer(start: piece + kept, count: effort.pieceBytes - kept)
            let count: Int
            do throws(POSIXFailure) {
                count = kept + (try calls.filling(wanted, from: descriptor, at: offset + kept, path: path))
            } catch {
                part.failure = error
                return part
            }
            memset(piece + count, 0x20, margin)
            var taken = 0
            if isPassing {
                let found = memchr(piece, 0x0A, count)
                isPassing = found == nil
                taken = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(piece) + 1 } ?? count
            }
            if !isPassing {
                taken += part.scanner.scan(bytes + taken, count: count - taken, limit: end - offset - taken)
            }
            if taken == 0, count == effort.pieceBytes {
                part.scanner.refuseLongLine(beginning: UnsafeBufferPointer(start: bytes, count: 1024))
                isPassing = true
                taken = count
            }
            offset += taken
            // What is left of a file that ends here is a line that is being written, or was torn.
            guard offset < end, count == effort.pieceBytes else { return part }
            kept = count - taken
            memmove(piece, piece + taken, kept)
        }
    }
}

/// How much memory and how many threads a scan takes.
package struct ScanEffort: Sendable {
    /// Threads at most.
    package var threadCountMax: Int
    /// Bytes read at once.
    package var pieceBytes = 256 << 10
    /// Less than this is not worth a thread of its own.
    package var threadBytesMin = 1 << 20

    /// The usual pieces on at most `threadCountMax` threads.
    package init(threadCountMax: Int) { self.threadCountMax = max(1, threadCountMax) }
}
