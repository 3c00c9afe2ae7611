import Forecast
import UTCTime

/// A made-up history: a team with its hours, its habits and its luck, from a seed.
struct SyntheticHistory: Sendable {
    /// What it is called in the table.
    var name: String
    /// Calls on a usual working day.
    var callsPerDay = 20.0
    /// How much each weekday has, from Monday.
    var week = [1, 1.05, 1.1, 1, 0.8, 0.05, 0.04]
    /// The middle of the working day in UTC, and how wide it is, in hours; two for a team on two sides of an ocean.
    var centres = [13.0]
    var width = 2.6
    /// How much calls differ in size and days in busyness, as standard deviations of logarithms.
    var sizeSpread = 0.75
    var daySpread = 0.3
    /// How much of a day's busyness goes on to the next.
    var memory = 0.4
    /// How many times as much use there is at the end of a year.
    var growth = 1.0
    /// Days without work: single ones a year, and a long stretch.
    var holidayCount = 0
    var vacationDays = 0
    /// Calls of a nightly batch, and its hour.
    var batch: (hour: Int, calls: Double)?
    /// Which share of days has no use at all.
    var silentShare = 0.0
    /// From the first day of the year on that this factor holds.
    var shift: (day: Int, factor: Double)?
    /// Last days of each month that are twice as busy.
    var monthEndDays = 0
    var dayCount = 365

    /// Tuned on these.
    static let tuning: [SyntheticHistory] = [
        SyntheticHistory(name: "office hours"),
        SyntheticHistory(name: "small bursty team", callsPerDay: 4, sizeSpread: 1.1, daySpread: 0.5),
        SyntheticHistory(name: "six-fold growth", growth: 6),
        SyntheticHistory(name: "holidays, vacation", holidayCount: 12, vacationDays: 24),
        SyntheticHistory(name: "night batch", callsPerDay: 12, batch: (2, 8)),
        SyntheticHistory(name: "America, in UTC", callsPerDay: 25, centres: [19], width: 2.8),
        SyntheticHistory(name: "days without use", callsPerDay: 10, sizeSpread: 0.9, silentShare: 0.55),
        SyntheticHistory(name: "bursts for days", callsPerDay: 8, daySpread: 0.9, memory: 0.7),
    ]

    /// Looked at only after the method was fixed.
    static let verification: [SyntheticHistory] = [
        SyntheticHistory(name: "a large organisation", callsPerDay: 150, daySpread: 0.2),
        SyntheticHistory(name: "one person", callsPerDay: 1.5, sizeSpread: 1, daySpread: 0.6),
        SyntheticHistory(name: "late batch", callsPerDay: 15, batch: (22, 12)),
        SyntheticHistory(name: "Asia, in UTC", callsPerDay: 25, centres: [6], width: 3),
        SyntheticHistory(name: "two continents", callsPerDay: 40, centres: [9, 19], width: 2.4),
        SyntheticHistory(name: "twice as many people", shift: (180, 2.2)),
        SyntheticHistory(name: "busy month ends", monthEndDays: 4),
        SyntheticHistory(
            name: "round the clock", callsPerDay: 60, week: [1, 1, 1, 1, 1, 0.8, 0.8], width: 6),
        SyntheticHistory(name: "four days old", callsPerDay: 15, dayCount: 5),
        SyntheticHistory(name: "three weeks old", callsPerDay: 15, dayCount: 22),
    ]

    /// The hours of the history from `first` on.
    func hours(seed: UInt64, from first: Day) -> [UsageHour] {
        var dice = Dice(seed: seed)
        let shape = self.shape
        let free = freeDays(&dice)
        var mood = 0.0
        var hours: [UsageHour] = []
        for index in 0..<dayCount {
            let day = first.adding(days: index)
            mood = memory * mood + (1 - memory * memory).squareRoot() * dice.normal()
            let isSilent = dice.uniform() < silentShare
            var calls = callsPerDay * week[day.weekday - 1] * Dice.exp(daySpread * mood - daySpread * daySpread / 2)
            calls *= Dice.exp(Dice.ln(growth) * Double(index) / 365)
            if let shift, index >= shift.day { calls *= shift.factor }
            if day.month.dayCount - day.parts.day < monthEndDays { calls *= 2 }
            if free.contains(index) { calls *= 0.03 }
            if isSilent { calls = 0 }
            let wobble = (0..<24).map { shape[$0] * Dice.exp(0.35 * dice.normal()) }
            let sum = wobble.reduce(0, +)
            for hour in 0..<24 {
                var count = dice.poisson(calls * wobble[hour] / sum)
                if let batch, batch.hour == hour, !isSilent { count += dice.poisson(batch.calls) }
                guard count > 0 else { continue }
                let tokens = (0..<count).map { _ in Int(30_000 * Dice.exp(sizeSpread * dice.normal())) }.reduce(0, +)
                hours.append(
                    UsageHour(day: day, hour: hour, tokens: tokens, costMicroUSD: tokens * 6, requests: count))
            }
        }
        return hours
    }

    private var shape: [Double] {
        (0..<24).map { hour in
            centres.map { centre in
                let away = Double(hour) + 0.5 - centre
                let near = away > 12 ? away - 24 : away < -12 ? away + 24 : away
                let lunch = 1 - 0.35 * Dice.exp(-near * near / 1.28)
                return Dice.exp(-near * near / (2 * width * width)) * lunch
            }.reduce(0, +)
        }
    }

    private func freeDays(_ dice: inout Dice) -> Set<Int> {
        var free = Set<Int>()
        for _ in 0..<holidayCount { free.insert(Int(dice.uniform() * Double(dayCount))) }
        if vacationDays > 0 {
            let start = Int((0.3 + 0.5 * dice.uniform()) * Double(dayCount))
            free.formUnion(start..<start + vacationDays)
        }
        return free
    }
}
