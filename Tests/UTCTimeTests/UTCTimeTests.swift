import Testing
import UTCTime

@Suite struct UTCTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z", 4), (1_709_164_800, "2024-02-29T00:00:00Z", 4),
        (1_765_636_335, "2025-12-13T14:32:15Z", 6),
        (-1, "1969-12-31T23:59:59Z", 3), (951_782_400, "2000-02-29T00:00:00Z", 2),
        (4_107_542_400, "2100-03-01T00:00:00Z", 1),
    ])
    func `writes and reads RFC 3339`(_ seconds: Int64, _ text: String, _ weekday: Int) {
        let instant = Instant(seconds: seconds)
        #expect(instant.description == text)
        #expect(Instant(text) == instant)
        #expect(instant.day.weekday == weekday)
    }

    @Test(arguments: [
        "", "2025-12-13", "2025-12-13T14:32:15", "2025-12-13t14:32:15Z", "2025-02-29T00:00:00Z", "2025-12-13T24:00:00Z",
        "2025-12-13T14:32:15.Z", "2025-12-13T14:32:15+00:00", "+025-12-13T14:32:15Z", "2025-12-13T14:32:15.1234567890Z",
    ])
    func `refuses other texts`(_ text: String) { #expect(Instant(text) == nil) }

    @Test func `keeps milliseconds`() {
        #expect(Instant("2025-12-13T14:32:15.0429Z")?.descriptionWithMilliseconds == "2025-12-13T14:32:15.042Z")
        #expect(Instant("2025-12-13T14:32:15.5Z")?.descriptionWithMilliseconds == "2025-12-13T14:32:15.500Z")
    }

    @Test func `writes HTTP dates`() {
        #expect(Instant(seconds: 784_111_777).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test func `every day of four centuries follows the one before it`() throws {
        var day = try #require(Day("1799-12-31"))
        var count = 0
        for year in 1800..<2200 {
            for month in 1...12 {
                for number in 1...(try #require(Month(year: year, month: month))).dayCount {
                    let next = try #require(Day(year: year, month: month, day: number))
                    #expect(next == day.adding(days: 1) && next.parts == (year, month, number))
                    day = next
                    count += 1
                }
            }
        }
        #expect(count == 146_097)
    }

    @Test func `clamps instead of trapping`() {
        #expect(Instant(seconds: .max).description == "9999-12-31T23:59:59Z")
        #expect(Instant(seconds: .min).adding(seconds: .min).description == "0000-01-01T00:00:00Z")
        #expect(Instant(seconds: 0).day.adding(days: .max).description == "9999-12-31")
        #expect(Month("2025-12")?.adding(months: 1).description == "2026-01")
        #expect(Month("2025-01")?.adding(months: -1).description == "2024-12")
        #expect(Month("2025-01")?.adding(months: .min).description == "0000-01")
    }
}
