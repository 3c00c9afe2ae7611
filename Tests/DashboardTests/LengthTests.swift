import Budget
import Dashboard
import Testing
import UTCTime

/// Books grow for years; a page does not.
@Suite struct `A page of long lists` {
    private let now = Instant("2026-11-20T14:32:15Z") ?? Instant(seconds: 0)
    private var frame: Frame { Frame(now: now, formToken: "t") }
    private let sums = Sums(requests: 3, inputTokens: 40, outputTokens: 2, costMicroUSD: 10)

    private func rows(_ html: HTML, _ tag: String) -> Int {
        html.description.components(of: "<\(tag)") - 1
    }

    /// How many rows are shown of `count`, and what is said of the others.
    private func queue(reviews: Int, holds: Int) -> HTML {
        let sample = Samples(name: "a")
        return QueuePage(
            counts: .init(waiting: reviews),
            reviews: Excerpt([QueueRow](repeating: sample.queueRow, count: reviews), max: QueuePage.rowsMax),
            holds: Excerpt([HoldRow](repeating: sample.hold, count: holds), max: QueuePage.rowsMax),
            heldTokens: holds * 4000
        ).html(in: frame)
    }

    @Test(arguments: [(100, nil), (101, "and 1 more"), (5000, "and 4,900 more")] as [(Int, String?)])
    func `shows a hundred holds and reviews, and counts the others`(count: Int, words: String?) {
        for page in [queue(reviews: count, holds: 0), queue(reviews: 0, holds: count)] {
            #expect(rows(page, "tr>") == 100 + 1)
            #expect(plain(page).contains(" more") == (words != nil))
            if let words { #expect(plain(page).contains(words)) }
        }
        // The figures are those of all.
        #expect(plain(queue(reviews: count, holds: 0)).contains(grouped(count)))
        #expect(plain(queue(reviews: 0, holds: count)).contains(grouped(count * 4000)))
    }

    @Test(arguments: [100, 101, 2000])
    func `shows a hundred alerts of each kind`(count: Int) {
        let unread = AlertRow(id: "a", time: now, level: .warning, title: "t", text: "x")
        var read = unread
        read.acknowledgedAt = now
        let page = AlertsPage([AlertRow](repeating: unread, count: count) + [AlertRow](repeating: read, count: count))
            .html(in: frame)
        #expect(rows(page, "li class=\"alert-") == 200)
        #expect(plain(page).components(of: "and \(grouped(count - 100)) more") - 1 == (count > 100 ? 2 : 0))
        #expect(plain(page).contains("Acknowledge all \(grouped(count))"))
    }

    @Test(arguments: [60, 61, 5000])
    func `shows sixty agents`(count: Int) {
        let card = AgentCard(
            name: "a", session: "s!1", sessionSums: sums, today: sums, month: sums, lastRequest: now, lastModel: "m",
            lastCosts: [1])
        let page = AgentsPage([AgentCard](repeating: card, count: count)).html(in: frame)
        #expect(rows(page, "li class=\"card agent") == 60)
        #expect(plain(page).contains("and \(grouped(count - 60)) more") == (count > 60))
    }

    @Test(arguments: [20, 21, 5000])
    func `shows twenty counters of a budget`(count: Int) {
        let counters = Excerpt([BudgetCounter](repeating: Samples(name: "people").counter, count: count), max: 20)
        let row = BudgetsPage.Row(
            name: "people", scope: "user:*", period: .day, limit: Samples(name: "").limit, enforcement: .block,
            isEditable: true, counters: counters)
        let page = BudgetsPage(rows: [row]).html(in: frame)
        #expect(rows(page, "svg class=\"bar") == 20)
        #expect(plain(page).contains("\(grouped(count - 20)) more counters") == (count > 20))
    }

    @Test(arguments: [100, 101, 501])
    func `shows a hundred budgets, and offers all to the forms`(count: Int) {
        let row = BudgetsPage.Row(
            name: "one", scope: "all", period: .day, limit: Samples(name: "").limit, enforcement: .block,
            isEditable: true, counters: Excerpt([], max: 20))
        let page = BudgetsPage(rows: [BudgetsPage.Row](repeating: row, count: count)).html(in: frame)
        #expect(rows(page, "p class=\"budget-head") == 100)
        #expect(plain(page).contains("and \(grouped(count - 100)) more") == (count > 100))
        #expect(rows(page, "option value=\"one\"") == 2 * count)
    }

    @Test(arguments: [100, 101, 500])
    func `shows a hundred teams, and twelve people of each`(count: Int) throws {
        let small = try Team(name: "web", users: (1...12).map { "u\($0)" })
        let large = try Team(name: "all", users: (1...5000).map { "u\($0)" })
        let page = TeamsPage([large] + [Team](repeating: small, count: count - 1)).html(in: frame)
        #expect(rows(page, "th data-label=\"Team\"") == 100)
        #expect(rows(page, "bdi>u") == 12 * 100)
        #expect(plain(page).components(of: "and 4,988 more") == 2)
        #expect(plain(page).contains("and \(grouped(count - 100)) more;") == (count > 100))
    }

    @Test(arguments: [200, 201, 1000])
    func `shows the latest two hundred calls of a session, thirty agents and three hundred events`(count: Int) {
        let sample = Samples(name: "a")
        let session = SessionRow(
            id: "a!1", start: now, end: now, sums: Sums(requests: count), agents: (1...count).map(String.init))
        let agents = (1...count).map { NamedSums("agent \($0)", sums) }
        let events = [StoryEvent](repeating: sample.event, count: count)
        let page = SessionPage(
            session: session, calls: [CallRow](repeating: sample.call, count: count), agents: agents, events: events
        ).html(in: frame)
        #expect(plain(page).contains("The latest 200 of \(grouped(count)) calls") == (count > 200))
        #expect(rows(page, "tr>") == 1 + 200 + 1 + 30)
        #expect(plain(page).contains("and \(grouped(count - 30)) more"))
        #expect(rows(page, "li><time") == min(count, 300))
        #expect(plain(page).contains("\(count - 300) earlier events are left out") == (count > 300))
        let list = SessionsPage(rows: [session], totalCount: 1).html(in: frame)
        #expect(plain(list).contains("and \(grouped(count - 6)) more"))
    }

    /// The words of a page without its tags.
    private func plain(_ html: HTML) -> String { Markup(html.description).texts.joined() }

    private func grouped(_ number: Int) -> String {
        number < 1000 ? String(number) : grouped(number / 1000) + "," + String(number % 1000 + 1000).dropFirst()
    }
}

extension String {
    /// How many parts there are when it is cut at each `mark`.
    fileprivate func components(of mark: String) -> Int {
        split(separator: mark, omittingEmptySubsequences: false).count
    }
}
