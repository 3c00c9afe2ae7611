// How budgets look as JSON and CSV, for `GET /budgets` and `bursar budgets list`.

package import Budget
package import JSON
package import Ledger
package import Terminal
import UTCTime

extension BudgetOverview {
    /// The body of `GET /budgets`; `daily` has more to say of the daily budget.
    package func json(daily: [BudgetFigures]) -> JSONValue {
        let counters = standings.map { standing -> JSONValue in
            guard case .object(var object) = standing.json else { return standing.json }
            object["grants"] = .array(
                grants.filter { $0.given.budget == standing.budget.name && $0.given.scope == standing.scope }.map(
                    \.json))
            for figures in daily where figures.name == standing.budget.name {
                for member in figures.json.object?.members ?? [] where object[member.key] == nil {
                    object[member.key] = member.value
                }
            }
            return .object(object)
        }
        return [
            "budgets": .array(counters),
            "omitted_counters": .array(
                omittedCounts.sorted { $0.key < $1.key }.map { ["name": .string($0.key), "count": .integer($0.value)] }),
            "definitions": .array(set.budgets.filter { $0.name != DailyBudget.name }.map(BudgetsFile.json)),
            "teams": .array(set.teams.map(BudgetsFile.json)),
        ]
    }
}

extension BudgetUnit {
    /// What amounts count, as JSON says it: `tokens` or `micro_usd`.
    var amountName: String { self == .tokens ? "tokens" : "micro_usd" }
}

extension Grant {
    fileprivate var json: JSONValue {
        [
            "amount": .integer(given.amount.amount), "author": .string(author), "reason": .string(reason),
            "until": JSONValue(given.until?.description),
        ]
    }
}

extension BudgetStanding {
    /// One counter of a budget; amounts are tokens or millionths of a dollar.
    package var json: JSONValue {
        [
            "name": .string(budget.name),
            "scope": .string(budget.scope.description),
            "counter": .string(scope.description),
            "period": .string(budget.period.rawValue),
            "enforcement": .string(budget.enforcement.rawValue),
            "label": JSONValue(budget.label),
            "unit": .string(budget.limit.unit.amountName),
            "limit": .integer(limit),
            "granted": .integer(granted),
            "used": .integer(used),
            "held": .integer(held),
            "unresolved": .integer(unresolved),
            "remaining": .integer(left),
            "percent": .integer(percent),
            "calls": .integer(calls),
            "unpriced_calls": .integer(unpricedCalls),
            "resets_at": JSONValue(window.end?.description),
        ]
    }
}

extension [BudgetStanding] {
    /// A row for each counter with plain figures; money in dollars with six places.
    package var rows: Rows {
        let numbers = ["limit", "granted", "used", "held", "unresolved", "left", "percent"]
        return Rows(
            columns: ["budget", "counter", "period", "unit"].map { .init($0) }
                + numbers.map { .init($0, isNumber: true) } + ["enforcement", "label", "resets_at"].map { .init($0) }
                + [.init("unpriced_calls", isNumber: true)],
            rows: map { standing in
                let budget = standing.budget
                let amounts = [
                    standing.limit, standing.granted, standing.used, standing.held, standing.unresolved, standing.left,
                ].map { budget.limit.unit == .tokens ? String($0) : MicroUSD(Int64($0)).description }
                return [
                    budget.name, standing.scope.description, budget.period.rawValue, budget.limit.unit.rawValue,
                ] + amounts + [
                    String(standing.percent), budget.enforcement.rawValue, budget.label ?? "",
                    standing.window.end?.description ?? "", String(standing.unpricedCalls),
                ]
            })
    }
}

extension BudgetFigures {
    /// What there is to say of the daily budget alone.
    fileprivate var json: JSONValue {
        [
            "enabled": .bool(status.isEnabled),
            "limit_tokens": .integer(rule.limitTokens),
            "warn_tokens": .integer(rule.warningThresholdTokens),
            "granted_tokens": .integer(grantedTokens),
            "used_tokens": .integer(status.totalTokens),
            "held_tokens": .integer(status.heldTokens),
            "remaining_tokens": .integer(max(0, status.remainingTokens - status.heldTokens)),
            "level": .string(status.level.rawValue),
        ]
    }
}
