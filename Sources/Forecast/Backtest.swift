/// How forecasts made at one hour of past days compare with what the days came to, beside simpler methods.
public struct Backtest: Sendable, Equatable {
    /// The hour of the day at which the forecasts were made.
    public var hour: Int
    /// Days that were forecast; the errors leave out those without use.
    public var dayCount = 0
    /// The median error of each method, in thousandths of what the day came to; nil without days.
    public var errors: Errors?
    /// Days whose total lay within the interval.
    public var insideCount = 0

    /// The median error of each method, in thousandths.
    public struct Errors: Sendable, Equatable {
        /// Ours.
        public var forecast: Int
        /// What was used so far, times the length of the day over the time gone.
        public var rateSoFar: Int
        /// What was used so far, and then what the same weekday of the week before used from this hour on.
        public var lastWeekRest: Int
        /// What was used so far, scaled as the same weekday of the week before grew from this hour on.
        public var lastWeekShape: Int
    }

    /// The share of days within the interval, in thousandths; nil without days.
    public var coverage: Int? { dayCount > 0 ? insideCount * 1000 / dayCount : nil }
}

extension Forecaster {
    /// How the forecasts at `hour` of the last `days` days did; each knows only the days before it.
    public func backtest(atHour hour: Int = 12, days: Int = 60) -> Backtest {
        let hour = min(max(hour, 1), 23)
        let days = min(max(days, 1), UsageHistory.dayCountMax)
        let last = history.today - 1
        var result = Backtest(hour: hour)
        guard last >= 0 else { return result }
        let hours = Double(hour)
        let rests = Self.walk(history, measure, hours: hours, upTo: last, days: days + Self.pastDaysMax)
        var errors: [[Double]] = [[], [], [], []]
        for day in max(0, last + 1 - days)...last {
            let total = history.used(measure, day: day)
            guard let rest = rests[day] else { continue }
            let soFar = history.used(measure, day: day, hours: hours)
            let spread = Self.spread(history, measure, rests, day: day, hours: hours, count: 0)
            let range = Range(expected: rest.expected, usual: rest.usual, spread: spread, tail: Self.tail(count: 0))
            let estimate = range.estimate(after: soFar)
            result.dayCount += 1
            if estimate.low...estimate.high ~= whole(total) { result.insideCount += 1 }
            guard total > 0 else { continue }
            let rate = soFar * 24 / hours
            var (added, scaled) = (rate, rate)
            if day >= 7 {
                let week = history.used(measure, day: day - 7)
                let weekSoFar = history.used(measure, day: day - 7, hours: hours)
                added = soFar + week - weekSoFar
                scaled = weekSoFar > 0 ? soFar * week / weekSoFar : added
            }
            for (index, guess) in [soFar + rest.expected, rate, added, scaled].enumerated() {
                errors[index].append(abs(guess - total) / total)
            }
        }
        let medians = errors.compactMap { median($0).map { whole($0 * 1000) } }
        if medians.count == 4 {
            result.errors = Backtest.Errors(
                forecast: medians[0], rateSoFar: medians[1], lastWeekRest: medians[2], lastWeekShape: medians[3])
        }
        return result
    }
}
