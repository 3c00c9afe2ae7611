import Budget
import Dashboard
import Forecast
import Platform
import Reports
import Synchronization
import UTCTime

/// Forecasts for the pages. One takes some milliseconds, so it stands until something is booked or five minutes pass.
final class OutlookCache: Sendable {
    private struct Made {
        let key: [UInt64]
        let forecaster: Forecaster
        let day: TodayPage.Outlook
        let month: BurnDown.Band?
    }

    /// Milliseconds that a forecast stands.
    private static let standsMilliseconds: Int64 = 300_000

    private let made = Mutex<Made?>(nil)

    /// What the end of the day is expected to bring.
    func today(
        _ usage: WarmUsage, _ revision: UInt64, _ budget: BudgetCounter, _ now: Instant
    ) throws(POSIXFailure) -> TodayPage.Outlook {
        try make(usage, revision, budget, now).day
    }

    /// What the end of the month is expected to bring; nil where nothing can be said.
    func month(_ usage: WarmUsage, _ revision: UInt64, _ now: Instant) throws(POSIXFailure) -> BurnDown.Band? {
        try make(usage, revision, nil, now).month
    }

    private func make(
        _ usage: WarmUsage, _ revision: UInt64, _ budget: BudgetCounter?, _ now: Instant
    ) throws(POSIXFailure) -> Made {
        let limit = budget?.limit ?? -1
        let key = [
            try usage.revision(), revision, UInt64(bitPattern: now.milliseconds / Self.standsMilliseconds),
            UInt64(bitPattern: Int64(limit)),
        ]
        if let made = made.withLock({ $0 }), made.key == key { return made }
        let forecaster = Forecaster(try ForecastReader(usage: usage).history(now: now), .tokens)
        let fresh = Made(
            key: key, forecaster: forecaster, day: Self.day(forecaster, budget),
            month: forecaster.outlook(.month).estimate.map(BurnDown.Band.init))
        made.withLock { $0 = fresh }
        return fresh
    }

    private static func day(_ forecaster: Forecaster, _ budget: BudgetCounter?) -> TodayPage.Outlook {
        switch forecaster.outlook(.day) {
        case .abstained(let reason): return .none("\(reason)".prefix(1).uppercased() + "\(reason)".dropFirst() + ".")
        case .estimate(let estimate):
            let end = forecaster.history.now.day.adding(days: 1).start
            var runOut: RunOut?
            if let budget {
                let held = budget.held + budget.unresolved
                runOut = try? forecaster.runOut(
                    left: max(0, budget.limit - budget.used - held), used: budget.used, end: end
                ).get()
            }
            return .forecast(
                BurnDown.Band(estimate), runsOutAt: runOut?.expectedAt, chancePercent: runOut?.chancePercent ?? 0)
        }
    }
}

extension BurnDown.Band {
    /// The same figures.
    init(_ estimate: Estimate) { self.init(low: estimate.low, expected: estimate.expected, high: estimate.high) }
}
