package import Budget
package import UTCTime

/// The rules of budgets in their plainest form: everything that ever happened in a list, and sums over it.
package struct BudgetReference {
    /// A call that was admitted and is not done.
    package struct Held {
        package var amount: CallAmount
        package var context: CallContext
        /// Nil while the call is open or dispatched.
        package var unresolvedSince: Instant?
        let names: Set<String>

        package init(amount: CallAmount, context: CallContext) {
            self.amount = amount
            self.context = context
            names = Set(BudgetReference.names(context))
        }
    }

    /// A call that is booked.
    package struct Record {
        package let amount: CallAmount
        package let context: CallContext
        package let time: Instant
        let names: Set<String>
    }

    package var set: BudgetSet
    package private(set) var records: [Record] = []
    package var holds: [Int: Held] = [:]
    package var grants: [BudgetGrant] = []

    package init(set: BudgetSet) { self.set = set }

    package mutating func book(_ amount: CallAmount, _ context: CallContext, _ time: Instant) {
        records.append(Record(amount: amount, context: context, time: time, names: Set(Self.names(context))))
    }

    /// Names the window of `time` by its text.
    static func window(_ period: Period, _ time: Instant) -> String {
        switch period {
        case .hour: String(time.description.prefix(13))
        case .day: String(time.description.prefix(10))
        case .week: String((time.day.number + 3) / 7)
        case .month: String(time.description.prefix(7))
        case .total: ""
        }
    }

    /// The counters that a call of `context` touches by its names alone, as texts.
    static func names(_ context: CallContext) -> [String] {
        let project = context.project.lowercased()
        let user = context.user.lowercased()
        var all = ["all", "agent:" + context.agent, "command:" + context.command, "model:" + context.model]
        if !user.isEmpty { all.append("user:" + user) }
        if !project.isEmpty {
            all.append("project:" + project)
            let parts = project.split(separator: "/")
            for count in 1..<max(1, parts.count) { all.append("group:" + parts.prefix(count).joined(separator: "/")) }
            if let iid = context.mergeRequestIID { all.append("merge_request:\(project)!\(iid)") }
        }
        return all
    }

    /// The counters of `budget` that a call of `context` touches, as texts.
    package func counters(_ budget: BudgetDefinition, _ context: CallContext) -> [String] {
        let user = context.user.lowercased()
        let teams = set.teams.filter { !user.isEmpty && $0.users.contains(user) }.map { "team:" + $0.name }
        let all = Self.names(context) + teams
        let text = budget.scope.description
        return text.hasSuffix(":*") ? all.filter { $0.hasPrefix(text.dropLast()) } : all.filter { $0 == text }
    }

    package struct Figures: Equatable {
        package var limit: Int
        package var used: Int
        package var held: Int

        package init(limit: Int, used: Int, held: Int) {
            self.limit = limit
            self.used = used
            self.held = held
        }
    }

    package func figures(_ budget: BudgetDefinition, _ counter: String, _ now: Instant) -> Figures {
        let window = Self.window(budget.period, now)
        func sum(_ amounts: some Sequence<CallAmount>) -> Int {
            amounts.reduce(0) { $0 + (budget.limit.unit == .tokens ? $1.tokens : $1.microUSD ?? 0) }
        }
        let team = set.teams.first { "team:" + $0.name == counter }
        func touches(_ names: Set<String>, _ context: CallContext) -> Bool {
            team.map { $0.users.contains(context.user.lowercased()) } ?? names.contains(counter)
        }
        let granted = grants.filter {
            $0.budget == budget.name && $0.scope.description == counter && $0.amount.unit == budget.limit.unit
                && $0.until.map { now < $0 } ?? true
        }
        return Figures(
            limit: budget.limit.amount + granted.reduce(0) { $0 + $1.amount.amount },
            used: sum(
                records.filter { touches($0.names, $0.context) && Self.window(budget.period, $0.time) == window }
                    .map(\.amount)),
            held: sum(
                holds.values.filter { hold in
                    touches(hold.names, hold.context)
                        && (hold.unresolvedSince.map { Self.window(budget.period, $0) == window } ?? true)
                }.map(\.amount)))
    }

    /// Every budget that refuses the call, as `name scope reason`; and those that warn, by name.
    package func judged(_ request: ReservationRequest, _ now: Instant) -> (refusing: [String], warning: [String]) {
        var refusing: [String] = []
        var warning: [String] = []
        for budget in set.budgets where budget.label.map({ request.labels.contains($0) }) ?? true {
            for counter in counters(budget, request.context) {
                let figures = figures(budget, counter, now)
                let isUrgent = budget.urgent?.labels.contains { request.labels.contains($0) } ?? true
                let allowed = figures.limit - (isUrgent ? 0 : figures.limit * (budget.urgent?.percent ?? 0) / 100)
                let isMoney = budget.limit.unit == .usd
                let requested = isMoney ? request.estimatedMicroUSD ?? 0 : request.estimatedTokens
                let total = figures.used + figures.held + requested
                let isUnknown = isMoney && request.estimatedMicroUSD == nil && budget.unknownPrice == .block
                let reason: String? =
                    isUnknown
                    ? "unknown_price" : requested > allowed ? "exceeds_limit" : total > allowed ? "exhausted" : nil
                if budget.enforcement == .block {
                    if let reason { refusing.append("\(budget.name) \(counter) \(reason)") }
                } else if reason != nil || isRemarked(budget, figures, total) {
                    warning.append(budget.name)
                }
            }
        }
        return (refusing, warning)
    }

    private func isRemarked(_ budget: BudgetDefinition, _ figures: Figures, _ total: Int) -> Bool {
        budget.thresholds.contains { threshold in
            switch threshold {
            case .percent(let percent): total * 100 >= figures.limit * percent
            case .amount(let amount): total >= amount
            }
        }
    }
}
