/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct Instant: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before it.
    public let milliseconds: Int64

    /// The earliest and the latest instant that can be written with a four-digit year: 0000-01-01 to 9999-12-31.
    public static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// The instant nearest to `milliseconds` within `range`.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound)
    }

    /// The instant `seconds` after 1970-01-01T00:00:00Z, clamped to `range`.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        self.init(milliseconds: overflow ? (seconds < 0 ? .min : .max) : product)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    public var seconds: Int64 { floorDivide(milliseconds, 1000).quotient }

    /// The UTC day this instant lies in.
    public var day: Day { Day(number: Int(floorDivide(milliseconds, 86_400_000).quotient)) }

    /// The time of day in UTC.
    public var timeOfDay: TimeOfDay {
        let second = Int(floorDivide(milliseconds, 86_400_000).remainder / 1000)
        return TimeOfDay(hour: second / 3600, minute: second / 60 % 60, second: second % 60)
    }

    /// This instant moved by `seconds`, clamped to `range`.
    public func adding(seconds: Int64) -> Instant {
        let (delta, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, overflowed) = milliseconds.addingReportingOverflow(overflow ? (seconds < 0 ? .min : .max) : delta)
        return Instant(milliseconds: overflowed ? (seconds < 0 ? .min : .max) : sum)
    }

    /// Earlier first.
    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }
}

/// Hour, minute and second of a UTC day.
public struct TimeOfDay: Sendable, Hashable {
    /// 0 to 23.
    public let hour: Int
    /// 0 to 59.
    public let minute: Int
    /// 0 to 59.
    public let second: Int

    init(hour: Int, minute: Int, second: Int) {
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The time of day with these parts; nil when one is out of its range.
    public init?(validHour hour: Int, minute: Int, second: Int) {
        guard 0...23 ~= hour, 0...59 ~= minute, 0...59 ~= second else { return nil }
        self.init(hour: hour, minute: minute, second: second)
    }

    /// Seconds since midnight.
    public var secondOfDay: Int { hour * 3600 + minute * 60 + second }
}

/// Division that rounds towards negative infinity. `divisor` must be positive.
func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}
