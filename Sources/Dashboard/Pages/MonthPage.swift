public import UTCTime

/// A month: its days, and by what it was used.
public struct MonthPage: Sendable {
    /// The month.
    public var month: Month
    /// What of it is looked at.
    public var filter: UsageFilter
    /// Its days with use or remarks.
    public var days: [CalendarDay]
    /// The rows of the month.
    public var sums: Sums
    /// The same by project, user and so on, the most first.
    public var breakdowns: [(dimension: UsageFilter.Dimension, rows: [NamedSums])]
    /// What the end of the month is expected to bring in tokens; nil where nothing can be said.
    public var band: BurnDown.Band?
    /// Why rows of the month may be missing from the figures; nil when none are.
    public var trouble: String?

    /// A page of these parts.
    public init(
        month: Month, filter: UsageFilter = UsageFilter(), days: [CalendarDay], sums: Sums,
        breakdowns: [(dimension: UsageFilter.Dimension, rows: [NamedSums])], band: BurnDown.Band? = nil,
        trouble: String? = nil
    ) {
        self.month = month
        self.filter = filter
        self.days = days
        self.sums = sums
        self.breakdowns = breakdowns
        self.band = band
        self.trouble = trouble
    }

    /// Names that a table shows; the rest is summed up in its last row.
    static let namesMax = 12

    private var link: Link { Page.month.link.with("month", month.description) }

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        let today = frame.now.day
        return frame.document(
            "\(month)", current: .month,
            """
            <div class="title-row"><h1>Month <small>\(month.description)</small></h1>
            <ul class="pager"><li><a href="\(turned(-1))" rel="prev">← \(month.adding(months: -1).description)</a></li>\
            \("<li><a href=\"\(turned(1))\" rel=\"next\">\(month.adding(months: 1).description) →</a></li>" as HTML, if: month < today.month)</ul></div>
            \(filter.chips(link))
            \(trouble.map { "<p class=\"notice refused\" role=\"alert\">■ \($0)</p>" as HTML })
            <div class="grid two-one tables">
            \(HTML.section("calendar", "Tokens by day", CalendarHeat(month: month, days: days, today: today).html))
            \(HTML.section("sums", "In sum", figures(today)))
            \(HTML.section("remarks", "Remarks on days", class: "wide", live: false, remarks(frame)))
            \(breakdowns.html { HTML.section(Self.id($0.dimension), "\($0.dimension.title)", breakdown($0.dimension, $0.rows)) })
            </div>
            """)
    }

    private func turned(_ count: Int) -> Link {
        filter.applied(to: Page.month.link.with("month", month.adding(months: count).description))
    }

    private static func id(_ dimension: UsageFilter.Dimension) -> StaticString {
        switch dimension {
        case .project: "by-project"
        case .user: "by-user"
        case .model: "by-model"
        case .agent: "by-agent"
        case .command: "by-command"
        }
    }

    private func figures(_ today: Day) -> HTML {
        HTML.figures(
            """
            \(HTML.figure("Tokens", .count(sums.totalTokens)))
            \(HTML.figure("Cost", HTML.cost(sums)))
            \(HTML.figure("Calls", .count(sums.requests)))
            \(HTML.figure("Input", .count(sums.inputTokens)))
            \(HTML.figure("Output", .count(sums.outputTokens)))
            \(band.map { HTML.figure("Expected at its end", .count($0.expected), note: "\(HTML.count($0.low)) to \(HTML.count($0.high))") })
            """)
    }

    private func breakdown(_ dimension: UsageFilter.Dimension, _ rows: [NamedSums]) -> HTML {
        guard !rows.isEmpty else { return HTML.nothing("Nothing was used.") }
        let shown = rows.prefix(Self.namesMax)
        var rest = Sums()
        for row in rows.dropFirst(Self.namesMax) { rest.add(row.sums) }
        return HTML.table(
            dimension.title, class: "shares", head: HTML.heads("Name", "Share", "#Tokens", "#Calls", "#Cost"),
            rows: """
                \(shown.html { row in
                    line(row.name.isEmpty || filter[dimension] == row.name ? HTML.name(row.name) : """
                        <a href="\(filter.with(dimension, row.name).applied(to: link))">\(HTML.name(row.name))</a>
                        """, row.sums)
                })\(rows.count > Self.namesMax ? line("\(rows.count - Self.namesMax) others", rest) : nil)
                """)
    }

    private func line(_ name: HTML, _ row: Sums) -> HTML {
        """
        <tr><th scope="row">\(name)</th><td class="share">\(Bar.share(row.totalTokens, of: sums.totalTokens))\
        <span>\(percent(row.totalTokens, of: max(1, sums.totalTokens)))%</span></td>\
        \(HTML.number(.count(row.totalTokens)))\(HTML.number(.count(row.requests)))\(HTML.number(HTML.cost(row)))</tr>

        """
    }

    private func remarks(_ frame: Frame) -> HTML {
        let all = days.flatMap(\.annotations)
        let day = frame.now.day.month == month ? frame.now.day : month.firstDay
        return """
            \(all.isEmpty ? HTML.nothing("None yet. A remark helps to remember why a day stands out.") : nil)
            <ul class="rows">\(all.html { annotation in
                """
                <li><time datetime="\(annotation.day.description)">\(annotation.day.description)</time> \
                <span class="row-main"><bdi>\(annotation.text)</bdi></span>
                <form method="post" action="/dashboard/annotations/remove">\(frame.formField)\
                <input type="hidden" name="id" value="\(annotation.id)"><input type="hidden" name="month" value="\(month.description)">\
                <button class="plain">Remove<span class="hidden"> the remark of \(annotation.day.description)</span></button></form></li>

                """
            })</ul>
            <form method="post" action="/dashboard/annotations/add" class="inline">\(frame.formField)
            \(HTML.field("remark-day", "day", "Day", value: day.description, type: "date", isNeeded: true))
            \(HTML.field("remark-text", "text", "Remark", isNeeded: true))
            <button>Add</button></form>
            """
    }
}

extension Sums {
    /// Adds other sums; what does not fit stays at the largest number.
    public mutating func add(_ other: Sums) {
        func sum(_ left: Int, _ right: Int) -> Int { Int(clamping: Int128(left) + Int128(right)) }
        requests = sum(requests, other.requests)
        inputTokens = sum(inputTokens, other.inputTokens)
        outputTokens = sum(outputTokens, other.outputTokens)
        costMicroUSD = sum(costMicroUSD, other.costMicroUSD)
        unpricedRequests = sum(unpricedRequests, other.unpricedRequests)
    }
}
