import Budget
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Platform
import Prices
import Synchronization
import UTCTime

/// The budget for whoever asks over HTTP: its status, reservations and records.
struct BudgetRoutes: Sendable {
    private let ledger: Ledger
    private let prices: PricesInForce
    private let now: @Sendable () -> Instant
    private let access: APIAccess

    /// The endpoints over `ledger`, pricing calls by `prices`.
    init(ledger: Ledger, prices: PricesInForce, now: @escaping @Sendable () -> Instant, access: APIAccess) {
        self.ledger = ledger
        self.prices = prices
        self.now = now
        self.access = access
    }

    /// `/budget/status`, `/budget/reservations`, what follows a reservation, `/usage`, and what operators do.
    var routes: [Route] {
        let status = StatusAnswer(ledger: ledger)
        return [
            Route(.get, "/budget/status", handler: .now { _ in status.response() }),
            Route(.post, "/budget/reservations", access: access.token, handler: .later(reserve)),
            Route(.post, "/budget/reservations/{id}/dispatch", access: access.token, handler: .later(dispatch)),
            Route(.post, "/budget/reservations/{id}/settle", access: access.token, handler: .later(settle)),
            Route(.post, "/budget/reservations/{id}/release", access: access.token, handler: .later(release)),
            Route(.post, "/usage", access: access.token, handler: .later(record)),
        ] + OperatorRoutes(ledger: ledger, prices: prices, now: now, access: access).routes
            + BudgetsRoutes(ledger: ledger, access: access).routes
    }

    private func reserve(_ routed: RoutedRequest, _ responder: Responder) {
        var request: ReservationRequest
        do { request = try ReservationRequest(routed.request.body) } catch {
            return responder.send(.problem(error))
        }
        // Nobody said what of it is input: the dearest kind of token is what budgets in money must be ready for.
        request.estimatedMicroUSD = prices.table.price(of: request.context.model, at: now())?
            .highestMicroUSD(tokens: request.estimatedTokens)
        ledger.reserve(request) { [prices, now] result in
            switch result {
            case .success(.granted(let reservation, let decision)):
                let outputMax = prices.table.price(of: reservation.context.model, at: now())?.maxOutputTokens
                var body = JSONObject([
                    ("id", .string(reservation.id)), ("decision", .string(decision.rawValue)),
                    ("max_output_tokens", .integer(min(reservation.tokens, outputMax ?? reservation.tokens))),
                ])
                for member in reservation.json.object?.members ?? [] { body[member.key] = member.value }
                responder.send(.json(201, .object(body)))
            case .success(.refused(let refusal)): responder.send(.blocked(refusal, now: now()))
            case .failure(let error): responder.send(.problem(error))
            }
        }
    }

    private func dispatch(_ routed: RoutedRequest, _ responder: Responder) {
        ledger.dispatch(routed.parameters["id"] ?? "") { responder.send(.reservation($0)) }
    }

    private func release(_ routed: RoutedRequest, _ responder: Responder) {
        ledger.release(routed.parameters["id"] ?? "") { responder.send(.reservation($0)) }
    }

    private func settle(_ routed: RoutedRequest, _ responder: Responder) {
        let id = routed.parameters["id"] ?? ""
        // A reservation that is done is still asked about: a repeated settlement gets the answer it got before.
        let context = ledger.reservation(id)?.context ?? CallContext(model: CallContext.unnamedModel)
        let body: UsageBody
        do { body = try UsageBody(routed.request.body, settling: context) } catch {
            return responder.send(.problem(error))
        }
        ledger.settle(id, with: completed(body)) { responder.send(.booking($0, status: 200)) }
    }

    private func record(_ routed: RoutedRequest, _ responder: Responder) {
        let body: UsageBody
        do { body = try UsageBody(routed.request.body) } catch { return responder.send(.problem(error)) }
        ledger.record(completed(body), context: body.context, idempotencyKey: body.idempotencyKey) {
            responder.send(.booking($0, status: 201))
        }
    }

    private func completed(_ body: UsageBody) -> CompletedCall {
        CompletedCall(
            usage: body.usage, durationMilliseconds: body.durationMilliseconds,
            cost: prices.table.cost(of: body.usage, model: body.context.model, at: now(), isBatch: body.isBatch),
            model: body.context.model)
    }
}

