import Arguments
import Budget
import Daemon
import JSON
import Ledger
import Platform
import Settings
import Terminal
import UTCTime

/// `bursar budgets`: the budgets and what operators add to them.
enum BudgetsCommand {
    static let list = Command(
        "budgets list", summary: "Shows every budget with its limit, its grants and its counters.",
        discussion: """
            Reads the files beside a running daemon, without its lock. There is one budget, 'daily'; its limit is that of \
            this command's own settings.
            """,
        parameters: [OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init("bursar budgets list", "a table for people"),
            .init("bursar budgets list --format json", "the same as GET /budgets"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            var configuration = LedgerConfiguration(settings)
            configuration.directory = values[CommandSettings.dataDirectory] ?? configuration.directory
            CommandSettings.remarkMissingBooks(in: configuration.directory)
            let snapshot = try LedgerReader(configuration).snapshot(at: TimeSource.system.now())
            for problem in snapshot.problems { Console.complain("Warning: \(problem)\n") }
            switch values[OutputFormat.parameter] {
            case .json:
                let value: JSONValue = ["budgets": .array(snapshot.budgets.map(\.json))]
                Console.print(String(decoding: value.prettyBytes, as: UTF8.self))
            case .csv: Console.print(rows(snapshot.budgets, number: { String($0) }).csv)
            case .table: Console.print(rows(snapshot.budgets, number: { grouped($0) }).table)
            }
            return 0
        }
    }

    private static func rows(_ budgets: [BudgetFigures], number: (Int) -> String) -> Rows {
        Rows(
            columns: [
                .init("budget"), .init("scope"), .init("period"), .init("limit_tokens", isNumber: true),
                .init("granted_tokens", isNumber: true), .init("used_tokens", isNumber: true),
                .init("held_tokens", isNumber: true), .init("remaining_tokens", isNumber: true), .init("enforcement"),
                .init("level"), .init("resets_at"),
            ],
            rows: budgets.map { budget in
                [
                    budget.name, budget.scope, budget.period, number(budget.rule.limitTokens),
                    number(budget.grantedTokens), number(budget.status.totalTokens), number(budget.status.heldTokens),
                    number(max(0, budget.status.remainingTokens - budget.status.heldTokens)),
                    budget.status.isEnabled ? budget.rule.enforcement.rawValue : "off", budget.status.level.rawValue,
                    budget.status.resetsAt.description,
                ]
            })
    }

    private static let name = Parameter<String>(
        argument: "name", help: "The budget: 'daily'.", accepted: "a budget's name", parse: { $0.isEmpty ? nil : $0 })
    private static let amount = Parameter<Int>(
        argument: "amount", help: "Tokens to add to the limit of the current period.",
        accepted: "a whole number of tokens, at least 1"
    ) { text in
        OperatorOptions.count(text).flatMap { 1...Ledger.grantTokensMax ~= $0 ? $0 : nil }
    }

    static let grant = Command(
        "budgets grant", summary: "Adds tokens to a budget for its current period only.",
        discussion: """
            The limit is back where it was at the next reset. The grant is in the audit log with its author and reason. \
            A running daemon is asked over HTTP, with BURSAR_API_TOKEN; without one the books are opened.
            """,
        parameters: [name, amount] + OperatorOptions.all + [OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init("bursar budgets grant daily 200000 --reason 'release week'", "two hundred thousand more for today")
        ]
    ) { values in
        try await OperatorOptions.use(values) { desk, note in
            let budget = try await desk.grant(values[amount], to: values[name], note)
            switch values[OutputFormat.parameter] {
            case .json: Console.print(String(decoding: budget.prettyBytes, as: UTF8.self))
            case .csv:
                Console.print(
                    Rows(
                        columns: [
                            .init("budget"), .init("tokens", isNumber: true), .init("author"), .init("reason"),
                            .init("resets_at"),
                        ],
                        rows: [
                            [
                                values[name], String(values[amount]), note.author, note.reason,
                                budget["resets_at"]?.string ?? "",
                            ]
                        ]
                    ).csv)
            case .table:
                let limit = (budget["limit_tokens"]?.integer ?? 0) + (budget["granted_tokens"]?.integer ?? 0)
                Console.print(
                    "\(grouped(values[amount])) tokens more for '\(values[name])' until "
                        + "\(budget["resets_at"]?.string ?? "the reset"), by \(note.author): the limit is "
                        + "\(grouped(limit)), \(grouped(budget["remaining_tokens"]?.integer ?? 0)) are left.\n")
            }
        }
    }
}
