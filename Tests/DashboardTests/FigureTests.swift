import Budget
import Dashboard
import Testing
import UTCTime

@Suite struct FigureTests {
    private func card(_ costs: [Int], session: Int = 0) -> AgentCard {
        AgentCard(
            name: "reviewer", session: "g/a!1",
            sessionSums: Sums(requests: 1, inputTokens: 4234, costMicroUSD: session),
            today: Sums(), month: Sums(), lastRequest: Instant(seconds: 0), lastModel: "m", lastCosts: costs)
    }

    @Test(
        arguments: [
            ([], AgentCard.Trend.steady), ([10, 20, 30], .steady), ([10, 10, 10, 10], .steady),
            ([100, 100, 105, 105], .steady),
            ([1000, 1000, 1051, 1051], .up), ([1000, 1000, 949, 949], .down), ([1000, 1000, 950, 950], .steady),
            ([0, 0, 1, 1], .up), ([0, 0, 0, 0], .steady),
            ([900, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], .steady), ([Int.max, Int.max, 0, 0], .down),
        ] as [([Int], AgentCard.Trend)])
    func `the trend compares the newer half of the last ten calls with the older`(costs: [Int], trend: AgentCard.Trend)
    {
        #expect(card(costs).trend == trend)
    }

    @Test(
        arguments: [
            (0, "cost-ok"), (999_999, "cost-ok"), (1_000_000, "cost-warning"), (5_000_000, "cost-warning"),
            (5_000_001, "cost-critical"),
        ])
    func `what an agent spent in its session is green, yellow from a dollar, red above five`(cost: Int, name: String) {
        let html = AgentsPage([card([], session: cost)]).html(in: Samples(name: "x").frame).description
        #expect(html.contains("card agent \(name)\""))
    }

    @Test func `a card says tokens and cost as people know them`() {
        let html = AgentsPage([card([8000, 8000], session: 120_000)]).html(in: Samples(name: "x").frame).description
        #expect(
            html.contains(
                "Tokens: <data value=\"4234\">4,234</data> | Cost: <span class=\"cost\"><data value=\"0.120000\">$0.12</data>"
            ))
        #expect(html.contains("Avg cost/request: $0.0080 (last 2 requests), steady"))
        #expect(!html.contains("dear</span>"))
        let dear = AgentsPage([card([50_001])]).html(in: Samples(name: "x").frame).description
        #expect(dear.contains("dear</span>"))
    }

    @Test(
        arguments: [
            (0, 100, Level.ok), (69, 100, .ok), (70, 100, .warning), (90, 100, .warning), (91, 100, .critical),
            (99, 100, .critical), (100, 100, .exhausted), (101, 100, .exhausted), (0, 0, .exhausted),
            (Int.max, Int.max, .exhausted),
        ])
    func `levels begin at seventy and above ninety percent`(used: Int, limit: Int, level: Level) {
        #expect(Level(used, of: limit) == level)
    }

    @Test func `extreme figures are drawn, not trapped on`() {
        for value in [0, 1, Int.max] {
            var samples = Samples(name: "x")
            samples.name = "x"
            let sums = Sums(
                requests: value, inputTokens: value / 2, outputTokens: value / 2, costMicroUSD: value,
                unpricedRequests: 0)
            for limit in [0, 1, Int.max] {
                let page = TodayPage(
                    budget: .init(
                        name: "daily", scope: "all", period: .day, used: value, held: value, unresolved: value,
                        limit: limit),
                    sums: sums, hours: [value],
                    outlook: .forecast(
                        .init(low: value, expected: value, high: value), runsOutAt: nil, chancePercent: 0))
                #expect(Markup(page.html(in: samples.frame).description).problems == [])
            }
            let month = MonthPage(
                month: samples.now.day.month, days: [CalendarDay(samples.now.day, sums)], sums: sums,
                breakdowns: [(.user, (0..<20).map { NamedSums("u\($0)", sums) })])
            #expect(Markup(month.html(in: samples.frame).description).problems == [])
        }
    }
}
