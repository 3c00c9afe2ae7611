/// What the rest of a day will use, from the days before it and from what the day has used so far.
///
/// The days before give what such a weekday uses up to this hour and after it. How busy today is comes from three
/// signs: tokens so far, calls so far (fewer outliers than tokens), and the days just past, each against what was usual. How
/// much each sign says is learned from the past days at this same hour, in square roots, so that one giant review pulls
/// little; while days are few, a first guess stands in.
struct RestOfDay {
    /// What is expected from this hour to the end of the day.
    let expected: Double
    /// What such a weekday uses in these hours, whatever today does.
    let usual: Double

    /// Days that are learned from.
    static let daysMax = 84
    /// Past days that are needed before a forecast is made.
    static let daysMin = 3

    private static let halfLife = 40.0
    /// What a day counts that had begun by this hour when this one has not, or the other way round: a holiday shows so.
    private static let otherBeginning = 0.2
    /// Of tokens so far, calls so far and the level of the days just past; the rest is what is usual.
    private static let guess = [0.25, 0.15, 0.3, 0.25]
    private static let pull = [0.45, 0.9, 0.9, 0.9]
    /// A day that uses more than this many times what is usual counts as this many.
    private static let multipleMax = 6.0

    /// The rest of the day of index `day` after `hours` of it; nil while the days before are fewer than `daysMin`.
    init?(_ history: UsageHistory, _ measure: Measure, day: Int, hours: Double) {
        guard day >= Self.daysMin else { return nil }
        let days = Array(max(0, day - Self.daysMax)..<day)
        let totals = days.map { history.used(measure, day: $0) }
        let weekdays = days.map(history.weekday)
        let weekday = history.weekday(day)
        let weekdayWeights = WeekdayWeights(totals: totals, weekdays: weekdays, halfLife: Self.halfLife)
        let before = days.map { history.used(measure, day: $0, hours: hours) }
        let hasBegun = history.used(measure, day: day, hours: hours) > 0
        let weights = zip(weekdayWeights.weights(for: weekday, weekdays: weekdays), before).map { weight, before in
            (before > 0) == hasBegun ? weight : weight * Self.otherBeginning
        }
        let total = weights.reduce(0, +)
        let calls = days.map { history.requested(day: $0, hours: hours) }
        let after = zip(totals, before).map { max(0, $0 - $1) }
        func usual(_ values: [Double]) -> Double { zip(weights, values).map { $0 * $1 }.reduce(0, +) / total }
        let usualAfter = usual(after)
        self.usual = usualAfter
        guard total > 0, usualAfter > 0 else {
            expected = 0
            return
        }
        let (usualBefore, usualCalls) = (usual(before), usual(calls))
        let levels = Self.levels(totals, weekdays, weekdayWeights)
        func busyness(_ value: Double, _ usual: Double) -> Double {
            usual > 0 ? min(value / usual, Self.multipleMax).squareRoot() : 1
        }
        let rows = days.indices.map {
            [1, busyness(before[$0], usualBefore), busyness(calls[$0], usualCalls), levels[$0]]
        }
        let share = min(Double(days.count), total + 3) / total
        let coefficients = LeastDeviations.fit(
            rows: rows, targets: after.map { busyness($0, usualAfter) }, weights: weights.map { $0 * share },
            guess: Self.guess, pull: Self.pull)
        let row = [
            1, busyness(history.used(measure, day: day, hours: hours), usualBefore),
            busyness(history.requested(day: day, hours: hours), usualCalls), levels[days.count],
        ]
        let root = max(0, zip(row, coefficients).map { $0 * $1 }.reduce(0, +))
        expected = root * root * usualAfter
    }

    /// For each past day, and for the day after them, how busy the days just before it were: 1 is as usual.
    private static func levels(_ totals: [Double], _ weekdays: [Int], _ weights: WeekdayWeights) -> [Double] {
        let average = weights.average
        guard average > 0 else { return [Double](repeating: 1, count: totals.count + 1) }
        let factors = (0..<7).map { max(weights.mean(of: $0) / average, 0.02) }
        var level = 1.0
        var levels: [Double] = []
        for (total, weekday) in zip(totals, weekdays) {
            levels.append(level)
            // A day on which little is usual says little about the next.
            let step = factors[weekday] > 0.3 && total > 0 ? 0.35 : 0.035
            level += step * (min((total / (factors[weekday] * average)).squareRoot(), 2.5) - level)
        }
        return levels + [level]
    }
}
