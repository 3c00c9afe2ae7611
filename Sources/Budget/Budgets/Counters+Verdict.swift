public import UTCTime

extension Counters {
    /// What all budgets that apply to `request` say of it at `now`. Holds nothing: `hold` does.
    public mutating func verdict(on request: ReservationRequest, at now: Instant) -> Verdict {
        advance(to: now)
        guard isEnabled else { return .allow }
        var found = found
        self.found = []
        found.removeAll(keepingCapacity: true)
        visit(request.context) { _, place, tally, scope in
            found.append(Found(tally: tally, place: place, scope: scope))
        }
        defer { self.found = found }
        let amount = request.amount
        var warning: BudgetIndex.Entry?
        var isRefused = false
        for counter in found {
            for entry in index.entries[counter.tally] where entry.budget.applies(to: request.labels) {
                switch finding(entry.budget, counter, amount, request.labels) {
                case nil: break
                case _? where entry.budget.enforcement == .block: isRefused = true
                case _?: if entry.rank < warning?.rank ?? .max { warning = entry }
                }
            }
        }
        if isRefused, let refusal = refusal(found, amount, request.labels) { return .refuse(refusal) }
        return warning.map { .warn(budget: $0.budget.name) } ?? .allow
    }

    /// Why `budget` does not let the call pass in silence; nil: it does.
    private func finding(
        _ budget: BudgetDefinition, _ counter: Found, _ amount: CallAmount, _ labels: [String]
    ) -> RefusalReason? {
        let unit = budget.limit.unit
        if unit == .usd, amount.microUSD == nil, budget.unknownPrice == .block { return .unknownPrice }
        let limit = limit(of: budget, for: counter.scope)
        let allowed = limit - budget.keptBack(of: limit, from: labels)
        let requested = amount.amount(unit)
        let total = rows[counter.place].used(unit) + rows[counter.place].held(unit) + requested
        if total > allowed { return requested > allowed ? .exceedsLimit : .exhausted }
        // With a grant a share of the limit may come after an amount that it came before.
        let isRemarked =
            budget.enforcement == .warn && budget.thresholds.contains { total >= $0.amount(ofLimit: limit) }
        return isRemarked ? .exhausted : nil
    }

    /// The refusal of the budget that binds; nil when none refuses.
    private func refusal(_ found: [Found], _ amount: CallAmount, _ labels: [String]) -> BudgetRefusal? {
        var largest = 2 * TokenUsage.tokensMax
        var binding: Binding?
        for counter in found {
            for entry in index.entries[counter.tally]
            where entry.budget.enforcement == .block && entry.budget.applies(to: labels) {
                largest = min(largest, self.largest(entry.budget, counter, amount, labels))
                guard let reason = finding(entry.budget, counter, amount, labels) else { continue }
                let next = Binding(entry: entry, counter: counter, reason: reason)
                if let other = binding, !precedes(next, other) { continue }
                binding = next
            }
        }
        guard let binding else { return nil }
        let (budget, counter) = (binding.entry.budget, binding.counter)
        let unit = budget.limit.unit
        let limit = limit(of: budget, for: counter.scope)
        return BudgetRefusal(
            budget: budget.name, scope: counter.scope, period: budget.period, unit: unit, reason: binding.reason,
            used: rows[counter.place].used(unit), held: rows[counter.place].held(unit), limit: limit,
            keptBack: budget.keptBack(of: limit, from: labels), requested: amount.amount(unit),
            resetsAt: windows[budget.period.index].end, largestThatFits: largest)
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
            let end = windows[binding.entry.budget.period.index].end?.milliseconds ?? .max
            // One budget may have several counters of the call: groups within each other, teams of a person.
            let name = binding.counter.scope.name
            return (binding.reason.rank, -end, binding.entry.rank, -name.utf8.count, name)
        }
        return key(one) < key(other)
    }

    /// The most tokens of a call like `amount` that `budget` would admit.
    private func largest(
        _ budget: BudgetDefinition, _ counter: Found, _ amount: CallAmount, _ labels: [String]
    ) -> Int {
        let unit = budget.limit.unit
        let limit = limit(of: budget, for: counter.scope)
        let left =
            limit - budget.keptBack(of: limit, from: labels) - rows[counter.place].used(unit)
            - rows[counter.place].held(unit)
        guard left >= 0 else { return 0 }
        guard unit == .usd else { return left }
        guard let microUSD = amount.microUSD else {
            return budget.unknownPrice == .block ? 0 : 2 * TokenUsage.tokensMax
        }
        guard microUSD > 0 else { return 2 * TokenUsage.tokensMax }
        return Int(clamping: Int128(left) * Int128(amount.tokens) / Int128(microUSD))
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

extension BudgetDefinition {
    /// Whether a merge request with `labels` has this budget.
    func applies(to labels: [String]) -> Bool { label.map(labels.contains) ?? true }

    /// The part of `limit` that a call with `labels` may not use.
    func keptBack(of limit: Int, from labels: [String]) -> Int {
        guard let urgent, !labels.contains(where: urgent.labels.contains) else { return 0 }
        return limit.share(urgent.percent)
    }
}
