import Budget
public import Forecast
import Ledger
public import Platform
public import Prices
public import UTCTime

/// Makes forecasts from the rows of the books, without a lock, beside a running daemon.
public struct ForecastReader: Sendable {
    private let report: @Sendable (UsageQuery) throws(POSIXFailure) -> UsageReport

    /// Days that people, merge requests and models are looked at.
    public static let recentDays = 30

    /// A reader of the books in `directory`.
    public init(directory: String, calls: FileCalls = .system) {
        let reader = ReportReader(directory: directory, calls: calls)
        report = { (query) throws(POSIXFailure) in try reader.report(query) }
    }

    /// A reader of the books that `usage` follows.
    public init(usage: WarmUsage) {
        report = { (query) throws(POSIXFailure) in try usage.report(query) }
    }

    /// The hours of use up to `now`; of one project, user, model or session alone where one is named.
    public func history(
        now: Instant, project: String? = nil, user: String? = nil, model: String? = nil, session: String? = nil
    ) throws(POSIXFailure) -> UsageHistory {
        let query = UsageQuery(
            by: [.hour], days: now.day.adding(days: 1 - UsageHistory.dayCountMax)...now.day, project: project,
            user: user, model: model, session: session)
        return Self.history(try report(query), now: now)
    }

    /// The forecast at `now`: of everything, and of `budgets`, which must be about everything too.
    ///
    /// - Parameters:
    ///   - prices: The table to look for cheaper models in; nil recommends none.
    ///   - teamSize: How many people the limit that is proposed is for; nil goes by history alone.
    public func report(now: Instant, budgets: [ForecastBudget], prices: PriceTable? = nil, teamSize: Int? = nil)
        throws(POSIXFailure) -> ForecastReport
    {
        let days = now.day.adding(days: 1 - UsageHistory.dayCountMax)...now.day
        let hours = try report(UsageQuery(by: [.hour], days: days))
        let history = Self.history(hours, now: now)
        let forecasters = Measure.allCases.map { Forecaster(history, $0) }
        let recent = now.day.adding(days: -Self.recentDays)...now.day
        let byUser = try report(UsageQuery(by: [.user, .day], days: recent))
        let bySession = try report(UsageQuery(by: [.session, .day], days: recent))
        let byModel = try report(UsageQuery(by: [.model], days: recent))
        let tokens = forecasters[0]
        return ForecastReport(
            now: now, historyDays: history.dayCount - 1,
            figures: forecasters.map { forecaster in
                func each<Value>(_ value: (Horizon) -> Value) -> [Horizon: Value] {
                    Dictionary(uniqueKeysWithValues: Horizon.allCases.map { ($0, value($0)) })
                }
                return ForecastReport.Figures(
                    measure: forecaster.measure,
                    used: each(forecaster.used).filter { !forecaster.isUnknown($0.key) },
                    unpriced: each(forecaster.unpriced), outlooks: each(forecaster.outlook))
            },
            budgets: budgets.map { budget in
                Self.outlook(of: budget, forecasters.first { $0.measure == budget.measure } ?? tokens)
            },
            accuracy: tokens.backtest(), anomalies: tokens.anomalies(),
            runawayUsers: Runaway.among(Self.uses(byUser, today: now.day), usualDay: tokens.usualDay),
            runawaySessions: Runaway.among(Self.uses(bySession, today: now.day), usualDay: tokens.usualDay),
            recommendations: Recommendation.among(
                models: prices.map { Self.models(byModel, prices: $0, at: now) } ?? [],
                sessions: Self.sessions(bySession), days: Self.recentDays),
            proposal: LimitProposal(history, teamSize: teamSize), damagedLines: hours.problemCount)
    }

    /// When `budget` runs out, by a forecaster of its own scope.
    public static func outlook(of budget: ForecastBudget, _ forecaster: Forecaster) -> ForecastReport.BudgetOutlook {
        switch forecaster.runOut(left: budget.left, used: budget.used, end: budget.end) {
        case .success(let runOut): .init(budget: budget, runOut: runOut, abstention: nil)
        case .failure(let refusal): .init(budget: budget, runOut: nil, abstention: refusal.reason)
        }
    }

    private static func history(_ report: UsageReport, now: Instant) -> UsageHistory {
        let hours = report.groups.compactMap { group -> UsageHour? in
            guard let key = group.key.first, let day = Day(key.prefix(10)), let hour = Int(key.suffix(2)) else {
                return nil
            }
            return UsageHour(
                day: day, hour: hour, tokens: group.totals.totalTokens, costMicroUSD: group.totals.costMicroUSD,
                requests: group.totals.requestCount, unpriced: group.totals.unpricedCount)
        }
        return UsageHistory(hours: hours, now: now)
    }

    private static func uses(_ report: UsageReport, today: Day) -> [NamedUse] {
        var uses: [String: NamedUse] = [:]
        let todayText = today.description
        for group in report.groups where group.key.count == 2 && !group.key[0].isEmpty {
            let name = group.key[0]
            if group.key[1] == todayText {
                uses[name, default: NamedUse(name: name, today: 0, past: [])].today = group.totals.totalTokens
            } else {
                uses[name, default: NamedUse(name: name, today: 0, past: [])].past.append(group.totals.totalTokens)
            }
        }
        return uses.values.sorted { $0.name < $1.name }
    }

    private static func sessions(_ report: UsageReport) -> [SessionUse] {
        var sums: [String: UsageTotals] = [:]
        for group in report.groups where !(group.key.first ?? "").isEmpty {
            sums[group.key[0], default: UsageTotals()].add(group.totals)
        }
        return sums.map { SessionUse(session: $0.key, tokens: $0.value.totalTokens) }.sorted { $0.session < $1.session }
    }

    private static func models(_ report: UsageReport, prices: PriceTable, at now: Instant) -> [ModelUse] {
        report.groups.compactMap { group in
            let totals = group.totals
            guard let model = group.key.first, totals.requestCount > 0, totals.costMicroUSD > 0,
                let average = try? TokenUsage(
                    inputTokens: totals.inputTokens / totals.requestCount,
                    outputTokens: totals.outputTokens / totals.requestCount),
                let cheaper = prices.stepDown(from: model, for: average, at: now)
            else { return nil }
            let cost = Double(totals.costMicroUSD) * cheaper.share
            return ModelUse(
                model: model, costMicroUSD: totals.costMicroUSD, cheaperModel: cheaper.model,
                cheaperCostMicroUSD: Int(exactly: cost.rounded(.up)) ?? totals.costMicroUSD)
        }
    }
}
