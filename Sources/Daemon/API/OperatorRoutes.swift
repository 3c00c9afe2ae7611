package import Budget
import HTTPServer
import HTTPWire
package import JSON
package import Ledger
import Prices
import UTCTime

/// What operators look at and do to the books while the daemon has them open: `bursar budgets` and `bursar resolve` ask
/// here.
struct OperatorRoutes: Sendable {
    let ledger: Ledger
    let prices: PricesInForce
    let now: @Sendable () -> Instant
    let access: APIAccess

    /// `/budgets`, `/grants`, and the resolution of a reservation.
    var routes: [Route] {
        [
            Route(
                .get, "/budgets", access: access.token,
                handler: .now { _ in
                    let others = ledger.standings().filter { $0.budget.name != DailyBudget.name }
                    let set = ledger.budgetSet()
                    return .json(
                        200,
                        [
                            "budgets": .array(ledger.budgets().map(\.json) + others.map(\.json)),
                            "definitions": .array(
                                set.budgets.filter { $0.name != DailyBudget.name }.map(BudgetsFile.json)),
                            "teams": .array(set.teams.map(BudgetsFile.json)),
                        ],
                        fields: [("Cache-Control", "no-store")])
                }),
            Route(.put, "/budgets/{name}", access: access.token, handler: .later(set)),
            Route(.delete, "/budgets/{name}", access: access.token, handler: .later(remove)),
            Route(.post, "/grants", access: access.token, handler: .later(grant)),
            Route(.post, "/budget/reservations/{id}/resolve", access: access.token, handler: .later(resolve)),
        ]
    }

    /// Sets the budget of the path: the body is as in `budgets.json`, with `reason` and `author` if there are any.
    private func set(_ routed: RoutedRequest, _ responder: Responder) {
        let name = routed.parameters["name"] ?? ""
        let budget: BudgetDefinition
        var note = OperatorNote(author: "api", reason: "PUT /budgets/\(name)")
        do {
            var body = try JSONValue(parsing: routed.request.body, limits: JSONLimits(depthMax: 8, valueCountMax: 1000))
            if case .object(var object) = body {
                note = OperatorNote(
                    author: object["author"]?.string ?? note.author, reason: object["reason"]?.string ?? note.reason)
                object["author"] = nil
                object["reason"] = nil
                body = .object(object)
            }
            budget = try BudgetsFile.budget(body, named: name)
        } catch {
            return responder.send(.problem(FieldErrors(messages: ["\(error)."])))
        }
        change(.set(budget), note, responder) { .json(200, BudgetsFile.json(budget)) }
    }

    private func remove(_ routed: RoutedRequest, _ responder: Responder) {
        let name = routed.parameters["name"] ?? ""
        guard ledger.budgetSet().budget(name) != nil else {
            return responder.send(.problem(404, title: "No such budget", detail: "No budget is called '\(name)'."))
        }
        change(.remove(name), OperatorNote(author: "api", reason: "DELETE /budgets/\(name)"), responder) {
            .json(200, ["removed": .string(name)])
        }
    }

    private func change(
        _ edit: BudgetEdit, _ note: OperatorNote, _ responder: Responder, _ answer: @escaping @Sendable () -> Response
    ) {
        ledger.changeBudgets(edit, note) { result in
            switch result {
            case .success: responder.send(answer())
            case .failure(let error): responder.send(.problem(error))
            }
        }
    }

    private func grant(_ routed: RoutedRequest, _ responder: Responder) {
        let body: GrantBody
        do { body = try GrantBody(routed.request.body) } catch { return responder.send(.problem(error)) }
        guard ledger.budgets().contains(where: { $0.name == body.budget }) else {
            return responder.send(
                .problem(404, title: "No such budget", detail: "\(OperatorDesk.UnknownBudget(name: body.budget))."))
        }
        ledger.grant(tokens: body.tokens, body.note) { result in
            switch result {
            case .success:
                let budget = ledger.budgets().first { $0.name == body.budget }
                responder.send(.json(201, budget?.json ?? .null))
            case .failure(let error): responder.send(.problem(error))
            }
        }
    }

    private func resolve(_ routed: RoutedRequest, _ responder: Responder) {
        let id = routed.parameters["id"] ?? ""
        let body: ResolutionBody
        do { body = try ResolutionBody(routed.request.body) } catch { return responder.send(.problem(error)) }
        guard let usage = body.usage else {
            return ledger.resolve(releasing: id, body.note) { result in
                switch result {
                case .success(let reservation): responder.send(.json(200, reservation.json))
                case .failure(let error): responder.send(.problem(error))
                }
            }
        }
        let call = OperatorDesk.call(usage, of: id, ledger: ledger, prices: prices.table, at: now())
        ledger.resolve(id, with: call, body.note) { result in
            switch result {
            case .success(let booking): responder.send(.json(booking.isDurable ? 200 : 202, booking.record.json))
            case .failure(let error): responder.send(.problem(error))
            }
        }
    }
}

