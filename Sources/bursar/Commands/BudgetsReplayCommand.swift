import Arguments
import Budget
import Forecast
import JSON
import Ledger
import Platform
import Reports
import Settings
import Terminal
import UTCTime

/// `bursar budgets replay`: what a limit would have blocked in the past.
enum BudgetsReplayCommand {
    private static let scope = Parameter<ReplayedLimit.Scope>(
        option: "--scope", value: "scope", help: "For whom the limit holds; 'user:*' is one for each.",
        accepted:
            "all, or project:, group:, user:, team:, merge_request:, agent:, command: or model: and a name or *",
        default: .all, shown: "all", parse: { ReplayedLimit.Scope($0) })
    private static let period = Parameter<ReplayedLimit.Period>(
        option: "--period", value: "period", help: "How long a window of it is, in UTC.", default: .day)
    private static let limit = Parameter<ReplayedLimit.Amount?>(
        option: "--limit", value: "limit", help: "How much each window allows: 200000 (tokens) or 50usd.",
        accepted: "a number of tokens such as 200000, or dollars such as 50usd or 12.50usd",
        parse: { amount($0) })

    static let command = Command(
        "budgets replay", summary: "Shows what a limit would have blocked in the past.",
        discussion: """
            Plays the calls of a period again, in their order: one that does not fit what its window has left is blocked \
            and counts nothing, as it would not have been made. Nothing is changed.
            """,
        parameters: [
            scope, period, limit, UsageFilters.from, UsageFilters.to, OutputFormat.parameter,
            CommandSettings.dataDirectory,
        ],
        examples: [
            .init("bursar budgets replay --limit 800000", "a daily limit for everybody, this month"),
            .init(
                "bursar budgets replay --scope 'user:*' --period week --limit 50usd",
                "fifty dollars a week for each user, this month"),
        ]
    ) { values in
        guard let amount = values[limit] else {
            throw UsageError(
                message: "--limit is missing", usage: "bursar budgets replay --limit <limit>",
                help: "bursar budgets replay --help")
        }
        return try await CommandSettings.use(for: .books) { settings, _ in
            let directory = values[CommandSettings.dataDirectory] ?? settings.books.dataDirectory
            CommandSettings.remarkMissingBooks(in: directory)
            let days = try UsageFilters.query(values, of: "budgets replay", by: [], today: TimeSource.system.now().day)
                .days
            let (records, problemCount) = try Progress.during("Reading the books") { progress in
                let reader = UsageReader(directory: directory, calls: progress.calls)
                var (records, problemCount) = ([UsageRecord](), 0)
                for month in try reader.months() where days.lowerBound.month...days.upperBound.month ~= month {
                    let rows = try reader.rows(of: month)
                    records += rows.records.filter { days.contains($0.time.day) }
                    problemCount += rows.problems.count
                }
                return (records, problemCount)
            }
            if problemCount > 0 {
                Console.complain(
                    "Warning: \(problemCount) lines are no records and are left out; 'bursar verify' names them.\n")
            }
            let replay = ReplayedLimit(scope: values[scope], period: values[period], amount: amount)
                .replay(records, teams: try TeamDirectory.read(directory: directory))
            switch values[OutputFormat.parameter] {
            case .json: Console.print(String(decoding: replay.json.prettyBytes, as: UTF8.self))
            case .csv: Console.print(replay.rows.csv)
            case .table:
                if !replay.by.isEmpty {
                    Console.print(table: replay.rows)
                    Console.print("\n")
                }
                Console.print(
                    prose:
                        "\(days.lowerBound) to \(days.upperBound): \(grouped(replay.blocked)) of \(grouped(replay.reviews)) "
                        + "calls would have been blocked, \(grouped(replay.blockedTokens)) tokens, "
                        + "\(UsageTotals.text(replay.blockedCost, unpriced: replay.blockedUnpriced))\n")
                if replay.unpriced > 0, case .money = amount {
                    Console.print(
                        prose:
                            "\(grouped(replay.unpriced)) \(replay.unpriced == 1 ? "call has" : "calls have") no price and counted nothing\n"
                    )
                }
            }
            return 0
        }
    }

    /// `200000`, `50usd` or `12.50usd`.
    private static func amount(_ text: String) -> ReplayedLimit.Amount? {
        let lowered = text.lowercased()
        guard lowered.hasSuffix("usd") else {
            return digits(lowered).map { .tokens($0) }
        }
        let parts = lowered.dropLast(3).split(separator: ".", omittingEmptySubsequences: false)
        guard 1...2 ~= parts.count, let whole = digits(String(parts[0])), whole <= 1_000_000_000 else { return nil }
        guard parts.count == 2 else { return .money(MicroUSD(Int64(whole) * 1_000_000)) }
        guard 1...6 ~= parts[1].utf8.count,
            let fraction = digits(parts[1] + String(repeating: "0", count: 6 - parts[1].utf8.count))
        else { return nil }
        return .money(MicroUSD(Int64(whole) * 1_000_000 + Int64(fraction)))
    }

    private static func digits(_ text: String) -> Int? {
        !text.isEmpty && text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
    }
}
