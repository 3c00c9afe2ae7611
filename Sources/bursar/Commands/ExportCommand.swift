import Arguments
import Budget
import Daemon
import JSON
import Ledger
import Platform
import Reports
import Settings
import Terminal
import UTCTime

/// `bursar export`: the records of a period.
enum ExportCommand {
    private enum Format: String, CaseIterable, Sendable { case csv, json }

    private static let format = Parameter<Format>(
        option: "--format", short: "f", value: "format", help: "How to write the records.", default: .csv)
    private static let excel = Parameter<Bool>(
        flag: "--excel", help: "CSV that Excel opens with a double click: UTF-8 with a byte order mark, CR LF.")
    private static let decimalComma = Parameter<Bool>(
        flag: "--decimal-comma", help: "With --excel: ';' between cells and ',' before decimals, as in Berlin or Paris."
    )

    /// Bytes that are written at once.
    private static let chunkBytes = 1 << 16

    static let command = Command(
        "export", summary: "Writes the usage records of a period as CSV or JSON.",
        discussion: """
            Reads the monthly CSV files beside a running daemon, without its lock. The period is repeated on standard \
            error, and in the JSON. A period that begins before what is kept (TOKEN_LOG_RETENTION_DAYS) is an error: a \
            shorter file would look like a whole one.
            """,
        parameters: UsageFilters.parameters + [format, excel, decimalComma, CommandSettings.dataDirectory],
        examples: [
            .init("bursar export > december.csv", "this month"),
            .init(
                "bursar export --from 2025-12-01 --to 2025-12-31 --excel > december.csv",
                "a month that Excel opens with a double click"),
            .init("bursar export --user alice --format json", "one person's calls, for a program"),
        ]
    ) { values in
        if values[decimalComma], !values[excel] {
            Console.complain("Error: --decimal-comma needs --excel: other programs expect a decimal point.\n")
            return UsageError.exitStatus
        }
        return try await CommandSettings.use(for: .books) { settings, _ in try run(values, settings) }
    }

    private static func run(_ values: Values, _ settings: Settings) throws -> Int32 {
        let directory = values[CommandSettings.dataDirectory] ?? settings.books.dataDirectory
        CommandSettings.remarkMissingBooks(in: directory)
        let today = TimeSource.system.now().day
        let query = UsageFilters.query(values, by: [], today: today)
        let export = RecordExport(directory: directory)
        let kept = today.adding(days: -settings.books.logRetentionDays).month.firstDay
        if query.days.lowerBound < kept, try !export.hasBeginning(of: query) {
            Console.complain(
                "Error: records of \(query.days.lowerBound) are no longer kept (TOKEN_LOG_RETENTION_DAYS="
                    + "\(settings.books.logRetentionDays)); the earliest day that can be asked for is \(kept). "
                    + "Archived files, if any, are in TOKEN_ARCHIVE_DIR.\n")
            return 1
        }
        let writer: (beginning: String, separator: String, end: String, text: (UsageRecord) -> String)
        switch values[format] {
        case .csv:
            let dialect: CSVDialect =
                values[excel] ? values[decimalComma] ? .excelWithDecimalComma : .excel : .standard
            writer = (
                dialect.beginning + dialect.line(RowFormat.columns), "", "", { dialect.line($0.cells(in: dialect)) }
            )
        case .json:
            writer = (
                "{\"from\":\"\(query.days.lowerBound)\",\"to\":\"\(query.days.upperBound)\",\"records\":[\n", ",\n",
                "\n]}\n", { String(decoding: $0.json.bytes, as: UTF8.self) }
            )
        }
        var count = 0
        var chunk = writer.beginning
        let problems = try export.forEach(query) { record in
            if count > 0 { chunk += writer.separator }
            chunk += writer.text(record)
            count += 1
            guard chunk.utf8.count >= chunkBytes else { return }
            Console.print(chunk)
            chunk = ""
        }
        Console.print(chunk + writer.end)
        for problem in problems.prefix(10) { Console.complain("Warning: \(problem)\n") }
        if problems.count > 10 {
            Console.complain("Warning: \(problems.count) lines are no records; 'bursar verify' names them.\n")
        }
        Console.complain(
            "\(query.days.lowerBound) to \(query.days.upperBound): \(grouped(count)) "
                + "\(count == 1 ? "record" : "records")\n")
        return 0
    }
}