/// `GET /budget/status`, rendered anew only when the books or the day changed.
private final class StatusAnswer: Sendable {
    private let ledger: Ledger
    private let rendered = Mutex<(revision: UInt64, day: Day, response: Response)?>(nil)

    init(ledger: Ledger) { self.ledger = ledger }

    func response() -> Response {
        let revision = ledger.revision
        let status = ledger.status()
        return rendered.withLock { rendered in
            if let rendered, rendered.revision == revision, rendered.day == status.day { return rendered.response }
            let response = Response.json(200, status.json, fields: [("Cache-Control", "no-store")])
            rendered = (revision, status.day, response)
            return response
        }
    }
}

extension Response {
    /// 429: the budget says no, with everything a caller needs to decide what to do (RFC 9457 with more members).
    fileprivate static func blocked(_ refusal: Refusal, now: Instant) -> Response {
        let cause = refusal.cause
        let wait = cause.resetsAt.map { max(1, ($0.milliseconds - now.milliseconds + 999) / 1000) }
        return .problem(
            429, title: "Budget exhausted", detail: refusal.sentence,
            members: [
                ("decision", .string(Decision.block.rawValue)),
                ("budget", .string(refusal.budget)),
                ("requested", .integer(refusal.requestedTokens)),
                ("used", .integer(refusal.usedTokens)),
                ("held", .integer(refusal.heldTokens)),
                ("limit", .integer(refusal.limitTokens)),
                ("largest_that_fits", .integer(refusal.largestThatFits)),
                ("resets_at", JSONValue(cause.resetsAt?.description)),
                ("scope", .string(cause.scope.description)),
                ("period", .string(cause.period.rawValue)),
                ("unit", .string(cause.unit == .tokens ? "tokens" : "micro_usd")),
                ("reason", .string(cause.reason.rawValue)),
                ("held_by", .array(refusal.holders.largest.map(\.json))),
                (
                    "held_by_others",
                    [
                        "reviews": .integer(refusal.holders.otherCount),
                        "amount": .integer(refusal.holders.otherAmount),
                    ]
                ),
            ],
            // Waiting for a budget that never begins anew is of no use.
            fields: wait.map { [("Retry-After", String($0))] } ?? [])
    }

    fileprivate static func reservation(_ result: Result<Reservation, LedgerError>) -> Response {
        switch result {
        case .success(let reservation): .json(200, reservation.json)
        case .failure(let error): .problem(error)
        }
    }

    /// The record: with `status` once it is on disk, with 202 while it is only in memory.
    fileprivate static func booking(_ result: Result<Booking, LedgerError>, status: Int) -> Response {
        switch result {
        case .success(let booking): .json(booking.isDurable ? status : 202, booking.record.json)
        case .failure(let error): .problem(error)
        }
    }

    /// 400, naming every field that is wrong.
    static func problem(_ errors: FieldErrors) -> Response {
        .problem(
            400, title: "The request's body is not what this endpoint takes",
            detail: errors.messages.joined(separator: " "),
            members: [("errors", .array(errors.messages.map { .string($0) }))])
    }
}

extension Holders.Review {
    /// Which review holds how much, in the unit of the budget.
    fileprivate var json: JSONValue {
        [
            "merge_request": session.isEmpty ? .null : .string(session), "amount": .integer(amount),
            "calls": .integer(callCount),
        ]
    }
}

extension Refusal {
    /// The refusal in one sentence for people.
    var sentence: String {
        let amount = { cause.unit.text($0) + (cause.unit == .tokens ? " tokens" : "") }
        let figures =
            "The budget '\(budget)' has used \(cause.unit.text(cause.used)) and holds \(cause.unit.text(cause.held)) of "
            + "\(amount(cause.limit))."
        let request =
            "\(amount(cause.requested)) were asked for; at most \(largestThatFits)"
            + (cause.unit == .tokens ? " would fit now." : " tokens would fit now.")
        switch cause.reason {
        case .unknownPrice:
            return
                "\(figures) No price is known for the model, so a budget in money cannot admit it: see bursar prices."
        case .exceedsLimit:
            return "\(figures) \(request) That is more than the whole limit, so waiting will not help."
        case .exhausted:
            return cause.resetsAt.map { "\(figures) \(request) It resets at \($0)." }
                ?? "\(figures) \(request) It never resets: see bursar budgets grant."
        }
    }
}
