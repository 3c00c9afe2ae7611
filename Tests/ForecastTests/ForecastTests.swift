import Forecast
import Testing
import UTCTime

@testable import forecast_bench

/// Histories of the same use in every hour.
enum Flat {
    /// A Monday.
    static let first = Day(year: 2025, month: 12, day: 1)

    /// `tokens` in every hour of `days` days and of the first `hours` of the day after them; `shift` days after the Monday.
    static func history(days: Int, hours: Int = 12, tokens: Int = 1000, shift: Int = 0) throws -> UsageHistory {
        let first = try #require(Self.first).adding(days: shift)
        let all = (0..<days * 24 + hours).map { index in
            UsageHour(
                day: first.adding(days: index / 24), hour: index % 24, tokens: tokens, costMicroUSD: tokens * 3,
                requests: 1)
        }
        return UsageHistory(
            hours: all, now: first.adding(days: days).start.adding(seconds: Int64(hours) * 3600))
    }
}

@Suite struct `Forecasts` {
    @Test(arguments: [(Horizon.day, 3), (.week, 7), (.month, 14)])
    func `are made from so many days on and not before`(horizon: Horizon, needed: Int) throws {
        // From a Wednesday on, so that neither day is the last of its week.
        let before = Forecaster(try Flat.history(days: needed - 1, shift: 2), .tokens).outlook(horizon)
        #expect(before == .abstained(.shortHistory(days: needed - 1, needed: needed)))
        #expect(Forecaster(try Flat.history(days: needed, shift: 2), .tokens).outlook(horizon).estimate != nil)
    }

    @Test(arguments: [Measure.tokens, .cost])
    func `of steady use are what is to come`(measure: Measure) throws {
        // Monday the 22nd of December, at noon.
        let forecaster = Forecaster(try Flat.history(days: 21), measure)
        let factor = measure == .tokens ? 1 : 3
        for (horizon, hours) in [(Horizon.day, 24), (.week, 7 * 24), (.month, 31 * 24)] {
            let estimate = try #require(forecaster.outlook(horizon).estimate)
            let wanted = hours * 1000 * factor
            #expect(abs(estimate.expected - wanted) <= wanted / 100)
            #expect(estimate.low <= estimate.expected && estimate.expected <= estimate.high)
        }
        #expect(forecaster.used(.day) == 12_000 * factor)
        #expect(forecaster.used(.month) == (21 * 24 + 12) * 1000 * factor)
    }

    @Test func `are not made after four weeks without use`() throws {
        let first = try #require(Flat.first)
        let hours = (0..<10).map {
            UsageHour(day: first.adding(days: $0), hour: 9, tokens: 5, costMicroUSD: 0, requests: 1)
        }
        let idle = UsageHistory(hours: hours, now: first.adding(days: 38).start)
        #expect(Forecaster(idle, .tokens).outlook(.day) == .abstained(.idle(days: 28)))
        let recent = UsageHistory(hours: hours, now: first.adding(days: 37).start)
        #expect(Forecaster(recent, .tokens).outlook(.day).estimate != nil)
        #expect(Forecaster(UsageHistory(hours: [], now: first.start), .tokens).outlook(.day).abstention != nil)
    }

    @Test func `of impossible figures do not trap`() throws {
        let first = try #require(Flat.first)
        let hours = (0..<30).flatMap { day in
            [
                UsageHour(day: first.adding(days: day), hour: 9, tokens: .max, costMicroUSD: .min, requests: .max),
                UsageHour(day: first.adding(days: day), hour: 99, tokens: 1, costMicroUSD: 1, requests: 1),
                UsageHour(day: first.adding(days: day), hour: -1, tokens: 1, costMicroUSD: 1, requests: 1),
            ]
        }
        let history = UsageHistory(hours: hours, now: first.adding(days: 30).start.adding(seconds: 40_000))
        for measure in Measure.allCases {
            let forecaster = Forecaster(history, measure)
            for horizon in Horizon.allCases { _ = forecaster.outlook(horizon) }
            _ = forecaster.runOut(left: .max, used: .max, end: nil)
            _ = forecaster.backtest()
            _ = forecaster.anomalies(days: .max)
            _ = forecaster.backtest(atHour: 99, days: .min)
            _ = forecaster.backtest(atHour: -1, days: .max)
        }
        _ = LimitProposal(history, teamSize: .max)
    }
}

@Suite struct `A budget` {
    @Test func `runs out when steady use has taken what is left`() throws {
        let forecaster = Forecaster(try Flat.history(days: 21), .tokens)
        let noon = forecaster.history.now
        let end = noon.day.adding(days: 1).start
        let runOut = try forecaster.runOut(left: 6000, used: 12_000, end: end).get()
        let moment = try #require(runOut.expectedAt)
        #expect(abs(moment.seconds - noon.adding(seconds: 6 * 3600).seconds) < 600)
        #expect(try #require(runOut.earliestAt) <= moment)
        #expect(runOut.chancePercent > 80)

        let lasting = try forecaster.runOut(left: 40_000, used: 12_000, end: end).get()
        #expect(lasting.expectedAt == nil && lasting.earliestAt == nil)
        #expect(lasting.chancePercent < 10)

        let gone = try forecaster.runOut(left: 0, used: 12_000, end: end).get()
        #expect(gone.expectedAt == noon && gone.chancePercent == 100)
    }

