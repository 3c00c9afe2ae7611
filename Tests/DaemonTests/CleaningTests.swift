import Demo
import Foundation
import HTTPClient
import JSON
import Testing
import UTCTime

@testable import Daemon

@Suite struct `A budget of a merge request outlives its rows` {
    @Test func `what was spent, cleaned away and found again at a restart is still refused`() async throws {
        let stage = try Stage()
        let feature: JSONValue = ["scope": "merge_request:*", "period": "total", "limit": 1000]
        #expect(try await stage.send("PUT", "/budgets/feature", feature).status == 200)
        let used: JSONValue = [
            "project": "Team/app", "merge_request": 7, "user": "ann", "model": "claude-sonnet-5-5",
            "input_tokens": 800, "output_tokens": 100,
        ]
        #expect(try await stage.send("POST", "/usage", used).status == 201)
        func ask(_ iid: Int, _ tokens: Int) async throws -> (status: Int, used: Int?) {
            let answer = try await stage.send(
                "POST", "/budget/reservations",
                ["project": "team/app", "merge_request": .integer(iid), "estimated_tokens": .integer(tokens)])
            return (answer.status, answer.body["used"]?.integer)
        }
        #expect(try await ask(7, 101) == (429, 900))
        stage.clock.advance(to: try #require(Instant("2027-06-01T09:00:00Z")))
        let cleaned = try await stage.send("POST", "/maintenance/cleanup")
        #expect(cleaned.status == 200)
        #expect(try stage.rows().isEmpty)
        for _ in 0..<2 {
            #expect(try await ask(7, 101) == (429, 900))
            try await stage.stopDaemon()
            try stage.startDaemon()
        }
        #expect(try await ask(7, 100).status == 201)
        #expect(try await ask(8, 1000).status == 201)
        try await stage.strike()
    }
}
