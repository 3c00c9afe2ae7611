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
                budget,scope,period,unit,used,held,limit,left,calls,level,resets_at
                daily,all,day,tokens,600000,0,800000,200000,2,
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
                daily  [#########################++++++++++++.............]  74.0 %  !
                       500,000 used + 240,000 held of 1,000,000 tokens, 260,000 left
                       1 call on \(Calendar.today); resets at 
                """))
        #expect(table.output.hasSuffix("held for calls under way:\n       no merge request: 240,000 tokens\n"))
        #expect(table.complaint.isEmpty)
        let json = try await Program.run("status", "--format", "json", in: folder)
        let answer = try await daemon.get("/budget/status")
        let report = try JSONValue(parsing: Array(json.output.utf8))
        for member in try #require(answer.body.object).members { #expect(report[member.key] == member.value) }
        #expect(report["reservations"]?.array?.map { $0["estimated_tokens"]?.integer } == [240_000])
        #expect(try await daemon.stop().status == 0)
    }

    @Test func `the daily limit is the daemon's, whatever the command's own settings say`() async throws {
        let folder = try Folder()
        let daemon = try await Daemon(
            in: folder, environment: ["TOKEN_DAILY_LIMIT": "2000000", "TOKEN_WARNING_THRESHOLD": "10%"])
        _ = try await daemon.post("/usage", ["model": "m", "input_tokens": 400_000, "output_tokens": 100_000])
        _ = try await daemon.post("/grants", ["budget": "daily", "amount": "500000", "reason": "a release"])
        let own = ["TOKEN_DAILY_LIMIT": "600000"]
        let table = try await Program.run("status", environment: own, in: folder)
        #expect(table.output.contains(" 20.0 %  ok\n       500,000 of 2,500,000 tokens used, 2,000,000 left\n"))
        let json = try await Program.run("status", "--format", "json", environment: own, in: folder)
        let report = try JSONValue(parsing: Array(json.output.utf8))
        let answer = try await daemon.get("/budget/status")
        for member in try #require(answer.body.object).members { #expect(report[member.key] == member.value) }
        #expect(report["level"] == "warning")
        let list = try await Program.run("budgets", "list", "--format", "csv", environment: own, in: folder)
        #expect(list.output.contains("daily,") && list.output.contains("2500000") && !list.output.contains("600000"))
        #expect(try await daemon.stop().status == 0)
        // Nobody has the books open now: the limit is the command's own, with the grant.
        let after = try await Program.run("status", environment: own, in: folder)
        #expect(after.output.contains("500,000 of 1,100,000 tokens used") && after.complaint.isEmpty)
    }

    @Test func `enforcement and threshold are the daemon's too, and no proxy hears the question`() async throws {
        let folder = try Folder()
        try folder.write("change.diff", "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-old\n+new\n")
        let daemon = try await Daemon(
            in: folder,
            environment: [
                "TOKEN_DAILY_LIMIT": "1000", "TOKEN_WARNING_THRESHOLD": "90%", "TOKEN_BUDGET_ENFORCEMENT": "warn",
            ])
        _ = try await daemon.post("/usage", ["model": "m", "input_tokens": 850, "output_tokens": 0])
        let status = try await daemon.get("/budget/status").body
        #expect(status["enforcement"] == "warn" && status["warning_threshold_tokens"] == 900)
        let own = ["TOKEN_WARNING_THRESHOLD": "10%", "http_proxy": "http://127.0.0.1:9"]
        let shown = try await Program.run("status", environment: own, in: folder)
        #expect(shown.output.contains("85.0 %  !\n       850 of 1,000 tokens used, 150 left\n"), "\(shown.output)")
        #expect(shown.complaint.isEmpty)
        let estimate = try await Program.run("estimate", "change.diff", environment: own, in: folder)
        #expect(estimate.status == 0 && estimate.output.contains("budget: warn"), "\(estimate)")
        #expect(try await daemon.stop().status == 0)
        // Nobody has the books open now: the command's own rule blocks.
        let after = try await Program.run(
            "estimate", "change.diff", environment: ["TOKEN_DAILY_LIMIT": "1000"], in: folder)
        #expect(after.status == 3, "\(after)")
    }

    @Test func `the daemon of other books, at the address of one that was killed, says nothing`() async throws {
        let folder = try Folder()
        let killed = try await Daemon(in: folder, environment: ["TOKEN_DAILY_LIMIT": "2000000"])
        killed.program.send(9)
        _ = try await killed.program.ending()
        let other = try await Daemon(
            in: try Folder(), environment: ["TOKEN_DAILY_LIMIT": "3000000", "BURSAR_PORT": killed.port])
        let shown = try await Program.run("status", in: folder)
        #expect(shown.output.contains(" 0 of 1,000,000 tokens used") && shown.complaint.isEmpty, "\(shown)")
        #expect(try await other.stop().status == 0)
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

    /// Two calls of today, and budgets for all, one project, and each user.
    private func manyBudgets() throws -> Folder {
        let folder = try Folder()
        try folder.write(
            "data/tokens/" + HandMadeBooks.file,
            HandMadeBooks.header + HandMadeBooks.row(tokens: 250_000) + HandMadeBooks.row(tokens: 350_000))
        try folder.write(
            "data/tokens/budgets.json",
            """
            {"version": 1, "teams": [], "budgets": [
              {"name": "month", "scope": "all", "period": "month", "limit": 800000, "enforcement": "warn"},
              {"name": "shop", "scope": "project:shop/backend-api", "period": "day", "limit": 610000},
              {"name": "each", "scope": "user:*", "period": "week", "limit": 6000000},
              {"name": "money", "scope": "all", "period": "month", "limit": "50usd"}]}
            """)
        return folder
    }

    @Test func `every budget has a bar, with a sign beside the colour`() async throws {
        let folder = try manyBudgets()
        let ending = try await Program.run("status", environment: ["TOKEN_DAILY_LIMIT": "2000000"], in: folder)
        #expect(ending.complaint.isEmpty && ending.status == 0)
        let lines = ending.output.split(separator: "\n").map(String.init)
        let bars = lines.filter { $0.contains("[") }
        #expect(bars.map { $0.prefix { $0 != " " } } == ["daily", "each", "money", "month", "shop"])
        #expect(bars.map { String($0.suffix(2)) } == ["ok", "ok", "ok", " !", "!!"])
        #expect(Set(bars.map { $0.prefix { $0 != "[" }.reduce(0) { $0 + ($1.isASCII ? 1 : 2) } }) == [18])
        #expect(ending.output.contains("600,000 of 6,000,000 tokens used, 5,400,000 left\n"))
        #expect(ending.output.contains("0 of 50 USD used, 50 left\n"))
        #expect(ending.output.contains("warns only; resets at "))
        // One day of history forecasts nothing, and that is said of each budget over everything.
        #expect(lines.count { $0.contains("no forecast: 0 whole days of history") } == 3)
        let csv = try await Program.run("status", "--format", "csv", in: folder).output.split(separator: "\n")
        #expect(csv.count == 6)
        #expect(csv.contains { $0.hasPrefix("each,user:maria.lopez,week,tokens,600000,0,6000000,5400000,2,ok,") })
        #expect(csv.contains { $0.hasPrefix("money,all,month,usd,0.000000,0.000000,50.000000,50.000000,2,ok,") })
        let json = try await Program.run("status", "--format", "json", in: folder)
        let report = try JSONValue(parsing: Array(json.output.utf8))
        #expect(report["budgets"]?.array?.map { $0["name"]?.string } == ["each", "money", "month", "shop"])
        #expect(report["forecast"]?.array?.map { $0["name"]?.string } == ["daily", "money", "month"])
    }

    @Test(arguments: [20, 40, 80, 200]) func `nothing is wider than the terminal`(columns: Int) async throws {
        let folder = try manyBudgets()
        let shown = try await Terminal.run(
            ["status", "--no-color"], environment: [:], in: folder, columns: columns)
        for line in shown.split(separator: "\r\n") {
            // A bar of ten cells and its figures need 33 columns, whatever there is.
            #expect(line.reduce(0) { $0 + ($1.isASCII ? 1 : 2) } <= max(columns, 33), "\(line)")
        }
        #expect(shown.contains("600,000 of 6,000,000") || columns < 40)
    }

    @Test func `the width that COLUMNS names wins, on a terminal alone`() async throws {
        let folder = try Folder()
        let shown = try await Terminal.run(
            ["status", "--no-color"], environment: ["COLUMNS": "60"], in: folder, columns: 200)
        #expect(shown.contains("[" + String(repeating: ".", count: 30) + "]"))
        let piped = try await Program.run("status", environment: ["COLUMNS": "60"], in: folder)
        #expect(piped.output.contains("[" + String(repeating: ".", count: 50) + "]"))
    }

    @Test func `at a steady rate it says what the day will have used and whether that lasts`() async throws {
        let folder = try Folder()
        var months: [String: String] = [:]
        for back in 0...40 {
            let day = Calendar.day(-back)
            let parts = day.split(separator: "-").compactMap { Int($0) }
            for hour in 0..<(back == 0 ? Calendar.hour : 24) {
                months[String(day.prefix(7)), default: HandMadeBooks.header] +=
                    "\(parts[0]),\(parts[1]),\(parts[2]),\(hour < 10 ? "0" : "")\(hour):00:00,42,app,1,ann,900,100,1000,m,9,0,0,,,,"
                    + "reviewer,review,shop/app!1,\n"
            }
        }
        for (month, text) in months { try folder.write("data/tokens/token-logs/\(month).csv", text) }
        let lasts = try await Program.run("status", environment: ["TOKEN_DAILY_LIMIT": "1000000"], in: folder)
        #expect(lasts.output.contains("       at this rate 2") && lasts.output.contains("): it lasts"))
        let json = try await Program.run("status", "--format", "json", in: folder)
        let report = try JSONValue(parsing: Array(json.output.utf8))
        #expect(20_000...28_000 ~= report["forecast"]?.array?.first?["expected"]?.integer ?? 0)
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
