public import UTCTime

/// What one budget has for one call, now and when the calls under way are done.
public struct BudgetMargin: Sendable, Hashable {
    /// The budget's name.
    public let budget: String
    /// Which counter of it.
    public let scope: Scope
    /// After what it begins anew.
    public let period: Period
    /// What the figures below count: tokens, or millionths of a US dollar.
    public let unit: BudgetUnit
    /// Whether it refuses; otherwise it only warns.
    public let isBlocking: Bool
    /// Whether it refuses a call whose price is unknown.
    public let blocksUnknownPrice: Bool
    /// What it allows, grants included.
    public let limit: Int
    /// The part of `limit` that is kept back for urgent work; 0 when the call is urgent.
    public let keptBack: Int
    /// Settled in the current window.
    public let used: Int
    /// Held by open and dispatched reservations: some of it usually comes back soon.
    public let underWay: Int
    /// Held by reservations whose outcome is unknown: it stays until the window ends.
    public let unresolved: Int
    /// When the window ends; nil: never.
    public let resetsAt: Instant?

    /// What the call may take now.
    public var left: Int { Swift.max(0, limit - keptBack - used - underWay - unresolved) }
    /// What it might take if all that is under way came back.
    public var leftLater: Int { Swift.max(0, limit - keptBack - used - unresolved) }

    /// Whether a call of `amount` fits with `left` to take.
    func admits(_ amount: CallAmount, left: Int) -> Bool {
        (amount.microUSD != nil || !blocksUnknownPrice) && amount.amount(unit) <= left
    }

    /// Whether a call of `amount` fits now.
    public func mayAdmitNow(_ amount: CallAmount) -> Bool { !isBlocking || admits(amount, left: left) }

    /// Whether a call of `amount` may fit when the calls under way are done, if not now.
    public func mayAdmitLater(_ amount: CallAmount) -> Bool { !isBlocking || admits(amount, left: leftLater) }

    /// A refusal of `amount` with the figures of this budget, although it may have room: something else said no.
    public func refusal(of amount: CallAmount) -> BudgetRefusal {
        refusal(
            of: amount, for: .exhausted,
            largest: amount.largest(within: left, unit, blocksUnknownPrice: blocksUnknownPrice))
    }

    /// The refusal of `amount` by this budget, or by `other` where that binds; nil: neither refuses.
    func refusal(of amount: CallAmount, beside other: BudgetRefusal?) -> BudgetRefusal? {
        var largest = amount.largest(
            within: limit - keptBack - used - underWay - unresolved, unit, blocksUnknownPrice: blocksUnknownPrice)
        if let other { largest = Swift.min(largest, other.largestThatFits) }
        guard !admits(amount, left: limit - keptBack - used - underWay - unresolved) else {
            return other.map { $0.with(largestThatFits: largest) }
        }
        let reason: RefusalReason =
            if amount.microUSD == nil, blocksUnknownPrice {
                .unknownPrice
            } else {
                amount.amount(unit) > limit - keptBack ? .exceedsLimit : .exhausted
            }
        // What never begins anew for the narrowest scope gives way to no other refusal for the same reason.
        if let other, other.reason.rank < reason.rank { return other.with(largestThatFits: largest) }
        return refusal(of: amount, for: reason, largest: largest)
    }

    private func refusal(of amount: CallAmount, for reason: RefusalReason, largest: Int) -> BudgetRefusal {
        BudgetRefusal(
            budget: budget, scope: scope, period: period, unit: unit, reason: reason, used: used,
            held: underWay + unresolved, limit: limit, keptBack: keptBack, requested: amount.amount(unit),
            resetsAt: resetsAt, largestThatFits: largest)
    }
}

extension BudgetRefusal {
    fileprivate func with(largestThatFits: Int) -> BudgetRefusal {
        BudgetRefusal(
            budget: budget, scope: scope, period: period, unit: unit, reason: reason, used: used, held: held,
            limit: limit, keptBack: keptBack, requested: requested, resetsAt: resetsAt,
            largestThatFits: largestThatFits)
    }
}

extension Counters {
    /// Whether each merge request is counted over its whole life.
    public var countsMergeRequests: Bool { index.mergeRequestTally != nil }

    /// Whether `request` has a limit of its own that cannot be checked before each merge request is counted.
    public func isShort(for request: ReservationRequest) -> Bool {
        isEnabled && !countsMergeRequests && request.mergeRequestLimit != nil
            && request.context.mergeRequestIID != nil && !request.context.project.isEmpty
    }

    /// What every budget that applies to `request` has for it at `now`, its own limit included once that is counted.
    /// None while calls are not checked.
    public mutating func margins(for request: ReservationRequest, at now: Instant) -> [BudgetMargin] {
        advance(to: now)
        guard isEnabled else { return [] }
        find(request.context)
        var margins: [BudgetMargin] = []
        for counter in found {
            for entry in index.entries[index.entryPlaces[counter.tally]] where applies(entry, to: request.labels) {
                let budget = index.budgets[entry.rank]
                let limit = limit(entry, counter, request.labels)
                margins.append(
                    margin(
                        budget.name, counter, entry.unit, limit: limit.whole, keptBack: limit.keptBack,
                        isBlocking: entry.isBlocking, blocksUnknownPrice: entry.blocksUnknownPrice))
            }
        }
        if let own = mergeRequestMargin(for: request) { margins.append(own) }
        return margins
    }

    /// What the limit of its own that `request` has leaves it; nil where it has none, or belongs to no merge request.
    /// Its counters must have been found.
    func mergeRequestMargin(for request: ReservationRequest) -> BudgetMargin? {
        guard let limit = request.mergeRequestLimit, let tally = index.mergeRequestTally,
            let counter = found.first(where: { $0.tally == tally })
        else { return nil }
        return margin(
            BudgetDefinition.mergeRequestName, counter, limit.unit, limit: limit.amount, keptBack: 0,
            isBlocking: true, blocksUnknownPrice: limit.unit == .usd)
    }

    private func margin(
        _ name: String, _ counter: Found, _ unit: BudgetUnit, limit: Int, keptBack: Int, isBlocking: Bool,
        blocksUnknownPrice: Bool
    ) -> BudgetMargin {
        let row = rows[counter.row]
        let period = index.tallies[counter.tally].period
        return BudgetMargin(
            budget: name, scope: scopes[counter.row], period: period, unit: unit, isBlocking: isBlocking,
            blocksUnknownPrice: blocksUnknownPrice, limit: limit, keptBack: keptBack, used: row.used(unit),
            underWay: unit == .tokens ? row.heldTokens : row.heldMicroUSD,
            unresolved: unit == .tokens ? row.unresolvedTokens : row.unresolvedMicroUSD,
            resetsAt: windows[period.index].end)
    }
}
