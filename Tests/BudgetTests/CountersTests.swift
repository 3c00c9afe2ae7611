import Budget
import Testing
import UTCTime

@Suite struct CountersTests {
    private let noon = Instant("2025-12-13T12:00:00Z") ?? Instant(milliseconds: 0)

    private func budget(
        _ name: String, _ scope: String, _ period: Period, _ limit: String, _ enforcement: Enforcement = .block,
        unknownPrice: UnknownPrice = .block, urgent: UrgentShare? = nil, label: String? = nil
    ) throws -> BudgetDefinition {
        try BudgetDefinition(
            name: name, scope: ScopePattern(parsing: scope), period: period, limit: BudgetLimit(parsing: limit),
            enforcement: enforcement, unknownPrice: unknownPrice, urgent: urgent, label: label)
    }

    private func request(
        _ tokens: Int, _ microUSD: Int? = nil, user: String = "ann", iid: Int? = 1, labels: [String] = []
    ) -> ReservationRequest {
        ReservationRequest(
            estimatedTokens: tokens,
            context: CallContext(project: "platform/web/site", mergeRequestIID: iid, user: user, model: "big"),
            estimatedMicroUSD: microUSD, labels: labels)
    }

    private func refusal(_ counters: inout Counters, _ request: ReservationRequest) throws -> BudgetRefusal {
        guard case .refuse(let refusal) = counters.verdict(on: request, at: noon) else {
            throw BudgetTextError("verdict", nil, "admitted")
        }
        return refusal
    }

    @Test func `every scope counts the calls that are in it and no other`() throws {
        let scopes = [
            "all", "project:platform/web/site", "project:*", "group:platform", "group:platform/web", "group:*",
            "user:ann", "user:*", "team:core", "team:*", "merge_request:platform/web/site!1", "merge_request:*",
            "agent:reviewer", "command:review", "model:big", "model:*",
        ]
        let strangers = ["project:platform/web", "group:platform/web/site", "group:plat", "user:bob", "model:bi"]
        let budgets = try (scopes + strangers).enumerated().map { try budget("b\($0.offset)", $0.element, .day, "100") }
        let set = try BudgetSet(budgets: budgets, teams: [Team(name: "core", users: ["ann"])])
        var counters = Counters(set, at: noon)
        counters.settle(CallAmount(tokens: 7), for: request(7).context, at: noon)
        for standing in counters.standings() {
            let isStranger = strangers.contains(standing.budget.scope.description)
            #expect(standing.used == (isStranger ? 0 : 7), "\(standing.scope)")
        }
        #expect(counters.standings(of: budgets[5]).map(\.scope.name) == ["platform", "platform/web"])
    }

    @Test func `a merge request's budget spans its pushes, months included`() throws {
        var counters = Counters(try BudgetSet(budgets: [budget("mr", "merge_request:*", .total, "100")]), at: noon)
        counters.settle(CallAmount(tokens: 60), for: request(1).context, at: noon)
        counters.advance(to: noon.adding(seconds: 90 * 86_400))
        counters.settle(CallAmount(tokens: 30), for: request(1).context, at: noon.adding(seconds: 90 * 86_400))
        #expect(try refusal(&counters, request(11)).largestThatFits == 10)
        #expect(try refusal(&counters, request(11)).resetsAt == nil)
        #expect(counters.verdict(on: request(100, iid: 2), at: noon) == .allow)
    }

