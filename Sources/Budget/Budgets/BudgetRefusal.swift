public import UTCTime

/// Why a budget refuses a call.
public enum RefusalReason: String, Sendable, CaseIterable {
    /// The budget is in money, and no price is known for the model.
    case unknownPrice = "unknown_price"
    /// The call is larger than all this budget will ever let it have: waiting does not help.
    case exceedsLimit = "exceeds_limit"
    /// The call does not fit into what is left: after the reset, or when holds are given back, it will.
    case exhausted
}

/// Why a call may not be made: the budget that binds, with the figures a person needs to decide what to do.
///
/// Where several budgets refuse, the one that binds is, in this order: one that waiting does not help with
/// (`unknown_price`, then `exceeds_limit`); the one that begins anew last, for the call fits only when all do; the one
/// with the narrowest scope (merge request, user, team, project, group from the innermost, agent, command, model, all);
/// the first by name.
public struct BudgetRefusal: Sendable, Hashable {
    /// The budget's name.
    public let budget: String
    /// Which counter of it.
    public let scope: Scope
    /// After what it begins anew.
    public let period: Period
    /// What the figures below count: tokens, or millionths of a US dollar.
    public let unit: BudgetUnit
    /// Why it refuses.
    public let reason: RefusalReason
    /// Settled in the current window.
    public let used: Int
    /// Held by open, dispatched and unresolved reservations.
    public let held: Int
    /// What the budget allows, grants included.
    public let limit: Int
    /// The part of `limit` that is kept back for urgent work; 0 when the call is urgent.
    public let keptBack: Int
    /// What was asked for; 0 when its price is unknown.
    public let requested: Int
    /// When the window ends; nil: never.
    public let resetsAt: Instant?
    /// The largest call of this kind, in tokens, that all budgets would admit now. Where money binds, one that costs as
    /// much for each token. 0: none.
    public let largestThatFits: Int

    /// What is left of this budget for the call.
    public var left: Int { Swift.max(0, limit - keptBack - used - held) }
}

/// What the budgets say of a call.
public enum Verdict: Sendable, Hashable {
    /// It fits all of them.
    case allow
    /// The named budget only warns, and would be exceeded or is past its first threshold.
    case warn(budget: String)
    /// It does not fit.
    case refuse(BudgetRefusal)

    /// The decision alone.
    public var decision: Decision {
        switch self {
        case .allow: .allow
        case .warn: .warn
        case .refuse: .block
        }
    }
}
