import Budget
import Journal
import UTCTime

/// Writes entries as lines of the journal (`SealedLine` tells their form).
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
        line.begin(sequence: next, at: time)
        put(entry)
        line.seal()
        output.append(contentsOf: line.written)
        next += 1
    }

    private mutating func put(_ entry: JournalEntry) {
        switch entry {
        case .begin(let version):
            line.field(word: "begin")
            line.field(version)
        case .transition(.reserved(let hold)):
            line.field(word: "reserved")
            put(hold)
        case .transition(.dispatched(let id, _)): put("dispatched", id)
        case .transition(.released(let id, _)): put("released", id)
        case .transition(.expired(let id, _)): put("expired", id)
        case .transition(.unresolved(let id, _)): put("unresolved", id)
        case .transition(.settled(let id, _)): put("settled", id)
        case .transition(.marked(let mark)), .mark(let mark): put(mark)
        case .transition(.granted(let grant)), .grant(let grant): put(grant)
        case .hold(let hold):
            line.field(word: "hold")
            line.field(hold.reservation.state.rawValue)
            line.field(hold.reservation.dispatchedAt.map { Int($0.milliseconds) })
            put(hold)
        case .gone(let hold, let wasExpired):
            line.field(word: "gone")
            line.field(wasExpired ? "expired" : "released")
            line.field(hold.reservation.dispatchedAt.map { Int($0.milliseconds) })
            put(hold)
        }
    }

    private mutating func put(_ mark: JournalMark) {
        line.field(word: "mark")
        line.field(mark.oldestMonth.year)
        line.field(mark.oldestMonth.month)
        line.field(mark.month.year)
        line.field(mark.month.month)
        line.field(mark.monthRows)
        line.field(mark.day.description)
        line.field(mark.inputTokens)
        line.field(mark.outputTokens)
        line.field(mark.requestCount)
    }

    private mutating func put(_ grant: Grant) {
        line.field(word: "granted")
        line.field(grant.given.amount.amount)
        line.field(grant.given.amount.unit.rawValue)
        line.field(grant.given.budget)
        line.field(grant.given.scope.description)
        line.field(grant.given.until.map { Int($0.milliseconds) })
        line.field(grant.author)
        line.field(grant.reason)
    }

    private mutating func put(_ verb: StaticString, _ id: RecordID) {
        line.field(word: verb)
        put(id)
    }

    private mutating func put(_ hold: Hold) {
        let reservation = hold.reservation
        put(hold.id)
        line.field(reservation.tokens)
        line.field(hold.decision.rawValue)
        line.field(hold.timeToLiveSeconds)
        line.field(Int(reservation.createdAt.milliseconds))
        line.field(Int(reservation.expiresAt.milliseconds))
        let context = reservation.context
        line.field(context.projectID)
        line.field(context.project)
        line.field(context.mergeRequestIID)
        line.field(context.user)
        line.field(context.agent)
        line.field(context.command)
        line.field(context.model)
        line.field(reservation.idempotencyKey ?? "")
        line.field(reservation.microUSD)
    }

    private mutating func put(_ id: RecordID) {
        line.put(byte: 0x09)
        line.put(bytesMax: RecordID.textBytesMax) { id.write(at: $0) }
    }
}
