import Dashboard
import Forecast
import Platform
import Prices
import Reports
import UTCTime

/// Forecasts for the pages and for `GET /forecast`: each is made once, and stands until a row is written, what it is asked
/// about changes or the minute ends.
///
/// A forecast tries itself on months of past days, which takes far longer than everything else about an answer.
final class ForecastCache: Sendable {
    /// When a forecast was made, and from which rows.
    private struct Moment: Equatable, Sendable {
        let rows: UInt64
        let minute: Int64
    }

    private struct ReportQuestion: Equatable, Sendable {
        let moment: Moment
        let budgets: [ForecastBudget]
        let prices: [ModelPrice]
        let teamSize: Int?
    }

    private struct DayQuestion: Equatable, Sendable {
        let moment: Moment
        let used: Int
        let left: Int
    }

    private struct Tokens: Sendable {
        let forecaster: Forecaster
        let day: Outlook
        let month: BurnDown.Band?
    }

    private let usage: WarmUsage
    private let reports = LatestAnswer<ReportQuestion, ForecastReport>()
    private let tokens = LatestAnswer<Moment, Tokens>()
    private let days = LatestAnswer<DayQuestion, TodayPage.Outlook>()

    /// Forecasts of what `usage` knows.
    init(_ usage: WarmUsage) { self.usage = usage }

    /// The forecast of everything and of `budgets`, made at `now` or earlier in its minute.
    func report(
        now: Instant, budgets: [ForecastBudget], prices: PriceTable, teamSize: Int?
    ) throws(POSIXFailure) -> ForecastReport {
        let question = ReportQuestion(
            moment: try moment(now), budgets: budgets, prices: prices.prices, teamSize: teamSize)
        return try reports.answer(to: question) { () throws(POSIXFailure) in
            try ForecastReader(usage: usage).report(now: now, budgets: budgets, prices: prices, teamSize: teamSize)
        }
    }

    /// What the end of the day is expected to bring.
    func today(_ budget: BudgetCounter, _ now: Instant) throws(POSIXFailure) -> TodayPage.Outlook {
        let moment = try moment(now)
        let tokens = try tokens(moment, now)
        let left = max(0, budget.limit - budget.used - budget.held - budget.unresolved)
        return days.answer(to: DayQuestion(moment: moment, used: budget.used, left: left)) {
            Self.day(tokens, used: budget.used, left: left)
        }
    }

    /// What the end of the month is expected to bring; nil where nothing can be said.
    func month(_ now: Instant) throws(POSIXFailure) -> BurnDown.Band? { try tokens(try moment(now), now).month }

    private func moment(_ now: Instant) throws(POSIXFailure) -> Moment {
        Moment(rows: try usage.revision(), minute: now.seconds / 60)
    }

    private func tokens(_ moment: Moment, _ now: Instant) throws(POSIXFailure) -> Tokens {
        try tokens.answer(to: moment) { () throws(POSIXFailure) in
            let forecaster = Forecaster(try ForecastReader(usage: usage).history(now: now), .tokens)
            return Tokens(
                forecaster: forecaster, day: forecaster.outlook(.day),
                month: forecaster.outlook(.month).estimate.map(BurnDown.Band.init))
        }
    }

    private static func day(_ tokens: Tokens, used: Int, left: Int) -> TodayPage.Outlook {
        switch tokens.day {
        case .abstained(let reason): return .none("\(reason)".prefix(1).uppercased() + "\(reason)".dropFirst() + ".")
        case .estimate(let estimate):
            let end = tokens.forecaster.history.now.day.adding(days: 1).start
            let runOut = try? tokens.forecaster.runOut(left: left, used: used, end: end).get()
            return .forecast(
                BurnDown.Band(estimate), runsOutAt: runOut?.expectedAt, chancePercent: runOut?.chancePercent ?? 0)
        }
    }
}

extension BurnDown.Band {
    /// The same figures.
    init(_ estimate: Estimate) { self.init(low: estimate.low, expected: estimate.expected, high: estimate.high) }
}