    @Test func `of a month runs out days ahead, and one without an end too`() throws {
        let forecaster = Forecaster(try Flat.history(days: 21), .tokens)
        let wanted = forecaster.history.now.adding(seconds: 60 * 3600)
        for end in [Instant("2026-01-01T00:00:00Z"), nil] {
            let moment = try #require(try forecaster.runOut(left: 60_000, used: 516_000, end: end).get().expectedAt)
            #expect(abs(moment.seconds - wanted.seconds) < 3 * 3600)
        }
        #expect(throws: Forecaster.NoForecast(reason: .shortHistory(days: 2, needed: 3))) {
            try Forecaster(try Flat.history(days: 2), .tokens).runOut(
                left: 1, used: 0, end: Instant("2025-12-04T00:00:00Z")
            )
            .get()
        }
    }
}

@Suite struct `What stands out` {
    @Test func `an hour far above the same weekday's is found, its neighbour is not`() throws {
        let first = try #require(Flat.first)
        func found(_ tokens: Int) -> [Anomaly] {
            let hours = (0..<29 * 24).map { index in
                UsageHour(
                    day: first.adding(days: index / 24), hour: index % 24,
                    tokens: index == 28 * 24 + 9 ? tokens : 900 + index * 37 % 200, costMicroUSD: 0, requests: 1)
            }
            return Forecaster(
                UsageHistory(hours: hours, now: first.adding(days: 28).start.adding(seconds: 82_800)), .tokens
            ).anomalies()
        }
        let anomaly = try #require(found(30_000).first { $0.hour == 9 })
        #expect(anomaly.day == first.adding(days: 28) && anomaly.used == 30_000)
        #expect(900...1100 ~= anomaly.usual)
        #expect(found(1500) == [])
    }

    @Test func `chance alone is seldom taken for an anomaly`() throws {
        let history = try `A forecast at noon`.known(SyntheticHistory.tuning[0], seed: 21)
        // Half a year without anything unusual.
        #expect(Forecaster(history, .tokens).anomalies(days: 180).count <= 6)
    }

    @Test func `a runaway burns far above its own usual and matters to all`() {
        let others = (0..<20).map {
            NamedUse(name: "u\($0)", today: 10_000, past: [9000, 10_000, 11_000, 8000, 12_000])
        }
        func found(today: Int, past: [Int], usualDay: Int = 200_000) -> [String] {
            Runaway.among(others + [NamedUse(name: "x", today: today, past: past)], usualDay: usualDay).map(\.name)
        }
        let usual = [10_000, 10_000, 10_000, 10_000, 10_000]
        #expect(found(today: 40_000, past: usual) == ["x"])
        #expect(found(today: 39_999, past: usual) == [])
        #expect(found(today: 40_000, past: usual + [50_000]) == [])
        #expect(found(today: 40_000, past: usual, usualDay: 300_000) == [])
        #expect(found(today: 48_000, past: []) == ["x"])
        #expect(found(today: 40_000, past: [], usualDay: 0) == [])
        #expect(Runaway.among([], usualDay: 100) == [])
    }

    @Test func `recommendations carry a figure, and small change is kept back`() {
        let models = [
            ModelUse(model: "a", costMicroUSD: 20_000_000, cheaperModel: "b", cheaperCostMicroUSD: 2_000_000),
            ModelUse(model: "c", costMicroUSD: 100_000, cheaperModel: "d", cheaperCostMicroUSD: 90_000),
        ]
        let sessions =
            (0..<19).map { SessionUse(session: "s\($0)", tokens: 10_000) }
            + [SessionUse(session: "huge", tokens: 160_000)]
        let found = Recommendation.among(models: models, sessions: sessions, days: 30)
        #expect(
            found.map(\.text) == [
                "Move half of the calls on a to b: -$9.00 in 30 days",
                "Allow each merge request 10,000 tokens: -150,000 tokens in 30 days, from 1 of 20",
            ])
        #expect(found.map(\.savedMicroUSD) == [9_000_000, nil])
        #expect(found.map(\.savedTokens) == [nil, 150_000])
        #expect(Recommendation.among(models: [], sessions: Array(sessions.prefix(19)), days: 30) == [])
    }

    @Test func `a limit is proposed from history, from the team's size, or not at all`() throws {
        let history = try Flat.history(days: 60)
        let learned = try #require(LimitProposal(history, teamSize: nil))
        #expect(learned.tokensPerDay == 28_000)  // 24,000 and 15 %, rounded up
        #expect(learned.reason.contains("24,000"))
        let empty = try Flat.history(days: 0, hours: 0)
        #expect(try #require(LimitProposal(empty, teamSize: 10)).tokensPerDay == 560_000)
        #expect(LimitProposal(empty, teamSize: nil) == nil)
        let few = try Flat.history(days: 5)
        let mixed = try #require(LimitProposal(few, teamSize: 1)).tokensPerDay
        #expect((28_000...56_000).contains(mixed))
    }
}
