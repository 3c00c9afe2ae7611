import Budget
import Forecast
import Ledger
import Reports
import Terminal
import UTCTime

/// What `bursar status` shows a person: each budget as a bar with its figures, what is to come, what is held.
struct StatusText {
    /// What the books say.
    let snapshot: LedgerSnapshot
    /// When the budgets run out, by their names; those that nothing was asked about are missing.
    let outlooks: [String: ForecastReport.BudgetOutlook]
    /// Columns of the terminal.
    let width: Int
    /// Whether lines that are too long are wrapped: on a terminal.
    let wraps: Bool
    let isColoured: Bool

    /// Counters of one budget, and holds, shown one by one; the rest is counted.
    private static let (countersMax, shownMax) = (5, 10)
    /// Columns of the widest bar, and what stands on its line beside the label and it.
    private static let (barMax, barMargin) = (60, 25)

    /// The whole text.
    var text: String {
        let status = snapshot.status
        let others = shownOthers
        let wide = ([DailyBudget.name] + others.map { label($0.standing) }).map(\.displayWidth).max() ?? 0
        let column = wraps ? min(wide, max(DailyBudget.name.count, width / 3)) : wide
        var text = line(
            DailyBudget.name, column, used: status.totalTokens, held: status.heldTokens, limit: status.limitTokens,
            daily(status))
        for (standing, more) in others {
            let held = standing.committed - standing.used
            text += line(
                label(standing), column, used: standing.used, held: held, limit: standing.limit,
                figures(standing, more: more))
        }
        return text + holds + unresolved
    }

    /// The budgets beside the daily one with their fullest counters; `more` counts those left out behind the last.
    private var shownOthers: [(standing: BudgetStanding, more: Int)] {
        var counts: [String: Int] = [:]
        let all = snapshot.standings.filter { $0.budget.name != DailyBudget.name }
        for standing in all { counts[standing.budget.name, default: 0] += 1 }
        var seen: [String: Int] = [:]
        return all.compactMap { standing in
            let name = standing.budget.name
            seen[name, default: 0] += 1
            guard let place = seen[name], place <= Self.countersMax else { return nil }
            return (standing, place == Self.countersMax ? (counts[name] ?? 0) - place : 0)
        }
    }

    private func label(_ standing: BudgetStanding) -> String {
        switch standing.budget.scope {
        case .one: standing.budget.name
        case .each: "\(standing.budget.name) \(standing.scope.value)".harmless
        }
    }

    private func line(_ label: String, _ column: Int, used: Int, held: Int, limit: Int, _ lines: [String]) -> String {
        let bar = BudgetBar(used: used, held: held, limit: limit)
            .text(width: min(Self.barMax, width - Self.barMargin - column), isColoured: isColoured)
        let shown = label.cut(to: column)
        let padding = String(repeating: " ", count: column - shown.displayWidth + 2)
        return "\(shown)\(padding)\(bar)\n" + indented(lines, by: column + 2)
    }

    private func indented(_ lines: [String], by margin: Int) -> String {
        let start = String(repeating: " ", count: margin)
        let room = width - margin
        return lines.flatMap { wraps ? wrappedText($0, width: room) : [$0] }.map { "\(start)\($0)\n" }.joined()
    }

    private func daily(_ status: BudgetStatus) -> [String] {
        var lines = [
            Self.taken(
                grouped(status.totalTokens), held: status.heldTokens > 0 ? grouped(status.heldTokens) : nil,
                of: grouped(status.limitTokens), "tokens",
                left: grouped(max(0, status.remainingTokens - status.heldTokens)))
        ]
        lines.append(
            "\(grouped(status.requestCount)) \(status.requestCount == 1 ? "call" : "calls") on \(status.day); "
                + "resets at \(status.resetsAt)")
        if let outlook = outlooks[DailyBudget.name] { lines.append(Self.sentence(outlook)) }
        if !status.isEnabled { lines.append("not enforced: TOKEN_BUDGET_ENABLED=false") }
        return lines
    }

    /// The bar in words: `#` is what is used, `+` what is held.
    private static func taken(_ used: String, held: String?, of limit: String, _ unit: String, left: String) -> String {
        guard let held else { return "\(used) of \(limit) \(unit) used, \(left) left" }
        return "\(used) used + \(held) held of \(limit) \(unit), \(left) left"
    }

