public import UTCTime

/// How long a budget counts before it begins anew: calendar windows in UTC.
public enum Period: String, Sendable, CaseIterable {
    /// From minute 0 to minute 0.
    case hour
    /// From midnight to midnight.
    case day
    /// From Monday to Monday.
    case week
    /// From the first to the first.
    case month
    /// For ever.
    case total

    /// The window in which `time` lies.
    public func window(at time: Instant) -> PeriodWindow {
        switch self {
        case .hour:
            let minutes = time.timeOfDay
            let start = time.day.start.adding(seconds: Int64(minutes.hour) * 3600)
            return PeriodWindow(start: start, end: start.adding(seconds: 3600))
        case .day: return PeriodWindow(start: time.day.start, end: time.day.adding(days: 1).start)
        case .week:
            let monday = time.day.adding(days: 1 - time.day.weekday)
            return PeriodWindow(start: monday.start, end: monday.adding(days: 7).start)
        case .month:
            let month = time.day.month
            return PeriodWindow(
                start: month.firstDay.start, end: month.adding(months: 1).firstDay.start)
        case .total: return PeriodWindow(start: Instant(milliseconds: .min), end: nil)
        }
    }

    /// Reads `hour`, `day`, `week`, `month` or `total`. The error says what is accepted.
    public init(parsing text: String) throws(BudgetTextError) {
        guard let period = Period(rawValue: text) else {
            throw BudgetTextError(
                "period", text,
                "no such period; accepted are \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = period
    }

    var index: Int {
        switch self {
        case .hour: 0
        case .day: 1
        case .week: 2
        case .month: 3
        case .total: 4
        }
    }
}

/// The time a counter counts for.
public struct PeriodWindow: Sendable, Hashable {
    /// The first instant.
    public let start: Instant
    /// The first instant after it, when the counter begins anew; nil: never.
    public let end: Instant?

    /// Whether `time` lies in it.
    public func contains(_ time: Instant) -> Bool { start <= time && end.map { time < $0 } ?? true }
}
