import Arguments
import Budget
import Daemon
import Forecast
import JSON
import Ledger
import Platform
import Prices
import Reports
import Settings
import Terminal
import UTCTime

/// `bursar forecast`: what is to come.
enum ForecastCommand {
    private static let teamSize = Parameter<Int?>(
        option: "--team-size", value: "people", help: "Propose a daily limit for so many people.",
        accepted: "a whole number from 1 to 100000",
        parse: { text in Int(text).flatMap { 1...100_000 ~= $0 && text.utf8.first != 0x2B ? $0 : nil } })

    static let command = Command(
        "forecast", summary: "Forecasts the end of the day, week and month, and when the budget runs out.",
        discussion: """
            Learned from the past days at this hour, the likeliest weekdays first, and from how busy today is so far. In \
            four of five cases what comes lies between 'low' and 'high'. It says how such forecasts, made at noon, did on \
            past days beside simpler methods, and makes none while the history is too short. Everything is read from the \
            files beside a running daemon. A limit is only proposed, never applied.
            """,
        parameters: [teamSize, OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init("bursar forecast", "for people"),
            .init("bursar forecast --format json", "the same as GET /forecast"),
            .init("bursar forecast --team-size 12", "with a daily limit for twelve people"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            var configuration = LedgerConfiguration(settings)
            configuration.directory = values[CommandSettings.dataDirectory] ?? configuration.directory
            CommandSettings.remarkMissingBooks(in: configuration.directory)
            let now = TimeSource.system.now()
            let prices = try PriceTable.inForce(file: settings.model.pricesFile)
            let rule = await CommandSettings.ruleInForce(in: configuration.directory)
            let report = try Progress.during("Reading the books") { progress in
                let status = try configuration.snapshot(at: now, under: rule, calls: progress.calls).status
                return try ForecastReader(directory: configuration.directory, calls: progress.calls).report(
                    now: now, budgets: [ForecastBudget(daily: status)], prices: prices, teamSize: values[teamSize])
            }
            if report.damagedLines > 0 {
                Console.complain(
                    "Warning: \(report.damagedLines) lines are no records and are left out; 'bursar verify' names them.\n"
                )
            }
            switch values[OutputFormat.parameter] {
            case .json: Console.print(String(decoding: report.json.prettyBytes, as: UTF8.self))
            case .csv: Console.print(report.rows.csv)
            case .table: Console.print(prose: report.text)
            }
            return 0
        }
    }
}
