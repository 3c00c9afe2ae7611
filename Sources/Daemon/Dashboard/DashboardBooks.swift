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
        let standings = ledger.standings().map(BudgetCounter.init)
        let daily =
            standings.first { $0.name == DailyBudget.name }
            ?? BudgetCounter(
                name: DailyBudget.name, scope: "all", period: .day, used: status.totalTokens, held: status.heldTokens,
                limit: status.limitTokens, resetsAt: status.resetsAt)
        let fullest = standings.filter { $0.name != DailyBudget.name }.sorted { left, right in
            (-percentTaken(left), left.name, left.scope) < (-percentTaken(right), right.name, right.scope)
        }
        return TodayPage(
            budget: daily, isEnabled: status.isEnabled, sums: Sums(report.totals), hours: hours,
            outlook: try forecasts.today(daily, now), others: fullest, holds: holds,
            queue: queueRows, recent: try usage.recentRecords(Self.recentMax).map(CallRow.init))
    }

    private func percentTaken(_ counter: BudgetCounter) -> Int {
        counter.limit > 0 ? Int(clamping: Int128(counter.used) * 1000 / Int128(counter.limit)) : 1000
    }

    /// What is held now, the oldest first.
    var holds: [HoldRow] {
        ledger.openReservations().map { reservation in
            let context = reservation.context
            return HoldRow(
                id: reservation.id, state: reservation.state.rawValue, tokens: reservation.tokens,
                purpose: context.sessionID.isEmpty ? context.project : context.sessionID, user: context.user,
                since: reservation.createdAt)
        }.sorted { ($0.since, $0.id) < ($1.since, $1.id) }
    }

    /// Reviews that have not ended.
    var queueRows: [QueueRow] {
        let overview = queue.overview
        return overview.jobs.prefix(QueueRoutes.reviewsMax).map { job in
            let isRunning = overview.running.contains(job.id)
            let waits = job.deferral?.kind == .budget ? "blocked" : job.deferral == nil ? "waiting" : "retrying"
            return QueueRow(
                mergeRequest: job.name, state: isRunning ? "running" : waits,
                cause: job.wish.cause.rawValue.split(separator: "_").joined(separator: " "),
                user: job.wish.username, command: job.wish.command, acceptedAt: job.acceptedAt,
                nextTryAt: isRunning ? nil : job.deferral?.until, reason: isRunning ? "" : job.deferral?.reason ?? "")
        }
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
        guard let detail = try usage.session(id) else { return nil }
        var agents: [String: Sums] = [:]
        for record in detail.records { agents[record.context.agent, default: Sums()].add(Sums(record)) }
        var address: WebAddress?
        if let webBase, let mark = id.lastIndex(of: "!") {
            address = WebAddress("\(webBase)/\(id[..<mark])/-/merge_requests/\(id[id.index(after: mark)...])")
        }
        return Dashboard.SessionPage(
            session: SessionRow(detail.summary), calls: detail.records.map(CallRow.init),
            agents: agents.map { NamedSums($0.key, $0.value) }.sortedByTokens, events: story(id) ?? [],
            address: address)
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
        var cards: [Dashboard.AgentCard] = []
        for agent in try usage.agents(today: now.day).prefix(AgentsPage.cardsMax) {
            let records = try usage.recentRecords(Dashboard.AgentCard.callsMax, agent: agent.name)
            let session = records.first?.context.sessionID ?? ""
            var sessionSums = Sums()
            if !session.isEmpty, let detail = try usage.session(session) {
                for record in detail.records where record.context.agent == agent.name { sessionSums.add(Sums(record)) }
            }
            cards.append(
                Dashboard.AgentCard(
                    name: agent.name, session: session,
                    sessionSums: session.isEmpty ? records.first.map { Sums($0) } ?? Sums() : sessionSums,
                    today: Sums(agent.today), month: ofMonth[agent.name] ?? Sums(), lastRequest: agent.lastRequest,
                    lastModel: agent.lastModel,
                    lastCosts: records.reversed().compactMap { $0.cost.map { Int($0.amount.value) } }))
        }
        return AgentsPage(cards)
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
