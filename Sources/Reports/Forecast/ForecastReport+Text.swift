package import Budget
import Forecast
import Terminal
import UTCTime

extension ForecastBudget {
    /// The daily budget over everything, as `status` has it.
    package init(daily status: BudgetStatus) {
        self.init(
            name: "daily", measure: .tokens, limit: status.limitTokens, used: status.totalTokens,
            held: status.heldTokens, end: status.resetsAt)
    }
}

extension ForecastReport {
    /// The report for people.
    package var text: String {
        var lines: [String] = []
        for figure in figures {
            for horizon in Horizon.allCases {
                guard let outlook = figure.outlooks[horizon] else { continue }
                lines.append(figure.line(horizon, outlook))
            }
            lines.append("")
        }
        lines += budgets.map(Self.line) + [""]
        lines.append(Self.line(accuracy))
        for anomaly in anomalies {
            lines.append(
                "Unusual: \(anomaly.day)\(anomaly.hour.map { ", hour \($0)" } ?? ""): \(grouped(anomaly.used)) tokens, "
                    + "usually \(grouped(anomaly.usual))")
        }
        for runaway in runawayUsers + runawaySessions {
            lines.append(
                "Runaway: \(runaway.name) used \(grouped(runaway.used)) tokens today, usually "
                    + "\(grouped(runaway.usual)); \(runaway.percentOfDay) % of a usual day of everybody")
        }
        lines += recommendations.map { "Recommendation: \($0.text)" }
        if let proposal {
            lines.append("A daily limit that would fit: \(grouped(proposal.tokensPerDay)) tokens (\(proposal.reason))")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func line(_ outlook: BudgetOutlook) -> String {
        let budget = outlook.budget
        let start = "The \(budget.name) budget of \(shown(budget.limit, budget.measure)) "
        guard let runOut = outlook.runOut else {
            return start + "has \(shown(budget.left, budget.measure)) left; \(outlook.abstention?.description ?? "")"
        }
        let chance =
            "the chance that it runs out before \(budget.end?.description ?? "two months are over") is "
            + "\(runOut.chancePercent) %"
        guard budget.left > 0 else { return start + "is used up" }
        guard let moment = runOut.expectedAt else {
            return start + "is expected to last; " + chance
                + (runOut.earliestAt.map { ", at the earliest at \($0)" } ?? "")
        }
        return start + "is expected to run out at \(moment); " + chance
    }

    private static func line(_ backtest: Backtest) -> String {
        guard let errors = backtest.errors, let coverage = backtest.coverage else {
            return "How forecasts did on past days cannot be said yet."
        }
        func percent(_ value: Int) -> String { "\(value / 10).\(value % 10) %" }
        return "At noon of the last \(backtest.dayCount) days the median error was \(percent(errors.forecast)) "
            + "(rate so far \(percent(errors.rateSoFar)), rest of the same day last week "
            + "\(percent(errors.lastWeekRest)), its shape \(percent(errors.lastWeekShape))); "
            + "\(percent(coverage)) lay within the interval."
    }

    fileprivate static func shown(_ value: Int, _ measure: Measure) -> String {
        switch measure {
        case .tokens: "\(grouped(value)) tokens"
        case .cost: "\(MicroUSD(Int64(value))) USD"
        }
    }
}

extension ForecastReport.Figures {
    /// What is expected of the period, and what it used so far.
    fileprivate func line(_ horizon: Horizon, _ outlook: Outlook) -> String {
        let name = "end of \(horizon.rawValue)"
        let start = name + String(repeating: " ", count: 14 - name.count)
        func shown(_ value: Int) -> String { ForecastReport.shown(value, measure) }
        let soFar =
            switch measure {
            case .tokens: shown(used[horizon] ?? 0)
            case .cost:
                UsageTotals.text(used[horizon].map { MicroUSD(Int64($0)) }, unpriced: unpriced[horizon] ?? 0)
            }
        switch outlook {
        case .estimate(let estimate):
            return start + "\(shown(estimate.expected)) (\(shown(estimate.low)) to \(shown(estimate.high))), "
                + "\(soFar) so far"
        case .abstained(let reason): return start + "\(soFar) so far; \(reason)"
        }
    }
}
