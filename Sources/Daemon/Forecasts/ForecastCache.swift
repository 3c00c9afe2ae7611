import Dashboard
import Dispatch
import Forecast
import Platform
import Prices
import Reports
import Synchronization
import UTCTime

/// Forecasts for the pages and for `GET /forecast`: each is made once, and stands until a row is written, what it is asked
/// about changes or the minute ends.
///
/// A forecast tries itself on months of past days, which takes far longer than everything else about an answer. So no page
/// waits for one that was made lately: it shows that, another is made meanwhile, and open pages hear of it.
final class ForecastCache: Sendable {
    /// When a forecast was made, and from which rows.
    private struct Moment: Equatable, Sendable {
        let rows: UInt64
        let minute: Int64

        /// Days since 1970.
        var day: Int64 { minute / (24 * 60) }
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
        let moment: Moment
        let forecaster: Forecaster
        let day: Outlook
        let month: BurnDown.Band?
    }

    private let usage: WarmUsage
    private let reports = LatestAnswer<ReportQuestion, ForecastReport>()
    private let tokens = LatestAnswer<Moment, Tokens>()
    /// The last forecast of tokens, and whether another is being made.
    private let standing = Mutex<(kept: Tokens?, isRenewing: Bool)>((nil, false))
    private let renewals = Atomic<UInt64>(0)
    private let worker = DispatchQueue(label: "forecasts", qos: .utility)
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
        let tokens = try tokens(try moment(now), now)
        let left = max(0, budget.limit - budget.used - budget.held - budget.unresolved)
        return days.answer(to: DayQuestion(moment: tokens.moment, used: budget.used, left: left)) {
            Self.day(tokens, used: budget.used, left: left)
        }
    }

    /// What the end of the month is expected to bring; nil where nothing can be said.
    func month(_ now: Instant) throws(POSIXFailure) -> BurnDown.Band? { try tokens(try moment(now), now).month }

    private func moment(_ now: Instant) throws(POSIXFailure) -> Moment {
        Moment(rows: try usage.revision(), minute: now.seconds / 60)
    }

    /// Minutes that pages show a forecast which rows have been written since, while another is made.
    static let lateMinutesMax: Int64 = 2

    /// Another number after each forecast that was made while pages showed the one before.
    var revision: UInt64 { renewals.load(ordering: .acquiring) }

    private func tokens(_ moment: Moment, _ now: Instant) throws(POSIXFailure) -> Tokens {
        let kept = standing.withLock { $0.kept }
        guard let kept, kept.moment.day == moment.day, 0...Self.lateMinutesMax ~= moment.minute - kept.moment.minute
        else { return try make(moment, now) }
        if kept.moment != moment { renew(now) }
        return kept
    }

    /// Makes the first forecast before anybody asks for it.
    func prepare(_ now: Instant) { renew(now) }

    /// Makes another forecast apart from whoever asks, one at a time.
    private func renew(_ now: Instant) {
        let mustStart = standing.withLock { standing in
            defer { standing.isRenewing = true }
            return !standing.isRenewing
        }
        guard mustStart else { return }
        worker.async { [self] in
            // A failure is told to whoever asks when the one before is too old.
            let made = try? make(try moment(now), now)
            standing.withLock { $0.isRenewing = false }
            if made != nil { renewals.add(1, ordering: .acquiringAndReleasing) }
        }
    }

    private func make(_ moment: Moment, _ now: Instant) throws(POSIXFailure) -> Tokens {
        let made = try answer(moment, now)
        standing.withLock { standing in
            if let kept = standing.kept, kept.moment.rows > moment.rows { return }
            standing.kept = made
        }
        return made
    }

    private func answer(_ moment: Moment, _ now: Instant) throws(POSIXFailure) -> Tokens {
        try tokens.answer(to: moment) { () throws(POSIXFailure) in
            let forecaster = Forecaster(try ForecastReader(usage: usage).history(now: now), .tokens)
            return Tokens(
                moment: moment, forecaster: forecaster, day: forecaster.outlook(.day),
                month: forecaster.outlook(.month).estimate.map(BurnDown.Band.init))
        }
    }

    private static func day(_ tokens: Tokens, used: Int, left: Int) -> TodayPage.Outlook {
        switch tokens.day {
        case .abstained(let reason): return .none("\(reason)".prefix(1).uppercased() + "\(reason)".dropFirst() + ".")
        case .estimate(let estimate):
            let end = tokens.forecaster.history.now.day.adding(days: 1).start
            let runOut = try? tokens.forecaster.runOut(left: left, used: used, end: end).get()
            // What was used since the forecast was made is certain.
            var band = BurnDown.Band(estimate)
            band.low = max(band.low, used)
            band.expected = max(band.expected, used)
            band.high = max(band.high, used)
            return .forecast(
                band, runsOutAt: runOut?.expectedAt, chancePercent: runOut?.chancePercent ?? 0)
        }
    }
}

extension BurnDown.Band {
    /// The same figures.
    init(_ estimate: Estimate) { self.init(low: estimate.low, expected: estimate.expected, high: estimate.high) }
}
