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
    /// What is asked of every budget, those that use one tally together.
    let entries: [Entry]
    /// For each tally the places in `entries` of the budgets that use it.
    let entryPlaces: [Range<Int>]
    /// What of a call decides about counters, where there are any: the rest need not be looked at.
    let parts: [CallPart]
    /// The tallies that count every call.
    let allTallies: [Int]
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
        (self.tallies, self.kinds, self.mergeRequests) = (tallies, kinds, mergeRequests)
        var entryPlaces: [Range<Int>] = []
        for group in entries {
            let start = entryPlaces.last?.upperBound ?? 0
            entryPlaces.append(start..<start + group.count)
        }
        self.entries = entries.flatMap(\.self)
        self.entryPlaces = entryPlaces
        parts = CallPart.allCases.filter { part in part.kinds.contains { !kinds[$0.rank].isEmpty } }
        allTallies = kinds[ScopeKind.all.rank].one[""] ?? []
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
        for tally in allTallies { body(tally, .all) }
        for part in parts { forEachCounter(of: part, part.name(in: context), body) }
        forEachCounterOfMergeRequest(of: context, body)
    }

    /// The same for all calls of which `part` is called `name`, as `CallPart.name` has it; nothing is called "".
    func forEachCounter(of part: CallPart, _ name: String, _ body: (Int, Scope) -> Void) {
        guard !name.isEmpty else { return }
        switch part {
        case .agent: visit(.agent, name, body)
        case .command: visit(.command, name, body)
        case .model: visit(.model, name, body)
        case .user:
            visit(.user, name, body)
            guard !kinds[ScopeKind.team.rank].isEmpty else { return }
            for team in teamsByUser[name] ?? [] { visit(.team, team, body) }
        case .project:
            visit(.project, name, body)
            visitGroups(above: name, body)
        }
    }

    /// The same for the merge request of a call.
    func forEachCounterOfMergeRequest(of context: CallContext, _ body: (Int, Scope) -> Void) {
        let each = kinds[ScopeKind.mergeRequest.rank].each
        guard !each.isEmpty || !mergeRequests.isEmpty, let iid = context.mergeRequestIID, !context.project.isEmpty
        else { return }
        let scope = Scope(unchecked: .mergeRequest, CallPart.project.name(in: context), iid: iid)
        for tally in each { body(tally, scope) }
        guard !mergeRequests.isEmpty else { return }
        for tally in mergeRequests[scope] ?? [] { body(tally, scope) }
    }

    private func visit(_ kind: ScopeKind, _ name: String, _ body: (Int, Scope) -> Void) {
        guard !kinds[kind.rank].isEmpty else { return }
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
