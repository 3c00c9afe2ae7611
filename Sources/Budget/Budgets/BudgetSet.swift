/// Every budget and every team that is in force.
public struct BudgetSet: Sendable, Hashable {
    /// The budgets by name.
    public let budgets: [BudgetDefinition]
    /// The teams by name.
    public let teams: [Team]

    /// The most budgets: five hundred that operators set, and the daily one.
    public static let budgetsMax = 501
    /// The most teams.
    public static let teamsMax = 500

    /// A set of these. Throws when two share a name, or when a budget is for a team that is not there.
    public init(budgets: [BudgetDefinition] = [], teams: [Team] = []) throws(BudgetTextError) {
        guard budgets.count <= Self.budgetsMax else {
            throw BudgetTextError("budgets", nil, "\(budgets.count) of them; accepted are \(Self.budgetsMax)")
        }
        guard teams.count <= Self.teamsMax else {
            throw BudgetTextError("teams", nil, "\(teams.count) of them; accepted are \(Self.teamsMax)")
        }
        self.budgets = budgets.sorted { $0.name < $1.name }
        self.teams = teams.sorted { $0.name < $1.name }
        for (one, next) in zip(self.budgets, self.budgets.dropFirst()) where one.name == next.name {
            throw BudgetTextError("name", one.name, "two budgets have it")
        }
        for (one, next) in zip(self.teams, self.teams.dropFirst()) where one.name == next.name {
            throw BudgetTextError("name", one.name, "two teams have it")
        }
        let names = Set(teams.map(\.name))
        for budget in self.budgets {
            guard case .one(let scope) = budget.scope, scope.kind == .team, !names.contains(scope.name) else {
                continue
            }
            throw BudgetTextError(
                "scope", scope.description,
                "budget \(budget.name) is for a team that is not there; "
                    + "make it first, with: bursar teams set \(scope.name)")
        }
    }

    /// No budget at all.
    public static let empty = BudgetSet()

    private init() {
        budgets = []
        teams = []
    }

    /// The budget called `name`.
    public func budget(_ name: String) -> BudgetDefinition? { budgets.first { $0.name == name } }

    /// The team called `name`.
    public func team(_ name: String) -> Team? { teams.first { $0.name == name } }

    /// The set with `budget` in it, in the place of one with its name.
    public func setting(_ budget: BudgetDefinition) throws(BudgetTextError) -> BudgetSet {
        try BudgetSet(budgets: budgets.filter { $0.name != budget.name } + [budget], teams: teams)
    }

    /// The set with `team` in it, in the place of one with its name.
    public func setting(_ team: Team) throws(BudgetTextError) -> BudgetSet {
        try BudgetSet(budgets: budgets, teams: teams.filter { $0.name != team.name } + [team])
    }

    /// The set without the budget called `name`. Throws when there is none.
    public func removing(budget name: String) throws(BudgetTextError) -> BudgetSet {
        guard budget(name) != nil else { throw missing("budget", name, budgets.map(\.name)) }
        return try BudgetSet(budgets: budgets.filter { $0.name != name }, teams: teams)
    }

    /// The set without the team called `name`. Throws when there is none, or when a budget is for it.
    public func removing(team name: String) throws(BudgetTextError) -> BudgetSet {
        guard team(name) != nil else { throw missing("team", name, teams.map(\.name)) }
        let users = budgets.filter { $0.scope == .one(Scope(unchecked: .team, name)) }.map(\.name)
        guard users.isEmpty else {
            throw BudgetTextError("team", name, "remove what is for it first: \(users.joined(separator: ", "))")
        }
        return try BudgetSet(budgets: budgets, teams: teams.filter { $0.name != name })
    }

    private func missing(_ what: String, _ name: String, _ known: [String]) -> BudgetTextError {
        let list = known.isEmpty ? "there is none" : "there are \(known.prefix(20).joined(separator: ", "))"
        return BudgetTextError(what, name, "no such \(what); \(list)")
    }
}
