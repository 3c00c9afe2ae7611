import Budget
import Dashboard
import UTCTime

/// Every page, filled in each place with names that the tests choose.
struct Samples {
    /// What stands wherever text from outside can stand.
    var name: String
    let now = Instant("2026-11-20T14:32:15Z") ?? Instant(seconds: 0)

    var frame: Frame {
        Frame(
            now: now, formToken: name, isSignedIn: true, unreadAlerts: 2, notice: .refused(name))
    }

    var sums: Sums {
        Sums(requests: 7, inputTokens: 42_000, outputTokens: 3_400, costMicroUSD: 123_400, unpricedRequests: 1)
    }

    var call: CallRow {
        CallRow(
            time: now, session: name, project: name, user: name, agent: name, command: name, model: name,
            inputTokens: 4000, outputTokens: 234, estimatedTokens: 5000, costMicroUSD: 12_345,
            durationMilliseconds: 2345)
    }

    var counter: BudgetCounter {
        BudgetCounter(
            name: name, scope: name, period: .day, used: 723_456, held: 40_000, unresolved: 1, limit: 1_000_000,
            granted: 1000, calls: 3, enforcement: .warn, resetsAt: now)
    }

    var queueRow: QueueRow {
        QueueRow(
            mergeRequest: name, state: "waiting", cause: name, user: name, command: name, acceptedAt: now,
            nextTryAt: now, reason: name)
    }

    var hold: HoldRow {
        HoldRow(id: name, state: "open", tokens: 4000, purpose: name, user: name, since: now)
    }

    var event: StoryEvent { StoryEvent(time: now, what: name, details: name, note: WebAddress("https://git/\(name)")) }

    var session: SessionRow { SessionRow(id: name, start: now, end: now, sums: sums, agents: [name, name]) }

    var limit: BudgetLimit { BudgetLimit(200_000, .tokens) ?? .none }

    /// A team, whose name the rules restrict; what people typed is restricted by nothing.
    var team: Team? { try? Team(name: "web", users: ["ann"], costCentre: "4711") }

    /// Every page by its name.
    var pages: [(String, HTML)] {
        var filter = UsageFilter()
        for dimension in UsageFilter.Dimension.allCases { filter[dimension] = name }
        let remark = Annotation(id: name, day: now.day, text: name)
        let outcome = ReplayDraft.Outcome.result(reviews: 5, blocked: 2, blockedSums: sums, by: [(name, 5, 2)])
        return [
            (
                "today",
                TodayPage(
                    budget: counter, isEnabled: false, sums: sums, hours: [1000, 2000, 3000],
                    outlook: .forecast(
                        .init(low: 700_000, expected: 900_000, high: 1_200_000), runsOutAt: now, chancePercent: 40),
                    others: Excerpt([counter], max: 8), holds: Excerpt([hold], max: 8),
                    queue: Excerpt([queueRow], max: 8), recent: [call]
                ).html(in: frame)
            ),
            (
                "month",
                MonthPage(
                    month: now.day.month, filter: filter, days: [CalendarDay(now.day, sums, annotations: [remark])],
                    sums: sums, breakdowns: UsageFilter.Dimension.allCases.map { ($0, [NamedSums(name, sums)]) },
                    band: .init(low: 1, expected: 2, high: 3), trouble: name
                ).html(in: frame)
            ),
            ("sessions", SessionsPage(rows: [session], search: name, totalCount: 1, next: name).html(in: frame)),
            (
                "session",
                SessionPage(
                    session: session, calls: [call], agents: [NamedSums(name, sums)], estimate: (5000, 4234),
                    events: [event],
                    address: WebAddress("https://gitlab/\(name)")
                ).html(in: frame)
            ),
            (
                "agents",
                AgentsPage([
                    AgentCard(
                        name: name, session: name, sessionSums: sums, today: sums, month: sums, lastRequest: now,
                        lastModel: name, lastCosts: [1, 2, 3, 60_000, 90_000])
                ]).html(in: frame)
            ),
            (
                "budgets",
                BudgetsPage(
                    rows: [
                        .init(
                            name: name, scope: name, period: .day, limit: limit,
                            thresholds: [.percent(80), .amount(160_000)], enforcement: .block, isEditable: true,
                            counters: Excerpt([counter], max: 20)),
                        .init(
                            name: name, scope: name, period: .day, limit: limit, enforcement: .warn, isEditable: true,
                            counters: Excerpt([], max: 20)),
                    ],
                    draft: BudgetDraft(name: name, scope: name, limit: name, warn: name),
                    replay: ReplayDraft(scope: name, limit: name, from: name, to: name), outcome: outcome
                ).html(in: frame)
            ),
            (
                "alerts",
                AlertsPage([
                    AlertRow(id: name, time: now, level: .critical, title: name, text: name),
                    AlertRow(
                        id: name, time: now, level: .warning, title: name, text: name, acknowledgedAt: now,
                        acknowledgedBy: name),
                ]).html(in: frame)
            ),
            (
                "prices",
                PricesPage(
                    rows: [
                        .init(
                            id: name, model: name, effectiveFrom: name, input: name, output: name, cacheWrite: name,
                            cacheRead: name, source: name)
                    ], retrieved: name, ageDays: 3, isStale: true, unknown: [NamedSums(name, sums)]
                ).html(in: frame)
            ),
            (
                "teams",
                TeamsPage(
                    [team].compactMap { $0 },
                    draft: TeamDraft(name: name, users: name, costCentre: name, isOfExisting: true)
                ).html(in: frame)
            ),
            (
                "queue",
                QueuePage(
                    counts: .init(waiting: 1), reviews: Excerpt([queueRow], max: 100), holds: Excerpt([hold], max: 100),
                    heldTokens: 4000, failure: name
                ).html(in: frame)
            ),
            ("why", WhyPage(mergeRequest: name, events: [event], recent: [name]).html(in: frame)),
            ("refused why", WhyPage(mergeRequest: name, problem: name).html(in: frame)),
            ("sign in", SignInPage(next: name, refusal: name).html),
            ("failure", FailurePage(name, name).html(in: frame)),
        ]
    }
}
