import Budget
import HTTPServer
import JSON
import Ledger

/// What the routes say of themselves that change budgets, teams and alerts.
enum BudgetDeclarations {
    /// By method and path.
    static let all: [String: RouteDeclaration] = [
        "PUT /budgets/{name}": .init(
            "setBudget", "Sets a budget; it is in force when this answers", tag: "budgets", security: .token,
            parameters: [name], body: .init(schema: budget),
            answers: [.json(200, "The budget.", Schema.of(.budget))] + change),
        "DELETE /budgets/{name}": .init(
            "removeBudget", "Removes a budget", tag: "budgets", security: .token, parameters: [name], body: noteAlone,
            answers: [.json(200, "It is gone.", removed)] + change),
        "POST /grants": .init(
            "grant", "Gives a budget more for its current period", tag: "budgets", security: .token,
            body: .init(schema: grant),
            answers: [.json(201, "The counter that has more now.", Schema.of(.budgetCounter))] + change),
        "GET /teams": .init(
            "listTeams", "Every team with its people", tag: "budgets", security: .token,
            answers: [
                .json(200, "The teams.", Schema.object([("teams", Schema.array(Schema.of(.team)))])), .unauthorized,
            ]),
        "PUT /teams/{name}": .init(
            "setTeam", "Sets who is in a team; it is in force when this answers", tag: "budgets", security: .token,
            parameters: [teamName], body: .init(schema: team),
            answers: [.json(200, "The team.", Schema.of(.team))] + change),
        "DELETE /teams/{name}": .init(
            "removeTeam", "Removes a team", tag: "budgets", security: .token, parameters: [teamName], body: noteAlone,
            answers: [.json(200, "It is gone.", removed)] + change),
        "POST /alerts/{id}/acknowledge": .init(
            "acknowledgeAlert", "Notes that somebody has seen an alert", tag: "alerts", security: .token,
            parameters: [
                .init(name: "id", isInPath: true, isRequired: true, summary: "The alert's id.", schema: Schema.text)
            ],
            body: .init(
                schema: Schema.object(
                    [("author", Schema.optionalText(lengthMax: RouteDeclarations.textMax))], required: []),
                isRequired: false),
            answers: [
                .json(200, "The alert.", Schema.of(.alert)), .badRequest, .unauthorized,
                .problem(404, "There is no such alert."), .problem(413, "The body is too long."),
                .problem(415, "The body is not JSON."), .unavailable,
            ]),
    ]

    private static let name = RouteDeclaration.Parameter(
        name: "name", isInPath: true, isRequired: true, summary: "The budget's name.", schema: Schema.text)

    private static let teamName = RouteDeclaration.Parameter(
        name: "name", isInPath: true, isRequired: true, summary: "The team's name.", schema: Schema.text)

    /// Who, and why: neither is needed where the change itself says enough.
    private static let note: [(String, JSONValue)] = ["author", "reason"].map {
        ($0, ["type": ["string", "null"], "minLength": 1, "maxLength": .integer(RowFormat.textBytesMax)])
    }

    private static let noteAlone = RouteDeclaration.Body(
        schema: Schema.object(note, required: []), isRequired: false)

    private static let removed = Schema.object([("removed", Schema.text)])

    /// Tokens, or a text with tokens or dollars.
    private static func amount(_ text: String, isOptional: Bool = false) -> JSONValue {
        [
            "anyOf": .array(
                [Schema.integer(0...BudgetLimit.amountMax), ["type": "string", "pattern": .string(text)]]
                    + (isOptional ? [["type": "null"]] : []))
        ]
    }

    private static let limitPattern = "^[0-9]+((\\.[0-9]+)?(usd|USD))?$"
    private static let warnPattern = "^[0-9]+(%|(\\.[0-9]+)?(usd|USD))?$"

    private static let budget = Schema.object(
        note + [
            ("name", Schema.optionalText), ("scope", Schema.text),
            ("period", Schema.optionalWord(SharedSchema.periods)),
            ("limit", amount(limitPattern)),
            (
                "warn",
                [
                    "anyOf": [
                        Schema.integer(0...BudgetLimit.amountMax), ["type": "string", "pattern": .string(warnPattern)],
                        Schema.array(amount(warnPattern)), ["type": "null"],
                    ],
                    "description": "Where it is remarked: \"80%\", or an amount; one or several.",
                ]
            ), ("enforcement", Schema.optionalWord(SharedSchema.enforcements)),
            ("unknown_price", Schema.optionalWord(SharedSchema.unknownPrices)),
            (
                "urgent",
                [
                    "anyOf": [
                        Schema.object(
                            [
                                ("percent", Schema.integer(1...99)),
                                ("labels", ["type": ["array", "null"], "items": Schema.text]),
                            ], required: ["percent"], isClosed: true), ["type": "null"],
                    ],
                    "description": "The last percent of the limit are for merge requests with one of these labels.",
                ]
            ), ("label", Schema.optionalText),
        ], required: ["scope", "limit"], isClosed: true)

    private static let team = Schema.object(
        note + [
            ("name", Schema.optionalText),
            (
                "users",
                [
                    "type": "array", "items": ["type": "string", "minLength": 1], "minItems": 1,
                    "maxItems": .integer(Team.usersMax),
                ]
            ),
            (
                "cost_centre",
                [
                    "type": ["string", "null"], "maxLength": .integer(Team.costCentreBytesMax),
                    "description": "Who pays; as it was unless given, none when empty.",
                ]
            ),
        ], required: ["users"], isClosed: true)

    private static let grant = Schema.object(
        RouteDeclarations.note + [
            ("budget", Schema.optionalText(lengthMax: RouteDeclarations.textMax)),
            (
                "scope",
                [
                    "type": ["string", "null"],
                    "description": "Which counter, such as user:ann, where the budget has one for each.",
                ]
            ), ("amount", amount(limitPattern, isOptional: true)), ("tokens", amount(limitPattern, isOptional: true)),
        ], required: ["reason"])

    private static let change: [RouteDeclaration.Answer] = [
        .badRequest, .unauthorized, .problem(404, "There is no such budget or team."),
        .problem(409, "A change is on its way."), .problem(413, "The body is too long."),
        .problem(415, "The body is not JSON."), .unavailable,
    ]
}