    @Test func `the budget that binds is the one the documented order names`() throws {
        let budgets = [
            try budget("hour", "user:*", .hour, "50"), try budget("month", "all", .month, "50"),
            try budget("small", "model:big", .hour, "20"), try budget("money", "all", .day, "1usd"),
            try budget("project", "project:*", .month, "50"),
        ]
        var counters = Counters(try BudgetSet(budgets: budgets), at: noon)
        counters.settle(CallAmount(tokens: 10, microUSD: 0), for: request(1).context, at: noon)
        counters.hold(CallAmount(tokens: 35, microUSD: 0), for: request(1).context)
        // All of them refuse; what waiting does not help with comes first.
        #expect(try refusal(&counters, request(21)).budget == "money")
        #expect(try refusal(&counters, request(21)).reason == .unknownPrice)
        #expect(try refusal(&counters, request(21, 0)).budget == "small")
        #expect(try refusal(&counters, request(21, 0)).reason == .exceedsLimit)
        // Then what begins anew last, and of those the narrowest scope.
        let last = try refusal(&counters, request(6, 0))
        #expect(last.budget == "project" && last.reason == .exhausted)
        #expect((last.used, last.held, last.limit, last.left) == (10, 35, 50, 5))
        #expect(last.resetsAt == Instant("2026-01-01T00:00:00Z"))
        // The largest that fits fits everywhere.
        #expect(last.largestThatFits == 0)
    }

    @Test func `money binds by what the call is expected to cost`() throws {
        var counters = Counters(try BudgetSet(budgets: [budget("money", "all", .day, "1usd")]), at: noon)
        counters.hold(CallAmount(tokens: 1, microUSD: 400_000), for: request(1).context)
        #expect(counters.verdict(on: request(10, 600_000), at: noon) == .allow)
        let refusal = try refusal(&counters, request(1000, 900_000))
        #expect((refusal.unit, refusal.held, refusal.limit, refusal.requested) == (.usd, 400_000, 1_000_000, 900_000))
        #expect(refusal.largestThatFits == 666)
    }

    @Test func `an unknown price blocks a budget in money unless it says otherwise`() throws {
        let strict = try budget("money", "all", .day, "1usd")
        let lenient = try budget("money", "all", .day, "1usd", unknownPrice: .allow)
        let warning = try budget("money", "all", .day, "1usd", .warn)
        var counters = Counters(try BudgetSet(budgets: [strict]), at: noon)
        #expect(try refusal(&counters, request(1)).reason == .unknownPrice)
        counters = Counters(try BudgetSet(budgets: [lenient]), at: noon)
        #expect(counters.verdict(on: request(1), at: noon) == .allow)
        counters = Counters(try BudgetSet(budgets: [warning]), at: noon)
        #expect(counters.verdict(on: request(1), at: noon) == .warn(budget: "money"))
        counters.settle(CallAmount(tokens: 5), for: request(5).context, at: noon)
        #expect(counters.standings().map { [$0.used, $0.calls, $0.unpricedCalls] } == [[0, 1, 1]])
    }

    @Test func `the last share is for urgent work`() throws {
        let share = try UrgentShare(percent: 20, labels: ["hotfix"])
        var counters = Counters(try BudgetSet(budgets: [budget("day", "all", .day, "100", urgent: share)]), at: noon)
        #expect(counters.verdict(on: request(80), at: noon) == .allow)
        let ordinary = try refusal(&counters, request(81))
        #expect((ordinary.reason, ordinary.keptBack, ordinary.largestThatFits) == (.exceedsLimit, 20, 80))
        #expect(counters.verdict(on: request(100, labels: ["x", "hotfix"]), at: noon) == .allow)
        #expect(try refusal(&counters, request(101, labels: ["hotfix"])).keptBack == 0)
        for percent in [0, 100] {
            #expect(throws: BudgetTextError.self) { try UrgentShare(percent: percent, labels: ["a"]) }
        }
    }

    @Test func `a label chooses a merge request's budget over all it has used`() throws {
        var counters = Counters(
            try BudgetSet(budgets: [
                budget("bugfix", "merge_request:*", .total, "100", label: "bug"),
                budget("feature", "merge_request:*", .total, "500", label: "feature"),
            ]), at: noon)
        counters.settle(CallAmount(tokens: 90), for: request(1).context, at: noon)
        #expect(try refusal(&counters, request(11, labels: ["bug"])).budget == "bugfix")
        #expect(counters.verdict(on: request(11, labels: ["feature"]), at: noon) == .allow)
        #expect(counters.verdict(on: request(1000), at: noon) == .allow)
        #expect(try refusal(&counters, request(11, labels: ["feature", "bug"])).budget == "bugfix")
    }

