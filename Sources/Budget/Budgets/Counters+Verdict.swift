public import UTCTime

extension Counters {
    /// What all budgets that apply to `request` say of it at `now`. Holds nothing: `hold` does.
    public mutating func verdict(on request: ReservationRequest, at now: Instant) -> Verdict {
        advance(to: now)
        guard isEnabled else { return .allow }
        find(request.context)
        return judged(request)
    }

    /// What the budgets of the counters that were found say of `request`.
    ///
    /// It changes nothing, and is a function of its own for that: one that changes `self` copies all of it, and counts
    /// the references, for each call of one that does not.
    private func judged(_ request: ReservationRequest) -> Verdict {
        let amount = request.amount
        var warning = Int.max
        var isRefused = false
        for counter in found {
            for place in index.entryPlaces[counter.tally] where applies(index.entries[place], to: request.labels) {
                let entry = index.entries[place]
                guard finding(entry, rows[counter.row], counter, amount, request.labels) != nil else { continue }
                if entry.isBlocking { isRefused = true } else { warning = min(warning, entry.rank) }
            }
        }
        let ofMergeRequest = mergeRequestMargin(for: request)
        let refusal = isRefused ? refusal(amount, request.labels) : nil
        if let refusal = ofMergeRequest?.refusal(of: amount, beside: refusal) ?? refusal { return .refuse(refusal) }
        return warning == .max ? .allow : .warn(budget: index.budgets[warning].name)
    }

    /// Whether a merge request with `labels` has the budget of `entry`.
    func applies(_ entry: BudgetIndex.Entry, to labels: [String]) -> Bool {
        guard entry.hasLabel, let label = index.budgets[entry.rank].label else { return true }
        return labels.contains(label)
    }

    /// What the budget of `entry` allows on `counter`, and the part of it that a call with `labels` may not use.
    func limit(
        _ entry: BudgetIndex.Entry, _ counter: Found, _ labels: [String]
    ) -> (whole: Int, keptBack: Int) {
        let whole = grants.isEmpty ? entry.limit : limit(of: index.budgets[entry.rank], for: scopes[counter.row])
        guard entry.urgentPercent > 0, let urgent = index.budgets[entry.rank].urgent,
            !labels.contains(where: urgent.labels.contains)
        else { return (whole, 0) }
        return (whole, whole.share(urgent.percent))
    }

    /// Why the budget of `entry` does not let the call pass in silence; nil: it does.
    private func finding(
        _ entry: BudgetIndex.Entry, _ row: CounterRow, _ counter: Found, _ amount: CallAmount,
        _ labels: [String]
    ) -> RefusalReason? {
        if entry.blocksUnknownPrice, amount.microUSD == nil { return .unknownPrice }
        let limit = limit(entry, counter, labels)
        let allowed = limit.whole - limit.keptBack
        let requested = amount.amount(entry.unit)
        let total = row.used(entry.unit) + row.held(entry.unit) + requested
        if total > allowed { return requested > allowed ? .exceedsLimit : .exhausted }
        guard !entry.isBlocking else { return nil }
        // With a grant a share of the limit may come after an amount that it came before.
        let isRemarked = index.budgets[entry.rank].thresholds.contains { total >= $0.amount(ofLimit: limit.whole) }
        return isRemarked ? .exhausted : nil
    }

    /// The refusal of the budget that binds; nil when none refuses.
    private func refusal(_ amount: CallAmount, _ labels: [String]) -> BudgetRefusal? {
        var largest = 2 * TokenUsage.tokensMax
        var binding: Binding?
        for counter in found {
            let row = rows[counter.row]
            for entry in index.entries[index.entryPlaces[counter.tally]]
            where entry.isBlocking && applies(entry, to: labels) {
                largest = min(largest, self.largest(entry, row, counter, amount, labels))
                guard let reason = finding(entry, row, counter, amount, labels) else { continue }
                let next = Binding(entry: entry, counter: counter, reason: reason)
                if let other = binding, !precedes(next, other) { continue }
                binding = next
            }
        }
        guard let binding else { return nil }
        let (entry, counter) = (binding.entry, binding.counter)
        let budget = index.budgets[entry.rank]
        let row = rows[counter.row]
        let limit = limit(entry, counter, labels)
        return BudgetRefusal(
            budget: budget.name, scope: scopes[counter.row], period: budget.period, unit: entry.unit,
            reason: binding.reason,
            used: row.used(entry.unit), held: row.held(entry.unit), limit: limit.whole, keptBack: limit.keptBack,
            requested: amount.amount(entry.unit), resetsAt: windows[budget.period.index].end, largestThatFits: largest)
    }

    /// A budget that refuses.
    private struct Binding {
        let entry: BudgetIndex.Entry
        let counter: Found
        let reason: RefusalReason
    }

    /// Whether `one` binds rather than `other`: see `BudgetRefusal`.
    private func precedes(_ one: Binding, _ other: Binding) -> Bool {
        func key(_ binding: Binding) -> (Int, Int64, Int, Int, String) {
            let end = windows[binding.counter.period].end?.milliseconds ?? .max
            // One budget may have several counters of the call: groups within each other, teams of a person.
            let name = scopes[binding.counter.row].name
            return (binding.reason.rank, -end, binding.entry.rank, -name.utf8.count, name)
        }
        return key(one) < key(other)
    }

    /// The most tokens of a call like `amount` that the budget of `entry` would admit.
    private func largest(
        _ entry: BudgetIndex.Entry, _ row: CounterRow, _ counter: Found, _ amount: CallAmount, _ labels: [String]
    ) -> Int {
        let limit = limit(entry, counter, labels)
        let left = limit.whole - limit.keptBack - row.used(entry.unit) - row.held(entry.unit)
        return amount.largest(within: left, entry.unit, blocksUnknownPrice: entry.blocksUnknownPrice)
    }
}

extension CallAmount {
    /// The most tokens of a call like this one, as much for each token, that take at most `left` of `unit`.
    func largest(within left: Int, _ unit: BudgetUnit, blocksUnknownPrice: Bool) -> Int {
        guard left >= 0 else { return 0 }
        guard unit == .usd else { return left }
        guard let microUSD else { return blocksUnknownPrice ? 0 : 2 * TokenUsage.tokensMax }
        guard microUSD > 0 else { return 2 * TokenUsage.tokensMax }
        return Int(clamping: Int128(left) * Int128(tokens) / Int128(microUSD))
    }
}

extension RefusalReason {
    /// The place in the order in which refusals bind.
    var rank: Int {
        switch self {
        case .unknownPrice: 0
        case .exceedsLimit: 1
        case .exhausted: 2
        }
    }
}
