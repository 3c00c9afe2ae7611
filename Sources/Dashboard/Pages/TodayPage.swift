public import UTCTime

/// The day so far: what is used, what is held, what waits, and where it is going.
public struct TodayPage: Sendable {
    /// What can be said of the end of the day.
    public enum Outlook: Sendable, Equatable {
        /// A forecast, and when the limit is reached if it will be.
        case forecast(BurnDown.Band, runsOutAt: Instant?, chancePercent: Int)
        /// Nothing, and why.
        case none(String)
    }

    /// The daily budget.
    public var budget: BudgetCounter
    /// Whether it is checked at all.
    public var isEnabled: Bool
    /// The rows of today.
    public var sums: Sums
    /// Tokens of each hour that has begun.
    public var hours: [Int]
    /// The end of the day.
    public var outlook: Outlook
    /// The other budgets, the fullest first.
    public var others: Excerpt<BudgetCounter>
    /// Tokens held now.
    public var holds: Excerpt<HoldRow>
    /// Reviews that wait or run, in their order.
    public var queue: Excerpt<QueueRow>
    /// The last calls, the latest first.
    public var recent: [CallRow]

    /// A page of these parts.
    public init(
        budget: BudgetCounter, isEnabled: Bool = true, sums: Sums, hours: [Int], outlook: Outlook,
        others: Excerpt<BudgetCounter> = .none, holds: Excerpt<HoldRow> = .none, queue: Excerpt<QueueRow> = .none,
        recent: [CallRow] = []
    ) {
        self.budget = budget
        self.isEnabled = isEnabled
        self.sums = sums
        self.hours = hours
        self.outlook = outlook
        self.others = others
        self.holds = holds
        self.queue = queue
        self.recent = recent
    }

    /// Budgets and calls that the page shows at most; the other pages have all.
    public static let rowsMax = 8
    /// Reviews, and holds, that it shows at most.
    public static let waitingMax = 5

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        let today = frame.now.day
        return frame.document(
            "Today", current: .today,
            """
            <h1>Today <small><time datetime="\(today.description)">\(today.description)</time></small></h1>
            <div class="grid two-one">
            \(HTML.section("budget", "Daily budget", class: "hero", hero))
            \(HTML.section("figures", "So far", figures))
            \(HTML.section("burn", "Tokens left", class: "wide", burnDown(frame)))
            \(HTML.section("queue", "Queue", queueList(today)))
            \(HTML.section("holds", "Open holds", holdList(today)))
            \(HTML.section("recent", "Latest calls", class: "wide", CallRow.table(Array(recent.prefix(Self.rowsMax)), "Latest calls", today: today)))
            \(HTML.section("others", "Other budgets", class: "wide", otherList(today)), if: !others.isEmpty)
            </div>
            """)
    }

    private var hero: HTML {
        """
        \(Gauge(used: budget.used, held: budget.onHold, limit: budget.limit, level: budget.level).html)
        <p class="hero-words"><strong>\(HTML.count(budget.used))</strong> used\
        \(" + <strong>\(HTML.count(budget.onHold))</strong> held" as HTML, if: budget.onHold > 0) of \(HTML.count(budget.limit)) tokens<br>\
        \(HTML.count(budget.left)) left\
        \("<br>\(HTML.count(budget.granted)) granted today" as HTML, if: budget.granted > 0)\
        \("<br><span class=\"quiet\">Not enforced: TOKEN_BUDGET_ENABLED is false</span>", if: !isEnabled)</p>
        """
    }

    private var figures: HTML {
        let average = sums.requests > 0 ? sums.totalTokens / sums.requests : 0
        return HTML.figures(
            """
            \(HTML.figure("Calls", .count(sums.requests), note: "\(grouped(average)) tokens each"))
            \(HTML.figure("Cost", HTML.cost(sums)))
            \(HTML.figure("Input tokens", .count(sums.inputTokens)))
            \(HTML.figure("Output tokens", .count(sums.outputTokens)))
            """)
    }

    private func burnDown(_ frame: Frame) -> HTML {
        let time = frame.now.timeOfDay
        var band: BurnDown.Band?
        if case .forecast(let found, _, _) = outlook { band = found }
        let chart = BurnDown(hours: hours, minute: time.hour * 60 + time.minute, limit: budget.limit, band: band)
        return """
            \(chart.html)
            <p class="outlook">\(words(frame.now.day))</p>
            <details><summary>As a table</summary>\(chart.table)</details>
            """
    }

    private func words(_ today: Day) -> HTML {
        switch outlook {
        case .none(let reason): "<span class=\"quiet\">\(reason)</span>"
        case .forecast(let band, let runsOutAt, let chance):
            """
            By midnight <strong>\(HTML.count(band.expected))</strong> tokens are expected, between \
            \(HTML.count(band.low)) and \(HTML.count(band.high)) in four of five cases. \
            \(ending(runsOutAt, chance, today))
            """
        }
    }

    private func ending(_ runsOutAt: Instant?, _ chancePercent: Int, _ today: Day) -> HTML {
        guard let runsOutAt else { return "The chance that the limit is reached is \(chancePercent)%." }
        return "<strong>The limit is reached at about \(HTML.moment(runsOutAt, today: today)).</strong>"
    }

    private func queueList(_ today: Day) -> HTML {
        queue.isEmpty
            ? HTML.nothing("No review waits or runs.")
            : "<ul class=\"rows\">\(queue.rows.html { $0.line(today: today) })</ul>\(all(queue.totalCount, Self.waitingMax, Page.queue))"
    }

    private func holdList(_ today: Day) -> HTML {
        holds.isEmpty
            ? HTML.nothing("No tokens are held.")
            : "<ul class=\"rows\">\(holds.rows.html { $0.line(today: today) })</ul>\(all(holds.totalCount, Self.waitingMax, Page.queue))"
    }

    private func otherList(_ today: Day) -> HTML {
        "<ul class=\"budgets\">\(others.rows.html { $0.line(today: today) })</ul>\(all(others.totalCount, Self.rowsMax, Page.budgets))"
    }

    private func all(_ count: Int, _ max: Int, _ page: Page) -> HTML? {
        count > max ? "<p class=\"more\"><a href=\"\(page.link)\">All \(HTML.count(count))</a></p>" : nil
    }
}