    private func figures(_ standing: BudgetStanding, more: Int) -> [String] {
        let budget = standing.budget
        func amount(_ value: Int) -> String { Self.shown(value, budget.limit.unit) }
        let held = standing.committed - standing.used
        var lines = [
            Self.taken(
                amount(standing.used), held: held > 0 ? amount(held) : nil, of: amount(standing.limit),
                budget.limit.unit == .usd ? "USD" : "tokens", left: amount(standing.left))
        ]
        lines.append(
            (budget.enforcement == .warn ? "warns only; " : "")
                + (standing.window.end.map { "resets at \($0)" } ?? "never resets"))
        if let outlook = outlooks[budget.name] { lines.append(Self.sentence(outlook)) }
        if budget.limit.unit == .usd, standing.unpricedCalls > 0 {
            let calls = standing.unpricedCalls
            lines.append("\(grouped(calls)) \(calls == 1 ? "call" : "calls") of unknown price not counted")
        }
        if more > 0 { lines.append("and \(grouped(more)) more counters; 'bursar budgets list' has all") }
        return lines
    }

    /// `12.50` or `1,000,000`; less than a dollar in full.
    private static func shown(_ value: Int, _ unit: BudgetUnit) -> String {
        guard unit == .usd else { return grouped(value) }
        let (dollar, cent) = (1_000_000, 10_000)
        let value = value < dollar ? value : (value + cent / 2) / cent * cent
        let parts = unit.text(value).dropLast(3).split(separator: ".")
        return grouped(Int(parts[0]) ?? 0) + (parts.count > 1 ? ".\(parts[1])" : "")
    }

    /// When the budget runs out, or why that cannot be said.
    static func sentence(_ outlook: ForecastReport.BudgetOutlook) -> String {
        guard let runOut = outlook.runOut else { return outlook.abstention?.description ?? "no forecast" }
        guard outlook.budget.left > 0 else { return "nothing is left" }
        let unit: BudgetUnit = outlook.budget.measure == .tokens ? .tokens : .usd
        let end = runOut.atEnd
        let name = unit == .tokens ? "tokens" : "USD"
        let rate =
            "at this rate \(shown(end.expected, unit)) \(name) by the end (\(shown(end.low, unit)) to \(shown(end.high, unit)))"
        guard let moment = runOut.expectedAt else {
            return "\(rate): it lasts, chance of running out \(runOut.chancePercent) %"
                + (runOut.earliestAt.map { ", at the earliest at \($0)" } ?? "")
        }
        return "\(rate): runs out at \(moment), chance \(runOut.chancePercent) %"
    }

    /// What is held now, by merge request, the most first.
    private var holds: String {
        var sums: [String: (tokens: Int, calls: Int)] = [:]
        for hold in snapshot.reservations where hold.state != .unresolved {
            let session = hold.context.sessionID.isEmpty ? "no merge request" : hold.context.sessionID
            sums[session, default: (0, 0)].tokens += hold.tokens
            sums[session, default: (0, 0)].calls += 1
        }
        guard !sums.isEmpty else { return "" }
        let lines = sums.sorted { ($1.value.tokens, $0.key) < ($0.value.tokens, $1.key) }.map { session, sum in
            "\(session.harmless): \(grouped(sum.tokens)) tokens"
                + (sum.calls > 1 ? " in \(grouped(sum.calls)) calls" : "")
        }
        return "held for calls under way:\n" + listed(lines)
    }

    /// The holds that only an operator or a late result ends, the latest first.
    private var unresolved: String {
        let holds = snapshot.reservations.filter { $0.state == .unresolved }.reversed()
        guard !holds.isEmpty else { return "" }
        return "outcome unknown, see 'bursar resolve --help':\n"
            + listed(
                holds.map { hold in
                    let session = hold.context.sessionID.isEmpty ? "" : " for \(hold.context.sessionID.harmless)"
                    return
                        "\(hold.id): \(grouped(hold.tokens)) tokens\(session), since \(hold.dispatchedAt ?? hold.createdAt)"
                })
    }

    private func listed(_ lines: [String]) -> String {
        let more = lines.count - Self.shownMax
        return indented(lines.prefix(Self.shownMax) + (more > 0 ? ["and \(grouped(more)) more"] : []), by: 7)
    }
}
