import Dispatch
import HTTPServer
import HTTPWire
import Ledger
import Platform
import Settings
import UTCTime

/// `POST /estimate`: a diff in, what its review would cost out. Nothing is called and nothing is held.
struct EstimateRoutes: Sendable {
    let settings: Settings
    let ledger: Ledger
    let prices: PricesInForce
    let learned: LearnedTokens
    let now: @Sendable () -> Instant
    let access: APIAccess

    /// The route.
    var routes: [Route] {
        [
            Route(
                .post, "/estimate", mediaTypes: [], access: access.token,
                handler: .later { routed, responder in
                    // A large diff takes a while: not on the loop.
                    DispatchQueue.global().async { responder.send(answer(routed.request.body)) }
                })
        ]
    }

    private func answer(_ diff: [UInt8]) -> Response {
        let service = EstimateService(settings, prices: prices.table, learned: learned.current, at: now())
        let report = service.report(onDiff: diff, budgets: EstimateBudgets(ledger))
        guard !report.isEmpty else {
            return .problem(
                400, title: "The request's body is no diff",
                detail: "No changed file is in the body; accepted is what 'git diff' or 'diff -u' writes.")
        }
        return .json(200, report.json, fields: [("Cache-Control", "no-store")])
    }
}
