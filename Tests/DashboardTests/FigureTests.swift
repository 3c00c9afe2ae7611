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
        #expect(!html.contains("over $0.05</span>"))
        let dear = AgentsPage([card([50_001])]).html(in: Samples(name: "x").frame).description
        #expect(dear.contains("over $0.05</span>"))
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

    @Test(
        arguments: [
            (600, 0, "60%", "healthy", "600 used of 1,000 · 60%"),
            (600, 99, "69%", "healthy", "600 used + 99 held of 1,000 · 69%"),
            (600, 150, "75%", "warning", "600 used + 150 held of 1,000 · 75%"),
            (600, 301, "90%", "critical", "600 used + 301 held of 1,000 · 90%"),
            (600, 400, "100%", "used up", "600 used + 400 held of 1,000 · 100%"),
        ] as [(Int, Int, String, String, String)])
    func `bar, colour, word and figure are of what is used and held together`(
        used: Int, held: Int, share: String, word: String, line: String
    ) throws {
        let counter = BudgetCounter(name: "b", scope: "all", period: .day, used: used, held: held, limit: 1000)
        let html = TodayPage(
            budget: counter, sums: Sums(), hours: [], outlook: .none("x"), others: Excerpt([counter], max: 8)
        ).html(in: Samples(name: "x").frame).description
        let text = Markup(html).texts.joined()
        #expect(html.contains(">\(share)</text>") && html.contains("\(word)\">"))
        #expect(text.contains("\(word)</text>") || text.contains(word))
        #expect(text.contains(line))
        // The ring and the bar are drawn over both, each as long as its words say.
        #expect(html.contains("class=\"held\" width=\"\(used + held)\""))
        #expect(html.contains("class=\"used\" width=\"\(used)\""))
        #expect(
            html.contains(
                "class=\"held\" d=\"M14 100a86 86 0 0 1 172 0\" pathLength=\"1000\" stroke-dasharray=\"\(used + held) 2000\""
            ))
    }

    @Test(
        arguments: [
            (
                "resets at 2026-11-22T00:00:00Z.",
                "resets at <time datetime=\"2026-11-22T00:00:00Z\">2026-11-22 00:00</time>."
            ),
            ("To Ted at T", "To Ted at T"), ("2026-11-22T00:00:00", "2026-11-22T00:00:00"),
            ("2026-13-22T00:00:00Z", "2026-13-22T00:00:00Z"), ("<T>", "&lt;T&gt;"), ("", ""),
            (
                "2026-11-22T00:00:00ZT2026-11-23T01:02:03Z",
                "<time datetime=\"2026-11-22T00:00:00Z\">2026-11-22 00:00</time>T"
                    + "<time datetime=\"2026-11-23T01:02:03Z\">2026-11-23 01:02</time>"
            ),
        ])
    func `moments in a sentence stand as elsewhere on the page, the rest as it is`(text: String, markup: String) {
        let alert = AlertRow(id: "a", time: Samples(name: "").now, level: .ok, title: "t", text: text)
        #expect(AlertsPage([alert]).html(in: Samples(name: "x").frame).description.contains("<p>\(markup)</p>"))
    }

    @Test func `limits stand with separators, as all other figures do`() {
        let rows = [
            (BudgetLimit(200_000, .tokens), "blocks at 200,000 tokens"),
            (BudgetLimit(50_000_000, .usd), "blocks at $50.00"),
        ]
        for (limit, words) in rows {
            let row = BudgetsPage.Row(
                name: "b", scope: "all", period: .day, limit: limit ?? .none,
                thresholds: [.percent(80), .amount(160_000)],
                enforcement: .block, isEditable: true, counters: .none)
            let text = Markup(BudgetsPage(rows: [row]).html(in: Samples(name: "x").frame).description).texts.joined()
            #expect(text.contains(words))
            #expect(text.contains(limit?.unit == .tokens ? "remarks at 80%, 160,000" : "remarks at 80%, $0.16"))
        }
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

    /// Browsers keep them for a year under their address.
    @Test func `the address of an asset changes with its content`() {
        let versions = Asset.allCases.map(\.version)
        #expect(Set(versions).count == Asset.allCases.count)
        #expect(versions.allSatisfy { $0.utf8.count == 16 && UInt64($0, radix: 16) != nil })
    }
}
