import Demo
import HTTPClient
import JSON
import Ledger
import Testing
import UTCTime

/// Calls of few people, projects and models, some without a price, booked at once or by a reservation, over days.
struct RandomCalls {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// A number from 0 to `bound` - 1.
    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state >> 16) % UInt64(bound))
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[next(elements.count)] }

    /// What a caller reports of one call.
    mutating func body() -> JSONObject {
        let input = next(3) == 0 ? 90_000 + next(300_000) : next(5000)
        let write = next(input / 2 + 1)
        var body = JSONObject([
            ("project", .string(pick(["platform/api", "platform/web/site", "solo", ""]))),
            ("user", .string(pick(["ann", "Bob", "eve", ""]))), ("agent", .string(pick(["reviewer", "tester"]))),
            ("command", .string(pick(["review", "ask"]))),
            ("model", .string(pick(["claude-sonnet-5-5", "claude-haiku-5-5", "gpt-6.1-terra", "unheard-of"]))),
            ("input_tokens", .integer(input)), ("output_tokens", .integer(next(3000))),
            ("cache_write_tokens", .integer(write)), ("long_cache_write_tokens", .integer(next(write + 1))),
            ("cache_read_tokens", .integer(next(input / 2 + 1))), ("batch", .bool(next(4) == 0)),
            ("duration_ms", .integer(next(9000))),
        ])
        if let iid = pick([nil, 1, 2]) { body["merge_request"] = .integer(iid) }
        return body
    }

    /// Makes `count` calls on `stage`, of today and of the days that pass.
    mutating func play(_ count: Int, on stage: Stage) async throws {
        for _ in 0..<count {
            if next(6) == 0 { stage.clock.advance(to: stage.clock.now.adding(seconds: Int64(next(150_000)))) }
            let body = body()
            guard next(2) == 0 else {
                #expect(try await stage.send("POST", "/usage", .object(body)).status == 201)
                continue
            }
            let made = try await stage.send(
                "POST", "/budget/reservations", ["estimated_tokens": 1000, "model": body["model"] ?? .null])
            let id = try #require(made.body["id"]?.string)
            #expect(try await stage.send("POST", "/budget/reservations/\(id)/settle", .object(body)).status == 200)
        }
    }
}
