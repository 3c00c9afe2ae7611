import Budget
import Review

extension BudgetFigures {
    /// The budget of `margins` that is nearest to its end, of those that refuse where one does; nil where that is the daily
    /// one, of which a note has the figures anyway, or where there is none.
    static func binding(_ margins: [BudgetMargin]) -> BudgetFigures? {
        let blocking = margins.filter(\.isBlocking)
        let candidates = blocking.isEmpty ? margins : blocking
        let tightest = candidates.min { left, right in
            (left.leftShare, left.isDaily ? 0 : 1) < (right.leftShare, right.isDaily ? 0 : 1)
        }
        guard let tightest, !tightest.isDaily else { return nil }
        let sharedName = tightest.scope.kind.sharedName
        return BudgetFigures(
            name: sharedName ?? tightest.budget, scope: sharedName == nil ? tightest.scope.description : "",
            period: tightest.period.asRate, unit: tightest.unit, used: tightest.used,
            held: tightest.underWay + tightest.unresolved, limit: tightest.limit - tightest.keptBack,
            hasAmounts: sharedName == nil)
    }
}

extension BudgetMargin {
    fileprivate var isDaily: Bool { budget == DailyBudget.name }

    fileprivate var leftShare: Int { BudgetRoom.share(left, of: limit - keptBack) }
}

extension ScopeKind {
    /// What a note calls a budget that others share or that is about people: who reads a merge request, of a public project
    /// anybody, learns neither its amounts nor a name. Nil for what is this project's or this merge request's own.
    fileprivate var sharedName: String? {
        switch self {
        case .project, .mergeRequest: nil
        case .all: "overall"
        case .group, .user, .team, .agent, .command, .model: rawValue
        }
    }
}
