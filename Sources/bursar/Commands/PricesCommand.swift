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
        "prices", summary: "Shows the price table in force, its age and where it comes from.",
        discussion: """
            Prices are in USD per million tokens. MODEL_PRICES_FILE puts a table of your own in place of the shipped one. \
            A model matches by its exact id, or by its id with a date behind it; a model that is not in the table has no \
            price, which is never taken for zero.
            """,
        parameters: [model, OutputFormat.parameter],
        examples: [
            .init("bursar prices", "the whole table"),
            .init("bursar prices --model claude-sonnet-5-5 --format json", "one model, for a program"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            try show(PriceTable.inForce(file: settings.model.pricesFile), values)
        }
    }

    private static func show(_ table: PriceTable, _ values: Values) throws -> Int32 {
        let today = TimeSource.system.now()
        let prices: [ModelPrice]
        if let wanted = values[model] {
            guard let price = table.price(of: wanted, at: today) else {
                Console.complain("Error: no price is known for '\(wanted)'. 'bursar prices' lists what is known.\n")
                return 1
            }
            prices = [price]
        } else {
            prices = table.prices.sorted { ($0.model, $0.effectiveFrom) < ($1.model, $1.effectiveFrom) }
        }
        switch values[OutputFormat.parameter] {
        case .json: Console.print(String(decoding: table.json(of: prices, on: today.day).prettyBytes, as: UTF8.self))
        case .csv: Console.print(table.rows(of: prices).csv)
        case .table:
            Console.print(table: table.rows(of: prices))
            let age = table.ageDays(on: today.day)
            Console.print(
                prose:
                    "\nUSD per million tokens. Retrieved \(table.retrieved), \(age) \(age == 1 ? "day" : "days") ago, from \(table.source).\n"
            )
            if table.isStale(on: today.day) {
                Console.complain(
                    "Warning: the table is older than \(PriceTable.staleAfterDays) days; prices may have changed.\n")
            }
        }
        return 0
    }
}
