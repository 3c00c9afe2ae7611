import Forecast
import Testing
import UTCTime

@testable import forecast_bench

@Suite struct `A forecast at noon` {
    /// Half a year of `history`, as it is known when it ends.
    static func known(_ history: SyntheticHistory, seed: UInt64) throws -> UsageHistory {
        var history = history
        history.dayCount = min(history.dayCount, 200)
        let first = try #require(Day("2024-12-30"))
        return UsageHistory(
            hours: history.hours(seed: seed, from: first), now: first.adding(days: history.dayCount).start)
    }

    @Test(
        arguments: [
            "office hours", "six-fold growth", "holidays, vacation", "night batch", "America, in UTC",
            "a large organisation", "late batch", "Asia, in UTC",
        ])
    func `beats the rate so far by a quarter and last week's shape too`(name: String) throws {
        let history = try #require(
            (SyntheticHistory.tuning + SyntheticHistory.verification).first { $0.name == name })
        let result = Forecaster(try Self.known(history, seed: 11), .tokens).backtest(atHour: 12, days: 100)
        let errors = try #require(result.errors)
        #expect(errors.forecast * 4 <= errors.rateSoFar * 3)
        #expect(errors.forecast <= errors.lastWeekShape)
        #expect(errors.forecast <= errors.lastWeekRest)
    }

    @Test func `lies within its interval in seven to nine of ten cases`() throws {
        var (inside, count) = (0, 0)
        for history in SyntheticHistory.tuning.prefix(4) + SyntheticHistory.verification.prefix(2) {
            let result = Forecaster(try Self.known(history, seed: 5), .tokens).backtest(atHour: 12, days: 100)
            #expect(result.dayCount == 100)
            inside += result.insideCount
            count += result.dayCount
        }
        #expect(inside * 100 >= count * 70)
        #expect(inside * 100 <= count * 90)
    }

    @Test func `knows nothing of the days after it`() throws {
        let history = SyntheticHistory.tuning[0]
        let first = try #require(Day("2024-12-30"))
        let hours = history.hours(seed: 3, from: first)
        let now = first.adding(days: 60).start.adding(seconds: 43_200)
        let cut = hours.filter { ($0.day, $0.hour) < (now.day, 12) }
        let changed = hours.map { hour in
            var hour = hour
            if hour.day > now.day { hour.tokens *= 50 }
            return hour
        }
        let wanted = Forecaster(UsageHistory(hours: cut, now: now), .tokens)
        let other = Forecaster(UsageHistory(hours: cut + changed.filter { $0.day > now.day }, now: now), .tokens)
        for horizon in Horizon.allCases { #expect(wanted.outlook(horizon) == other.outlook(horizon)) }
    }
}
