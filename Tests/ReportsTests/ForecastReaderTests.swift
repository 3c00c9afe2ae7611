import Budget
import Forecast
import JSON
import Ledger
import Prices
import Testing
import UTCTime

@testable import Reports

@Suite struct `A forecast from the books` {
    @Test(
        arguments: [
            ("claude-opus-5-5", "claude-sonnet-5-5"), ("claude-sonnet-5-5", "claude-haiku-5-5"),
            ("claude-haiku-5-5", nil), ("gpt-5.4", "gpt-5.4-mini"), ("of-our-own", nil),
        ] as [(String, String?)])
    func `names the next cheaper model of the same version`(model: String, cheaper: String?) throws {
        let usage = try TokenUsage(inputTokens: 10_000, outputTokens: 1000)
        let now = try #require(Instant("2026-11-21T12:00:00Z"))
        let found = try PriceTable.shipped().stepDown(from: model, for: usage, at: now)
        #expect(found?.model == cheaper)
        if let found { #expect(0 < found.share && found.share < 1) }
    }

    @Test func `reads hours, people, merge requests and models`() throws {
        let folder = try Folder()
        let first = try #require(Day("2025-12-01"))
        var lines = [RowFormat.header]
        for index in 0..<20 {
            let day = first.adding(days: index)
            let isToday = index == 19
            for hour in 0..<(isToday ? 12 : 24) {
                // Ann burns on the last morning; of the others each does as always.
                for (user, tokens) in [("ann", isToday ? 9000 : 1000), ("bob", 1000)] {
                    lines.append(
                        "2025,12,\(day.parts.day),\(hour < 10 ? "0" : "")\(hour):00:00,42,app,7,\(user),\(tokens - 100),100,"
                            + "\(tokens),claude-sonnet-5-5,900,0,0,0.010000,p,,reviewer,review,shop/app!7,u-\(index)-\(hour)-\(user)"
                    )
                }
            }
        }
        try folder.write(lines.map { $0 + "\n" }.joined() + "2025,coffee\n", to: "token-logs/2025-12.csv")
        let now = first.adding(days: 19).start.adding(seconds: 43_200)
        let budget = ForecastBudget(
            name: "daily", measure: .tokens, limit: 130_000, used: 120_000, held: 5000,
            end: first.adding(days: 20).start)
        let report = try ForecastReader(directory: folder.path).report(
            now: now, budgets: [budget], prices: PriceTable.shipped())
        #expect(report.historyDays == 19 && report.damagedLines == 1)
        #expect(report.figures.map { $0.used[.day] } == [120_000, 240_000])
        let end = try #require(report.figures[0].outlooks[.day]?.estimate)
        #expect(end.expected > 140_000 && end.low <= end.expected && end.high >= end.expected)
        #expect(report.runawayUsers.map(\.name) == ["ann"])
        #expect(report.runawayUsers.first?.usual == 24_000)
        #expect(report.recommendations.first?.text.hasPrefix("Move half of the calls on claude-sonnet-5-5 to") == true)
        let moment = try #require(report.budgets.first?.runOut?.expectedAt)
        #expect(now < moment && moment < now.adding(seconds: 6 * 3600))
        let ofBob = try ForecastReader(directory: folder.path).history(now: now, user: "bob")
        #expect(Forecaster(ofBob, .tokens).used(.day) == 12_000)
        #expect(report.json["tokens"]?["day"]?["used"]?.integer == 120_000)
        #expect(report.json["cost_usd"]?["day"]?["used"] == .decimal("0.240000"))
    }
}
