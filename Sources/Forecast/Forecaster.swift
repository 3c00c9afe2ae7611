import UTCTime

/// Forecasts one measure of one history, with intervals from how far such forecasts lay from what came.
public struct Forecaster: Sendable {
    /// What it learns from.
    public let history: UsageHistory
    /// What it forecasts.
    public let measure: Measure
    /// The rest of each day at this hour as it was or is forecast; nil where the days before were too few.
    private let rests: [RestOfDay?]

    /// Past forecasts that are compared with what came.
    public static let pastDaysMax = 90
    /// Days ahead that are looked at.
    public static let daysAheadMax = 62
    /// Days without use after which nothing is forecast.
    public static let idleDays = 28

    /// A forecaster of `measure` from `history`.
    public init(_ history: UsageHistory, _ measure: Measure) {
        self.history = history
        self.measure = measure
        rests = Self.walk(history, measure, hours: history.hoursOfToday, upTo: history.today)
    }

    /// What the period that now lies in will have used at its end.
    public func outlook(_ horizon: Horizon) -> Outlook {
        if isUnknown(horizon) { return .abstained(.unknownPrices) }
        let today = history.now.day
        switch range(count: horizon.lastDay(from: today).number - today.number) {
        case .failure(let refusal): return .abstained(refusal.abstention)
        case .success(let range): return .estimate(range.estimate(after: Double(used(horizon))))
        }
    }

    /// What the period that now lies in has used so far, as far as it is known.
    public func used(_ horizon: Horizon) -> Int {
        whole(days(of: horizon).map { history.used(measure, day: $0) }.reduce(0, +))
    }

    /// The calls of the period that are in no figure, because their cost is unknown; none for tokens.
    public func unpriced(_ horizon: Horizon) -> Int {
        measure == .tokens ? 0 : whole(days(of: horizon).map { history.unpriced(day: $0) }.reduce(0, +))
    }

    /// Whether nothing is known of what the period used: it has calls, and none has a price.
    public func isUnknown(_ horizon: Horizon) -> Bool {
        let unpriced = unpriced(horizon)
        return unpriced > 0 && unpriced >= whole(days(of: horizon).map { history.requested(day: $0) }.reduce(0, +))
    }

    private func days(of horizon: Horizon) -> ClosedRange<Int> {
        let today = history.now.day
        let back = min(today.number - horizon.firstDay(of: today).number, history.today)
        return (history.today - back)...history.today
    }

    /// What a day with use has in the middle, of the days that are learned from.
    public var usualDay: Int {
        let totals = (max(0, history.today - RestOfDay.daysMax)..<max(0, history.today))
            .map { history.used(measure, day: $0) }
        return whole(median(totals.filter { $0 > 0 }) ?? 0)
    }

    /// The forecast of the rest of today.
    var rest: RestOfDay? { rests[history.today] }

    /// Why nothing can be said of today and `count` days after it; nil when something can.
    func abstention(count: Int) -> Abstention? {
        let needed = count == 0 ? RestOfDay.daysMin : count <= 7 ? 7 : 14
        guard history.today >= needed else { return .shortHistory(days: history.today, needed: needed) }
        let recent = max(0, history.today - Self.idleDays)...history.today
        guard recent.contains(where: { history.used(measure, day: $0) > 0 }) else {
            let isUnpriced = measure == .cost && recent.contains { history.unpriced(day: $0) > 0 }
            return isUnpriced ? .unknownPrices : .idle(days: Self.idleDays)
        }
        return nil
    }

    /// What the rest of today and `count` days after it will use, and how sure that is.
    func range(count: Int) -> Result<Range, Refusal> {
        if let abstention = abstention(count: count) { return .failure(Refusal(abstention: abstention)) }
        guard let rest else {
            return .failure(Refusal(abstention: .shortHistory(days: history.today, needed: RestOfDay.daysMin)))
        }
        let ahead = DaysAhead(history, measure, day: history.today, rest: rest, count: count)
        return .success(
            Range(
                expected: ahead.expected, usual: ahead.usual,
                spread: Self.spread(
                    history, measure, rests, day: history.today, hours: history.hoursOfToday, count: count),
                tail: Self.tail(count: count)))
    }

    /// A reason as an error.
    struct Refusal: Error { let abstention: Abstention }

    /// A forecast of what is still to come.
    struct Range {
        let expected: Double
        let usual: Double
        let spread: ErrorSpread
        /// The share that is to lie below the interval, and as much above it.
        let tail: Double

        /// The same with `used` added.
        func estimate(after used: Double) -> Estimate {
            let low = spread.value(expected: expected, usual: usual, share: tail)
            let high = spread.value(expected: expected, usual: usual, share: 1 - tail)
            return Estimate(
                expected: whole(used + expected), low: whole(used + min(low, expected)),
                high: whole(used + max(high, expected)))
        }
    }

    /// One in ten; for several days less, as their past errors overlap and are fewer than they seem.
    static func tail(count: Int) -> Double { count == 0 ? 0.1 : 0.06 }

    // MARK: Past forecasts

    /// The forecasts of the rest of each day after `hours`, up to the day of index `last`, as far back as they are used.
    static func walk(
        _ history: UsageHistory, _ measure: Measure, hours: Double, upTo last: Int, days: Int = pastDaysMax
    )
        -> [RestOfDay?]
    {
        (0...last).map { day in
            day < last - days ? nil : RestOfDay(history, measure, day: day, hours: hours)
        }
    }

    /// How far forecasts for the rest of a day and `count` days lay from what came, as was known on `day`.
    static func spread(
        _ history: UsageHistory, _ measure: Measure, _ rests: [RestOfDay?], day: Int, hours: Double, count: Int
    ) -> ErrorSpread {
        var spread = ErrorSpread(widening: count == 0 ? 1 : 0.5)
        let isWeekend = WeekdayWeights.isWeekend(history.weekday(day))
        for origin in max(0, day - pastDaysMax)..<max(0, day - count) {
            guard let rest = rests[origin] else { continue }
            let ahead = DaysAhead(history, measure, day: origin, rest: rest, count: count)
            var actual = max(
                0, history.used(measure, day: origin) - history.used(measure, day: origin, hours: hours))
            if count > 0 { for next in 1...count { actual += history.used(measure, day: origin + next) } }
            let isAlike = count > 0 || WeekdayWeights.isWeekend(history.weekday(origin)) == isWeekend
            spread.add(
                expected: ahead.expected, actual: actual, usual: ahead.usual,
                weight: pow2(-Double(day - origin) / 45) * (isAlike ? 1 : 0.05))
        }
        return spread
    }
}
