public import UTCTime

/// Something that people should hear of, and how far it has come.
public struct Alert: Sendable, Equatable {
    /// What became of it at one target.
    public enum Delivery: Sendable, Equatable {
        /// It is still to be sent.
        case owed
        /// The target took it.
        case sent(Instant)
        /// It is not sent any more, for this reason.
        case dropped(String)
    }

    /// Its name, unguessable and unique: the `webhook-id` of every attempt to send it.
    public let id: String
    /// What was found.
    public let content: AlertCandidate
    /// When it was raised.
    public let raisedAt: Instant
    /// What became of it at each target it was meant for.
    public internal(set) var deliveries: [String: Delivery]
    /// Who has seen it, and when; nil while nobody has said so.
    public internal(set) var acknowledgement: (author: String, time: Instant)?

    /// What had been told before, should this be taken back.
    var previous: AlertClaim?

    /// Whether somebody has said that he has seen it.
    public var isAcknowledged: Bool { acknowledgement != nil }
    /// Whether a target has not taken it yet.
    public var isOwed: Bool { deliveries.values.contains(.owed) }
    /// Whether a target took it.
    var isSent: Bool { deliveries.values.contains { if case .sent = $0 { true } else { false } } }

    /// Compares all parts.
    public static func == (left: Alert, right: Alert) -> Bool {
        left.id == right.id && left.content == right.content && left.raisedAt == right.raisedAt
            && left.deliveries == right.deliveries && left.previous == right.previous
            && left.acknowledgement?.author == right.acknowledgement?.author
            && left.acknowledgement?.time == right.acknowledgement?.time
    }
}
