public import UTCTime

/// What was used in one hour of one UTC day.
public struct UsageHour: Sendable, Equatable {
    /// The day.
    public var day: Day
    /// The hour of the day, 0 to 23.
    public var hour: Int
    /// Input and output tokens.
    public var tokens: Int
    /// The known costs, in micro-USD.
    public var costMicroUSD: Int
    /// Model calls.
    public var requests: Int
    /// Those of them whose cost is unknown.
    public var unpriced: Int

    /// An hour of these figures.
    public init(day: Day, hour: Int, tokens: Int, costMicroUSD: Int, requests: Int, unpriced: Int = 0) {
        self.day = day
        self.hour = hour
        self.tokens = tokens
        self.costMicroUSD = costMicroUSD
        self.requests = requests
        self.unpriced = unpriced
    }
}

/// What a forecast is about.
public enum Measure: String, Sendable, CaseIterable {
    /// Input and output tokens.
    case tokens
    /// Micro-USD, of the calls whose price is known.
    case cost
}

/// The hours of use up to a moment, day by day from the first day of use on; hours without a figure are zero.
public struct UsageHistory: Sendable {
    /// The moment that counts as now.
    public let now: Instant
    /// The first day of use, or today when there was none.
    public let firstDay: Day
    /// Days from the first to today, today included.
    public let dayCount: Int

    private let tokens: [Double]
    private let cost: [Double]
    private let requests: [Double]
    private let unpriced: [Double]

    /// Days that are looked at; older ones say little about the next.
    public static let dayCountMax = 400

    /// The history of `hours`; those after `now`, before `dayCountMax` days ago or of no hour of a day are passed over.
    public init(hours: [UsageHour], now: Instant) {
        self.now = now
        let today = now.day
        let earliest = today.adding(days: 1 - Self.dayCountMax)
        let usable = hours.filter { $0.day >= earliest && $0.day <= today && 0...23 ~= $0.hour }
        let first = usable.filter { $0.tokens > 0 || $0.costMicroUSD > 0 || $0.requests > 0 }.map(\.day).min() ?? today
        firstDay = first
        dayCount = today.number - first.number + 1
        var tokens = [Double](repeating: 0, count: dayCount * 24)
        var cost = tokens
        var requests = tokens
        var unpriced = tokens
        for hour in usable where hour.day >= first {
            let index = (hour.day.number - first.number) * 24 + hour.hour
            tokens[index] += Double(max(0, hour.tokens))
            cost[index] += Double(max(0, hour.costMicroUSD))
            requests[index] += Double(max(0, hour.requests))
            unpriced[index] += Double(max(0, hour.unpriced))
        }
        self.tokens = tokens
        self.cost = cost
        self.requests = requests
        self.unpriced = unpriced
    }

    /// The hours of today that are over, the fraction of the current one included: 12.5 at half past noon.
    public var hoursOfToday: Double { Double(now.timeOfDay.secondOfDay) / 3600 }

    /// The index of today.
    var today: Int { dayCount - 1 }

    /// 0 for Monday to 6 for Sunday.
    func weekday(_ day: Int) -> Int { (firstDay.weekday - 1 + day) % 7 }

    /// The figures of one hour.
    func value(_ measure: Measure, day: Int, hour: Int) -> Double {
        values(measure)[day * 24 + hour]
    }

    /// The model calls of one hour.
    func requests(day: Int, hour: Int) -> Double { requests[day * 24 + hour] }

    /// What was used on `day` in its first `hours`; of an hour in part, that part.
    func used(_ measure: Measure, day: Int, hours: Double = 24) -> Double {
        Self.sum(values(measure), day: day, hours: hours)
    }

    /// The model calls on `day` in its first `hours`.
    func requested(day: Int, hours: Double = 24) -> Double { Self.sum(requests, day: day, hours: hours) }

    /// The model calls of unknown cost on `day`.
    func unpriced(day: Int) -> Double { Self.sum(unpriced, day: day, hours: 24) }

    private func values(_ measure: Measure) -> [Double] {
        switch measure {
        case .tokens: tokens
        case .cost: cost
        }
    }

    private static func sum(_ values: [Double], day: Int, hours: Double) -> Double {
        let whole = min(max(Int(hours), 0), 24)
        var sum = 0.0
        for hour in 0..<whole { sum += values[day * 24 + hour] }
        if whole < 24 { sum += values[day * 24 + whole] * (hours - Double(whole)) }
        return sum
    }
}

/// The whole number nearest to `value` that an `Int` can hold.
func whole(_ value: Double) -> Int {
    guard value.isFinite else { return value > 0 ? .max : 0 }
    return Int(exactly: min(max(value.rounded(), -9e15), 9e15)) ?? 0
}
