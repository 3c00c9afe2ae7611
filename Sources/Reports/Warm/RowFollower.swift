import Budget
import Glibc
import Ledger
import Platform
import UTCTime

/// Reads a month's file as it grows: each whole line once, and everything again when the file is another than it was.
struct RowFollower: Sendable {
    /// What reading found.
    enum Change: Equatable {
        /// Nothing that was not known.
        case none
        /// Lines behind those that were known.
        case grown
        /// Another file, or one whose beginning was changed: what was read before is void.
        case replaced
    }

    /// A line of the file but the header, and where it begins.
    struct Line {
        enum Content {
            case record(UsageRecord)
            case problem(LineProblem)
        }
        let content: Content
        let offset: Int
    }

    let month: Month
    private let path: String
    private let name: String
    private let calls: FileCalls
    private let pieceBytes: Int

    /// What the file was when it was last read.
    private var status: FileStatus?
    /// Bytes of whole lines that were read.
    private var offset = 0
    private var lineCount = 0
    /// The last bytes that were read: found again in front of new ones, they say that the old ones are the same.
    private var ending: [UInt8] = []
    private var reader = RowReader(columnCount: RowFormat.columns.count)

    /// Of `ending`: more than a usage id, with which a row ends.
    private static let endingBytesMax = 64
    /// Of a line of ours at most, with room.
    private static let lineBytesMax = 16 << 10

    /// Follows the file of `month`; longer lines than `pieceBytes` are no records.
    init(_ month: Month, layout: LedgerLayout, calls: FileCalls, pieceBytes: Int = 1 << 20) {
        self.month = month
        path = layout.log(month)
        name = "token-logs/\(month).csv"
        self.calls = calls
        self.pieceBytes = pieceBytes
    }

    /// Hands what is new to `body`. When it is told `.replaced` first, what it was handed before is void.
    mutating func follow(begin: (Change) -> Void, _ body: (Line) -> Void) throws(POSIXFailure) -> Change {
        let found: FileStatus
        switch calls.status(path) {
        case .success(let status): found = status
        case .failure(let failure):
            guard failure.code == ENOENT else { throw failure }
            let change: Change = status == nil ? .none : .replaced
            restart()
            status = nil
            if change == .replaced { begin(.replaced) }
            return change
        }
        if found == status { return .none }
        let descriptor = try calls.opening(path, for: .read)
        defer { _ = calls.close(descriptor) }
        var change = Change.grown
        if try !isContinued(found, descriptor) {
            change = .replaced
            restart()
        }
        begin(change)
        try read(descriptor, to: found.size, body)
        status = found
        return change
    }

    /// The record that begins at `offset` in the file as it was followed; nil when there is none any more.
    mutating func record(at offset: Int) throws(POSIXFailure) -> UsageRecord? {
        let bytes = try calls.piece(of: path, from: offset, countMax: Self.lineBytesMax)
        guard let end = bytes.firstIndex(of: 0x0A) else { return nil }
        return try? bytes[..<end].withUnsafeBufferPointer { line throws(RowError) in
            try reader.record(from: Self.withoutReturn(line), of: month).record
        }
    }

    private mutating func restart() {
        offset = 0
        lineCount = 0
        ending = []
        reader = RowReader(columnCount: RowFormat.columns.count)
    }

    /// Whether the bytes that were read are still the beginning of the file.
    private func isContinued(_ found: FileStatus, _ descriptor: CInt) throws(POSIXFailure) -> Bool {
        guard let status else { return offset == 0 }
        guard found.identity == status.identity, found.size > status.size else { return false }
        var bytes = [UInt8](repeating: 0, count: ending.count)
        let place = offset - ending.count
        return try fill(&bytes, 0, descriptor, at: place) == ending.count && bytes == ending
    }

    private mutating func read(_ descriptor: CInt, to size: Int, _ body: (Line) -> Void) throws(POSIXFailure) {
        var piece = [UInt8](repeating: 0, count: min(pieceBytes, max(0, size - offset)))
        var kept = 0
        var isPassing = false
        while offset + kept < size {
            let count = kept + (try fill(&piece, kept, descriptor, at: offset + kept, end: size))
            guard count > kept else { return }
            var taken = 0
            piece.withUnsafeBufferPointer { bytes in
                while let end = Self.lineEnd(bytes, from: taken, to: count) {
                    if isPassing {
                        isPassing = false
                    } else {
                        take(UnsafeBufferPointer(rebasing: bytes[taken..<end]), at: offset + taken, body)
                    }
                    taken = end + 1
                }
                if taken == 0, count == piece.count, count == pieceBytes {
                    if !isPassing {
                        lineCount += 1
                        refuse(bytes, at: offset, "the line is longer than any record", body)
                    }
                    isPassing = true
                    taken = count
                }
                if taken > 0 {
                    ending = Array(bytes[max(0, taken - Self.endingBytesMax)..<taken])
                }
            }
            kept = count - taken
            offset += taken
            guard taken > 0 || kept < piece.count else { return }
            piece.withUnsafeMutableBytes { bytes in
                if let base = bytes.baseAddress, taken > 0 { memmove(base, base + taken, kept) }
            }
        }
    }

    private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int, _ body: (Line) -> Void) {
        lineCount += 1
        var line = Self.withoutReturn(bytes)
        if lineCount == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) {
            line = UnsafeBufferPointer(rebasing: line.dropFirst(3))
        }
        do throws(RowError) {
            if lineCount == 1 {
                reader = RowReader(columnCount: try RowReader.columnCount(ofHeader: line))
            } else {
                body(Line(content: .record(try reader.record(from: line, of: month).record), offset: offset))
            }
        } catch {
            refuse(line, at: offset, error.reason, body)
        }
    }

    private func refuse(
        _ line: UnsafeBufferPointer<UInt8>, at offset: Int, _ reason: String, _ body: (Line) -> Void
    ) {
        body(
            Line(
                content: .problem(LineProblem(file: name, line: lineCount, bytes: line, reason: reason)), offset: offset
            ))
    }

    private func fill(
        _ bytes: inout [UInt8], _ start: Int, _ descriptor: CInt, at offset: Int, end: Int = .max
    ) throws(POSIXFailure) -> Int {
        let room = start..<(start + max(0, min(bytes.count - start, end - offset)))
        return try bytes.withUnsafeMutableBufferPointer { (all) throws(POSIXFailure) in
            try calls.filling(
                UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: all[room])), from: descriptor,
                at: offset, path: path)
        }
    }

    private static func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int? {
        guard let base = bytes.baseAddress, start < end, let found = memchr(base + start, 0x0A, end - start) else {
            return nil
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private static func withoutReturn(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        line.last == 0x0D ? UnsafeBufferPointer(rebasing: line.dropLast()) : line
    }
}
