import Arguments
import Forecast
import JSON
import Platform
import Reports
import Settings
import Terminal
import UTCTime

/// `bursar chargeback`: who pays for a month.
enum ChargebackCommand {
    private static let month = Parameter<Month?>(
        option: "--month", value: "month", help: "The month, in UTC; this one unless it is given.",
        accepted: "a month such as 2025-12", parse: { Month($0) })

    static let command = Command(
        "chargeback", summary: "Shares a month's use by cost centre, team and project.",
        discussion: """
            The rows add up to the month exactly, to the token and to the millionth of a dollar. Teams and their cost \
            centres come from budgets.json. The use of a person in several teams is shared by them in equal parts; what \
            that leaves over goes to the first of them by name. A person in no team is in the row without a team.
            """,
        parameters: [month, OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init("bursar chargeback --month 2025-12 --format csv", "a month for the accountants"),
            .init("bursar chargeback", "this month so far"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            let directory = values[CommandSettings.dataDirectory] ?? settings.books.dataDirectory
            CommandSettings.remarkMissingBooks(in: directory)
            let month = values[month] ?? TimeSource.system.now().day.month
            let teams = try TeamDirectory.read(directory: directory)
            let (bill, problemCount) = try Progress.during(
                "Reading the books", totalBytes: FileCalls.system.logBytes(in: directory, months: month...month)
            ) { try ReportReader(directory: directory, calls: $0.calls).chargeback(month, teams: teams) }
            switch values[OutputFormat.parameter] {
            case .json: Console.print(String(decoding: bill.json.prettyBytes, as: UTF8.self))
            case .csv: Console.print(bill.table.csv)
            case .table:
                Console.print(table: bill.table)
                Console.print(
                    prose:
                        "\n\(month): \(grouped(bill.total.requests)) \(bill.total.requests == 1 ? "call" : "calls"), "
                        + "\(grouped(bill.total.totalTokens)) tokens, "
                        + "\(UsageTotals.text(bill.cost, unpriced: bill.total.unpriced))\n")
            }
            guard problemCount == 0 else {
                // A bill that leaves something out must not look whole.
                Console.complain(
                    "Error: lines of the month that are no records, and are not in the bill: \(problemCount); "
                        + "'bursar verify' names them.\n")
                return 1
            }
            return 0
        }
    }
}
