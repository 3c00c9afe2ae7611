import Budget
import Dashboard
import Forecast
import Ledger
import Platform
import Prices
import Queue
import Reports
import Synchronization
import UTCTime

/// What the pages show, taken from the books as they are now.
struct DashboardBooks: Sendable {
    let usage: WarmUsage
    let ledger: Ledger
    let queue: ReviewQueue
    let prices: PricesInForce
    let annotations: AnnotationFile
    /// The API base of GitLab without `/api/v4`; nil for a budget service alone.
    let webBase: String?
    let forecasts: ForecastCache

    /// Rows of the latest calls on the first page.
    static let recentMax = 8

    // MARK: Today

    /// The page of today at `now`.
    func today(_ now: Instant) throws(POSIXFailure) -> TodayPage {
        let today = now.day
        let report = try usage.report(UsageQuery(by: [.hour], days: today...today))
        var hours = [Int](repeating: 0, count: now.timeOfDay.hour + 1)
        for group in report.groups {
            if let hour = group.key.first.flatMap({ Int($0.suffix(2)) }), hours.indices.contains(hour) {
                hours[hour] = group.totals.totalTokens
            }
        }
        let status = ledger.status()
        let overview = ledger.overview()
        let standings = overview.standings
        let daily =
            standings.first { $0.budget.name == DailyBudget.name }.map(BudgetCounter.init)
            ?? BudgetCounter(
                name: DailyBudget.name, scope: "all", period: .day, used: status.totalTokens, held: status.heldTokens,
                limit: status.limitTokens, resetsAt: status.resetsAt)
        let others = standings.lazy.filter { $0.budget.name != DailyBudget.name }
            .map { (counter: BudgetCounter($0), taken: Self.permilleTaken($0)) }
        let fullest = others.sorted { left, right in
            (-left.taken, left.counter.name, left.counter.scope)
                < (-right.taken, right.counter.name, right.counter.scope)
        }
        return TodayPage(
            budget: daily, isEnabled: status.isEnabled, sums: Sums(report.totals), hours: hours,
            outlook: try forecasts.today(daily, now),
            others: Excerpt(
                fullest, max: TodayPage.rowsMax, omitted: overview.omittedCounts.values.reduce(0, +)
            ) { $0.counter },
            holds: holds(max: TodayPage.waitingMax).rows, queue: queueRows(max: TodayPage.waitingMax).rows,
            recent: try usage.recentRecords(Self.recentMax).map(CallRow.init))
    }

    private static func permilleTaken(_ standing: BudgetStanding) -> Int {
        standing.limit > 0 ? Int(clamping: Int128(standing.committed) * 1000 / Int128(standing.limit)) : 1000
    }

    // MARK: The queue

    /// The first `countMax` holds, those whose outcome is unknown before the others, each the oldest first; and the tokens
    /// of all.
    func holds(max countMax: Int) -> (rows: Excerpt<HoldRow>, tokens: Int) {
        let all = ledger.openReservations()
        let ordered = all.filter { $0.state == .unresolved } + all.filter { $0.state != .unresolved }
        let rows = Excerpt(ordered, max: countMax) { reservation in
            let context = reservation.context
            return HoldRow(
                id: reservation.id, state: reservation.state.rawValue, tokens: reservation.tokens,
                purpose: context.sessionID.isEmpty ? context.project : context.sessionID, user: context.user,
                since: reservation.createdAt)
        }
        return (rows, all.reduce(0) { Int(clamping: Int128($0) + Int128($1.tokens)) })
    }

    /// The first `countMax` reviews that have not ended, and how many there are in each state.
    func queueRows(max countMax: Int) -> (rows: Excerpt<QueueRow>, counts: QueuePage.Counts) {
        let overview = queue.overview
        var counts = QueuePage.Counts()
        for job in overview.jobs {
            switch Self.state(of: job, overview) {
            case "running": counts.running += 1
            case "blocked": counts.blocked += 1
            case "waiting": counts.waiting += 1
            default: counts.retrying += 1
            }
        }
        let rows = Excerpt(overview.jobs, max: countMax) { job in
            let state = Self.state(of: job, overview)
            return QueueRow(
                mergeRequest: job.name, state: state,
                cause: job.wish.cause.rawValue.split(separator: "_").joined(separator: " "),
                user: job.wish.username, command: job.wish.command, acceptedAt: job.acceptedAt,
                nextTryAt: state == "running" ? nil : job.deferral?.until,
                reason: state == "running" ? "" : job.deferral?.reason ?? "")
        }
        return (rows, counts)
    }

