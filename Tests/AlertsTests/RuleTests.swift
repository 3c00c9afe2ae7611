import Budget
import JSON
import Testing
import UTCTime

@testable import Alerts
@testable import Forecast

@Suite struct `A budget is told` {
    /// Settled, held, granted, and the threshold that is told.
    @Test(
        arguments: [
            (0, 0, 0, nil), (499, 0, 0, nil), (500, 0, 0, "50%"), (400, 99, 0, nil), (400, 100, 0, "50%"),
            (799, 0, 0, "50%"), (800, 0, 0, "80%"), (0, 800, 0, "80%"), (999, 0, 0, "80%"), (1000, 0, 0, "100%"),
            (5000, 0, 0, "100%"), (800, 0, 600, "50%"), (800, 0, 601, nil),
        ] as [(Int, Int, Int, String?)])
    func `at the highest threshold that is used or held`(
        settled: Int, held: Int, granted: Int, threshold: String?
    ) throws {
        let standing = try standing(definition(), settled: settled, held: held, granted: granted)
        #expect(BudgetRule.candidate(for: standing)?.facts["threshold"]?.string == threshold)
        #expect((BudgetRule.claim(for: standing) == nil) == (threshold == nil))
    }

    @Test(arguments: ["all", "project:group/app", "group:group", "user:*", "agent:reviewer", "merge_request:*"])
    func `for every scope and period, under a key of its own`(scope: String) throws {
        var keys: Set<String> = []
        for period in Period.allCases {
            let standing = try standing(definition("b", scope, period), settled: 900)
            let candidate = try #require(BudgetRule.candidate(for: standing))
            keys.insert(candidate.claim.key)
            #expect(candidate.claim.until == period.window(at: Office.start).end)
            #expect(candidate.title.contains("Budget b"))
        }
        #expect(keys.count == Period.allCases.count)
    }

    @Test func `in another window, under another key`() throws {
        let today = try standing(definition(), settled: 900)
        let tomorrow = try standing(definition(), settled: 900, at: Office.start.adding(seconds: 86_400))
        let monthly = try standing(definition("m", "all", .month), settled: 900)
        let nextMonth = try standing(
            definition("m", "all", .month), settled: 900, at: Office.start.adding(seconds: 31 * 86_400))
        #expect(BudgetRule.claim(for: today)?.key != BudgetRule.claim(for: tomorrow)?.key)
        #expect(BudgetRule.claim(for: monthly)?.key != BudgetRule.claim(for: nextMonth)?.key)
    }

    @Test func `with the agent, the spend and the threshold`() throws {
        let standing = try standing(definition(limit: "1000000"), settled: 812_400, held: 12_000)
        let candidate = try #require(
            BudgetRule.candidate(
                for: standing,
                spenders: [Spender(agent: "fixer", tokens: 400), Spender(agent: "reviewer", tokens: 812_000)]))
        #expect(candidate.title == "Budget daily has reached 80% of its limit")
        #expect(
            candidate.text == """
                812,400 tokens used and 12,000 tokens held of 1,000,000 tokens, 82%; the threshold is 80%, 800,000 tokens.
                Agent reviewer spent 812,000 tokens, fixer 400.
                What does not fit any more is not reviewed.
                It begins anew at 2026-03-11T00:00:00Z.
                """)
    }

    @Test func `in dollars where it counts dollars`() throws {
        let budget = try definition("money", "user:*", .month, limit: "50usd", thresholds: [.amount(40_000_000)])
        let candidate = try #require(BudgetRule.candidate(for: standing(budget, settled: 41_505_000)))
        #expect(candidate.title == "Budget money for user:ann has reached 80% of its limit")
        #expect(candidate.text.hasPrefix("$41.51 used and $0.00 held of $50.00, 83%; the threshold is $40.00."))
    }

    @Test func `after a grant a threshold that is an amount is told as that amount`() throws {
        let budget = try definition(limit: "100000", thresholds: [.amount(80_000)])
        let before = try #require(BudgetRule.candidate(for: standing(budget, settled: 90_000)))
        #expect(before.title == "Budget daily has reached 80% of its limit")
        let after = try #require(BudgetRule.candidate(for: standing(budget, settled: 290_000, granted: 200_000)))
        #expect(after.title == "Budget daily has reached its threshold of 80,000 tokens")
    }

    @Test func `but a template is not: whose label applies is not known`() throws {
        let template = try definition("t", "merge_request:*", .total, label: "bugfix")
        #expect(try BudgetRule.candidate(for: standing(template, settled: 5000)) == nil)
    }

    @Test func `again only when it says more than was told`() throws {
        func claim(_ settled: Int, limit: Int = 1000) throws -> AlertClaim {
            try #require(BudgetRule.claim(for: standing(definition(limit: String(limit)), settled: settled)))
        }
        let half = try claim(500)
        let most = try claim(850)
        #expect(most.isBeyond(half))
        #expect(!half.isBeyond(most) && !half.isBeyond(half))
        #expect(try !claim(900).isBeyond(most))
        // The limit grew: the threshold is another amount, told when that is reached and not before.
        #expect(try !claim(855, limit: 1060).isBeyond(most))
        #expect(try claim(1600, limit: 2000).isBeyond(most))
        // The limit shrank below what is used: that is used up, and had not been told.
        #expect(try claim(860, limit: 700).isBeyond(most))
    }

    @Test func `no more when it is fine again`() throws {
        let facts = try #require(BudgetRule.candidate(for: standing(definition(), settled: 850))).facts
        #expect(try BudgetRule.isStillTrue(facts, standing(definition(), settled: 850)))
        #expect(try BudgetRule.isStillTrue(facts, standing(definition(), settled: 900, granted: 100)))
        #expect(try !BudgetRule.isStillTrue(facts, standing(definition(), settled: 850, granted: 500)))
        #expect(try !BudgetRule.isStillTrue(facts, standing(definition(), settled: 799)))
        #expect(try !BudgetRule.isStillTrue(facts, standing(definition(limit: "850usd"), settled: 850)))
        let tomorrow = Office.start.adding(seconds: 86_400)
        #expect(try !BudgetRule.isStillTrue(facts, standing(definition(), settled: 850, at: tomorrow)))
        #expect(!BudgetRule.isStillTrue(facts, nil))
    }
}