    @Test func `a grant is for one counter of one budget until its window ends`() throws {
        var counters = Counters(try BudgetSet(budgets: [budget("people", "user:*", .day, "100")]), at: noon)
        let amount = try BudgetLimit(parsing: "50")
        counters.grant(
            BudgetGrant(
                budget: "people", scope: try Scope(.user, parsing: "Ann"), amount: amount,
                until: noon.adding(seconds: 43_200)))
        #expect(counters.verdict(on: request(150), at: noon) == .allow)
        #expect(try refusal(&counters, request(151)).limit == 150)
        #expect(try refusal(&counters, request(101, user: "bob")).limit == 100)
        counters.advance(to: noon.adding(seconds: 43_200))
        #expect(try refusal(&counters, request(101)).limit == 100)
    }

    @Test func `holds go with the present, unknown outcomes with the window they were dispatched in`() throws {
        let budgets = [try budget("day", "all", .day, "100"), try budget("week", "all", .week, "100")]
        var counters = Counters(try BudgetSet(budgets: budgets), at: noon)
        counters.hold(CallAmount(tokens: 10), for: request(1).context)
        counters.holdUnresolved(CallAmount(tokens: 20), for: request(1).context, dispatchedAt: noon)
        counters.advance(to: noon.adding(seconds: 86_400))
        #expect(counters.standings().map { [$0.held, $0.unresolved] } == [[10, 0], [10, 20]])
        // A row that was decided before midnight and comes after it is no part of the new day.
        counters.settle(CallAmount(tokens: 5), for: request(1).context, at: noon)
        #expect(counters.standings().map(\.used) == [0, 5])
        counters.giveBackUnresolved(CallAmount(tokens: 20), for: request(1).context, dispatchedAt: noon)
        counters.giveBack(CallAmount(tokens: 10), for: request(1).context)
        #expect(counters.standings().map { $0.held + $0.unresolved } == [0, 0])
    }

    @Test func `a budget that is off counts all the same`() throws {
        var counters = Counters(try BudgetSet(budgets: [budget("day", "all", .day, "10")]), isEnabled: false, at: noon)
        #expect(counters.verdict(on: request(11), at: noon) == .allow)
        counters.settle(CallAmount(tokens: 11), for: request(1).context, at: noon)
        counters.isEnabled = true
        #expect(try refusal(&counters, request(1)).used == 11)
    }

    @Test func `a call that names nobody is nobody's`() throws {
        let budgets = [try budget("all", "all", .day, "100"), try budget("people", "user:*", .day, "1")]
        var counters = Counters(try BudgetSet(budgets: budgets), at: noon)
        #expect(counters.verdict(on: request(100, user: ""), at: noon) == .allow)
        #expect(try refusal(&counters, request(101, user: "")).budget == "all")
    }

    @Test func `sums stop before they overflow, and counters of the past are forgotten`() throws {
        var counters = Counters(try BudgetSet(budgets: [budget("people", "user:*", .hour, "100")]), at: noon)
        for round in 0..<3 {
            let time = noon.adding(seconds: Int64(round) * 3600)
            counters.advance(to: time)
            for number in 0..<5000 {
                counters.settle(
                    CallAmount(tokens: .max, microUSD: .max), for: request(1, user: "u\(round)-\(number)").context,
                    at: time)
            }
        }
        #expect(counters.counterCount <= 2 * 5000)
        #expect(counters.standings().count == Counters.standingsMax)
        #expect(counters.standings().first?.used == 2 * TokenUsage.tokensMax)
    }
}
