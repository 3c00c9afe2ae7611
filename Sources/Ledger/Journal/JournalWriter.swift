import Budget
import UTCTime

/// Writes entries as lines of the journal: fields between tabs, the sequence first, the checksum last.
///
///     17 <tab> 1765617332042 <tab> dispatched <tab> r-01jf… <tab> 5d41a0ff <line feed>
///
/// The fields are: the line's number, without gaps; the time in milliseconds; what happened; the rest; the CRC-32C of
/// everything before its own tab.
struct JournalWriter: ~Copyable {
    /// The number of the next line.
    var next: Int
    private var line = ByteLine(capacity: Self.lineBytesMax)

    /// Nine texts of at most 512 bytes, each escaped to twice its size, ids and numbers.
    static let lineBytesMax = 12 * 1024

    /// A writer whose first line gets the number `next`.
    init(next: Int = 1) { self.next = next }

    /// Appends `entry` to `output` with its line break.
    mutating func write(_ entry: JournalEntry, at time: Instant, to output: inout [UInt8]) {
        line.clear()
        line.put(next)
        tab()
        line.put(Int(time.milliseconds))
        tab()
        put(entry)
        let sum = CRC32C.of(line.written)
        tab()
        line.put(hexadecimal: sum)
        line.put(byte: 0x0A)
        output.append(contentsOf: line.written)
        next += 1
    }

    private mutating func tab() { line.put(byte: 0x09) }

    private mutating func put(_ entry: JournalEntry) {
        switch entry {
        case .begin(let version):
            line.put("begin")
            number(version)
        case .transition(.reserved(let hold)):
            line.put("reserved")
            put(hold)
        case .transition(.dispatched(let id, _)): put("dispatched", id)
        case .transition(.released(let id, _)): put("released", id)
        case .transition(.expired(let id, _)): put("expired", id)
        case .transition(.unresolved(let id, _)): put("unresolved", id)
        case .transition(.settled(let id, _)): put("settled", id)
        case .transition(.marked(let mark)), .mark(let mark): put(mark)
        case .transition(.granted(let grant)), .grant(let grant): put(grant)
        case .hold(let hold):
            line.put("hold")
            text(hold.reservation.state.rawValue)
            number(hold.reservation.dispatchedAt.map { Int($0.milliseconds) })
            put(hold)
        case .gone(let hold, let wasExpired):
            line.put("gone")
            text(wasExpired ? "expired" : "released")
            number(hold.reservation.dispatchedAt.map { Int($0.milliseconds) })
            put(hold)
        }
    }

    private mutating func put(_ mark: JournalMark) {
        line.put("mark")
        number(mark.oldestMonth.year)
        number(mark.oldestMonth.month)
        number(mark.month.year)
        number(mark.month.month)
        number(mark.monthRows)
        text(mark.day.description)
        number(mark.inputTokens)
        number(mark.outputTokens)
        number(mark.requestCount)
    }

    private mutating func put(_ grant: Grant) {
        line.put("grant")
        number(grant.tokens)
        text(grant.day.description)
        text(grant.author)
        text(grant.reason)
    }

    private mutating func put(_ verb: StaticString, _ id: RecordID) {
        line.put(verb)
        tab()
        line.put(id)
    }

    private mutating func put(_ hold: Hold) {
        let reservation = hold.reservation
        tab()
        line.put(hold.id)
        number(reservation.tokens)
        text(hold.decision.rawValue)
        number(hold.timeToLiveSeconds)
        number(Int(reservation.createdAt.milliseconds))
        number(Int(reservation.expiresAt.milliseconds))
        let context = reservation.context
        number(context.projectID)
        text(context.project)
        number(context.mergeRequestIID)
        text(context.user)
        text(context.agent)
        text(context.command)
        text(context.model)
        text(reservation.idempotencyKey ?? "")
    }

    private mutating func number(_ value: Int?) {
        tab()
        if let value { line.put(value) }
    }

    private mutating func text(_ text: String) {
        tab()
        var text = text
        text.withUTF8 { bytes in
            guard bytes.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\\") }) else { return line.put(raw: bytes) }
            for byte in bytes {
                switch byte {
                case 0x09: line.put("\\t")
                case 0x0A: line.put("\\n")
                case 0x0D: line.put("\\r")
                case UInt8(ascii: "\\"): line.put("\\\\")
                default: line.put(byte: byte)
                }
            }
        }
    }
}