@Suite struct `A forecast is told` {
    private func runOut(_ expected: Int, at moment: Instant? = Office.start.adding(seconds: 3600)) -> RunOut {
        RunOut(
            expectedAt: moment, earliestAt: moment, chancePercent: 70,
            atEnd: Estimate(expected: expected, low: expected - 100, high: expected + 100))
    }

    @Test func `when it passes the limit, and no more when a grant raised that`() throws {
        let half = try standing(definition(), settled: 500)
        let candidate = try #require(ForecastRule.candidate(for: half, runOut(1300)))
        #expect(candidate.title == "Budget daily is expected to run out at 2026-03-10T10:00:00Z")
        #expect(ForecastRule.candidate(for: half, runOut(1000)) == nil)
        #expect(ForecastRule.candidate(for: half, runOut(1300, at: nil)) == nil)
        #expect(ForecastRule.isStillTrue(candidate.facts, half))
        #expect(try !ForecastRule.isStillTrue(candidate.facts, standing(definition(), settled: 500, granted: 300)))
    }

    @Test(arguments: [(Period.hour, false), (.day, true), (.week, true), (.month, true), (.total, false)])
    func `for periods that have an end to look to`(period: Period, isTold: Bool) throws {
        let standing = try standing(definition("b", "all", period), settled: 500)
        #expect((ForecastRule.candidate(for: standing, runOut(9999)) != nil) == isTold)
    }

    @Test func `not once the budget is used up: its limit tells that`() throws {
        #expect(try ForecastRule.candidate(for: standing(definition(), settled: 1000), runOut(9999)) == nil)
        #expect(try ForecastRule.candidate(for: standing(definition()), runOut(9999)) == nil)
    }
}

@Suite struct `The digest` {
    @Test(
        arguments: [
            ("2026-03-10T07:59:59Z", nil), ("2026-03-10T08:00:00Z", "2026-03-10"),
            ("2026-03-10T23:59:59Z", "2026-03-10"),
            ("2026-03-11T00:00:00Z", nil),
        ] as [(String, String?)])
    func `is due from its time to midnight`(now: String, day: String?) throws {
        let due = try DigestTime(hour: 8, minute: 0).dueDay(at: #require(Instant(now)))
        #expect(due?.description == day)
    }

    @Test func `tells yesterday, the largest projects, the budgets near their limit, and the month`() throws {
        let day = try #require(Day("2026-03-09"))
        let digest = Digest(
            day: day, tokens: 1_234_567, costMicroUSD: 4_560_000, calls: 17, unpricedCalls: 0, mergeRequests: 1,
            projects: (1...7).map { Digest.Project(name: "group/p\($0)", tokens: $0 * 1000, costMicroUSD: 0) },
            standings: [
                try standing(definition("near"), settled: 700), try standing(definition("far"), settled: 699),
            ],
            monthTokens: .estimate(Estimate(expected: 30_000_000, low: 25_000_000, high: 36_000_000)),
            monthCost: .abstained(.idle(days: 3)))
        let candidate = digest.candidate(on: day.adding(days: 1))
        #expect(candidate.claim.key == "digest|2026-03-10")
        #expect(
            candidate.text == """
                1,234,567 tokens, $4.56, 17 calls, 1 merge request.
                Most by: group/p7 7,000, group/p6 6,000, group/p5 5,000, group/p4 4,000, group/p3 3,000, and 2 more.
                Budget near (all): 70% of 1,000 tokens.
                This month is expected to end at 30,000,000 tokens (25,000,000 to 36,000,000).
                """)
    }
}
