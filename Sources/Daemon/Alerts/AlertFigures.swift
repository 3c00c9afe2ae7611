import Alerts
import Budget
import Forecast
import Ledger
import Platform
import Reports
import UTCTime

/// Reads from the rows what alerts tell: without a lock, beside the daemon's own work.
struct AlertFigures: Sendable {
    private let directory: String
    private let reader: ReportReader
    private let forecasts: ForecastReader

    /// Counters that are forecast by their own history in one look.
    static let forecastsMax = 50
    /// Days of history that such a forecast looks at.
    static let historyDays = 60
    /// Days that are read for what a budget that counts for ever has counted.
    static let totalDaysMax = 400

    /// Figures from the rows in `directory`.
    init(directory: String) {
        self.directory = directory
        reader = ReportReader(directory: directory)
        forecasts = ForecastReader(directory: directory)
    }

    // MARK: Agents

    /// Which agents used what `standing` counts, the largest first; none when the rows cannot be read.
    func spenders(of standing: BudgetStanding, _ ledger: Ledger) -> [Spender] {
        let today = ledger.status().day
        let first = max(standing.window.start.day, today.adding(days: -Self.totalDaysMax))
        guard first <= today else { return [] }
        let members = Members(of: standing.scope, ledger.budgetSet())
        var sums: [String: Int] = [:]
        let dimensions: [UsageDimension] =
            (standing.budget.period == .hour ? [.hour] : []) + [members.dimension, .agent]
        guard let report = try? reader.report(UsageQuery(by: dimensions, days: first...today)) else { return [] }
        for group in report.groups where group.key.count == dimensions.count {
            if dimensions.count == 3, !standing.window.start.description.hasPrefix(group.key[0]) { continue }
            guard members.contains(group.key[dimensions.count - 2]) else { continue }
            sums[group.key[dimensions.count - 1], default: 0] += group.totals.totalTokens
        }
        return sums.map { Spender(agent: $0.key, tokens: $0.value) }
            .sorted { ($0.tokens, $1.agent) > ($1.tokens, $0.agent) }
    }

    // MARK: Single calls

    /// Calls of today and yesterday that took a large share of the day: what came about while nobody looked.
    func largeReviews(at now: Instant, limitTokens: Int) throws -> [AlertCandidate] {
        guard limitTokens > 0 else { return [] }
        let days = now.day.adding(days: -1)...now.day
        // One session cannot have used more than all of its calls, so only large sessions are read call by call.
        let sessions = try reader.report(UsageQuery(by: [.session], days: days)).groups
        let least = limitTokens / 100 * AlertCandidate.largeReviewPercent
        guard sessions.contains(where: { $0.totals.totalTokens >= least }) else { return [] }
        var found: [AlertCandidate] = []
        for month in Set([days.lowerBound.month, days.upperBound.month]).sorted() {
            for record in try UsageReader(directory: directory).rows(of: month).records
            where days.contains(record.time.day) {
                let percent = Int(clamping: Int128(record.usage.totalTokens) * 100 / Int128(limitTokens))
                guard percent >= AlertCandidate.largeReviewPercent else { continue }
                found.append(.largeReview(record, percent: percent, limitTokens: limitTokens))
            }
        }
        return found
    }

    /// Models of this month whose calls have no price.
    func unknownPrices(at now: Instant) throws -> [AlertCandidate] {
        let month = now.day.month
        return try reader.report(UsageQuery(by: [.model], days: month.firstDay...now.day)).groups
            .filter { $0.totals.unpricedCount > 0 }
            .map { .unknownPrice(model: $0.key.first ?? "", calls: $0.totals.unpricedCount, in: month) }
    }

    // MARK: What is to come, and what stands out

