import Budget
import UTCTime

/// A reservation as the books keep it while it holds tokens, or while a late settlement may still come.
///
/// What rarely changes is in a box, because holds are handed around and kept in several places: a copy is one reference.
struct Hold: Sendable, Equatable {
    private final class Box: Sendable {
        let reservation: Reservation
        let decision: Decision
        let timeToLiveSeconds: Int

        init(_ reservation: Reservation, _ decision: Decision, _ timeToLiveSeconds: Int) {
            self.reservation = reservation
            self.decision = decision
            self.timeToLiveSeconds = timeToLiveSeconds
        }
    }

    let id: RecordID
    private var box: Box
    var reservation: Reservation {
        get { box.reservation }
        set { box = Box(newValue, box.decision, box.timeToLiveSeconds) }
    }
    var decision: Decision { box.decision }
    /// The time to live that was asked for, in seconds.
    var timeToLiveSeconds: Int { box.timeToLiveSeconds }
    /// Changes of state that have been decided and are not on the disk yet.
    var unwrittenChanges = 0
    /// Whether it is to be released as soon as that is on the disk.
    var isReleasing = false

    init(id: RecordID, reservation: Reservation, decision: Decision, timeToLiveSeconds: Int) {
        self.id = id
        box = Box(reservation, decision, timeToLiveSeconds)
    }

    static func == (left: Hold, right: Hold) -> Bool {
        left.id == right.id && left.reservation == right.reservation && left.decision == right.decision
            && left.timeToLiveSeconds == right.timeToLiveSeconds && left.unwrittenChanges == right.unwrittenChanges
            && left.isReleasing == right.isReleasing
    }

    /// The first field in which `request` differs from the one this hold was made for.
    func difference(from request: ReservationRequest) -> String? {
        let context = reservation.context
        return switch true {
        case reservation.tokens != request.estimatedTokens: "estimated_tokens"
        case timeToLiveSeconds != request.timeToLiveSeconds: "ttl_seconds"
        case context != request.context: context.difference(from: request.context)
        default: nil
        }
    }
}

extension CallContext {
    /// The first field in which `other` differs.
    func difference(from other: CallContext) -> String? {
        switch true {
        case projectID != other.projectID: "project_id"
        case project != other.project: "project"
        case mergeRequestIID != other.mergeRequestIID: "merge_request"
        case user != other.user: "user"
        case agent != other.agent: "agent"
        case command != other.command: "command"
        case model != other.model: "model"
        default: nil
        }
    }
}

/// A usage record on its way into the books, or in them.
final class Booked: Sendable {
    let id: RecordID
    let record: UsageRecord
    /// The hold it settles.
    let hold: Hold?
    /// Whether that hold had not been given back.
    let wasLive: Bool
    /// How many tokens of `hold` counted when the settlement was decided.
    let held: HeldShare

    init(id: RecordID, record: UsageRecord, hold: Hold? = nil, wasLive: Bool = false, held: HeldShare = .none) {
        self.id = id
        self.record = record
        self.hold = hold
        self.wasLive = wasLive
        self.held = held
    }

    /// A record and how it came to be there: `Booking` with the record still in its box.
    struct Outcome: Sendable {
        let booked: Booked
        let isDurable: Bool
        let wasRepeated: Bool

        var booking: Booking { Booking(record: booked.record, isDurable: isDurable, wasRepeated: wasRepeated) }
    }

    /// Tokens by which the record exceeds what was held for it.
    var excessTokens: Int { max(0, record.usage.totalTokens - held.tokens) }

    /// The first field in which a repeated report of the call differs.
    func difference(from call: CompletedCall, model: String) -> String? {
        let usage = record.usage
        return switch true {
        case usage.inputTokens != call.usage.inputTokens: "input_tokens"
        case usage.outputTokens != call.usage.outputTokens: "output_tokens"
        case usage.cacheWriteTokens != call.usage.cacheWriteTokens: "cache_write_tokens"
        case usage.cacheReadTokens != call.usage.cacheReadTokens: "cache_read_tokens"
        case record.durationMilliseconds != call.durationMilliseconds: "duration_ms"
        case record.context.model != model: "model"
        default: nil
        }
    }
}

/// What a hold contributes to the tokens that are promised.
enum HeldShare: Sendable, Equatable {
    /// Nothing: it was given back, or its period is over.
    case none
    /// An open or dispatched hold: it counts in whichever period is current.
    case current(tokens: Int)
    /// An unresolved hold: it counts in the period in which it was dispatched.
    case unresolved(tokens: Int, day: Day)

    var tokens: Int {
        switch self {
        case .none: 0
        case .current(let tokens), .unresolved(let tokens, _): tokens
        }
    }
}

/// What became of a reservation or a keyed record.
enum Closed: Sendable {
    /// A row has taken its place.
    case booked(Booked)
    /// It was given back because certainly nothing had been spent.
    case released(Hold)
    /// It was given back because it was not dispatched in time.
    case expired(Hold)
}