    private static func state(of job: Job, _ overview: QueueOverview) -> String {
        if overview.running.contains(job.id) { return "running" }
        guard let deferral = job.deferral else { return "waiting" }
        return deferral.kind == .budget ? "blocked" : "retrying"
    }

    /// The page of the queue.
    var queuePage: QueuePage {
        let (reviews, counts) = queueRows(max: QueuePage.rowsMax)
        let (holds, tokens) = holds(max: QueuePage.rowsMax)
        return QueuePage(
            counts: counts, reviews: reviews, holds: holds, heldTokens: tokens, failure: queue.failure.map { "\($0)." })
    }

    // MARK: The month

    /// The page of `month`.
    func month(_ month: Month, _ filter: UsageFilter, _ now: Instant) throws(POSIXFailure) -> MonthPage {
        let days = month.firstDay...month.firstDay.adding(days: month.dayCount - 1)
        let byDay = try sums(.day, days, filter)
        let remarks = Dictionary(grouping: annotations.annotations(in: month), by: \.day)
        var figures: [Day: Sums] = [:]
        var all = Sums()
        for row in byDay {
            guard let day = Day(row.name) else { continue }
            figures[day] = row.sums
            all.add(row.sums)
        }
        let shown = Set(figures.keys).union(remarks.keys).sorted()
        var breakdowns: [(dimension: UsageFilter.Dimension, rows: [NamedSums])] = []
        for dimension in UsageFilter.Dimension.allCases {
            breakdowns.append((dimension, try sums(dimension.usage, days, filter).sortedByTokens))
        }
        let isCurrent = month == now.day.month && filter.isEmpty
        return MonthPage(
            month: month, filter: filter,
            days: shown.map { CalendarDay($0, figures[$0] ?? Sums(), annotations: remarks[$0] ?? []) }, sums: all,
            breakdowns: breakdowns, band: isCurrent ? try forecasts.month(now) : nil,
            trouble: try trouble(days))
    }

    private func trouble(_ days: ClosedRange<Day>) throws(POSIXFailure) -> String? {
        let report = try usage.report(UsageQuery(by: [], days: days))
        return report.problemCount == 0
            ? nil
            : "\(report.problemCount) lines of the books are no records and are in no figure; 'bursar verify' names them."
    }

    /// Sums by `dimension` of what `filter` wants. Those of agents and commands are told apart first and left out then.
    private func sums(
        _ dimension: UsageDimension, _ days: ClosedRange<Day>, _ filter: UsageFilter
    ) throws(POSIXFailure) -> [NamedSums] {
        let wanted = [(UsageDimension.agent, filter[.agent]), (.command, filter[.command])].filter { $0.1 != nil }
        let report = try usage.report(
            UsageQuery(
                by: [dimension] + wanted.map(\.0), days: days, project: filter[.project], user: filter[.user],
                model: filter[.model]))
        var rows: [NamedSums] = []
        var places: [String: Int] = [:]
        for group in report.groups {
            guard let name = group.key.first, zip(group.key.dropFirst(), wanted).allSatisfy({ $0 == $1.1 }) else {
                continue
            }
            if let place = places[name] {
                rows[place].sums.add(Sums(group.totals))
            } else {
                places[name] = rows.count
                rows.append(NamedSums(name, Sums(group.totals)))
            }
        }
        return rows
    }

    // MARK: Sessions and agents

