import Arguments
import Budget
import Daemon
import Ledger

/// `bursar budgets set`: puts a budget in force.
enum BudgetsSetCommand {
    private static func text(_ name: String, _ value: String, _ help: String) -> Parameter<String?> {
        Parameter<String?>(
            option: name, value: value, help: help, accepted: "a text that is not empty",
            parse: { $0.isEmpty ? nil : $0 })
    }

    private static let scope = text("--scope", "scope", "For what it is. Needed. 'user:*' is one counter for each.")
    private static let period = text(
        "--period", "period",
        "After what it begins anew, in UTC: hour, day, week, month or total. Needed, but for merge requests: total.")
    private static let limit = text("--limit", "limit", "How much it allows: 200000 (tokens) or 50usd. Needed.")
    private static let warnings = Parameter<[String]>(
        repeatedOption: "--warn", value: "threshold", help: "Where it is remarked: 80%, or an amount. May be repeated.",
        accepted: "a share such as 80%, or an amount", parse: { $0.isEmpty ? nil : $0 })
    private static let enforcement = Parameter<Enforcement>(
        option: "--enforcement", value: "choice", help: "What is done with a call that does not fit.", default: .block)
    private static let unknownPrice = Parameter<UnknownPrice>(
        option: "--unknown-price", value: "choice",
        help: "What a budget in dollars does with a model that has no price.", default: .block)
    private static let reserve = Parameter<Int?>(
        option: "--reserve", value: "percent", help: "The last percent of the limit are for urgent work alone.",
        accepted: "1 to 99", parse: { OperatorOptions.count($0.hasSuffix("%") ? String($0.dropLast()) : $0) })
    private static let reserveLabels = Parameter<[String]>(
        repeatedOption: "--reserve-label", value: "label",
        help: "Merge requests with this label are urgent. May be repeated.", accepted: "a label",
        parse: { $0.isEmpty ? nil : $0 })
    private static let label = text(
        "--label", "label", "Only merge requests with this label have it; the scope is merge_request:*.")

    static let command = Command(
        "budgets set", summary: "Puts a budget in force, or changes one.",
        discussion: """
            Scopes: all, project:<path>, group:<path> (and all below it), user:<name>, team:<name>, \
            merge_request:<path>!<number> (over its whole life), agent:<name>, command:<name>, model:<name>; with * in the \
            place of the name a counter for each. What was counted is kept, and new counters begin with what the books say of \
            their period. Every option that is left out is as its default says, also when the budget was there before.
            """ + "\n\n" + BudgetsCommand.daemonDiscussion,
        parameters: [
            BudgetsCommand.name, scope, period, limit, warnings, enforcement, unknownPrice, reserve, reserveLabels,
            label,
        ] + OperatorOptions.withOptionalReason + [OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init(
                "bursar budgets set people --scope 'user:*' --period week --limit 2000000",
                "two million tokens a week for each user"),
            .init(
                "bursar budgets set api --scope project:shop/api --period month --limit 50usd",
                "fifty dollars a month for one project"),
            .init(
                "bursar budgets set fix --scope 'merge_request:*' --limit 150000 --label fix",
                "merge requests labelled 'fix' have 150,000 tokens over their life"),
        ]
    ) { values in
        let budget: BudgetDefinition
        do throws(BudgetTextError) { budget = try definition(values) } catch {
            throw BudgetsCommand.usageError(
                error, "budgets set", "<name> --scope <scope> --period <period> --limit <limit>")
        }
        return try await OperatorOptions.use(values, reason: "bursar budgets set") { desk, note in
            let answer = try await desk.change(.set(budget), note)
            let unit = budget.limit.unit
            Confirmation.show(
                answer, values,
                "The budget '\(budget.name)' is in force: \(unit.shown(budget.limit.amount)) for \(budget.scope) "
                    + (budget.period == .total ? "in all" : "each \(budget.period.rawValue)")
                    + (budget.enforcement == .warn ? ", which only warns." : "."),
                [
                    ("budget", budget.name), ("scope", budget.scope.description), ("period", budget.period.rawValue),
                    ("limit", budget.limit.description),
                    ("warn", budget.thresholds.map { $0.text(unit) }.joined(separator: " ")),
                    ("enforcement", budget.enforcement.rawValue),
                ])
        }
    }

    private static func definition(_ values: Values) throws(BudgetTextError) -> BudgetDefinition {
        guard values[BudgetsCommand.name] != BudgetDefinition.dailyName else {
            throw BudgetTextError(
                "name", BudgetDefinition.dailyName, "TOKEN_DAILY_LIMIT sets this one; choose another name")
        }
        guard let scopeText = values[scope] else {
            throw BudgetTextError("scope", nil, "is missing; accepted are \(ScopeKind.forms)")
        }
        let scope = try ScopePattern(parsing: scopeText)
        guard let limitText = values[limit] else {
            throw BudgetTextError("limit", nil, "is missing; accepted is 200000 (tokens) or 50usd")
        }
        guard let periodText = values[period] ?? (scope.kind == .mergeRequest ? Period.total.rawValue : nil) else {
            throw BudgetTextError(
                "period", nil, "is missing; accepted are \(Period.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let limit = try BudgetLimit(parsing: limitText)
        var thresholds: [BudgetThreshold] = []
        for text in values[warnings] { thresholds.append(try BudgetThreshold(parsing: text, unit: limit.unit)) }
        var urgent: UrgentShare?
        if let percent = values[reserve] {
            urgent = try UrgentShare(percent: percent, labels: values[reserveLabels])
        } else if !values[reserveLabels].isEmpty {
            throw BudgetTextError("urgent.percent", nil, "is missing: how much of the limit is for these labels?")
        }
        return try BudgetDefinition(
            name: values[BudgetsCommand.name], scope: scope, period: try Period(parsing: periodText), limit: limit,
            thresholds: thresholds, enforcement: values[enforcement], unknownPrice: values[unknownPrice],
            urgent: urgent,
            label: values[label])
    }
}
