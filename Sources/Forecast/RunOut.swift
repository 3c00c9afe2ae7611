public import UTCTime

/// When a budget will be used up.
public struct RunOut: Sendable, Equatable {
    /// When it is expected to be used up; nil when it is expected to last.
    public var expectedAt: Instant?
    /// When it is used up if use comes out at the high end of the interval; nil when it lasts even then.
    public var earliestAt: Instant?
    /// How likely it is used up before the period ends, in percent.
    public var chancePercent: Int
    /// What the period will have used at its end.
    public var atEnd: Estimate
}

extension Forecaster {
    /// When a budget with `left` tokens or micro-USD will be used up, of which `used` are used, in a period that ends at
    /// `end`; where there is none, the next two months are looked at.
    ///
    /// The history must be that of the budget's own scope.
    public func runOut(left: Int, used: Int, end: Instant?) -> Result<RunOut, NoForecast> {
        let today = history.now.day
        let lastDay = min(
            (end ?? today.adding(days: Self.daysAheadMax).start).adding(seconds: -1).day,
            today.adding(days: Self.daysAheadMax))
        let count = max(0, lastDay.number - today.number)
        let range: Range
        switch self.range(count: count) {
        case .failure(let refusal): return .failure(NoForecast(reason: refusal.abstention))
        case .success(let found): range = found
        }
        let estimate = range.estimate(after: Double(used))
        let path = self.path(count: count)
        let total = path.reduce(0, +)
        func moment(scaledTo rest: Double) -> Instant? {
            guard left > 0 else { return history.now }
            guard total > 0, rest >= Double(left) else { return nil }
            var sum = 0.0
            for (index, part) in path.enumerated() {
                let next = sum + part * rest / total
                if next >= Double(left) {
                    let start = index == 0 ? history.now : today.start.adding(seconds: Int64(hourNow + index) * 3600)
                    let length = index == 0 ? 1 - (history.hoursOfToday - Double(hourNow)) : 1
                    let share = next > sum ? (Double(left) - sum) / (next - sum) : 1
                    return start.adding(seconds: Int64(min(max(share * length, 0), 1) * 3600))
                }
                sum = next
            }
            return nil
        }
        let chance =
            left > 0 ? range.spread.chance(above: Double(left), expected: range.expected, usual: range.usual) : 1
        return .success(
            RunOut(
                expectedAt: moment(scaledTo: range.expected),
                earliestAt: moment(scaledTo: Double(estimate.high) - Double(used)),
                chancePercent: min(max(whole(chance * 100), 0), 100), atEnd: estimate))
    }

    /// Why nothing can be said.
    public struct NoForecast: Error, Equatable {
        /// The reason.
        public let reason: Abstention

        /// No forecast for `reason`.
        public init(reason: Abstention) { self.reason = reason }
    }

    private var hourNow: Int { min(Int(history.hoursOfToday), 23) }

    /// What each hour from now on is expected to use, the current one first, to the end of the last of `count` days.
    private func path(count: Int) -> [Double] {
        let days = Array(max(0, history.today - RestOfDay.daysMax)..<history.today)
        let weekdays = days.map(history.weekday)
        let weights = WeekdayWeights(
            totals: days.map { history.used(measure, day: $0) }, weekdays: weekdays, halfLife: 40)
        let shapes = (0..<7).map { weekday -> [Double] in
            let each = weights.weights(for: weekday, weekdays: weekdays)
            return (0..<24).map { hour in
                zip(days, each).map { $1 * history.value(measure, day: $0, hour: hour) }.reduce(0, +)
                    / max(each.reduce(0, +), 1e-9)
            }
        }
        let weekday = history.weekday(history.today)
        var path = Array(shapes[weekday][hourNow...])
        path[0] *= 1 - (history.hoursOfToday - Double(hourNow))
        let today = path.reduce(0, +)
        let expected = rest?.expected ?? 0
        path = path.map { today > 0 ? $0 * expected / today : expected / Double(path.count) }
        let means = DaysAhead.means(history, measure, before: history.today)
        for ahead in 0..<count {
            let next = (weekday + ahead + 1) % 7
            let sum = shapes[next].reduce(0, +)
            path += shapes[next].map { sum > 0 ? $0 * means[next] / sum : means[next] / 24 }
        }
        return path
    }
}
