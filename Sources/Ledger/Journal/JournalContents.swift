import Budget
import Glibc
import Journal
import Platform
import UTCTime

/// What a journal says when its lines are taken one after another.
///
/// A line that has its line break was written whole, so one that cannot be read was damaged later: it is a problem, and
/// what can be read of the rest is still taken. Bytes behind the last line break are a line that was never finished;
/// nobody was told that it was there.
struct JournalContents {
    /// Reservations that are open, dispatched or unresolved.
    private(set) var live: [RecordID: Hold] = [:]
    /// Reservations that were given back and may yet be settled late or asked for again.
    private(set) var closed: [RecordID: Closed] = [:]
    private(set) var grants: [Grant] = []
    /// What the rows certainly held.
    private(set) var mark: JournalMark?
    /// The time of the latest line.
    private(set) var latest: Instant?
    private(set) var problems: [LineProblem] = []
    private(set) var lineCount = 0
    /// Bytes up to and with the last line break.
    private(set) var size = 0
    /// Bytes behind it.
    private(set) var tailSize = 0

    static let file = "state/journal"

    init() {}

    init(reading bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            while let length = UsageReader.lineLength(UnsafeBufferPointer(rebasing: bytes[size...])) {
                take(UnsafeBufferPointer(rebasing: bytes[size..<(size + length - 1)]))
                size += length
            }
        }
        tailSize = bytes.count - size
        // A journal comes into its place with its first lines in it.
        if lineCount == 0 { note(UnsafeBufferPointer(start: nil, count: 0), "the journal has no whole line") }
    }

    private mutating func note(_ bytes: UnsafeBufferPointer<UInt8>, _ reason: String) {
        problems.append(LineProblem(file: Self.file, line: lineCount, bytes: bytes, reason: reason))
    }

    private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) {
        lineCount += 1
        do throws(JournalError) {
            let line = try JournalLine(parsing: bytes)
            guard line.sequence == lineCount else {
                throw JournalError(reason: "line \(line.sequence) stands where line \(lineCount) should be")
            }
            if case .begin = line.entry {
            } else if lineCount == 1 {
                throw JournalError(reason: "the journal has lost its beginning")
            }
            latest = max(latest ?? line.time, line.time)
            try take(line.entry)
        } catch {
            note(bytes, error.reason)
        }
    }

    private mutating func take(_ entry: JournalEntry) throws(JournalError) {
        switch entry {
        case .begin(let version):
            guard version == JournalEntry.version else {
                throw JournalError(reason: "the format is \(version), and this bursar knows \(JournalEntry.version)")
            }
        case .transition(let transition): try take(transition)
        case .hold(let hold):
            guard live.updateValue(hold, forKey: hold.id) == nil else {
                throw JournalError(reason: "\(hold.id.text) is held a second time")
            }
        case .gone(let hold, let wasExpired): closed[hold.id] = wasExpired ? .expired(hold) : .released(hold)
        case .mark(let mark): self.mark = mark
        case .grant(let grant): grants.append(grant)
        }
    }

    private mutating func take(_ transition: Transition) throws(JournalError) {
        switch transition {
        case .reserved(let hold):
            guard live.updateValue(hold, forKey: hold.id) == nil else {
                throw JournalError(reason: "\(hold.id.text) is reserved a second time")
            }
            closed[hold.id] = nil
        case .dispatched(let id, let time):
            try change(id) { hold in
                hold.reservation.state = .dispatched
                hold.reservation.dispatchedAt = time
            }
        case .unresolved(let id, let time):
            try change(id) { hold in
                hold.reservation.state = .unresolved
                hold.reservation.dispatchedAt = hold.reservation.dispatchedAt ?? time
            }
        case .released(let id, _): closed[id] = .released(try remove(id))
        case .expired(let id, _): closed[id] = .expired(try remove(id))
        case .settled(let id, _): settle(id)
        case .marked(let mark): self.mark = mark
        case .granted(let grant): grants.append(grant)
        }
    }

    private mutating func change(_ id: RecordID, _ change: (inout Hold) -> Void) throws(JournalError) {
        guard var hold = live[id] else { throw JournalError(reason: "\(id.text) has not been reserved") }
        change(&hold)
        live[id] = hold
    }

    private mutating func remove(_ id: RecordID) throws(JournalError) -> Hold {
        guard var hold = live.removeValue(forKey: id) else {
            throw JournalError(reason: "\(id.text) has not been reserved")
        }
        hold.reservation.state = .released
        return hold
    }

    /// The reservation `id`, whether it holds tokens or has been given back.
    func hold(_ id: RecordID) -> Hold? {
        if let hold = live[id] { return hold }
        switch closed[id] {
        case .released(let hold), .expired(let hold): return hold
        case .booked, nil: return nil
        }
    }

    /// A row has taken the place of `id`.
    mutating func settle(_ id: RecordID) {
        live[id] = nil
        closed[id] = nil
    }
}
