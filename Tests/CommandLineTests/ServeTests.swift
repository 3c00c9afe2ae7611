import Glibc
import JSON
import Testing

@Suite struct `bursar serve` {
    private static let call: JSONValue = [
        "model": "claude-sonnet-5-5", "user": "maria.lopez", "merge_request": "shop/backend-api!123",
        "input_tokens": 8000, "output_tokens": 1200,
    ]

    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal stops it in order: exit 0, and the summary has what was booked`(signal: CInt) async throws {
        let folder = try Folder()
        let daemon = try await Daemon(in: folder)
        let ready = try await daemon.get("/readyz")
        #expect(ready.status == 200)
        #expect(ready.body == ["status": "ready"])
        let booked = try await daemon.post("/usage", Self.call)
        #expect(booked.status == 201)
        daemon.program.send(signal)
        let ending = try await daemon.program.ending()
        #expect(ending.status == 0)
        #expect(ending.output.isEmpty)
        #expect(ending.complaint.hasSuffix(" stopped\n"))
        let day = try #require(booked.body["time"]?.string).prefix(10)
        let summary = try JSONValue(parsing: Array(folder.text(of: "data/tokens/daily-summaries/\(day).json").utf8))
        #expect(
            summary == [
                "date": .string(String(day)), "total_tokens": 9200, "input_tokens": 8000, "output_tokens": 1200,
                "request_count": 1, "last_updated": try #require(booked.body["time"]), "budget_limit": 1_000_000,
                "budget_remaining": 990_800, "budget_exhausted": false,
            ])
    }

    @Test func `what was acknowledged is there after kill -9`() async throws {
        let folder = try Folder()
        let killed = try await Daemon(in: folder)
        let booked = try await killed.post("/usage", Self.call)
        #expect(booked.status == 201)
        killed.program.send(SIGKILL)
        #expect(try await killed.program.ending().status == 128 + SIGKILL)
        let id = try #require(booked.body["usage_id"]?.string)
        let month = try #require(booked.body["time"]?.string).prefix(7)
        let rows = { folder.text(of: "data/tokens/token-logs/\(month).csv").split(separator: "\n") }
        #expect(rows().count { $0.hasSuffix(",\(id)") } == 1)
        let daemon = try await Daemon(in: folder)
        #expect(try await daemon.get("/budget/status").body["stats"]?["total_tokens"]?.integer == 9200)
        #expect(try await daemon.stop().status == 0)
        #expect(rows().count == 2)
    }

    @Test func `a port in use is named, with exit 1`() async throws {
        let first = try await Daemon(in: try Folder())
        let second = try await Program.run(
            "serve", environment: ["BURSAR_PORT": first.port], in: try Folder())
        #expect(
            second.complaint.hasPrefix(
                "Error: cannot listen at 127.0.0.1 port \(first.port): bind: Address already in use"))
        #expect(second.complaint.split(separator: "\n").count == 1)
        #expect(second.status == 1)
        #expect(try await first.get("/readyz").status == 200)
        #expect(try await first.stop().status == 0)
    }

    @Test func `a second daemon for the same books is told who has them, until they are free`() async throws {
        let folder = try Folder()
        let first = try await Daemon(in: folder)
        let second = try await Program.run("serve", environment: ["BURSAR_PORT": "0"], in: folder)
        let advice = "Stop it first, or give this one a TOKEN_DATA_DIR of its own."
        #expect(second.complaint == "Error: another bursar (pid \(first.program.id)) owns data/tokens. \(advice)\n")
        #expect(second.status == 1)
        #expect(try await first.stop().status == 0)
        let third = try await Daemon(in: folder)
        #expect(try await third.stop().status == 0)
    }

    @Test func `the log is one JSON object a line where that is asked for`() async throws {
        let daemon = try await Daemon(in: try Folder())
        _ = try await daemon.stop()
        let json = try Program(
            ["serve"], environment: ["BURSAR_PORT": "0", "LOG_FORMAT": "json"], in: try Folder())
        let line = try JSONValue(parsing: Array(try await json.line(with: "\"listening\"").utf8))
        #expect(line["url"]?.string?.hasPrefix("http://127.0.0.1:") == true)
        json.send(SIGTERM)
        #expect(try await json.ending().status == 0)
    }
}
