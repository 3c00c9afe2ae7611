import Budget
public import Forecast
package import JSON
public import Platform
package import Terminal
public import UTCTime

extension ReportReader {
    /// Who pays for `month`, and how many of its lines are no records.
    public func chargeback(_ month: Month, teams: TeamDirectory) throws(POSIXFailure) -> (
        bill: Chargeback, problemCount: Int
    ) {
        let first = month.firstDay
        let report = try report(
            UsageQuery(by: [.user, .project], days: first...first.adding(days: month.dayCount - 1)))
        let uses = report.groups.map { group in
            var amounts = Chargeback.Amounts()
            amounts.requests = group.totals.requestCount
            amounts.inputTokens = group.totals.inputTokens
            amounts.outputTokens = group.totals.outputTokens
            amounts.costMicroUSD = group.totals.costMicroUSD
            amounts.unpriced = group.totals.unpricedCount
            return Chargeback.Use(user: group.key[0], project: group.key[1], amounts: amounts)
        }
        return (Chargeback(uses, teams: teams), report.problemCount)
    }
}

extension Chargeback {
    /// `{"rows": [...], "total": {...}}`; costs have six places, and are null where nothing is known of them.
    package var json: JSONValue {
        [
            "rows": .array(
                rows.map { row in
                    var object = JSONObject([
                        ("cost_centre", .string(row.costCentre)), ("team", .string(row.team)),
                        ("project", .string(row.project)),
                    ])
                    for (name, value) in row.amounts.fields(cost: row.cost) { object[name] = value }
                    return .object(object)
                }), "total": .object(JSONObject(total.fields(cost: cost))),
        ]
    }

    /// The rows; their sums are the month.
    package var table: Rows {
        Rows(
            columns: [
                .init("cost_centre"), .init("team"), .init("project"), .init("requests", .number, rank: 1),
                .init("input_tokens", .number, rank: 1), .init("output_tokens", .number, rank: 1),
                .init("total_tokens", .number), .cost(), .init("unpriced", .number, rank: 1),
            ],
            rows: rows.map { row in
                let amounts = row.amounts
                return [row.costCentre, row.team, row.project]
                    + [amounts.requests, amounts.inputTokens, amounts.outputTokens, amounts.totalTokens].map {
                        String($0)
                    } + [row.cost?.description ?? "", String(amounts.unpriced)]
            })
    }
}

extension Chargeback.Amounts {
    /// The figures by the names they have in every view, with what they cost.
    fileprivate func fields(cost: MicroUSD?) -> [(name: String, value: JSONValue)] {
        [
            ("requests", .integer(requests)), ("input_tokens", .integer(inputTokens)),
            ("output_tokens", .integer(outputTokens)), ("total_tokens", .integer(totalTokens)),
            ("cost_usd", cost.map { .decimal($0.description) } ?? .null), ("unpriced", .integer(unpriced)),
        ]
    }
}
