import Budget
import Foundation
import HTTPClient
import JSON
import Reports
import Testing
import UTCTime

@testable import Daemon
@testable import Dashboard

@Suite struct `A forecast for the pages` {
    private let header =
        "year,month,day,time,project_id,project_name,mr_iid,username,input_tokens,output_tokens,total_tokens,model,"
        + "duration_ms,cache_write_tokens,cache_read_tokens,cost_usd,price_id,estimated_tokens,agent,command,session_id,usage_id\n"
    private let now = Instant("2026-03-31T12:00:00Z") ?? Instant(seconds: 0)

    private func row(_ day: Int, _ hour: Int, tokens: Int) -> String {
        "2026,3,\(day),\(hour < 10 ? "0" : "")\(hour):30:00,42,app,7,ann,\(tokens),0,\(tokens),m,900,0,0,0.000600,p,150,"
            + "reviewer,review,g/app!7,u-\(day)-\(hour)-\(tokens)\n"
    }

    private func budget(used: Int) -> BudgetCounter {
        BudgetCounter(name: "daily", scope: "all", period: .day, used: used, limit: 10_000_000)
    }

    private func expected(_ outlook: TodayPage.Outlook) -> Int? {
        guard case .forecast(let band, _, _) = outlook else { return nil }
        return band.expected
    }

    @Test func `stands while another is made after a row, and is never less than what is used`() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/token-logs/2026-03.csv"
        try FileManager.default.createDirectory(
            atPath: directory.path + "/token-logs", withIntermediateDirectories: true)
        let past = (1...30).map { day in (8...17).map { row(day, $0, tokens: 10_000) }.joined() }.joined()
        let today = (8...11).map { row(31, $0, tokens: 10_000) }.joined()
        try (header + past + today).write(toFile: file, atomically: true, encoding: .utf8)
        let cache = ForecastCache(WarmUsage(directory: directory.path))
        let first = try #require(expected(try cache.today(budget(used: 40_000), now)))
        #expect(first > 40_000 && cache.revision == 0)
        #expect(expected(try cache.today(budget(used: 40_000), now)) == first && cache.revision == 0)

        try (header + past + today + row(31, 11, tokens: 900_000)).write(
            toFile: file, atomically: true, encoding: .utf8)
        let late = try #require(expected(try cache.today(budget(used: 940_000), now)))
        #expect(late >= 940_000)
        for _ in 0..<30_000 where cache.revision == 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(cache.revision > 0)
        let fresh = try #require(expected(try cache.today(budget(used: 940_000), now)))
        #expect(fresh >= 940_000 && fresh != first)
        // Two minutes later the kept one is shown, whatever was written since, and another is made.
        let before = cache.revision
        let used = 940_000
        try (header + past + today + row(31, 11, tokens: 900_000) + row(31, 11, tokens: 800_000)).write(
            toFile: file, atomically: true, encoding: .utf8)
        #expect(expected(try cache.today(budget(used: used), now.adding(seconds: 120))) == fresh)
        for _ in 0..<30_000 where cache.revision == before { try await Task.sleep(for: .milliseconds(1)) }
        let renewed = cache.revision
        #expect(renewed > before)
        let kept = try #require(expected(try cache.today(budget(used: used), now.adding(seconds: 120))))
        #expect(kept > fresh)
        // Three minutes after that it is too old to be shown: whoever asks waits for another.
        try (header + past + today).write(toFile: file, atomically: true, encoding: .utf8)
        let anew = try #require(expected(try cache.today(budget(used: 40_000), now.adding(seconds: 300))))
        #expect(anew < used && cache.revision == renewed)
        // So is one of another day.
        let tomorrow = try #require(expected(try cache.today(budget(used: 0), now.adding(seconds: 13 * 3600))))
        #expect(tomorrow < used && cache.revision == renewed)
    }
}
