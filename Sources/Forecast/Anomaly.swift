public import UTCTime

/// An hour or a day that used far more than such hours or days do.
public struct Anomaly: Sendable, Equatable {
    /// The day.
    public var day: Day
    /// The hour; nil when the day as a whole is meant.
    public var hour: Int?
    /// What was used, in tokens or micro-USD.
    public var used: Int
    /// What the same weekday, at the same hour, uses in the middle.
    public var usual: Int
}

extension Forecaster {
    /// The hours and days of the last `days` days, today included, that used far more than the same weekday at the same
    /// hour: more than 4.5 standard deviations (of square roots) above the middle, at least twice it,
    /// and large for this team: a day of half an average one, an hour that one of fifty hours with use reaches.
    ///
    /// A day is compared up to the present hour. Nothing is found while there are fewer than two weeks of history.
    public func anomalies(days count: Int = 2) -> [Anomaly] {
        guard count > 0 else { return [] }
        var found: [Anomaly] = []
        for day in max(0, history.today - count + 1)...history.today where day >= Self.anomalyDaysMin {
            let past = Array(max(0, day - RestOfDay.daysMax)..<day)
            let totals = past.map { history.used(measure, day: $0) }
            let weekdays = past.map(history.weekday)
            let weights = WeekdayWeights(totals: totals, weekdays: weekdays, halfLife: 40)
            let each = weights.weights(for: history.weekday(day), weekdays: weekdays)
            let hours = day == history.today ? history.hoursOfToday : 24
            let date = history.firstDay.adding(days: day)
            func judge(_ hour: Int?, _ used: Double, _ values: [Double], least: Double) {
                guard used >= least, let usual = Self.excess(used, over: values, weights: each) else { return }
                found.append(Anomaly(day: date, hour: hour, used: whole(used), usual: whole(usual)))
            }
            judge(
                nil, history.used(measure, day: day, hours: hours),
                past.map { history.used(measure, day: $0, hours: hours) }, least: weights.average * 0.5)
            // In a small team any single call is far above what is usual at its hour: it must be one of the large.
            let busy = past.flatMap { day in (0..<24).map { history.value(measure, day: day, hour: $0) } }
                .filter { $0 > 0 }
            let large = quantile(busy, weights: busy.map { _ in 1 }, share: 0.98) ?? 0
            for hour in 0..<min(24, Int(hours.rounded(.up))) {
                judge(
                    hour, history.value(measure, day: day, hour: hour),
                    past.map { history.value(measure, day: $0, hour: hour) }, least: max(weights.average * 0.25, large))
            }
        }
        return found
    }

    private static let anomalyDaysMin = 14

    /// The usual value when `used` is far above `values`; nil when it is not.
    private static func excess(_ used: Double, over values: [Double], weights: [Double]) -> Double? {
        let roots = values.map { $0.squareRoot() }
        guard let middle = quantile(roots, weights: weights, share: 0.5),
            let high = quantile(roots, weights: weights, share: 0.9)
        else { return nil }
        // From the middle to the ninth tenth lie 1.28 standard deviations where chance is at work.
        let deviation = max((high - middle) / 1.28, middle * 0.1)
        let isFar = used.squareRoot() > middle + 4.5 * deviation && used >= 2 * middle * middle
        return isFar ? middle * middle : nil
    }
}
