import Budget
import Glibc
import Platform
import TestDisk
import Testing
import UTCTime

@testable import Ledger

@Suite struct `A limit that a request brings for its merge request` {
    private func request(
        _ tokens: Int, iid: Int? = 1, limit: BudgetLimit? = BudgetLimit(100, .tokens), microUSD: Int? = nil
    ) -> ReservationRequest {
        ReservationRequest(
            estimatedTokens: tokens,
            context: CallContext(project: "Group/app", mergeRequestIID: iid, user: "ann", model: "big"),
            estimatedMicroUSD: microUSD, mergeRequestLimit: limit)
    }

    private func settle(_ ledger: Ledger, _ request: ReservationRequest, tokens: Int, microUSD: Int? = nil) throws {
        let reservation = try ledger.reserve(request).reservation()
        _ = try ledger.dispatch(reservation.id)
        _ = try ledger.settle(
            reservation.id,
            with: CompletedCall(
                usage: TokenUsage(inputTokens: tokens, outputTokens: 0), durationMilliseconds: 1,
                cost: microUSD.map { CallCost(amount: MicroUSD(Int64($0)), priceID: "big@2025") }))
    }

    private func refusal(_ ledger: Ledger, _ request: ReservationRequest) throws -> BudgetRefusal {
        guard case .refused(let refusal) = try ledger.reserve(request) else { throw LedgerError.closed }
        return refusal.cause
    }

    @Test func `counts what was booked and held before anyone asked, over months and restarts`() throws {
        let bench = try Bench("2025-11-29T09:00:00Z")
        var ledger = try bench.open()
        try settle(ledger, request(60, limit: nil), tokens: 50)
        _ = try ledger.reserve(request(10, limit: nil)).reservation()
        try settle(ledger, request(90, iid: 2, limit: nil), tokens: 90)
        for round in 0..<3 {
            let found = try refusal(ledger, request(round == 2 ? 51 : 41))
            #expect((found.budget, found.scope.description) == ("merge_request_budget", "merge_request:group/app!1"))
            #expect((found.period, found.resetsAt, found.reason) == (.total, nil, .exhausted))
            #expect((found.used, found.held, found.limit) == (50, round == 2 ? 0 : 10, 100))
            #expect(found.largestThatFits == (round == 2 ? 50 : 40))
            #expect(try refusal(ledger, request(11, iid: 2)).used == 90)
            #expect(try refusal(ledger, request(101, iid: 3)).reason == .exceedsLimit)
            // Without a limit of its own the same merge request is not checked, nor is a call of none.
            #expect(ledger.refusal(of: request(1000, limit: nil)) == nil)
            #expect(ledger.refusal(of: request(1000, iid: nil)) == nil)
            ledger.close()
            // The second restart is in another month; by then the open hold's time is up.
            if round == 1 { try bench.clock.set("2025-12-03T09:00:00Z") }
            ledger = try bench.open()
        }
        _ = try ledger.reserve(request(50)).reservation()
        #expect(try refusal(ledger, request(1)).largestThatFits == 0)
        ledger.close()
        #expect(!(try bench.folder.names("")).contains("budgets.json"))
    }

    @Test func `in money it holds what is expected, and refuses what has no price`() throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let limit = BudgetLimit(1_000_000, .usd)
        #expect(try refusal(ledger, request(10, limit: limit)).reason == .unknownPrice)
        try settle(ledger, request(10, limit: limit, microUSD: 500_000), tokens: 10, microUSD: 700_000)
        #expect(try refusal(ledger, request(10, limit: limit, microUSD: 300_001)).used == 700_000)
        _ = try ledger.reserve(request(10, limit: limit, microUSD: 300_000)).reservation()
        ledger.close()
    }

    @Test func `of several refusals the one that waiting does not help with is named`() throws {
        let bench = try Bench()
        let ledger = try bench.open(limit: 200)
        #expect(try refusal(ledger, request(201, limit: BudgetLimit(300, .tokens))).budget == "daily")
        #expect(try refusal(ledger, request(201, limit: BudgetLimit(50, .tokens))).budget == "merge_request_budget")
        let both = try refusal(ledger, request(201, limit: BudgetLimit(150, .tokens)))
        #expect(both.largestThatFits == 150)
        #expect(try refusal(ledger, request(201, limit: BudgetLimit(300, .tokens))).largestThatFits == 200)
        ledger.close()
    }

    @Test func `a changed daily limit and new budgets keep what was counted`() throws {
        let bench = try Bench()
        let ledger = try bench.open()
        try settle(ledger, request(60), tokens: 60)
        ledger.update(
            budget: DailyBudget(
                isEnabled: true, limitTokens: 5000, warningThresholdTokens: 4000, enforcement: .block))
        #expect(try refusal(ledger, request(41)).used == 60)
        _ = try ledger.changeBudgets(
            .set(
                BudgetDefinition(
                    name: "app", scope: ScopePattern(parsing: "project:group/app"), period: .day,
                    limit: BudgetLimit(parsing: "1000"))), OperatorNote(author: "root", reason: "test"))
        #expect(try refusal(ledger, request(41)).used == 60)
        let margins = ledger.margins(for: request(1))
        #expect(Set(margins.map(\.budget)) == ["daily", "app", "merge_request_budget"])
        #expect(margins.allSatisfy { $0.used == 60 })
        ledger.close()
    }

    @Test func `when the rows cannot be read it is refused with the reason, and asked again next time`() throws {
        let bench = try Bench()
        try settle(try bench.open(), request(60, limit: nil), tokens: 60)
        let ledger = try bench.open()
        let path = bench.folder.path + "/token-logs"
        #expect(rename(path, path + ".away") == 0)
        try bench.folder.write("", to: "token-logs")
        #expect(throws: LedgerError.self) { try ledger.reserve(request(41)) }
        #expect(unlink(path) == 0 && rename(path + ".away", path) == 0)
        #expect(try refusal(ledger, request(41)).used == 60)
        ledger.close()
    }
}