/// The body of `POST /grants`: `{"budget": "daily", "tokens": 50000, "reason": "…", "author": "…"}`.
struct GrantBody: Sendable {
    /// The budget's name.
    var budget: String
    /// Tokens more for its current period.
    var tokens: Int
    /// Who and why.
    var note: OperatorNote

    /// Reads `body`.
    init(_ body: [UInt8]) throws(FieldErrors) {
        var fields = try Fields(body)
        budget = fields.text("budget", default: DailyBudget.name)
        tokens = fields.integer("tokens", in: 1...Ledger.grantTokensMax)
        note = fields.operatorNote()
        try fields.finish()
    }
}

/// The body of a resolution: the counts of the call, or `"release": true`; with `reason` and `author`.
struct ResolutionBody: Sendable {
    /// What the call is known to have used; nil: nothing.
    var usage: TokenUsage?
    /// Who and why.
    var note: OperatorNote

    /// Reads `body`.
    init(_ body: [UInt8]) throws(FieldErrors) {
        var fields = try Fields(body)
        let isReleased = fields.flag("release")
        let input = fields.optionalInteger("input_tokens", in: 0...TokenUsage.tokensMax)
        let output = fields.optionalInteger("output_tokens", in: 0...TokenUsage.tokensMax)
        note = fields.operatorNote()
        switch (input, output) {
        case (nil, nil):
            if !isReleased {
                fields.refuse("release", "is not true, and there are no input_tokens and output_tokens", ())
            }
        case (let input?, let output?):
            if isReleased { fields.refuse("release", "is true, but there are counts", ()) }
            do { usage = try TokenUsage(inputTokens: input, outputTokens: output) } catch {
                throw FieldErrors(messages: ["\(error)."])
            }
        default: fields.refuse("input_tokens", "and output_tokens come together", ())
        }
        try fields.finish()
    }
}

extension Fields {
    /// `reason`, which must be there, and `author`: whoever has the API token, when it does not say.
    fileprivate mutating func operatorNote() -> OperatorNote {
        let reason = text("reason")
        if reason.isEmpty { refuse("reason", "is empty, accepted is why this is done", ()) }
        return OperatorNote(author: optionalText("author") ?? "api", reason: reason)
    }
}

extension BudgetStanding {
    /// One counter of a budget as `GET /budgets` shows it; amounts are tokens or millionths of a dollar.
    package var json: JSONValue {
        [
            "name": .string(budget.name),
            "scope": .string(budget.scope.description),
            "counter": .string(scope.description),
            "period": .string(budget.period.rawValue),
            "enforcement": .string(budget.enforcement.rawValue),
            "label": JSONValue(budget.label),
            "unit": .string(budget.limit.unit == .tokens ? "tokens" : "micro_usd"),
            "limit": .integer(limit),
            "granted": .integer(granted),
            "used": .integer(used),
            "held": .integer(held),
            "unresolved": .integer(unresolved),
            "remaining": .integer(left),
            "percent": .integer(percent),
            "calls": .integer(calls),
            "unpriced_calls": .integer(unpricedCalls),
            "resets_at": JSONValue(window.end?.description),
        ]
    }
}

extension BudgetFigures {
    /// A budget as `GET /budgets` and `bursar budgets` show it.
    package var json: JSONValue {
        [
            "name": .string(name),
            "scope": .string(scope),
            "period": .string(period),
            "enabled": .bool(status.isEnabled),
            "enforcement": .string(rule.enforcement.rawValue),
            "limit_tokens": .integer(rule.limitTokens),
            "warn_tokens": .integer(rule.warningThresholdTokens),
            "granted_tokens": .integer(grantedTokens),
            "used_tokens": .integer(status.totalTokens),
            "held_tokens": .integer(status.heldTokens),
            "remaining_tokens": .integer(max(0, status.remainingTokens - status.heldTokens)),
            "level": .string(status.level.rawValue),
            "resets_at": .string(status.resetsAt.description),
            "grants": .array(
                grants.map { grant in
                    [
                        "tokens": .integer(grant.tokens), "author": .string(grant.author),
                        "reason": .string(grant.reason),
                    ]
                }),
        ]
    }
}
