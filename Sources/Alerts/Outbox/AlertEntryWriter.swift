import JSON
import Journal
import UTCTime

/// Writes entries as lines of the journal (`SealedLine` tells their form).
struct AlertEntryWriter: ~Copyable {
    /// The number of the next line.
    var next: Int
    private var line = ByteLine(capacity: Self.lineBytesMax)

    /// The longest line: every text in it has a limit, and each byte may become two.
    static let lineBytesMax = 48 << 10
    /// The most bytes of a key, a name or a reason.
    static let wordBytesMax = 2000

    init(next: Int = 1) { self.next = next }

    /// Appends `entry` to `output` with its line break.
    mutating func write(_ entry: AlertEntry, at time: Instant, to output: inout [UInt8]) {
        line.begin(sequence: next, at: time)
        put(entry)
        line.seal()
        output.append(contentsOf: line.written)
        next += 1
    }

    private mutating func put(_ entry: AlertEntry) {
        switch entry {
        case .begin(let version):
            line.field(word: "alerts")
            line.field(version)
        case .raised(let id, let content, let previous, let targets):
            line.field(word: "raised")
            line.field(id)
            line.field(content.kind.rawValue)
            put(content.claim)
            line.field(previous == nil ? 0 : 1)
            if let previous { put(previous) }
            line.field(targets.joined(separator: ","))
            line.field(content.title)
            line.field(content.text)
            line.field(JSONValue.object(content.facts).text)
        case .sent(let id, let target):
            line.field(word: "sent")
            line.field(id)
            line.field(target)
        case .dropped(let id, let target, let reason):
            line.field(word: "dropped")
            line.field(id)
            line.field(target)
            line.field(reason.cut(toBytes: Self.wordBytesMax))
        case .withdrawn(let id):
            line.field(word: "withdrawn")
            line.field(id)
        case .acknowledged(let id, let author):
            line.field(word: "acknowledged")
            line.field(id)
            line.field(author.cut(toBytes: Self.wordBytesMax))
        case .forgotten(let id):
            line.field(word: "forgotten")
            line.field(id)
        case .claimed(let claim):
            line.field(word: "claimed")
            put(claim)
        case .cleared(let key):
            line.field(word: "cleared")
            line.field(key.cut(toBytes: Self.wordBytesMax))
        }
    }

    private mutating func put(_ claim: AlertClaim) {
        line.field(claim.key.cut(toBytes: Self.wordBytesMax))
        line.field(claim.amount)
        line.field(claim.reached)
        line.field(claim.share)
        line.field(claim.until.map { Int($0.milliseconds) })
    }
}
