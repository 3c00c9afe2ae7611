import Arguments
import Budget
import Daemon
import JSON
import Ledger
import Settings
import Terminal

/// `bursar budgets remove` and `bursar budgets grant`.
enum BudgetsCommand {
    static let name = Parameter<String>(
        argument: "name", help: "The budget's name.", accepted: nameAccepted, parse: { isName($0) ? $0 : nil })
    static let nameAccepted = "up to 64 letters, digits, '.', '_' and '-', not starting with '.' or '-'"

    static func isName(_ text: String) -> Bool { (try? BudgetTextError.checkName(text, "name")) != nil }

    /// How every command that changes budgets is heard by a running daemon.
    static let daemonDiscussion = """
        A running daemon is asked over HTTP, with BURSAR_API_TOKEN, and the change is in force when the command ends; \
        without one the books are opened.
        """

    /// A usage error that names the option in which `error` was found.
    static func usageError(
        _ error: BudgetTextError, _ command: String, _ arguments: String
    ) -> Arguments.UsageError {
        let options = [
            "scope": "--scope", "period": "--period", "limit": "--limit", "warn": "--warn", "label": "--label",
            "urgent.percent": "--reserve", "urgent.labels": "--reserve-label", "amount": "<amount>", "name": "<name>",
            "users": "<user>", "cost_centre": "--cost-centre",
        ]
        var named = error
        named.field = options[error.field] ?? error.field
        let message = error.reason.hasPrefix("is missing") ? "\(named.field) \(error.reason)" : named.description
        return Arguments.UsageError(
            message: message, usage: "bursar \(command) \(arguments)", help: "bursar \(command) --help")
    }

    static let remove = Command(
        "budgets remove", summary: "Takes a budget out of force.",
        discussion: "What was counted is not lost: set again, it counts what the books say. " + daemonDiscussion,
        parameters: [name] + OperatorOptions.withOptionalReason + [
            OutputFormat.parameter, CommandSettings.dataDirectory,
        ],
        examples: [.init("bursar budgets remove people", "the budget 'people' is no more")]
    ) { values in
        try await OperatorOptions.use(values, reason: "bursar budgets remove") { desk, note in
            let answer = try await desk.change(.remove(values[name]), note)
            Confirmation.show(answer, values, "The budget '\(values[name])' is removed.", [("removed", values[name])])
        }
    }

    private static let amount = Parameter<String>(
        argument: "amount", help: "How much more for the current period: 50000 (tokens) or 5usd.",
        accepted: "a number of tokens such as 50000, or dollars such as 5usd or 2.50usd"
    ) { text in
        (try? BudgetLimit(parsing: text)).flatMap { $0.amount > 0 ? text : nil }
    }
    private static let scope = Parameter<String?>(
        option: "--scope", value: "scope", help: "Of which counter, where the budget has one for each.",
        accepted: "one counter such as user:ann or merge_request:group/app!12", parse: { $0.isEmpty ? nil : $0 })

    static let grant = Command(
        "budgets grant", summary: "Adds to a budget for its current period only.",
        discussion: """
            The limit is back where it was at the next reset. The grant is in the audit log with its author and reason. \
            Reviews that the budget had blocked are tried again.
            """ + " " + daemonDiscussion,
        parameters: [name, amount, scope] + OperatorOptions.all + [
            OutputFormat.parameter, CommandSettings.dataDirectory,
        ],
        examples: [
            .init("bursar budgets grant daily 200000 --reason 'release week'", "two hundred thousand more for today"),
            .init(
                "bursar budgets grant people 5usd --scope user:ann --reason 'large migration'",
                "five dollars more for one of the people"),
        ]
    ) { values in
        let amount: BudgetLimit
        var counter: Scope?
        do throws(BudgetTextError) {
            amount = try BudgetLimit(parsing: values[Self.amount], field: "amount")
            if let text = values[scope] { counter = try Scope(counter: text) }
        } catch {
            throw usageError(error, "budgets grant", "<name> <amount> --reason <text>")
        }
        return try await OperatorOptions.use(values) { desk, note in
            let answer = try await desk.grant(amount, to: values[name], scope: counter, note)
            let show = { (key: String) in amount.unit.shown(answer[key]?.integer ?? 0) }
            let until = answer["resets_at"]?.string.map { " until \($0)" } ?? ", which never ends"
            Confirmation.show(
                answer, values,
                "\(amount.unit.shown(amount.amount)) more for '\(values[name])'\(until), by \(note.author): the limit "
                    + "is \(show("limit")), \(show("remaining")) are left.",
                [
                    ("budget", values[name]), ("counter", answer["counter"]?.string ?? ""),
                    ("amount", amount.description), ("author", note.author), ("reason", note.reason),
                    ("resets_at", answer["resets_at"]?.string ?? ""),
                ])
        }
    }
}

extension BudgetUnit {
    /// `amount` for people: `50,000 tokens`, `12.50 USD`.
    func shown(_ amount: Int) -> String {
        self == .tokens ? "\(grouped(amount)) tokens" : "\(text(amount).dropLast(3)) USD"
    }
}

/// What a command that changes something says when it is done.
enum Confirmation {
    /// Prints `sentence`, or `answer` as JSON, or `cells` as one row under their names.
    static func show(_ answer: JSONValue, _ values: Values, _ sentence: String, _ cells: [(String, String)]) {
        switch values[OutputFormat.parameter] {
        case .json: Console.print(String(decoding: answer.prettyBytes, as: UTF8.self))
        case .csv: Console.print(Rows(columns: cells.map { .init($0.0) }, rows: [cells.map(\.1)]).csv)
        case .table: Console.print(sentence + "\n")
        }
    }
}
