/// What the rest of a day and some whole days after it will use.
struct DaysAhead {
    /// What is expected of all of it.
    let expected: Double
    /// What is usual in it.
    let usual: Double

    private static let halfLife = 20.0
    /// A day counts at most as this many times what is usual, so that one odd day does not repeat in every forecast.
    private static let multipleMax = 4.0

    /// The rest of `day` after `hours`, as `rest` has it, and the `count` days that follow.
    init(_ history: UsageHistory, _ measure: Measure, day: Int, rest: RestOfDay, count: Int) {
        var expected = rest.expected
        var usual = rest.usual
        if count > 0 {
            let means = Self.means(history, measure, before: day)
            for ahead in 1...count {
                let mean = means[(history.weekday(day) + ahead) % 7]
                expected += mean
                usual += mean
            }
        }
        self.expected = expected
        self.usual = usual
    }

    /// What a whole day of each weekday uses, from the days before `day`.
    static func means(_ history: UsageHistory, _ measure: Measure, before day: Int) -> [Double] {
        let days = Array(max(0, day - RestOfDay.daysMax)..<day)
        let totals = days.map { history.used(measure, day: $0) }
        let weekdays = days.map(history.weekday)
        let raw = WeekdayWeights(totals: totals, weekdays: weekdays, halfLife: halfLife)
        let capped = zip(totals, weekdays).map { total, weekday -> Double in
            let mean = raw.mean(of: weekday)
            return mean > 0 ? min(total, mean * multipleMax) : total
        }
        let weights = WeekdayWeights(totals: capped, weekdays: weekdays, halfLife: halfLife)
        return (0..<7).map(weights.mean)
    }
}
