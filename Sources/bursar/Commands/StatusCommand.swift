import Arguments
import Budget
import Daemon
import Forecast
import JSON
import Ledger
import Platform
import Reports
import Settings
import Terminal
import UTCTime

/// `bursar status`: every budget as the files have it, and what is to come of today's.
enum StatusCommand {
    static let command = Command(
        "status", summary: "Shows today's budget and every other: what is used, held and left, and until when.",
        discussion: """
            Reads the files beside a running daemon, without its lock. A bar is green under 70 %, yellow from 70 and red \
            above 90, with 'ok', '!' and '!!' behind it; '#' is used, '+' is held. The share is of both. The limit of \
            the daily budget is that of the daemon that has the books open; without one, of this command's own settings.
            """,
        parameters: [OutputFormat.parameter, CommandSettings.dataDirectory, CommandSettings.noColour],
        examples: [
            .init("bursar status", "bars for people"),
            .init(
                "bursar status --format json",
                "the figures of GET /budget/status, every budget, the forecast and the holds"),
            .init("bursar status --format csv", "a line for each budget"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            var configuration = LedgerConfiguration(settings)
            configuration.directory = values[CommandSettings.dataDirectory] ?? configuration.directory
            CommandSettings.remarkMissingBooks(in: configuration.directory)
            let now = TimeSource.system.now()
            let format = values[OutputFormat.parameter]
            let rule = await CommandSettings.ruleInForce(in: configuration.directory)
            let (snapshot, outlooks) = try Progress.during("Reading the books") { progress in
                let snapshot = try configuration.snapshot(at: now, under: rule, calls: progress.calls)
                guard format != .csv else { return (snapshot, [ForecastReport.BudgetOutlook]()) }
                return (snapshot, try Self.outlooks(snapshot, configuration.directory, progress.calls, now))
            }
            for problem in snapshot.problems { Console.complain("Warning: \(problem)\n") }
            switch format {
            case .json: Console.print(String(decoding: json(snapshot, outlooks).prettyBytes, as: UTF8.self))
            case .csv: Console.print(rows(snapshot).csv)
            case .table:
                let byName = Dictionary(outlooks.map { ($0.budget.name, $0) }, uniquingKeysWith: { first, _ in first })
                let text = StatusText(
                    snapshot: snapshot, outlooks: byName, width: Console.width, wraps: Console.isTerminal,
                    isColoured: Console.usesColour(unless: values[CommandSettings.noColour]))
                Console.print(text.text)
            }
            return 0
        }
    }

    /// When the budgets over everything run out. Those of one project or person would need a history of their own each.
    private static func outlooks(
        _ snapshot: LedgerSnapshot, _ directory: String, _ calls: FileCalls, _ now: Instant
    ) throws -> [ForecastReport.BudgetOutlook] {
        let history = try ForecastReader(directory: directory, calls: calls).history(now: now)
        let budgets =
            [ForecastBudget(daily: snapshot.status)]
            + snapshot.standings.compactMap { standing in
                guard standing.budget.name != DailyBudget.name, standing.budget.scope == .one(.all) else { return nil }
                return ForecastBudget(
                    name: standing.budget.name, measure: standing.budget.limit.unit == .tokens ? .tokens : .cost,
                    limit: standing.limit, used: standing.used, held: standing.committed - standing.used,
                    end: standing.window.end)
            }
        let measures = Set(budgets.map(\.measure))
        let forecasters = Measure.allCases.filter(measures.contains).map { Forecaster(history, $0) }
        return budgets.compactMap { budget in
            forecasters.first { $0.measure == budget.measure }.map { ForecastReader.outlook(of: budget, $0) }
        }
    }

    private static func json(_ snapshot: LedgerSnapshot, _ outlooks: [ForecastReport.BudgetOutlook]) -> JSONValue {
        var object = snapshot.status.json.object ?? JSONObject([])
        object["budgets"] = .array(snapshot.standings.filter { $0.budget.name != DailyBudget.name }.map(\.json))
        object["forecast"] = .array(outlooks.map(\.json))
        object["reservations"] = .array(snapshot.reservations.map(\.json))
        return .object(object)
    }

    /// The daily budget, then every counter of every other; money in USD.
    private static func rows(_ snapshot: LedgerSnapshot) -> Rows {
        let status = snapshot.status
        let daily = [
            DailyBudget.name, "all", "day", "tokens", String(status.totalTokens), String(status.heldTokens),
            String(status.limitTokens), String(max(0, status.remainingTokens - status.heldTokens)),
            String(status.requestCount), status.level.rawValue, status.resetsAt.description,
        ]
        let others = snapshot.standings.filter { $0.budget.name != DailyBudget.name }.map { standing in
            let unit = standing.budget.limit.unit
            func amount(_ value: Int) -> String {
                unit == .tokens ? String(value) : MicroUSD(Int64(value)).description
            }
            return [
                standing.budget.name, standing.scope.description, standing.budget.period.rawValue, unit.rawValue,
                amount(standing.used), amount(standing.committed - standing.used), amount(standing.limit),
                amount(standing.left), String(standing.calls), level(standing),
                standing.window.end?.description ?? "",
            ]
        }
        return Rows(
            columns: [
                .init("budget"), .init("scope"), .init("period"), .init("unit"), .init("used", isNumber: true),
                .init("held", isNumber: true), .init("limit", isNumber: true), .init("left", isNumber: true),
                .init("calls", isNumber: true), .init("level"), .init("resets_at"),
            ], rows: [daily] + others)
    }

    private static func level(_ standing: BudgetStanding) -> String {
        let level: BudgetLevel =
            standing.used >= standing.limit
            ? .exhausted
            : standing.passedThresholds.isEmpty ? .ok : standing.percent >= 90 ? .critical : .warning
        return level.rawValue
    }
}
