import Budget
import Forecast
package import JSON
package import Terminal
import UTCTime

// A forecast as others read it: `bursar forecast` and GET /forecast.

extension ForecastReport {
    /// The whole report; amounts of money are in USD with six places, and null where nothing is known of them.
    package var json: JSONValue {
        [
            "now": .string(now.description), "history_days": .integer(historyDays),
            "tokens": figures.first { $0.measure == .tokens }.map(Self.json) ?? .null,
            "cost_usd": figures.first { $0.measure == .cost }.map(Self.json) ?? .null,
            "budgets": .array(budgets.map(\.json)), "accuracy": Self.json(accuracy),
            "anomalies": .array(
                anomalies.map { anomaly in
                    [
                        "date": .string(anomaly.day.description), "hour": anomaly.hour.map { .integer($0) } ?? .null,
                        "tokens": .integer(anomaly.used), "usual_tokens": .integer(anomaly.usual),
                    ]
                }),
            "runaways": .array(
                runawayUsers.map { Self.json($0, kind: "user") }
                    + runawaySessions.map { Self.json($0, kind: "merge_request") }),
            "recommendations": .array(
                recommendations.map { recommendation in
                    [
                        "text": .string(recommendation.text),
                        "saves_tokens": recommendation.savedTokens.map { .integer($0) } ?? .null,
                        "saves_usd": recommendation.savedMicroUSD.map { Self.amount($0, .cost) } ?? .null,
                    ]
                }),
            "proposed_daily_limit": proposal.map {
                ["tokens": .integer($0.tokensPerDay), "reason": .string($0.reason)]
            } ?? .null,
            "damaged_lines": .integer(damagedLines),
        ]
    }

    /// One row for each period of each measure, then one for each budget.
    package var rows: Rows {
        var rows: [[String]] = []
        for figure in figures {
            for horizon in Horizon.allCases {
                let estimate = figure.outlooks[horizon]?.estimate
                rows.append(
                    [
                        "end of \(horizon.rawValue)", figure.measure == .tokens ? "tokens" : "usd",
                        Self.text(figure.used[horizon], figure.measure),
                    ]
                        + [estimate?.expected, estimate?.low, estimate?.high].map { Self.text($0, figure.measure) }
                        + ["", "", "", figure.note(horizon)])
            }
        }
        for outlook in budgets {
            let (budget, runOut) = (outlook.budget, outlook.runOut)
            rows.append(
                [
                    "budget \(budget.name)", budget.measure == .tokens ? "tokens" : "usd",
                    Self.text(budget.used, budget.measure),
                ]
                    + [runOut?.atEnd.expected, runOut?.atEnd.low, runOut?.atEnd.high].map {
                        Self.text($0, budget.measure)
                    }
                    + [
                        Self.text(budget.limit, budget.measure), runOut?.expectedAt?.description ?? "",
                        runOut.map { String($0.chancePercent) } ?? "", outlook.abstention?.description ?? "",
                    ])
        }
        return Rows(
            columns: [
                .init("forecast", .exact), .init("unit", .exact), .init("used", .number, absent: "unknown"),
                .init("expected", .number),
                .init("low", .number), .init("high", .number), .init("limit", .number),
                .init("runs_out_at", .exact), .init("chance_percent", .number), .init("note", .prose),
            ], rows: rows)
    }

    private static func json(_ figures: Figures) -> JSONValue {
        .object(
            JSONObject(
                Horizon.allCases.map { horizon in
                    var object = JSONObject([
                        ("used", figures.used[horizon].map { amount($0, figures.measure) } ?? .null)
                    ])
                    if figures.measure == .cost { object["unpriced"] = .integer(figures.unpriced[horizon] ?? 0) }
                    switch figures.outlooks[horizon] {
                    case .estimate(let estimate): add(estimate, figures.measure, to: &object)
                    case .abstained(let reason): object["abstained"] = .string(reason.description)
                    case nil: break
                    }
                    return (horizon.rawValue, .object(object))
                }))
    }

    private static func json(_ backtest: Backtest) -> JSONValue {
        var object = JSONObject([("hour", .integer(backtest.hour)), ("days", .integer(backtest.dayCount))])
        object["median_error_percent"] =
            backtest.errors.map { errors in
                [
                    "forecast": thousandths(errors.forecast), "rate_so_far": thousandths(errors.rateSoFar),
                    "last_week_rest": thousandths(errors.lastWeekRest),
                    "last_week_shape": thousandths(errors.lastWeekShape),
                ]
            } ?? .null
        object["inside_interval_percent"] = backtest.coverage.map(thousandths) ?? .null
        return .object(object)
    }

    private static func json(_ runaway: Runaway, kind: String) -> JSONValue {
        [
            "kind": .string(kind), "name": .string(runaway.name), "tokens": .integer(runaway.used),
            "usual_tokens": .integer(runaway.usual), "percent_of_usual_day": .integer(runaway.percentOfDay),
        ]
    }

    fileprivate static func add(_ estimate: Estimate, _ measure: Measure, to object: inout JSONObject) {
        object["expected"] = amount(estimate.expected, measure)
        object["low"] = amount(estimate.low, measure)
        object["high"] = amount(estimate.high, measure)
    }

    fileprivate static func amount(_ value: Int, _ measure: Measure) -> JSONValue {
        switch measure {
        case .tokens: .integer(value)
        case .cost: .decimal(MicroUSD(Int64(value)).description)
        }
    }

    /// `23.1` for 231 thousandths, in percent.
    private static func thousandths(_ value: Int) -> JSONValue { .decimal("\(value / 10).\(value % 10)") }

    private static func text(_ value: Int?, _ measure: Measure) -> String {
        guard let value else { return "" }
        return measure == .tokens ? String(value) : MicroUSD(Int64(value)).description
    }
}

extension ForecastReport.Figures {
    /// Why there is no forecast of the period, and what is in no figure.
    fileprivate func note(_ horizon: Horizon) -> String {
        let unpriced = unpriced[horizon] ?? 0
        return [
            outlooks[horizon]?.abstention?.description,
            unpriced > 0 ? "\(unpriced) \(unpriced == 1 ? "call" : "calls") of unknown price in no figure" : nil,
        ].compactMap(\.self).joined(separator: "; ")
    }
}

extension ForecastReport.BudgetOutlook {
    /// `{"name", "unit", "limit", "used", "held", "resets_at"}` and, when something can be said, `"expected"`, `"low"`,
    /// `"high"`, `"runs_out_at"`, `"runs_out_earliest"`, `"chance_percent"`; else `"abstained"`.
    package var json: JSONValue {
        func amount(_ value: Int) -> JSONValue { ForecastReport.amount(value, budget.measure) }
        var object = JSONObject([
            ("name", .string(budget.name)), ("unit", .string(budget.measure == .tokens ? "tokens" : "usd")),
            ("limit", amount(budget.limit)), ("used", amount(budget.used)), ("held", amount(budget.held)),
            ("resets_at", budget.end.map { .string($0.description) } ?? .null),
        ])
        if let runOut {
            ForecastReport.add(runOut.atEnd, budget.measure, to: &object)
            object["runs_out_at"] = runOut.expectedAt.map { .string($0.description) } ?? .null
            object["runs_out_earliest"] = runOut.earliestAt.map { .string($0.description) } ?? .null
            object["chance_percent"] = .integer(runOut.chancePercent)
        }
        if let abstention { object["abstained"] = .string(abstention.description) }
        return .object(object)
    }
}
