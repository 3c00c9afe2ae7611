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
        return BudgetFigures(
            name: tightest.budget, scope: tightest.scope.description, period: tightest.period.words,
            unit: tightest.unit,
            used: tightest.used, held: tightest.underWay + tightest.unresolved,
            limit: tightest.limit - tightest.keptBack)
    }
}

extension BudgetMargin {
    fileprivate var isDaily: Bool { budget == DailyBudget.name }

    fileprivate var leftShare: Int { BudgetRoom.share(left, of: limit - keptBack) }
}

extension Period {
    /// `a day`, as in so much a day.
    var words: String {
        switch self {
        case .hour: "an hour"
        case .total: "in total"
        case .day, .week, .month: "a \(rawValue)"
        }
    }
}
