public import UTCTime

/// A figure that is not known yet: what is expected, and between what it lies in four of five cases.
public struct Estimate: Sendable, Equatable {
    /// More and less are equally likely; in tokens or micro-USD.
    public var expected: Int
    /// One of ten lies below.
    public var low: Int
    /// One of ten lies above.
    public var high: Int
}

/// Why no forecast is made.
public enum Abstention: Sendable, Equatable, CustomStringConvertible {
    /// The books hold too few whole days.
    case shortHistory(days: Int, needed: Int)
    /// Nothing was used in the last days, so nothing is known of the next.
    case idle(days: Int)
    /// Calls were made, but what they cost is unknown of each.
    case unknownPrices

    /// A sentence for people.
    public var description: String {
        switch self {
        case .shortHistory(let days, let needed):
            "no forecast: \(days) whole \(days == 1 ? "day" : "days") of history, \(needed) are needed"
        case .idle(let days): "no forecast: nothing was used in the last \(days) days"
        case .unknownPrices: "no forecast: no price is known for the calls"
        }
    }
}

/// A forecast, or why there is none.
public enum Outlook: Sendable, Equatable {
    /// What the period will have used at its end.
    case estimate(Estimate)
    /// No forecast.
    case abstained(Abstention)

    /// The estimate if there is one.
    public var estimate: Estimate? { if case .estimate(let estimate) = self { estimate } else { nil } }
    /// Why there is none.
    public var abstention: Abstention? { if case .abstained(let reason) = self { reason } else { nil } }
}

/// The period of the calendar, in UTC, that a forecast looks to the end of.
public enum Horizon: String, Sendable, CaseIterable {
    /// To midnight.
    case day
    /// To the end of Sunday.
    case week
    /// To the end of the month.
    case month

    /// The last day of the period that `day` lies in.
    public func lastDay(from day: Day) -> Day {
        switch self {
        case .day: day
        case .week: day.adding(days: 7 - day.weekday)
        case .month: day.month.firstDay.adding(days: day.month.dayCount - 1)
        }
    }

    /// The first day of the period that `day` lies in.
    public func firstDay(of day: Day) -> Day {
        switch self {
        case .day: day
        case .week: day.adding(days: 1 - day.weekday)
        case .month: day.month.firstDay
        }
    }
}
