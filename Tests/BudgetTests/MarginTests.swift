import Budget
import Testing
import UTCTime

@Suite struct MarginTests {
    private let noon = Instant("2025-12-13T12:00:00Z") ?? Instant(milliseconds: 0)

    private func request(_ tokens: Int, iid: Int? = 1, labels: [String] = []) -> ReservationRequest {
        ReservationRequest(
            estimatedTokens: tokens,
            context: CallContext(project: "a/b", mergeRequestIID: iid, user: "ann", model: "m"),
            estimatedMicroUSD: 10 * tokens, labels: labels, mergeRequestLimit: BudgetLimit(50, .tokens))
    }

    @Test func `are of the budgets that apply, with what comes back and what does not`() throws {
        let budgets = try [
            BudgetDefinition(
                name: "money", scope: ScopePattern(parsing: "all"), period: .day, limit: BudgetLimit(parsing: "0.01usd")
            ),
            BudgetDefinition(
                name: "kept", scope: ScopePattern(parsing: "project:*"), period: .week,
                limit: BudgetLimit(parsing: "100"),
                enforcement: .warn, urgent: UrgentShare(percent: 20, labels: ["urgent"])),
            BudgetDefinition(
                name: "template", scope: ScopePattern(parsing: "merge_request:*"), period: .total,
                limit: BudgetLimit(parsing: "80"), label: "big"),
            BudgetDefinition(
                name: "other", scope: ScopePattern(parsing: "user:bob"), period: .day, limit: BudgetLimit(parsing: "1")),
        ]
        var counters = Counters(try BudgetSet(budgets: budgets), at: noon)
        counters.settle(CallAmount(tokens: 10, microUSD: 1000), for: request(1).context, at: noon)
        counters.hold(CallAmount(tokens: 7, microUSD: 70), for: request(1).context)
        counters.holdUnresolved(CallAmount(tokens: 3, microUSD: 30), for: request(1).context, dispatchedAt: noon)
        let margins = counters.margins(for: request(1), at: noon)
        let byName = Dictionary(uniqueKeysWithValues: margins.map { ($0.budget, $0) })
        #expect(Set(byName.keys) == ["money", "kept", "merge_request_budget"])
        let money = try #require(byName["money"])
        #expect((money.unit, money.left, money.leftLater, money.isBlocking) == (.usd, 8900, 8970, true))
        let kept = try #require(byName["kept"])
        #expect((kept.left, kept.leftLater, kept.isBlocking, kept.keptBack) == (60, 67, false, 20))
        let own = try #require(byName["merge_request_budget"])
        #expect((own.left, own.leftLater, own.resetsAt) == (30, 37, nil))
        let labelled = counters.margins(for: request(1, labels: ["urgent", "big"]), at: noon)
        #expect(labelled.first { $0.budget == "kept" }?.left == 80)
        #expect(labelled.first { $0.budget == "template" }?.left == 60)
        #expect(own.mayAdmitLater(CallAmount(tokens: 37)) && !own.mayAdmitLater(CallAmount(tokens: 38)))
        #expect(!money.mayAdmitLater(CallAmount(tokens: 1)), "no price is known")
        counters.isEnabled = false
        #expect(counters.margins(for: request(1), at: noon) == [])
    }

    @Test func `a merge request is counted when asked for, once, and by a budget of its own where there is one`() throws
    {
        var counters = Counters(at: noon)
        #expect(counters.isShort(for: request(1)) && !counters.countsMergeRequests)
        #expect(!counters.isShort(for: request(1, iid: nil)))
        #expect(counters.verdict(on: request(1000), at: noon) == .allow, "what is not counted is not checked")
        var fresh = Counters(countsMergeRequests: true, at: noon)
        fresh.settle(CallAmount(tokens: 20), for: request(1).context, at: noon)
        counters.replace(with: fresh)
        #expect(!counters.isShort(for: request(1)))
        guard case .refuse(let refusal) = counters.verdict(on: request(31), at: noon) else {
            Issue.record("admitted")
            return
        }
        #expect((refusal.budget, refusal.used, refusal.largestThatFits) == ("merge_request_budget", 20, 30))
        #expect(counters.verdict(on: request(30), at: noon) == .allow)
        let budget = try BudgetDefinition(
            name: "each", scope: ScopePattern(parsing: "merge_request:*"), period: .total,
            limit: BudgetLimit(parsing: "1000"))
        var next = Counters(try BudgetSet(budgets: [budget]), at: noon)
        next.settle(CallAmount(tokens: 20), for: request(1).context, at: noon)
        counters.replace(with: next)
        #expect(counters.margins(for: request(1), at: noon).map(\.used) == [20, 20])
        counters.replace(with: Counters(at: noon))
        #expect(counters.margins(for: request(1), at: noon).map(\.used) == [20])
    }
}
