import JSON
import Testing

@Suite(.disabled(if: Calendar.isNearMidnight, "today would end while the tests speak of it")) struct `bursar status` {
    private static let emptyTable = """
        daily  [..................................................]  0.0 %  ok
               0 of 1,000,000 tokens used, 1,000,000 left
               0 calls on \(Calendar.today); resets at 
        """

    @Test func `an empty folder has no books, which is said, and nothing is made`() async throws {
        let folder = try Folder()
        let ending = try await Program.run("status", in: folder)
        #expect(ending.output.hasPrefix(Self.emptyTable))
        #expect(ending.complaint == "Warning: there are no books in 'data/tokens' yet.\n")
        #expect(ending.status == 0)
        #expect(folder.files.isEmpty)
    }

    @Test func `books made by hand are counted`() async throws {
        let folder = try Folder()
        try folder.write(
            "books/" + HandMadeBooks.file,
            HandMadeBooks.header + HandMadeBooks.row(tokens: 250_000) + HandMadeBooks.row(tokens: 350_000))
        let environment = ["TOKEN_DATA_DIR": "books", "TOKEN_DAILY_LIMIT": "800000"]
        let table = try await Program.run("status", environment: environment, in: folder)
        #expect(
            table.output.hasPrefix(
                """
                daily  [######################################............]  75.0 %  !
                       600,000 of 800,000 tokens used, 200,000 left
                       2 calls on \(Calendar.today); resets at 
                """))
        #expect(table.complaint.isEmpty)

        let json = try await Program.run("status", "--format", "json", environment: environment, in: folder)
        let stats = try #require(try JSONValue(parsing: Array(json.output.utf8))["stats"])
        #expect(stats["date"]?.string == Calendar.today)
        #expect(stats["total_tokens"]?.integer == 600_000)
        #expect(stats["budget_remaining"]?.integer == 200_000)
        #expect(stats["request_count"]?.integer == 2)
        #expect(stats["avg_tokens_per_review"]?.integer == 300_000)

        let csv = try await Program.run("status", "-f", "csv", environment: environment, in: folder)
        #expect(
            csv.output.hasPrefix(
                """
                budget,date,used_tokens,held_tokens,limit_tokens,remaining_tokens,request_count,level,resets_at
                daily,\(Calendar.today),600000,0,800000,200000,2,
                """))
        #expect(csv.output.split(separator: "\n").count == 2)

        // --data-dir wins over the setting, and other books are other books.
        let other = try await Program.run(
            "status", "--data-dir", "elsewhere", environment: environment, in: folder)
        #expect(other.output.contains(" 0 of 800,000 tokens used"))
        #expect(other.complaint == "Warning: there are no books in 'elsewhere' yet.\n")
    }

    @Test func `beside a running daemon it has the daemon's figures, what is held included`() async throws {
        let folder = try Folder()
        let daemon = try await Daemon(in: folder)
        _ = try await daemon.post("/usage", ["model": "m", "input_tokens": 400_000, "output_tokens": 100_000])
        _ = try await daemon.post("/budget/reservations", ["model": "m", "estimated_tokens": 240_000])
        let table = try await Program.run("status", in: folder)
        #expect(
            table.output.hasPrefix(
                """
                daily  [#########################++++++++++++.............]  50.0 %  !
                       500,000 of 1,000,000 tokens used, 260,000 left
                       240,000 held for calls that are not settled
                       1 call on \(Calendar.today); resets at 
                """))
        #expect(table.complaint.isEmpty)
        let json = try await Program.run("status", "--format", "json", in: folder)
        let answer = try await daemon.get("/budget/status")
        #expect(try JSONValue(parsing: Array(json.output.utf8)) == answer.body)
        #expect(try await daemon.stop().status == 0)
    }

    @Test func `a damaged line is named, and the rest is counted`() async throws {
        let folder = try Folder()
        try folder.write(
            "data/tokens/" + HandMadeBooks.file,
            HandMadeBooks.header + HandMadeBooks.row(tokens: 1000) + "2026,coffee\n" + HandMadeBooks.row(tokens: 2000))
        let ending = try await Program.run("status", in: folder)
        #expect(ending.complaint.hasPrefix("Warning: \(HandMadeBooks.file):3: "))
        #expect(ending.complaint.hasSuffix("2026,coffee\n"))
        #expect(ending.output.contains(" 3,000 of 1,000,000 tokens used"))
        #expect(ending.status == 0)
    }

    @Test func `a budget that is not enforced is shown as such`() async throws {
        let ending = try await Program.run(
            "status", environment: ["TOKEN_BUDGET_ENABLED": "false"], in: try Folder())
        #expect(ending.output.hasSuffix("       not enforced: TOKEN_BUDGET_ENABLED=false\n"))
    }

    @Test(
        arguments: [
            (["status"], ["TERM": "xterm-256color"], true),
            (["status", "--no-color"], ["TERM": "xterm-256color"], false),
            (["status"], ["TERM": "xterm-256color", "NO_COLOR": "1"], false),
            (["status"], ["TERM": "xterm-256color", "NO_COLOR": ""], true),
            (["status"], ["TERM": "dumb"], false),
            (["status", "--format", "csv"], ["TERM": "xterm-256color"], false),
        ] as [([String], [String: String], Bool)])
    func `there is colour on a terminal alone, and only where it is wanted`(
        arguments: [String], environment: [String: String], isColoured: Bool
    ) async throws {
        let folder = try Folder()
        let piped = try await Program(arguments, environment: environment, in: folder).ending()
        #expect(!piped.output.contains("\u{1B}"))
        let shown = try await Terminal.run(arguments, environment: environment, in: folder)
        #expect(shown.contains("\u{1B}[32m") == isColoured)
        #expect(shown.contains("\u{1B}") == isColoured)
        #expect(shown.contains("daily"))
    }

    @Test(arguments: [(60, 30), (80, 50), (200, 60), (20, 10)])
    func `the bar fits the terminal`(columns: Int, cells: Int) async throws {
        let shown = try await Terminal.run(
            ["status", "--no-color"], environment: [:], in: try Folder(), columns: columns)
        #expect(shown.contains("[" + String(repeating: ".", count: cells) + "]"))
    }
}
