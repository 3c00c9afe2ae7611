import JSON
import Testing

@Suite struct `bursar forecast, budgets replay and chargeback` {
    /// Rows of October 2025: the same each day, of two people and projects.
    private static let october: String = {
        var text = HandMadeBooks.header
        for day in 1...31 {
            for (user, project, tokens, cost) in [("ann", "app", 1000, "0.000333"), ("bob", "web", 3001, "0.001001")] {
                text +=
                    "2025,10,\(day),09:00:00,42,\(project),\(day),\(user),\(tokens - 1),1,\(tokens),m,900,0,0,\(cost),p,"
                    + "\(tokens),reviewer,review,shop/\(project)!\(day),u-\(user)-\(day)\n"
            }
        }
        return text
    }()

    private static func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func `a forecast without history says why there is none`() async throws {
        let folder = try Folder()
        let ending = try await Program.run("forecast", "--team-size", "10", "--format", "json", in: folder)
        #expect(ending.status == 0)
        #expect(ending.complaint == "Warning: there are no books in 'data/tokens' yet.\n")
        let report = try Self.json(ending.output)
        for unit in ["tokens", "cost_usd"] {
            for period in ["day", "week", "month"] {
                let figures = report[unit]?[period]
                #expect(figures?["abstained"]?.string?.hasPrefix("no forecast: 0 whole days of history") == true)
                #expect(figures?["expected"] == nil)
            }
        }
        #expect(report["budgets"]?.array?.first?["name"]?.string == "daily")
        #expect(report["accuracy"]?["median_error_percent"]?.isNull == true)
        #expect(report["proposed_daily_limit"]?["tokens"]?.integer == 560_000)
        let table = try await Program.run("forecast", in: folder)
        #expect(table.output.contains("end of day    0 tokens so far; no forecast"))
        #expect(try await Program.run("forecast", "--team-size", "+5", in: folder).status == 2)
        #expect(try await Program.run("forecast", "--team-size", "0", in: folder).status == 2)
        #expect(folder.files.isEmpty)
    }

    @Test func `a limit is replayed on the rows`() async throws {
        let folder = try Folder()
        try folder.write("data/tokens/token-logs/2025-10.csv", Self.october)
        let period = ["--from", "2025-10-01", "--to", "2025-10-10"]
        func replay(_ arguments: String...) async throws -> JSONValue {
            let ending = try await Program(
                ["budgets", "replay", "--format", "json"] + period + arguments, environment: [:], in: folder
            ).ending()
            #expect(ending.status == 0)
            return try Self.json(ending.output)
        }
        let tight = try await replay("--limit", "4000")
        #expect(tight["reviews"]?.integer == 20 && tight["blocked"]?.integer == 10)
        #expect(tight["by"]?.array?.map { $0["name"]?.string } == ["shop/web"])
        #expect(try await replay("--limit", "4001")["blocked"]?.integer == 0)
        #expect(try await replay("--limit", "0.001usd", "--scope", "user:*")["blocked"]?.integer == 10)
        #expect(try await replay("--limit", "0.001001usd", "--scope", "user:*")["blocked"]?.integer == 0)
        for wrong in [["--limit", "+5"], ["--limit", "usd"], ["--limit", "5", "--scope", "shop"], []] {
            let ending = try await Program(["budgets", "replay"] + wrong, environment: [:], in: folder).ending()
            #expect(ending.status == 2)
        }
    }

    @Test func `teams are read as the books write them`() async throws {
        let folder = try Folder()
        try folder.write("data/tokens/token-logs/2025-10.csv", Self.october)
        try folder.write(
            "data/tokens/budgets.json",
            #"{"version": 1, "budgets": [], "teams": [{"name": "web", "users": ["bob"]}]}"#)
        let csv = try await Program.run("chargeback", "--month", "2025-10", "--format", "csv", in: folder)
        #expect(csv.output.contains("\n,web,shop/web,31,") && csv.status == 0)
        try folder.write("data/tokens/budgets.json", #"{"version": 1, "budgets": [], "teams": [{"users": ["bob"]}]}"#)
        let refusal = try await Program.run("chargeback", "--month", "2025-10", in: folder)
        #expect(refusal.status == 1 && refusal.complaint.contains("teams[0].name: missing"))
    }

    @Test func `a month is shared by team and adds up`() async throws {
        let folder = try Folder()
        try folder.write("data/tokens/token-logs/2025-10.csv", Self.october)
        try folder.write(
            "data/tokens/budgets.json",
            #"""
            {"version": 1, "teams": [{"name": "core", "users": ["bob"], "cost_centre": "4711"}, {"name": "web", "users": ["bob"]}]}
            """#)
        let csv = try await Program.run("chargeback", "--month", "2025-10", "--format", "csv", in: folder)
        #expect(
            csv.output == """
                cost_centre,team,project,requests,input_tokens,output_tokens,total_tokens,cost_usd,unpriced
                ,,shop/app,31,30969,31,31000,0.010323,0
                ,web,shop/web,15,46500,15,46515,0.015515,0
                4711,core,shop/web,16,46500,16,46516,0.015516,0

                """)
        #expect(csv.status == 0)

        try folder.write("data/tokens/budgets.json", #"{"version": 1, "teams": {"core": 5}}"#)
        let refused = try await Program.run("chargeback", "--month", "2025-10", in: folder)
        #expect(refused.status == 1 && refused.output.isEmpty && refused.complaint.contains("teams: an object"))

        try folder.write("data/tokens/budgets.json", #"{"version": 1}"#)
        try folder.write("data/tokens/token-logs/2025-10.csv", Self.october + "2025,coffee\n")
        let damaged = try await Program.run("chargeback", "--month", "2025-10", in: folder)
        #expect(damaged.status == 1 && damaged.complaint.contains("not in the bill: 1;"))
    }
}
