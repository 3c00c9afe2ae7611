import Arguments
import Budget
import Daemon
import Glibc
import JSON
import Ledger
import Platform
import Reports
import Settings
import Terminal
import UTCTime

/// `bursar export`: the records of a period.
enum ExportCommand {
    private enum Format: String, CaseIterable, Sendable { case csv, json, table }

    private static let format = Parameter<Format>(
        option: "--format", short: "f", value: "format", help: "How to write the records.", default: .csv)
    private static let excel = Parameter<Bool>(
        flag: "--excel", help: "CSV that Excel opens with a double click: UTF-8 with a byte order mark, CR LF.")
    private static let decimalComma = Parameter<Bool>(
        flag: "--decimal-comma", help: "With --excel: ';' between cells and ',' before decimals, as in Berlin or Paris."
    )

    /// Records in a table: its widths are known only when all of them are.
    private static let tableRecordsMax = 10_000
    /// Bytes that are written at once.
    private static let chunkBytes = 1 << 16

    static let command = Command(
        "export", summary: "Writes the usage records of a period as CSV, JSON or a table.",
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
            .init("bursar export --from 2025-12-13 --to 2025-12-13 --format table", "a day, to look at"),
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
        let query = try UsageFilters.query(values, of: "export", by: [], today: today)
        let kept = today.adding(days: -settings.books.logRetentionDays).month.firstDay
        if query.days.lowerBound < kept, try !RecordExport(directory: directory).hasBeginning(of: query) {
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
        case .table: return try showTable(query, directory)
        }
        var count = 0
        var chunk = writer.beginning
        let months = query.days.lowerBound.month...query.days.upperBound.month
        let problems = try Progress.during(
            "Writing the records", totalBytes: FileCalls.system.logBytes(in: directory, months: months),
            isWanted: !Console.isTerminal
        ) { progress in
            try RecordExport(directory: directory, calls: progress.calls).forEach(query) { record in
                if count > 0 { chunk += writer.separator }
                chunk += writer.text(record)
                count += 1
                guard chunk.utf8.count >= chunkBytes else { return }
                // Nobody reads any more: the rest need not even be looked for.
                guard Console.print(chunk) else { exit(0) }
                chunk = ""
            }
        }
        guard Console.print(chunk + writer.end) else { return 0 }
        return finish(count, problems, query)
    }

    /// The records under each other, the columns that people look at.
    private static func showTable(_ query: UsageQuery, _ directory: String) throws -> Int32 {
        var (cells, count) = ([[String]](), 0)
        let problems = try Progress.during("Reading the books") { progress in
            try RecordExport(directory: directory, calls: progress.calls).forEach(query) { record in
                count += 1
                if count <= tableRecordsMax { cells.append(record.tableCells) }
            }
        }
        guard count <= tableRecordsMax else {
            Console.complain(
                "Error: \(grouped(count)) records are too many for a table of at most \(grouped(tableRecordsMax)); "
                    + "choose a shorter period, or --format csv.\n")
            return 1
        }
        Console.print(
            table: Rows(
                columns: [
                    .init("time", .exact), .init("project"), .init("mr_iid", .exact, rank: 3), .init("username"),
                    .init("input_tokens", .number, rank: 4), .init("output_tokens", .number, rank: 4),
                    .init("total_tokens", .number), .cost(rank: 2), .init("model", .name, rank: 5),
                    .init("duration_ms", .number, rank: 6), .init("agent", .name, rank: 7),
                    .init("command", .name, rank: 7),
                ], rows: cells))
        return finish(count, problems, query)
    }

    /// Names the lines that are none, and the period.
    private static func finish(_ count: Int, _ problems: [LineProblem], _ query: UsageQuery) -> Int32 {
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

extension UsageRecord {
    fileprivate var tableCells: [String] {
        [
            time.description, context.project, context.mergeRequestIID.map(String.init) ?? "", context.user,
            String(usage.inputTokens), String(usage.outputTokens), String(usage.totalTokens),
            cost?.amount.description ?? "", context.model, String(durationMilliseconds), context.agent,
            context.command,
        ]
    }
}
