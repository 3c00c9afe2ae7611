import HTTPClient
import JSON
import Testing

@testable import Daemon

/// Requests that a browser on the daemon's own machine sends for a page of somebody else, where no API token is set.
@Suite struct StrangerTests {
    private static let grant: JSONValue = ["budget": "daily", "amount": 500, "reason": "none"]

    /// Sends `body` to `path`. A page's `fetch` of a Blob has no media type, so that no preflight comes before, and is taken
    /// for JSON; the client of these tests would name another.
    private func send(
        _ stage: Stage, _ method: String, _ path: String, _ fields: FieldList, _ body: JSONValue? = nil
    ) async throws -> Int {
        try await URLSessionTransport().send(
            ClientRequest(method: method, url: try stage.daemon.url + path, fields: fields, body: body?.bytes)
        ).status
    }

    @Test(
        arguments: [
            (["Host": "evil.example"], 421), (["Host": "127.0.0.1.evil.example:8000"], 421),
            (["Origin": "http://evil.example"], 403), (["Sec-Fetch-Site": "cross-site"], 403),
            // Another port of this machine is another site's page too.
            (["Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"], 403), (["Origin": "null"], 403),
            ([:], 201), (["Host": "localhost"], 201), (["Sec-Fetch-Site": "same-origin"], 201),
            (["Sec-Fetch-Site": "none"], 201),
        ] as [([String: String], Int)])
    func `without a token nothing is granted to a page of another site`(
        _ fields: [String: String], _ status: Int
    ) async throws {
        let stage = try Stage(settings: ["BURSAR_API_TOKEN": nil])
        var list: FieldList = ["Content-Type": "application/json"]
        for (name, value) in fields { list[name] = value }
        #expect(try await send(stage, "POST", "/grants", list, Self.grant) == status)
        let limit = try await stage.stats()["budget_limit"]
        #expect(limit == .integer(status == 201 ? 1_000_500 : 1_000_000))
        try await stage.strike()
    }

    @Test func `a name that was made to lead here opens nothing, with and without a token`() async throws {
        let open = try Stage(settings: ["BURSAR_API_TOKEN": nil])
        for path in ["/budgets", "/usage", "/queue", "/metrics", "/alerts"] {
            #expect(try await send(open, "GET", path, ["Host": "evil.example"]) == 421, "\(path)")
            #expect(try await send(open, "GET", path, ["Host": "localhost:1"]) == 200, "\(path)")
        }
        try await open.strike()
        let closed = try Stage()
        #expect(try await send(closed, "GET", "/metrics", ["Host": "evil.example"]) == 401)
        #expect(try await send(closed, "GET", "/metrics", [:]) == 200)
        #expect(
            try await send(
                closed, "GET", "/metrics", ["Host": "evil.example", "Authorization": "Bearer \(Stage.apiToken)"]) == 200
        )
        try await closed.strike()
    }
}
