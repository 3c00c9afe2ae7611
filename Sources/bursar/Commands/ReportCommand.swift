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

/// `bursar report`: what the rows add up to.
enum ReportCommand {
    private static let by = Parameter<[UsageDimension]>(
        option: "--by", value: "what", help: "Add up by this; several with commas between them are nested.",
        accepted: UsageDimension.allCases.map(\.rawValue).joined(separator: ", "), default: [.project],
        shown: "project", hint: .list(UsageDimension.allCases.map(\.rawValue)),
        parse: { text in
            let names = text.split(separator: ",", omittingEmptySubsequences: false)
            let dimensions = names.compactMap { UsageDimension(rawValue: String($0)) }
            return dimensions.count == names.count && Set(dimensions).count == dimensions.count ? dimensions : nil
        })

    static let command = Command(
        "report", summary: "Adds up the usage of a period by project, user, model or time.",
        discussion: """
            Reads the monthly CSV files beside a running daemon, without its lock. Costs are sums of the rows' own; rows \
            whose price is unknown are counted in 'unpriced' and are in no cost.
            """,
        parameters: [by] + UsageFilters.parameters + [OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init("bursar report", "this month, by project"),
            .init("bursar report --by user,model --from 2025-12-01 --to 2025-12-31", "a month, by person and model"),
            .init("bursar report --by day --project group/app --format csv", "a project's days, for a spreadsheet"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            let directory = values[CommandSettings.dataDirectory] ?? settings.books.dataDirectory
            CommandSettings.remarkMissingBooks(in: directory)
            let query = try UsageFilters.query(values, of: "report", by: values[by], today: TimeSource.system.now().day)
            let months = query.days.lowerBound.month...query.days.upperBound.month
            let report = try Progress.during(
                "Reading the books", totalBytes: FileCalls.system.logBytes(in: directory, months: months)
            ) { try ReportReader(directory: directory, calls: $0.calls).report(query) }
            report.warnOfProblems()
            switch values[OutputFormat.parameter] {
            case .json: Console.print(String(decoding: report.json.prettyBytes, as: UTF8.self))
            case .csv: Console.print(report.rows.csv)
            case .table:
                Console.print(table: report.rows)
                Console.print(
                    prose:
                        "\n\(query.days.lowerBound) to \(query.days.upperBound): \(grouped(report.totals.requestCount)) "
                        + "\(report.totals.requestCount == 1 ? "call" : "calls"), "
                        + "\(grouped(report.totals.totalTokens)) tokens, "
                        + "\(report.totals.costText)\n")
            }
            return 0
        }
    }
}

extension UsageReport {
    /// Tells of the lines that are in no sum.
    func warnOfProblems() {
        for problem in problems.prefix(10) { Console.complain("Warning: \(problem)\n") }
        if problemCount > 10 {
            Console.complain("Warning: \(problemCount) lines are no records; 'bursar verify' names them.\n")
        }
    }
}

/// The options that choose records: the same for every command that reads rows.
enum UsageFilters {
    static let from = Parameter<Day?>(
        option: "--from", value: "day", help: "The first day, in UTC.", accepted: "a day such as 2025-12-01",
        parse: { Day($0) })
    static let to = Parameter<Day?>(
        option: "--to", value: "day", help: "The last day, in UTC.", accepted: "a day such as 2025-12-31",
        parse: { Day($0) })
    static let project = filter("--project", "path", "Only this project: its path, or the last part of it.")
    static let user = filter("--user", "name", "Only this user.")
    static let model = filter("--model", "id", "Only this model.")
    static let session = filter("--session", "id", "Only this session, such as group/app!123.")

    static let parameters: [any CommandParameter] = [from, to, project, user, model, session]

    private static func filter(_ name: String, _ value: String, _ help: String) -> Parameter<String?> {
        Parameter<String?>(
            option: name, value: value, help: help, accepted: "a name", parse: { $0.isEmpty ? nil : $0 })
    }

    /// The records wanted by `command`: this month's unless a period is given. Throws when it ends before it begins.
    static func query(
        _ values: Values, of command: String, by dimensions: [UsageDimension], today: Day
    ) throws(Arguments.UsageError) -> UsageQuery {
        let last = values[to] ?? max(today, values[from] ?? today)
        let first = values[from] ?? min(last, last.month.firstDay)
        guard first <= last else {
            throw Arguments.UsageError(
                message: "--from \(first) is after --to \(last)",
                usage: "bursar \(command) --from <day> --to <day>", help: "bursar \(command) --help")
        }
        return UsageQuery(
            by: dimensions, days: first...last, project: values[project], user: values[user],
            model: values[model], session: values[session])
    }
}
