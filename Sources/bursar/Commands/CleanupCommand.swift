import Arguments
import Daemon
import JSON
import Ledger
import Platform
import Settings
import Terminal
import UTCTime

/// `bursar cleanup`: retention.
enum CleanupCommand {
    private static let dryRun = Parameter<Bool>(flag: "--dry-run", help: "Show what would go, and leave it.")

    static let command = Command(
        "cleanup", summary: "Deletes or archives the files that are older than retention allows.",
        discussion: """
            TOKEN_SUMMARY_RETENTION_DAYS and TOKEN_LOG_RETENTION_DAYS say how long files stay; with TOKEN_ARCHIVE_DIR they \
            are moved there. The current and the previous period always stay. Safe beside a running daemon, which does the \
            same once a day.
            """,
        parameters: [dryRun, OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init("bursar cleanup --dry-run", "see what would go"),
            .init("bursar cleanup --format json", "for cron: {\"summaries_deleted\": 5, \"logs_deleted\": 2}"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            let directory = values[CommandSettings.dataDirectory] ?? settings.books.dataDirectory
            CommandSettings.remarkMissingBooks(in: directory)
            let retention = Retention(directory: directory, windows: LedgerConfiguration(settings).retention)
            let plan = try retention.plan(today: TimeSource.system.now().day)
            let isDryRun = values[dryRun]
            let result = isDryRun ? nil : Progress.during("Removing what is too old") { _ in retention.execute(plan) }
            let summaries = result?.summariesDeleted ?? plan.summaryCount
            let logs = result?.logsDeleted ?? plan.logCount
            switch values[OutputFormat.parameter] {
            case .json:
                let value: JSONValue = ["summaries_deleted": .integer(summaries), "logs_deleted": .integer(logs)]
                Console.print(String(decoding: value.prettyBytes, as: UTF8.self))
            case .csv:
                Console.print(
                    Rows(
                        columns: [.init("summaries_deleted", isNumber: true), .init("logs_deleted", isNumber: true)],
                        rows: [[String(summaries), String(logs)]]
                    ).csv)
            case .table:
                for step in plan.steps where isDryRun { Console.print("\(step.name)\n") }
                let fate = settings.books.archiveDirectory.map { "moved to \($0)" } ?? "deleted"
                Console.print(
                    prose: "\(grouped(summaries)) daily \(summaries == 1 ? "summary" : "summaries") and "
                        + "\(grouped(logs)) monthly \(logs == 1 ? "log" : "logs") "
                        + "\(isDryRun ? "would be \(fate)" : fate).\n")
            }
            for failure in result?.failures ?? [] { Console.complain("Error: \(failure)\n") }
            return result?.failures.isEmpty == false ? 1 : 0
        }
    }
}
