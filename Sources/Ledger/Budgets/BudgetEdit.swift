public import Budget

/// One change of the budgets and teams that operators set.
public enum BudgetEdit: Sendable, Equatable {
    /// Puts a budget in force, in the place of one with its name.
    case set(BudgetDefinition)
    /// Takes the budget of this name out of force.
    case remove(String)
    /// Makes a team, in the place of one with its name.
    case setTeam(Team)
    /// Makes a team of these people; one with its name keeps its cost centre.
    case setPeople(Team)
    /// Forgets the team of this name.
    case removeTeam(String)
}

extension BudgetEdit {
    /// The same edit of `set`, with what it takes over from there.
    func completed(from set: BudgetSet) -> BudgetEdit {
        if case .setPeople(let team) = self { return .setTeam(team.paid(as: set.team(team.name))) }
        return self
    }
}

extension BudgetSet {
    /// The set after `edit`. Throws when it cannot be.
    func after(_ edit: BudgetEdit) throws(BudgetTextError) -> BudgetSet {
        switch edit {
        case .set(let budget):
            guard budget.name != BudgetDefinition.dailyName else {
                throw BudgetTextError("name", budget.name, "TOKEN_DAILY_LIMIT sets this one; choose another name")
            }
            return try setting(budget)
        case .remove(let name): return try removing(budget: name)
        case .setTeam(let team), .setPeople(let team): return try setting(team)
        case .removeTeam(let name): return try removing(team: name)
        }
    }

    /// What makes this set into `other`.
    func edits(to other: BudgetSet) -> [BudgetEdit] {
        other.teams.filter { team($0.name) != $0 }.map { .setTeam($0) }
            + other.budgets.filter { budget($0.name) != $0 }.map { .set($0) }
            + budgets.filter { other.budget($0.name) == nil }.map { .remove($0.name) }
            + teams.filter { other.team($0.name) == nil }.map { .removeTeam($0.name) }
    }

    /// The budgets of both, and the teams of both.
    func joined(with other: BudgetSet) throws(BudgetTextError) -> BudgetSet {
        try BudgetSet(budgets: budgets + other.budgets, teams: teams + other.teams)
    }
}

/// Budgets on their way into force: written by whoever leads the batch, which then counts the rows for counters that
/// are new. While a batch is written nobody else adds a row, so none is missed and none counts twice.
struct PendingBudgets: Sendable {
    /// What `budgets.json` is known to say, unless somebody else has just changed it.
    let before: BudgetSet
    /// What it is to say; nil: it stays as it is.
    let file: BudgetSet?
    /// Whether it says so already.
    let isWritten: Bool
    /// What is to be in force: those of the file, of the configuration, and the daily one.
    let all: BudgetSet
    /// Whether there are counters that are new.
    let isShort: Bool
    /// Whether each merge request is to be counted over its whole life from now on.
    var countsMergeRequests = false
    /// Who waits for it; nil: nobody but what was put off until it is done.
    let reply: Reply<BudgetSet>?
}
