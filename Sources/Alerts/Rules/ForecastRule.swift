public import Budget
public import Forecast
public import JSON
import UTCTime

/// When a budget is told before it is used up: when more than is left is expected to be used, once in each window.
public enum ForecastRule {
    /// Whether a forecast of `standing` can lead to an alert: hours are too short for one, and what counts for ever has no
    /// end to look to.
    public static func concerns(_ standing: BudgetStanding) -> Bool {
        let isLooked = standing.budget.period != .hour && standing.budget.period != .total
        return isLooked && standing.budget.label == nil && standing.left > 0 && standing.committed > 0
    }

    /// What is claimed when the forecast of `standing` is told.
    public static func claim(for standing: BudgetStanding) -> AlertClaim {
        AlertClaim(key: BudgetRule.key(standing, "forecast"), until: standing.window.end)
    }

    /// The alert of a `standing` that `runOut` is the forecast of; nil when it is expected to last.
    public static func candidate(for standing: BudgetStanding, _ runOut: RunOut) -> AlertCandidate? {
        let unit = standing.budget.limit.unit
        guard concerns(standing), let moment = runOut.expectedAt, runOut.atEnd.expected > standing.limit else {
            return nil
        }
        let counter = standing.scope.description
        let which = standing.budget.scope.description == counter ? "" : " for \(counter)"
        return AlertCandidate(
            kind: .forecastOverLimit, claim: claim(for: standing),
            title: "Budget \(standing.budget.name)\(which) is expected to run out at \(moment)",
            text: "\(Figures.text(runOut.atEnd.expected, unit)) expected by the end of the "
                + "\(standing.budget.period.rawValue) (\(Figures.text(runOut.atEnd.low, unit)) to "
                + "\(Figures.text(runOut.atEnd.high, unit)) in four of five cases), the limit is "
                + "\(Figures.text(standing.limit, unit)).\n"
                + "\(Figures.text(standing.used, unit)) used so far. Chance that it runs out: \(runOut.chancePercent)%.",
            facts: JSONObject(
                BudgetRule.facts(of: standing) + [
                    ("runs_out_at", .string(moment.description)), ("expected", .integer(runOut.atEnd.expected)),
                    ("low", .integer(runOut.atEnd.low)), ("high", .integer(runOut.atEnd.high)),
                    ("chance_percent", .integer(runOut.chancePercent)),
                ]))
    }

    /// Whether what an alert with `facts` told is still so: the limit is still below what was expected.
    public static func isStillTrue(_ facts: JSONObject, _ standing: BudgetStanding?) -> Bool {
        guard let standing, BudgetRule.isSameWindow(facts, standing), let expected = facts["expected"]?.integer else {
            return false
        }
        return expected > standing.limit
    }
}