    /// A page of sessions whose id or people have `text` in them, behind the place `before`.
    func sessions(_ text: String, before: String) throws(POSIXFailure) -> SessionsPage {
        let page = try usage.sessions(
            SessionQuery(limit: SessionsPage.rowsMax, before: SessionCursor(before), text: text))
        return SessionsPage(
            rows: page.sessions.map(SessionRow.init), search: text, totalCount: page.totalCount,
            next: page.next?.description)
    }

    /// The session `id`; nil when no row is of it.
    func session(_ id: String) throws(POSIXFailure) -> Dashboard.SessionPage? {
        guard let detail = try usage.session(id, recordsMax: Dashboard.SessionPage.callsMax) else { return nil }
        let totals = detail.summary.totals
        var address: WebAddress?
        if let webBase, let mark = id.lastIndex(of: "!") {
            address = WebAddress("\(webBase)/\(id[..<mark])/-/merge_requests/\(id[id.index(after: mark)...])")
        }
        return Dashboard.SessionPage(
            session: SessionRow(detail.summary), calls: detail.records.map(CallRow.init),
            agents: try agents(of: detail.summary).sortedByTokens,
            estimate: totals.estimatedTokens > 0 ? (totals.estimatedTokens, totals.estimatedActualTokens) : nil,
            events: story(id) ?? [],
            address: address)
    }

    /// What each agent used in `session`.
    private func agents(of session: SessionSummary) throws(POSIXFailure) -> [NamedSums] {
        let days = session.start.day...session.end.day
        let report = try usage.report(UsageQuery(by: [.agent], days: days, session: session.id))
        return report.groups.map { NamedSums($0.key.first ?? "", Sums($0.totals)) }
    }

    /// What happened to the merge request `name`; nil when that is none.
    func story(_ name: String) -> [StoryEvent]? {
        guard let name = MergeRequestName(name) else { return nil }
        let events = queue.mergeRequests(project: name.project, iid: name.iid).flatMap { queue.history(of: $0) }
        return WhyStory(events).lines.map { StoryEvent($0, webBase: webBase) }
    }

    /// The cards of the agents.
    func agents(_ now: Instant) throws(POSIXFailure) -> AgentsPage {
        let month = now.day.month
        let days = month.firstDay...month.firstDay.adding(days: month.dayCount - 1)
        let ofMonth = Dictionary(try sums(.agent, days, UsageFilter()).map { ($0.name, $0.sums) }) { first, _ in first }
        let all = try usage.agents(today: now.day)
        var cards: [Dashboard.AgentCard] = []
        for agent in all.prefix(AgentsPage.cardsMax) {
            var sessionSums = Sums(agent.lastCall)
            if let session = try usage.session(agent.lastSession, recordsMax: 0)?.summary {
                sessionSums = try agents(of: session).first { $0.name == agent.name }?.sums ?? Sums()
            }
            cards.append(
                Dashboard.AgentCard(
                    name: agent.name, session: agent.lastSession, sessionSums: sessionSums,
                    today: Sums(agent.today), month: ofMonth[agent.name] ?? Sums(), lastRequest: agent.lastRequest,
                    lastModel: agent.lastModel, lastCosts: agent.lastCosts.compactMap { $0 }))
        }
        return AgentsPage(cards, totalCount: all.count)
    }

    // MARK: Prices

    /// The price table in force.
    func prices(_ now: Instant) throws(POSIXFailure) -> PricesPage {
        let table = prices.table
        let month = now.day.month
        let models = try sums(.model, month.firstDay...month.firstDay.adding(days: month.dayCount - 1), UsageFilter())
        return PricesPage(
            rows: table.prices.map { price in
                PricesPage.Row(
                    id: price.id, model: price.model, effectiveFrom: price.effectiveFrom.description,
                    input: price.rates.input.description, output: price.rates.output.description,
                    cacheWrite: price.rates.cacheWrite?.description ?? "–",
                    cacheRead: price.rates.cacheRead?.description ?? "–", source: price.source)
            }, retrieved: table.retrieved.description, ageDays: table.ageDays(on: now.day),
            isStale: table.isStale(on: now.day), unknown: models.filter { $0.sums.unpricedRequests > 0 }.sortedByTokens)
    }
}
