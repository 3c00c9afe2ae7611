import Arguments
import Budget
import Daemon
import JSON
import Ledger
import Platform
import Settings
import Terminal
import UTCTime

/// `bursar status`: today's budget as the files have it.
enum StatusCommand {
    static let command = Command(
        "status", summary: "Shows today's budget: what is used, what is held, what is left.",
        discussion: """
            Reads the files beside a running daemon, without its lock. The bar is green under 70 %, yellow from 70 and red \
            above 90; '#' is used, '+' is held. The limit is that of this command's own settings.
            """,
        parameters: [OutputFormat.parameter, CommandSettings.dataDirectory, CommandSettings.noColour],
        examples: [
            .init("bursar status", "a bar for people"),
            .init("bursar status --format json", "the same figures as GET /budget/status"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            var configuration = LedgerConfiguration(settings)
            configuration.directory = values[CommandSettings.dataDirectory] ?? configuration.directory
            CommandSettings.remarkMissingBooks(in: configuration.directory)
            let snapshot = try LedgerReader(configuration).snapshot(at: TimeSource.system.now())
            for problem in snapshot.problems { Console.complain("Warning: \(problem)\n") }
            switch values[OutputFormat.parameter] {
            case .json: Console.print(String(decoding: snapshot.status.json.prettyBytes, as: UTF8.self))
            case .csv: Console.print(rows(snapshot.status).csv)
            case .table:
                Console.print(text(snapshot.status, noColour: values[CommandSettings.noColour]))
                Console.print(unresolved(snapshot.reservations))
            }
            return 0
        }
    }

    /// Holds shown one by one; the rest is counted.
    private static let shownMax = 10

    /// The holds that only an operator or a late result ends, the latest first.
    private static func unresolved(_ reservations: [Reservation]) -> String {
        let holds = reservations.filter { $0.state == .unresolved }.reversed()
        guard !holds.isEmpty else { return "" }
        let lines = holds.prefix(shownMax).map { hold in
            let session = hold.context.sessionID.isEmpty ? "" : " for \(hold.context.sessionID)"
            return
                "       \(hold.id): \(grouped(hold.tokens)) tokens\(session), since \(hold.dispatchedAt ?? hold.createdAt)\n"
        }
        let more = holds.count > shownMax ? "       and \(grouped(holds.count - shownMax)) more\n" : ""
        return "outcome unknown, see 'bursar resolve --help':\n" + lines.joined() + more
    }

    private static func text(_ status: BudgetStatus, noColour: Bool) -> String {
        let bar = BudgetBar(used: status.totalTokens, held: status.heldTokens, limit: status.limitTokens)
            .text(width: min(60, Console.width - 30), isColoured: Console.usesColour(unless: noColour))
        var lines = [
            "\(grouped(status.totalTokens)) of \(grouped(status.limitTokens)) tokens used, "
                + "\(grouped(max(0, status.remainingTokens - status.heldTokens))) left"
        ]
        if status.heldTokens > 0 { lines.append("\(grouped(status.heldTokens)) held for calls that are not settled") }
        lines.append(
            "\(grouped(status.requestCount)) \(status.requestCount == 1 ? "call" : "calls") on \(status.day); "
                + "resets at \(status.resetsAt)")
        if !status.isEnabled { lines.append("not enforced: TOKEN_BUDGET_ENABLED=false") }
        return "daily  \(bar)\n" + lines.map { "       \($0)\n" }.joined()
    }

    private static func rows(_ status: BudgetStatus) -> Rows {
        Rows(
            columns: [
                .init("budget"), .init("date"), .init("used_tokens", isNumber: true),
                .init("held_tokens", isNumber: true),
                .init("limit_tokens", isNumber: true), .init("remaining_tokens", isNumber: true),
                .init("request_count", isNumber: true), .init("level"), .init("resets_at"),
            ],
            rows: [
                [
                    "daily", status.day.description, String(status.totalTokens), String(status.heldTokens),
                    String(status.limitTokens), String(status.remainingTokens), String(status.requestCount),
                    status.level.rawValue, status.resetsAt.description,
                ]
            ])
    }
}
