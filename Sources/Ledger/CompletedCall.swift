public import Budget

/// A model call that came back, as its caller reports it.
public struct CompletedCall: Sendable, Hashable {
    /// What it used.
    public var usage: TokenUsage
    /// How long it took, in milliseconds.
    public var durationMilliseconds: Int
    /// What it cost; nil when no price is known.
    public var cost: CallCost?
    /// What it had been estimated to use, in tokens. Nil: what its reservation held, if it had one.
    public var estimatedTokens: Int?
    /// The model that answered, where it is another one than was asked.
    public var model: String?

    /// A call of these parts.
    public init(
        usage: TokenUsage, durationMilliseconds: Int, cost: CallCost? = nil, estimatedTokens: Int? = nil,
        model: String? = nil
    ) {
        self.usage = usage
        self.durationMilliseconds = durationMilliseconds
        self.cost = cost
        self.estimatedTokens = estimatedTokens
        self.model = model
    }
}

/// A usage record in the books.
public struct Booking: Sendable, Equatable {
    /// The record.
    public let record: UsageRecord
    /// Whether it is certain to survive a power cut. False: it is counted in memory, and is written when that works again.
    public let isDurable: Bool
    /// Whether the same call had been booked before, so that nothing was added now.
    public let wasRepeated: Bool

    /// A booking of these parts.
    public init(record: UsageRecord, isDurable: Bool, wasRepeated: Bool) {
        self.record = record
        self.isDurable = isDurable
        self.wasRepeated = wasRepeated
    }
}

/// Who does something to the books by hand, and why.
public struct OperatorNote: Sendable, Hashable {
    /// Who does it.
    public var author: String
    /// Why.
    public var reason: String

    /// A note of these parts; neither may be empty.
    public init(author: String, reason: String) {
        self.author = author
        self.reason = reason
    }
}

/// How certain a hold must be before it is granted.
public enum HoldDurability: Sendable {
    /// On the disk, or refused with an error.
    case required
    /// On the disk if possible. With `FailurePolicy.continue`, in memory alone while the disk cannot be written: a crash
    /// then forgets the hold.
    case preferred
}
