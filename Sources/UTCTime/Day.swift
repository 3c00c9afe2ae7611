/// A calendar day in UTC, by the proleptic Gregorian calendar.
public struct Day: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01.
    public let number: Int

    init(number: Int) { self.number = number }

    /// The day with these parts; nil when there is no such day or the year is not 0 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard 0...9999 ~= year, let wanted = Month(year: year, month: month), 1...wanted.dayCount ~= day else {
            return nil
        }
        // Days from civil, with years that begin in March so that the leap day comes last.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        number = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Year, month and day of the month.
    public var parts: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The month this day lies in.
    public var month: Month { Month(unchecked: parts.year, parts.month) }

    /// 1 for Monday to 7 for Sunday (ISO 8601).
    public var weekday: Int { Int(floorDivide(Int64(number) + 3, 7).remainder) + 1 }

    /// The first instant of the day.
    public var start: Instant { Instant(seconds: Int64(number) * 86_400) }

    /// The instant of this day at `time`.
    public func at(_ time: TimeOfDay) -> Instant { Instant(seconds: Int64(number) * 86_400 + Int64(time.secondOfDay)) }

    /// The day `count` days later (earlier when negative), clamped to the years 0 to 9999.
    public func adding(days count: Int) -> Day {
        let (sum, overflow) = number.addingReportingOverflow(count)
        let wanted = overflow ? (count < 0 ? Int.min : Int.max) : sum
        return Day(number: min(max(wanted, Self.first), Self.last))
    }

    /// Earlier first.
    public static func < (left: Day, right: Day) -> Bool { left.number < right.number }

    private static let first = Instant(milliseconds: Instant.range.lowerBound).day.number
    private static let last = Instant(milliseconds: Instant.range.upperBound).day.number
}

/// A calendar month in UTC.
public struct Month: Sendable, Hashable, Comparable {
    /// 0 to 9999.
    public let year: Int
    /// 1 to 12.
    public let month: Int

    init(unchecked year: Int, _ month: Int) {
        self.year = year
        self.month = month
    }

    /// The month with these parts; nil when the month is not 1 to 12 or the year is not 0 to 9999.
    public init?(year: Int, month: Int) {
        guard 0...9999 ~= year, 1...12 ~= month else { return nil }
        self.init(unchecked: year, month)
    }

    /// How many days the month has.
    public var dayCount: Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The month `count` months later (earlier when negative), clamped to the years 0 to 9999.
    public func adding(months count: Int) -> Month {
        let (sum, overflow) = (year * 12 + month - 1).addingReportingOverflow(count)
        let index = min(max(overflow ? (count < 0 ? 0 : .max) : sum, 0), 9999 * 12 + 11)
        return Month(unchecked: index / 12, index % 12 + 1)
    }

    /// The first day of the month.
    public var firstDay: Day { Day(year: year, month: month, day: 1) ?? Day(number: 0) }

    /// Earlier first.
    public static func < (left: Month, right: Month) -> Bool { (left.year, left.month) < (right.year, right.month) }
}
