/// The budgets of a set, arranged so that those of a call are found without looking at the others.
///
/// Budgets with the same scope and period share one tally: a tally counts, a budget compares. So a limit can change, and
/// templates can be chosen anew, without touching what was counted.
final class BudgetIndex: Sendable {
    /// What one tally counts.
    struct TallyKey: Sendable, Hashable {
        let scope: ScopePattern
        let period: Period
    }

    /// What is asked of a budget at each admission: plain values, for copies of a whole definition would cost more than
    /// the rest of the admission.
    struct Entry: Sendable {
        /// Its place in `budgets`, and so in the order in which the narrowest scope comes first.
        let rank: Int
        let unit: BudgetUnit
        let limit: Int
        let isBlocking: Bool
        let blocksUnknownPrice: Bool
        /// Percent of the limit that is kept back for urgent work.
        let urgentPercent: Int
        let hasLabel: Bool

        init(_ budget: BudgetDefinition, rank: Int) {
            self.rank = rank
            unit = budget.limit.unit
            limit = budget.limit.amount
            isBlocking = budget.enforcement == .block
            blocksUnknownPrice = budget.limit.unit == .usd && budget.unknownPrice == .block
            urgentPercent = budget.urgent?.percent ?? 0
            hasLabel = budget.label != nil
        }
    }

    /// Tallies for scopes of one kind.
    struct Kind: Sendable {
        var each: [Int] = []
        var one: [String: [Int]] = [:]
        var isEmpty: Bool { each.isEmpty && one.isEmpty }
    }

    let set: BudgetSet
    /// Every budget, the narrowest scope first.
    let budgets: [BudgetDefinition]
    let tallies: [TallyKey]
    /// The budgets that use each tally.
    let entries: [[Entry]]
    private let kinds: [Kind]
    private let mergeRequests: [Scope: [Int]]
    private let teamsByUser: [String: [String]]
    /// Whether each merge request is counted over its whole life even where no budget asks for it.
    let countsMergeRequests: Bool
    /// The tally that does; nil: none.
    let mergeRequestTally: Int?

    init(_ set: BudgetSet, countsMergeRequests: Bool = false) {
        self.countsMergeRequests = countsMergeRequests
        self.set = set
        budgets = set.budgets.sorted { Self.order($0) < Self.order($1) }
        var tallies: [TallyKey] = []
        var entries: [[Entry]] = []
        var kinds = [Kind](repeating: Kind(), count: ScopeKind.allCases.count)
        var mergeRequests: [Scope: [Int]] = [:]
        var places: [TallyKey: Int] = [:]
        for (rank, budget) in budgets.enumerated() {
            let key = TallyKey(scope: budget.scope, period: budget.period)
            let tally = places[key] ?? tallies.count
            if tally == tallies.count {
                places[key] = tally
                tallies.append(key)
                entries.append([])
                switch key.scope {
                case .each(let kind): kinds[kind.rank].each.append(tally)
                case .one(let scope) where scope.kind == .mergeRequest: mergeRequests[scope, default: []].append(tally)
                case .one(let scope): kinds[scope.kind.rank].one[scope.name, default: []].append(tally)
                }
            }
            entries[tally].append(Entry(budget, rank: rank))
        }
        let lives = TallyKey(scope: .each(.mergeRequest), period: .total)
        if countsMergeRequests, places[lives] == nil {
            places[lives] = tallies.count
            kinds[ScopeKind.mergeRequest.rank].each.append(tallies.count)
            tallies.append(lives)
            entries.append([])
        }
        mergeRequestTally = places[lives]
        (self.tallies, self.entries, self.kinds, self.mergeRequests) = (tallies, entries, kinds, mergeRequests)
        var teamsByUser: [String: [String]] = [:]
        for team in set.teams {
            for user in team.users { teamsByUser[user, default: []].append(team.name) }
        }
        self.teamsByUser = teamsByUser
    }

    /// The narrowest scope first, then the name.
    private static func order(_ budget: BudgetDefinition) -> (Int, Int, String) {
        var depth = 0
        if case .one(let scope) = budget.scope, scope.kind == .group {
            depth = -scope.name.utf8.count { $0 == UInt8(ascii: "/") }
        }
        return (budget.scope.kind.rank, depth, budget.name)
    }

    /// Calls `body` with each tally that counts a call of `context`, and which of its counters does.
    ///
    /// A call that names no project, no user or no merge request belongs to none, and only wider budgets count it.
    func forEachCounter(of context: CallContext, _ body: (Int, Scope) -> Void) {
        for tally in kinds[ScopeKind.all.rank].one[""] ?? [] { body(tally, .all) }
        visit(.agent, context.agent, body)
        visit(.command, context.command, body)
        visit(.model, context.model, body)
        if !context.user.isEmpty, !kinds[ScopeKind.user.rank].isEmpty || !kinds[ScopeKind.team.rank].isEmpty {
            let user = context.user.withSmallLetters
            visit(.user, user, body)
            if !kinds[ScopeKind.team.rank].isEmpty {
                for team in teamsByUser[user] ?? [] { visit(.team, team, body) }
            }
        }
        guard !context.project.isEmpty else { return }
        let project = context.project.withSmallLetters
        visit(.project, project, body)
        visitGroups(above: project, body)
        if let iid = context.mergeRequestIID {
            let each = kinds[ScopeKind.mergeRequest.rank].each
            guard !each.isEmpty || !mergeRequests.isEmpty else { return }
            let scope = Scope(unchecked: .mergeRequest, project, iid: iid)
            for tally in each { body(tally, scope) }
            for tally in mergeRequests[scope] ?? [] { body(tally, scope) }
        }
    }

    private func visit(_ kind: ScopeKind, _ name: String, _ body: (Int, Scope) -> Void) {
        guard !kinds[kind.rank].isEmpty, !name.isEmpty else { return }
        let scope = Scope(unchecked: kind, name)
        for tally in kinds[kind.rank].each { body(tally, scope) }
        guard !kinds[kind.rank].one.isEmpty else { return }
        for tally in kinds[kind.rank].one[name] ?? [] { body(tally, scope) }
    }

    private func visitGroups(above project: String, _ body: (Int, Scope) -> Void) {
        guard !kinds[ScopeKind.group.rank].isEmpty else { return }
        var path = project[...]
        while let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
            path = path[..<slash]
            visit(.group, String(path), body)
        }
    }
}
