import Arguments
import Budget
import Daemon
import JSON
import Ledger
import Platform
import Settings
import Terminal
import UTCTime

/// `bursar budgets list`: every budget with its counters.
enum BudgetsListCommand {
    /// Counters of one budget that a table shows; the rest is counted.
    private static let shownMax = 20

    static let command = Command(
        "budgets list", summary: "Shows every budget with its limit, its grants and its counters.",
        discussion: """
            Reads the files beside a running daemon, without its lock; the limit of 'daily' is the daemon's, or without one \
            that of this command's own settings. A budget with a counter for each shows the fullest first. In the bars '#' is used, '+' is held, \
            and the share is of both.
            """,
        parameters: [OutputFormat.parameter, CommandSettings.dataDirectory, CommandSettings.noColour],
        examples: [
            .init("bursar budgets list", "a table for people"),
            .init("bursar budgets list --format json", "the same as GET /budgets"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            var configuration = LedgerConfiguration(settings)
            configuration.directory = values[CommandSettings.dataDirectory] ?? configuration.directory
            CommandSettings.remarkMissingBooks(in: configuration.directory)
            let rule = await CommandSettings.ruleInForce(in: configuration.directory)
            let snapshot = try configuration.snapshot(at: TimeSource.system.now(), under: rule)
            for problem in snapshot.problems { Console.complain("Warning: \(problem)\n") }
            switch values[OutputFormat.parameter] {
            case .json:
                let value = snapshot.overview.json(daily: snapshot.budgets)
                Console.print(String(decoding: value.prettyBytes, as: UTF8.self))
            case .csv: Console.print(snapshot.overview.standings.rows.csv)
            case .table:
                let (table, remarks) = table(
                    snapshot.overview, isColoured: Console.usesColour(unless: values[CommandSettings.noColour]))
                Console.print(table: table)
                Console.print(prose: remarks)
            }
            return 0
        }
    }

    private static func table(_ overview: BudgetOverview, isColoured: Bool) -> (Rows, remarks: String) {
        var rows: [[String]] = []
        var remarks = ""
        for budget in overview.set.budgets {
            let standings = overview.standings.filter { $0.budget.name == budget.name }
            for standing in standings.prefix(shownMax) { rows.append(row(standing, isColoured)) }
            let rest = standings.count - shownMax + (overview.omittedCounts[budget.name] ?? 0)
            if rest > 0 { remarks += "\(budget.name): and \(grouped(rest)) more counters; see --format json\n" }
            guard standings.isEmpty else { continue }
            rows.append([
                budget.name, budget.scope.description, budget.period.rawValue, shown(budget, budget.limit.amount), "",
                "", "", "", "not used yet", remark(budget),
            ])
        }
        let table = Rows(
            columns: [
                .init("budget"), .init("counter"), .init("period", .exact, rank: 2), .init("limit", .number),
                .init("granted", .number, rank: 4), .init("used", .number), .init("held", .number, rank: 3),
                .init("left", .number, rank: 1), .init("share", .bar), .init("remark", .exact, rank: 5),
            ], rows: rows)
        return (table, remarks)
    }

    private static func row(_ standing: BudgetStanding, _ isColoured: Bool) -> [String] {
        let held = standing.held + standing.unresolved
        let bar = BudgetBar(used: standing.used, held: held, limit: standing.limit)
            .text(width: 20, isColoured: isColoured)
        let show = { shown(standing.budget, $0) }
        return [
            standing.budget.name, standing.scope.description, standing.budget.period.rawValue, show(standing.limit),
            standing.granted > 0 ? "+" + show(standing.granted) : "", show(standing.used), show(held),
            show(standing.left), bar, remark(standing.budget, unpriced: standing.unpricedCalls),
        ]
    }

    private static func remark(_ budget: BudgetDefinition, unpriced: Int = 0) -> String {
        let calls = "\(grouped(unpriced)) \(unpriced == 1 ? "call" : "calls") of unknown price not counted"
        return [
            budget.enforcement == .warn ? "only warns" : nil, budget.limit.unit == .usd && unpriced > 0 ? calls : nil,
        ].compactMap(\.self).joined(separator: "; ")
    }

    private static func shown(_ budget: BudgetDefinition, _ amount: Int) -> String {
        budget.limit.unit == .tokens ? grouped(amount) : budget.limit.unit.text(amount)
    }
}
