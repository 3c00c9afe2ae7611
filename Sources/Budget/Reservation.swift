public import UTCTime

/// What a caller asks to hold before it calls a model.
public struct ReservationRequest: Sendable, Hashable {
    /// The most tokens the call is expected to use: input and output together. This is what is held.
    public var estimatedTokens: Int
    /// Who the call is for, and for what.
    public var context: CallContext
    /// Makes a repeated request harmless: the same key with the same fields answers with the first reservation.
    public var idempotencyKey: String?
    /// After this many seconds an open hold is given back and a dispatched one becomes unresolved.
    public var timeToLiveSeconds: Int
    /// What the call is expected to cost at most, in millionths of a US dollar; nil when no price is known. Budgets in
    /// money hold it.
    public var estimatedMicroUSD: Int?
    /// The labels of the merge request: they choose its budget, and make it urgent.
    public var labels: [String]
    /// What the call's merge request may use over its whole life, beside all budgets; nil: no more is asked.
    public var mergeRequestLimit: BudgetLimit?

    /// A request of these parts.
    public init(
        estimatedTokens: Int, context: CallContext, idempotencyKey: String? = nil, timeToLiveSeconds: Int = 900,
        estimatedMicroUSD: Int? = nil, labels: [String] = [], mergeRequestLimit: BudgetLimit? = nil
    ) {
        self.estimatedTokens = estimatedTokens
        self.context = context
        self.idempotencyKey = idempotencyKey
        self.timeToLiveSeconds = timeToLiveSeconds
        self.estimatedMicroUSD = estimatedMicroUSD
        self.labels = labels
        self.mergeRequestLimit = mergeRequestLimit
    }

    /// What is to be held.
    public var amount: CallAmount { CallAmount(tokens: estimatedTokens, microUSD: estimatedMicroUSD) }
}

/// How far a reservation has come.
public enum ReservationState: String, Sendable, CaseIterable {
    /// Held; the call has not been made.
    case open
    /// From here on the call may cost money.
    case dispatched
    /// A usage record has taken its place.
    case settled
    /// Certainly nothing was spent; nothing is held.
    case released
    /// The outcome is unknown; the hold stays until the period ends or a late result settles it.
    case unresolved
}

/// Tokens held before a call.
public struct Reservation: Sendable, Hashable {
    /// The reservation's own id.
    public let id: String
    /// Tokens it holds while it is open, dispatched or unresolved.
    public let tokens: Int
    /// How far it has come.
    public var state: ReservationState
    /// Who the call is for, and for what.
    public let context: CallContext
    /// When it was made.
    public let createdAt: Instant
    /// When its time is up: an open hold is given back then, a dispatched one becomes unresolved.
    public let expiresAt: Instant
    /// When it was dispatched; nil before. An unresolved hold counts in the period of this instant.
    public var dispatchedAt: Instant?
    /// The key it was asked for with.
    public let idempotencyKey: String?
    /// What it holds of budgets in money, in millionths of a US dollar; nil when no price was known.
    public let microUSD: Int?

    /// A reservation of these parts.
    public init(
        id: String, tokens: Int, state: ReservationState, context: CallContext, createdAt: Instant, expiresAt: Instant,
        dispatchedAt: Instant? = nil, idempotencyKey: String?, microUSD: Int? = nil
    ) {
        self.id = id
        self.tokens = tokens
        self.state = state
        self.context = context
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.dispatchedAt = dispatchedAt
        self.idempotencyKey = idempotencyKey
        self.microUSD = microUSD
    }

    /// What it holds.
    public var amount: CallAmount { CallAmount(tokens: tokens, microUSD: microUSD) }
}

/// Whether a call may be made.
public enum Decision: String, Sendable {
    /// It fits.
    case allow
    /// It does not fit, or a threshold is passed, and the budget only warns.
    case warn
    /// It does not fit.
    case block
}

/// The answer to a reservation request.
public enum Admission: Sendable, Equatable {
    /// The tokens are held. `decision` is `.warn` where a budget that only warns is exceeded.
    case granted(Reservation, Decision)
    /// Nothing is held, nothing may be called.
    case refused(Refusal)
}

/// Why a call may not be made, with the figures a person needs to decide what to do.
///
/// The figures are in the unit of the budget that binds: tokens, unless `unit` says otherwise.
public struct Refusal: Sendable, Equatable {
    /// The budget that binds, with all that is known of it.
    public var cause: BudgetRefusal
    /// Which reviews hold what is held of it.
    public var holders = Holders.none

    /// A refusal for `cause`.
    public init(_ cause: BudgetRefusal) { self.cause = cause }

    /// A refusal of a daily budget in tokens over everything.
    public init(
        budget: String, usedTokens: Int, heldTokens: Int, limitTokens: Int, requestedTokens: Int, resetsAt: Instant
    ) {
        cause = BudgetRefusal(
            budget: budget, scope: .all, period: .day, unit: .tokens,
            reason: requestedTokens > limitTokens ? .exceedsLimit : .exhausted, used: usedTokens, held: heldTokens,
            limit: limitTokens, keptBack: 0, requested: requestedTokens, resetsAt: resetsAt,
            largestThatFits: max(0, limitTokens - usedTokens - heldTokens))
    }

    /// The budget that binds: `daily`.
    public var budget: String { cause.budget }
    /// What the figures count.
    public var unit: BudgetUnit { cause.unit }
    /// Settled in the current period.
    public var usedTokens: Int { cause.used }
    /// Held by open, dispatched and unresolved reservations.
    public var heldTokens: Int { cause.held }
    /// The budget's limit.
    public var limitTokens: Int { cause.limit }
    /// What was asked for.
    public var requestedTokens: Int { cause.requested }
    /// When the period ends; the end of time for a budget that never begins anew.
    public var resetsAt: Instant { cause.resetsAt ?? Instant(milliseconds: .max) }
    /// The largest call that would be admitted now, in tokens.
    public var largestThatFits: Int { cause.largestThatFits }
    /// Whether no reset will ever make the call fit.
    public var exceedsWholeLimit: Bool { cause.reason != .exhausted || cause.resetsAt == nil }
}
