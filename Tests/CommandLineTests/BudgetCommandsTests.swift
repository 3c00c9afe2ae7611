import JSON
import Testing

@Suite(.disabled(if: Calendar.isNearMidnight, "today would end while the tests speak of it"))
struct `bursar budgets and bursar teams` {
    private func books() throws -> Folder {
        let folder = try Folder()
        try folder.write(
            "data/tokens/" + HandMadeBooks.file, HandMadeBooks.header + HandMadeBooks.row(tokens: 250_000))
        return folder
    }

    @Test func `budgets and teams are set, shown and removed without a daemon`() async throws {
        let folder = try books()
        let set = try await Program.run(
            "budgets", "set", "people", "--scope", "user:*", "--period", "month", "--limit", "1000000", "--warn", "80%",
            "--warn", "900000", in: folder)
        #expect(set.output == "The budget 'people' is in force: 1,000,000 tokens for user:* each month.\n")
        let team = try await Program.run("teams", "set", "core", "Bob", "ann", "bob", in: folder)
        #expect(team.output == "The team 'core' has 2 people.\n")
        let money = try await Program.run(
            "budgets", "set", "core", "--scope", "team:core", "--period", "week", "--limit", "12.50usd",
            "--enforcement", "warn", "--unknown-price", "allow", "--reserve", "10%", "--reserve-label", "hotfix", "-f",
            "csv", in: folder)
        #expect(
            money.output == "budget,scope,period,limit,warn,enforcement\ncore,team:core,week,12.50usd,,warn\n")
        let template = try await Program.run(
            "budgets", "set", "bugfix", "--scope", "merge_request:*", "--limit", "5", "--label", "bugfix", "-f", "json",
            in: folder)
        #expect(try JSONValue(parsing: Array(template.output.utf8))["period"] == "total")
        #expect([set, team, money, template].allSatisfy { $0.status == 0 })

        let list = try await Program.run("budgets", "list", in: folder)
        #expect(list.output.contains("\npeople  user:") && list.output.contains("] "))
        #expect(list.output.contains("\nbugfix  merge_request:") && list.output.contains("[####################]"))
        #expect(!list.output.contains("\u{1B}"))
        let json = try await Program.run("budgets", "list", "-f", "json", in: folder)
        let value = try JSONValue(parsing: Array(json.output.utf8))
        #expect(value["definitions"]?.array?.map { $0["name"] } == ["bugfix", "core", "people"])
        #expect(value["teams"]?.array == [["name": "core", "users": ["ann", "bob"]]])
        let teams = try await Program.run("teams", "list", "-f", "csv", in: folder)
        #expect(teams.output == "team,people,users,cost_centre\ncore,2,ann bob,\n")

        let kept = try await Program.run("teams", "remove", "core", in: folder)
        #expect(kept.status == 1 && kept.complaint.contains("remove what is for it first: core"))
        for arguments in [["budgets", "remove", "core"], ["teams", "remove", "core"]] {
            #expect(try await Program(arguments, in: folder).ending().status == 0)
            let again = try await Program(arguments, in: folder).ending()
            #expect(again.status == 1 && again.complaint.contains("no such"))
        }
        #expect(try await Program.run("verify", in: folder).status == 0)
    }

    @Test(
        arguments: [
            (["budgets", "set", "daily", "--scope", "all", "--period", "day", "--limit", "5"], "TOKEN_DAILY_LIMIT"),
            (["budgets", "set", "a/b", "--scope", "all", "--period", "day", "--limit", "5"], "<name> is 'a/b'"),
            (["budgets", "set", "b", "--period", "day", "--limit", "5"], "--scope is missing"),
            (["budgets", "set", "b", "--scope", "all", "--limit", "5"], "--period is missing"),
            (["budgets", "set", "b", "--scope", "all", "--period", "day"], "--limit is missing"),
            (["budgets", "set", "b", "--scope", "user:a*", "--period", "day", "--limit", "5"], "\"*\" stands alone"),
            (["budgets", "set", "b", "--scope", "merge_request:g/p", "--limit", "5"], "group/app!123"),
            (["budgets", "set", "b", "--scope", "all", "--period", "year", "--limit", "5"], "--period \"year\""),
            (["budgets", "set", "b", "--scope", "all", "--period", "day", "--limit", "5eur"], "--limit \"5eur\""),
            (
                ["budgets", "set", "b", "--scope", "all", "--period", "day", "--limit", "5", "--warn", "0%"],
                "--warn \"0%\""
            ),
            (
                ["budgets", "set", "b", "--scope", "all", "--period", "day", "--limit", "5", "--reserve", "10"],
                "--reserve-label"
            ),
            (
                ["budgets", "set", "b", "--scope", "all", "--period", "day", "--limit", "5", "--reserve-label", "x"],
                "--reserve is missing"
            ),
            (
                ["budgets", "set", "b", "--scope", "all", "--period", "day", "--limit", "5", "--label", "x"],
                "merge_request:*"
            ),
            (["teams", "set", "core", "a b"], "<user> \"a b\""), (["teams", "set", "a b", "ann"], "<name> is 'a b'"),
            (["budgets", "grant", "daily", "5", "--scope", "user:*", "--reason", "x"], "say which one"),
            (["budgets", "remove", "a/b"], "<name> is 'a/b'"),
        ])
    func `a slip is named with its option, and nothing is written`(
        _ arguments: [String], _ complaint: String
    ) async throws {
        let folder = try books()
        let ending = try await Program(arguments, in: folder).ending()
        #expect(ending.complaint.contains(complaint), "\(ending.complaint)")
        #expect(ending.status == 2 && ending.output.isEmpty)
        #expect(!folder.files.contains { $0.hasSuffix("budgets.json") || $0.contains("audit-logs") })
    }

    @Test func `beside a daemon every change is in force when the command ends`() async throws {
        let folder = try Folder()
        let daemon = try await Daemon(in: folder)
        let body: JSONValue = ["model": "m", "estimated_tokens": 700, "user": "ann"]
        func run(_ arguments: String...) async throws -> Program.Ending {
            try await Program(arguments, in: folder).ending()
        }
        #expect(
            try await run("budgets", "set", "b", "--scope", "user:*", "--period", "day", "--limit", "500").status == 0)
        #expect(try await daemon.post("/budget/reservations", body).status == 429)
        #expect(try await run("budgets", "grant", "b", "200", "--scope", "user:ann", "--reason", "x").status == 0)
        #expect(try await daemon.post("/budget/reservations", body).status == 201)
        #expect(try await daemon.post("/budget/reservations", body).status == 429)
        #expect(try await run("budgets", "remove", "b", "--reason", "over", "--author", "ann").status == 0)
        #expect(try await daemon.post("/budget/reservations", body).status == 201)
        #expect(try await run("teams", "set", "core", "ann").status == 0)
        #expect(try await run("teams", "remove", "core").status == 0)
        #expect(try await daemon.stop().status == 0)
        let audit = folder.files.filter { $0.contains("/audit-logs/") }.map { folder.text(of: $0) }.joined()
        #expect(audit.contains(#""event":"budget_removed","actor":"ann","budget":"b","reason":"over""#))
        #expect(audit.contains(#""event":"team_set""#) && audit.contains(#""event":"team_removed""#))
    }
}
