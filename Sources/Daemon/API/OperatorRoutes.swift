import Budget
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Prices
import UTCTime

/// What operators do to reservations while the daemon has the books open: `bursar resolve` asks here.
struct OperatorRoutes: Sendable {
    let ledger: Ledger
    let prices: PricesInForce
    let now: @Sendable () -> Instant
    let access: APIAccess

    /// The resolution of a reservation.
    var routes: [Route] {
        [Route(.post, "/budget/reservations/{id}/resolve", access: access.token, handler: .later(resolve))]
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
    mutating func operatorNote() -> OperatorNote {
        let reason = text("reason")
        if reason.isEmpty { refuse("reason", "is empty, accepted is why this is done", ()) }
        return OperatorNote(author: optionalText("author") ?? "api", reason: reason)
    }
}
