import Dispatch
import HTTPServer
import HTTPWire
import JSON
import Platform
import Testing

@Suite struct `Progress on a terminal` {
    /// Port 1 is nobody's.
    private static let model = [
        "ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": "http://127.0.0.1:1", "BURSAR_PORT": "1",
    ]

    /// A GitLab that answers after a second and a half.
    private func slowGitLab() throws -> (Server, Int) {
        let server = Server(
            routes: [
                Route(
                    .get, "/api/v4/version",
                    handler: .later { _, responder in
                        DispatchQueue.global().asyncAfter(deadline: .now() + 1.5) {
                            responder.send(.json(404, ["message": "404 Not found"]))
                        }
                    })
            ], time: .system, log: .silent)
        return (server, try server.start(host: "127.0.0.1", port: 0))
    }

    @Test(arguments: ["xterm", "dumb"])
    func `what takes longer than a second says so on a terminal, and the line is gone at the end`(
        terminal: String
    ) async throws {
        let (server, port) = try slowGitLab()
        defer { server.stop(graceSeconds: 0) }
        let url = "http://127.0.0.1:\(port)"
        let environment = ["GITLAB_URL": url, "GITLAB_TOKEN": "t", "GITLAB_WEBHOOK_SECRET": "s", "TERM": terminal]
            .merging(Self.model) { $1 }
        let folder = try Folder()
        let shown = try await Terminal.run(
            ["doctor"], environment: environment, in: folder, showsComplaints: true)
        let line = "Looking at GitLab, the model and the disk: 1 s"
        if terminal == "dumb" {
            #expect(!shown.contains(line) && !shown.contains("\u{1B}"))
        } else {
            #expect(shown.contains("\r\u{1B}[K\(line)"))
            #expect(shown.hasSuffix("\r\u{1B}[K"))
        }
    }

    @Test func `where standard error is no terminal there is no such line`() async throws {
        let (server, port) = try slowGitLab()
        defer { server.stop(graceSeconds: 0) }
        let url = "http://127.0.0.1:\(port)"
        let ending = try await Program.run(
            "doctor",
            environment: ["GITLAB_URL": url, "GITLAB_TOKEN": "t", "GITLAB_WEBHOOK_SECRET": "s"].merging(Self.model) {
                $1
            },
            in: try Folder())
        #expect(ending.complaint.isEmpty && ending.output.contains("gitlab address"))
    }
}

@Suite struct `A reader that goes away` {
    /// Runs `line` in a shell with the program as `$BURSAR`, and returns what it says; its statuses are in it.
    private func shell(_ line: String, in folder: Folder) async throws -> Program.Ending {
        try await Program(
            ["-c", line], environment: ["BURSAR": Program.path], in: folder, executable: "/bin/bash"
        ).ending()
    }

    @Test(arguments: ["export --data-dir books --from 2025-12-01 --to 2025-12-31", "prices", "--help", "man"])
    func `ends the program quietly`(arguments: String) async throws {
        let folder = try Folder()
        var text = HandMadeBooks.header
        for number in 0..<20_000 {
            text += "2025,12,1,09:15:32,42,app,7,zoë,1200,300,1500,m,900,0,0,,,,reviewer,review,g/app!7,u-\(number)\n"
        }
        try folder.write("books/token-logs/2025-12.csv", text)
        let ending = try await shell(
            "TOKEN_LOG_RETENTION_DAYS=36500 \"$BURSAR\" \(arguments) | head -c 10 >/dev/null; echo ${PIPESTATUS[0]}",
            in: folder)
        #expect(ending.output == "0\n" && ending.complaint.isEmpty)
    }
}
