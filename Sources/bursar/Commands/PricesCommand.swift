import Arguments
import Daemon
import JSON
import Platform
import Prices
import Reports
import Settings
import Terminal
import UTCTime

/// `bursar prices`: the price table in force.
enum PricesCommand {
    private static let model = Parameter<String?>(
        option: "--model", value: "id", help: "Only the price that this model's calls would get.",
        accepted: "a model's id",
        parse: { $0.isEmpty ? nil : $0 })

    static let command = Command(
        "prices", summary: "Shows the price table in force, its age, and models without a price.",
        discussion: """
            Prices are in USD per million tokens. MODEL_PRICES_FILE puts a table of your own in place of the shipped one. \
            A model matches by its exact id, or by its id with a date behind it; a model that is not in the table has no \
            price, which is never taken for zero. Models whose calls were booked without a price in the last year are \
            named below the table. With --model, or as JSON, each price is explained.
            """,
        parameters: [model, OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init("bursar prices", "the whole table"),
            .init("bursar prices --model claude-sonnet-5-5", "one model's price, explained"),
            .init("bursar prices --model claude-sonnet-5-5 --format json", "one model, for a program"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            let directory = values[CommandSettings.dataDirectory] ?? settings.books.dataDirectory
            let table = try PriceTable.inForce(file: settings.model.pricesFile)
            return show(table, usage: usage(in: directory, model: values[model]), values)
        }
    }

    /// What the books say of calls without a price; nil, with a warning, when they cannot be read: prices are known still.
    private static func usage(in directory: String, model: String?) -> UsageReport? {
        let query = UnpricedModel.query(on: TimeSource.system.now().day, model: model)
        do throws(POSIXFailure) {
            let report = try ReportReader(directory: directory).report(query)
            report.warnOfProblems()
            return report
        } catch {
            Console.complain("Warning: which models have no price is not known, the books cannot be read: \(error)\n")
            return nil
        }
    }

    private static func show(_ table: PriceTable, usage: UsageReport?, _ values: Values) -> Int32 {
        let today = TimeSource.system.now()
        let unpriced = usage.map(UnpricedModel.all) ?? []
        let prices: [ModelPrice]
        if let wanted = values[model] {
            guard let price = table.price(of: wanted, at: today) else {
                let calls = unpriced.first.map { ", which \(counted($0.callCount)) of the last year named" } ?? ""
                Console.complain(
                    "Error: no price is known for '\(wanted)'\(calls). 'bursar prices' lists what is known.\n")
                return 1
            }
            prices = [price]
        } else {
            prices = table.prices.sorted { ($0.model, $0.effectiveFrom) < ($1.model, $1.effectiveFrom) }
        }
        switch values[OutputFormat.parameter] {
        case .json:
            Console.print(
                String(decoding: table.json(of: prices, on: today.day, usage: usage).prettyBytes, as: UTF8.self))
        case .csv: Console.print(table.rows(of: prices, on: today.day, unpriced: unpriced).csv)
        case .table:
            Console.print(table: table.rows(of: prices, on: today.day, unpriced: unpriced))
            if values[model] != nil {
                for price in prices { Console.print(prose: "\n\(table.explanation(of: price))\n") }
            }
            let age = table.ageDays(on: today.day)
            Console.print(
                prose:
                    "\nUSD per million tokens. Retrieved \(table.retrieved), \(age) \(age == 1 ? "day" : "days") ago, from \(table.source).\n"
            )
            if !unpriced.isEmpty {
                let names = unpriced.prefix(namesMax).map { "\($0.name.harmless) (\(counted($0.callCount)))" }
                let more = unpriced.count - names.count
                Console.print(
                    prose:
                        "Without a price in the last year: \(names.joined(separator: ", "))"
                        + (more > 0 ? " and \(grouped(more)) more models" : "")
                        + ". A table of your own, MODEL_PRICES_FILE, can give them one; what is booked stays as it is.\n"
                )
            }
            if table.isStale(on: today.day) {
                Console.complain(
                    "Warning: the table is older than \(PriceTable.staleAfterDays) days; prices may have changed.\n")
            }
        }
        return 0
    }

    /// Models without a price that the sentence below the table names at most; the table has a line for each.
    private static let namesMax = 20

    private static func counted(_ calls: Int) -> String { "\(grouped(calls)) \(calls == 1 ? "call" : "calls")" }
}