    /// Budgets that are expected to run out, hours and days far above their usual, and who runs away.
    func outstanding(at now: Instant, _ standings: [BudgetStanding], _ ledger: Ledger) throws -> [AlertCandidate] {
        let report = try forecasts.report(now: now, budgets: [])
        var found = report.anomalies.map(AlertCandidate.anomaly)
        found += report.runawayUsers.map { .runaway($0, isUser: true, on: now.day) }
        found += report.runawaySessions.map { .runaway($0, isUser: false, on: now.day) }
        let concerned = standings.filter(ForecastRule.concerns).sorted { $0.percent > $1.percent }
        let set = ledger.budgetSet()
        var histories: [UsageDimension: [UsageReport.Group]] = [:]
        for standing in concerned.prefix(Self.forecastsMax) {
            let members = Members(of: standing.scope, set)
            let groups: [UsageReport.Group]
            if let known = histories[members.dimension] {
                groups = known
            } else {
                let days = now.day.adding(days: -Self.historyDays)...now.day
                groups = try reader.report(UsageQuery(by: [members.dimension, .hour], days: days)).groups
                histories[members.dimension] = groups
            }
            let measure: Measure = standing.budget.limit.unit == .tokens ? .tokens : .cost
            let forecaster = Forecaster(Self.history(of: members, groups, now: now), measure)
            let left = standing.left
            if case .success(let runOut) = forecaster.runOut(
                left: left, used: standing.used, end: standing.window.end),
                let candidate = ForecastRule.candidate(for: standing, runOut)
            {
                found.append(candidate)
            }
        }
        return found
    }

    private static func history(of members: Members, _ groups: [UsageReport.Group], now: Instant) -> UsageHistory {
        var hours: [String: UsageHour] = [:]
        for group in groups where group.key.count == 2 && members.contains(group.key[0]) {
            guard let day = Day(group.key[1].prefix(10)), let hour = Int(group.key[1].suffix(2)) else { continue }
            var sum =
                hours[group.key[1]] ?? UsageHour(day: day, hour: hour, tokens: 0, costMicroUSD: 0, requests: 0)
            sum.tokens += group.totals.totalTokens
            sum.costMicroUSD += group.totals.costMicroUSD
            sum.requests += group.totals.requestCount
            sum.unpriced += group.totals.unpricedCount
            hours[group.key[1]] = sum
        }
        return UsageHistory(hours: Array(hours.values), now: now)
    }

    // MARK: The digest

    /// The digest told on `today` about the day before; nil while nothing was ever used that it could tell of.
    func digest(on today: Day, at now: Instant, _ standings: [BudgetStanding]) throws -> AlertCandidate? {
        let day = today.adding(days: -1)
        let month = try reader.report(
            UsageQuery(by: [], days: today.adding(days: -Self.historyDays)...today))
        guard month.totals.requestCount > 0 else { return nil }
        let projects = try reader.report(UsageQuery(by: [.project], days: day...day))
        let sessions = try reader.report(UsageQuery(by: [.session], days: day...day))
        let history = try forecasts.history(now: now)
        return Digest(
            day: day, tokens: projects.totals.totalTokens, costMicroUSD: projects.totals.costMicroUSD,
            calls: projects.totals.requestCount, unpricedCalls: projects.totals.unpricedCount,
            mergeRequests: sessions.groups.count { !($0.key.first ?? "").isEmpty },
            projects: projects.groups.map {
                Digest.Project(
                    name: $0.key.first ?? "", tokens: $0.totals.totalTokens, costMicroUSD: $0.totals.costMicroUSD)
            },
            standings: standings, monthTokens: Forecaster(history, .tokens).outlook(.month),
            monthCost: Forecaster(history, .cost).outlook(.month)
        ).candidate(on: today)
    }
}

/// Which values of a column of the rows belong to a scope.
struct Members: Sendable {
    /// The column.
    let dimension: UsageDimension
    private let scope: Scope
    private let users: Set<String>

    /// The members of `scope`; teams are those of `set`.
    init(of scope: Scope, _ set: BudgetSet) {
        self.scope = scope
        users = scope.kind == .team ? Set(set.team(scope.name)?.users ?? []) : []
        dimension =
            switch scope.kind {
            case .all: .model
            case .project, .group: .project
            case .user, .team: .user
            case .mergeRequest: .session
            case .agent: .agent
            case .command: .command
            case .model: .model
            }
    }

    /// Whether the scope counts what has `value` in the column. GitLab takes capital and small letters for the same.
    func contains(_ value: String) -> Bool {
        switch scope.kind {
        case .all: true
        case .project, .user, .mergeRequest: value.lowercased() == scope.value
        case .group: value.lowercased().hasPrefix(scope.name + "/")
        case .team: users.contains(value.lowercased())
        case .agent, .command, .model: value == scope.name
        }
    }
}
