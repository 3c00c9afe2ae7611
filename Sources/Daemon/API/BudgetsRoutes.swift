import Budget
import HTTPServer
import HTTPWire
import JSON
import Ledger

/// The budgets, teams and grants while the daemon has the books open: `bursar budgets` and `bursar teams` ask here.
struct BudgetsRoutes: Sendable {
    let ledger: Ledger
    let access: APIAccess

    /// `/budgets`, `/teams` and `/grants`.
    var routes: [Route] {
        [
            .report("/budgets", UsageDeclarations.budgets, access) { [ledger] head, fields in
                let format = fields.format(head)
                return {
                    let overview = ledger.overview()
                    return format == .csv
                        ? .csv(overview.standings.rows) : .json(overview.json(daily: ledger.budgets()))
                }
            },
            Route(.put, "/budgets/{name}", access: access.token, handler: .later(setBudget)),
            Route(.delete, "/budgets/{name}", access: access.token, handler: .later(removeBudget)),
            Route(
                .get, "/teams", access: access.token,
                handler: .now { _ in
                    .json(
                        200, ["teams": .array(ledger.budgetSet().teams.map(BudgetsFile.json))],
                        fields: [("Cache-Control", "no-store")])
                }),
            Route(.put, "/teams/{name}", access: access.token, handler: .later(setTeam)),
            Route(.delete, "/teams/{name}", access: access.token, handler: .later(removeTeam)),
            Route(.post, "/grants", access: access.token, handler: .later(grant)),
        ]
    }

    /// Sets the budget of the path: the body is as in `budgets.json`, with `reason` and `author` if there are any.
    private func setBudget(_ routed: RoutedRequest, _ responder: Responder) {
        set(routed, responder, "/budgets/") { name, value in
            .set(try BudgetsFile.budget(value, named: name))
        }
    }

    /// Sets the team of the path: the body is as in `budgets.json`, with `reason` and `author` if there are any. Without
    /// `cost_centre` the team keeps the one it has; an empty one takes it away.
    private func setTeam(_ routed: RoutedRequest, _ responder: Responder) {
        set(routed, responder, "/teams/") { name, value in
            let team = try BudgetsFile.team(value, named: name)
            return value["cost_centre"]?.isNull ?? true ? .setPeople(team) : .setTeam(team)
        }
    }

    private func set(
        _ routed: RoutedRequest, _ responder: Responder, _ path: String,
        _ read: (String, JSONValue) throws -> BudgetEdit
    ) {
        let name = routed.parameters["name"] ?? ""
        do {
            let (note, value) = try Self.note(routed, "PUT \(path)\(name)")
            change(try read(name, value ?? .null), note, responder)
        } catch {
            responder.send(.problem(FieldErrors(messages: ["\(error)."])))
        }
    }

    private func removeBudget(_ routed: RoutedRequest, _ responder: Responder) {
        let name = routed.parameters["name"] ?? ""
        guard ledger.budgetSet().budget(name) != nil else {
            return responder.send(.problem(404, title: "No such budget", detail: "No budget is called '\(name)'."))
        }
        remove(.remove(name), routed, responder, "DELETE /budgets/\(name)")
    }

    private func removeTeam(_ routed: RoutedRequest, _ responder: Responder) {
        let name = routed.parameters["name"] ?? ""
        guard ledger.budgetSet().team(name) != nil else {
            return responder.send(.problem(404, title: "No such team", detail: "No team is called '\(name)'."))
        }
        remove(.removeTeam(name), routed, responder, "DELETE /teams/\(name)")
    }

    private func remove(_ edit: BudgetEdit, _ routed: RoutedRequest, _ responder: Responder, _ reason: String) {
        do {
            let (note, _) = try Self.note(routed, reason)
            change(edit, note, responder)
        } catch {
            responder.send(.problem(FieldErrors(messages: ["\(error)."])))
        }
    }

    /// Who changes a budget and why, taken out of the body; `reason` where it says nothing. The rest of the body, or nil.
    private static func note(_ routed: RoutedRequest, _ reason: String) throws -> (OperatorNote, JSONValue?) {
        guard !routed.request.body.isEmpty else { return (OperatorNote(author: "api", reason: reason), nil) }
        let limits = JSONLimits(depthMax: 8, valueCountMax: 2 * Team.usersMax)
        let value: JSONValue
        do { value = try JSONValue(parsing: routed.request.body, limits: limits) } catch {
            throw BudgetTextError("body", nil, "\(error)")
        }
        guard case .object(var object) = value else {
            throw BudgetTextError("body", nil, "\(value.kind), wanted is an object")
        }
        func text(_ name: String, _ fallback: String) throws -> String {
            guard let value = object[name], !value.isNull else { return fallback }
            guard let text = value.string else { throw BudgetTextError(name, nil, "\(value.kind), wanted is a text") }
            return text
        }
        let note = OperatorNote(author: try text("author", "api"), reason: try text("reason", reason))
        object["author"] = nil
        object["reason"] = nil
        return (note, .object(object))
    }

    private func change(_ edit: BudgetEdit, _ note: OperatorNote, _ responder: Responder) {
        ledger.changeBudgets(edit, note) { result in
            switch result {
            case .success(let set): responder.send(.json(200, edit.answer(set)))
            case .failure(let error): responder.send(.problem(error))
            }
        }
    }

    private func grant(_ routed: RoutedRequest, _ responder: Responder) {
        let body: GrantBody
        do { body = try GrantBody(routed.request.body) } catch { return responder.send(.problem(error)) }
        guard ledger.budgetSet().budget(body.budget) != nil else {
            let names = ledger.budgetSet().budgets.prefix(20).map(\.name).joined(separator: ", ")
            return responder.send(
                .problem(
                    404, title: "No such budget", detail: "No budget is called '\(body.budget)'; there is: \(names)."))
        }
        ledger.grant(body.amount, to: body.budget, scope: body.scope, body.note) { result in
            switch result {
            case .success(let standing): responder.send(.json(201, standing.json))
            case .failure(let error): responder.send(.problem(error))
            }
        }
    }
}

/// The body of `POST /grants`: `{"budget": "people", "amount": "5usd", "scope": "user:ann", "reason": "…", "author": "…"}`.
struct GrantBody: Sendable {
    /// The budget's name.
    var budget: String
    /// How much more for its current period.
    var amount: BudgetLimit
    /// Which counter of it; nil where it has one alone.
    var scope: Scope?
    /// Who and why.
    var note: OperatorNote

    /// Reads `body`. `tokens` says the same as an `amount` without a unit.
    init(_ body: [UInt8]) throws(FieldErrors) {
        var fields = try Fields(body)
        budget = fields.text("budget", default: DailyBudget.name)
        let amounts = [fields.amount("amount"), fields.amount("tokens")].compactMap { $0 }
        note = fields.operatorNote()
        if let text = fields.optionalText("scope", lengthMax: 600) {
            scope = try? Scope(counter: text)
            if scope == nil {
                fields.refuse("scope", "is \(text), accepted is one counter such as user:ann", ())
            }
        }
        amount = amounts.first ?? BudgetLimit.none
        try fields.finish()
        guard amounts.count == 1 else {
            throw FieldErrors(messages: ["amount is \(amounts.isEmpty ? "missing" : "given twice"): 50000 or \"5usd\"."]
            )
        }
    }
}
