import Arguments
import Budget
import Daemon
import JSON
import Ledger
import Platform
import Settings
import Terminal
import UTCTime

/// `bursar teams`: named lists of people, for budgets.
enum TeamsCommand {
    private static let name = Parameter<String>(
        argument: "name", help: "The team's name.", accepted: BudgetsCommand.nameAccepted,
        parse: { BudgetsCommand.isName($0) ? $0 : nil })
    private static let users = Parameter<[String]>(
        repeatedArgument: "user", help: "The people's GitLab user names: all of them, those of before too.",
        accepted: "a user name", parse: { $0.isEmpty ? nil : $0 })
    private static let costCentre = Parameter<String?>(
        option: "--cost-centre", value: "name",
        help: "Who pays for what they use, in 'bursar chargeback'; as it was unless given, none when empty.",
        accepted: "a name", parse: { $0 })

    static let set = Command(
        "teams set", summary: "Makes a team of the people that are named, or changes one.",
        discussion: "Budgets for 'team:NAME' count what its people use, from the beginning of their period on. "
            + BudgetsCommand.daemonDiscussion,
        parameters: [name, users, costCentre] + OperatorOptions.withOptionalReason + [
            OutputFormat.parameter, CommandSettings.dataDirectory,
        ],
        examples: [
            .init("bursar teams set backend ann bob eve", "the team 'backend' has three people"),
            .init("bursar teams set web fay --cost-centre 4711", "whose use is on cost centre 4711"),
        ]
    ) { values in
        let team: Team
        do throws(BudgetTextError) {
            team = try Team(name: values[name], users: values[users], costCentre: values[costCentre])
        } catch {
            throw BudgetsCommand.usageError(error, "teams set", "<name> <user> ...")
        }
        return try await OperatorOptions.use(values, reason: "bursar teams set") { desk, note in
            let answer = try await desk.change(values[costCentre] == nil ? .setPeople(team) : .setTeam(team), note)
            let centre = answer["cost_centre"]?.string ?? ""
            let people = team.users.count == 1 ? "one person" : "\(grouped(team.users.count)) people"
            Confirmation.show(
                answer, values,
                "The team '\(team.name)' has \(people)" + (centre.isEmpty ? "." : ", on cost centre \(centre)."),
                [("team", team.name), ("users", team.users.joined(separator: " ")), ("cost_centre", centre)])
        }
    }

    static let remove = Command(
        "teams remove", summary: "Forgets a team.",
        discussion: "A team that a budget is for cannot be removed. " + BudgetsCommand.daemonDiscussion,
        parameters: [name] + OperatorOptions.withOptionalReason + [
            OutputFormat.parameter, CommandSettings.dataDirectory,
        ],
        examples: [.init("bursar teams remove backend", "the team 'backend' is no more")]
    ) { values in
        try await OperatorOptions.use(values, reason: "bursar teams remove") { desk, note in
            let answer = try await desk.change(.removeTeam(values[name]), note)
            Confirmation.show(answer, values, "The team '\(values[name])' is removed.", [("removed", values[name])])
        }
    }

    static let list = Command(
        "teams list", summary: "Shows every team and its people.",
        discussion: "Reads budgets.json beside a running daemon.",
        parameters: [OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [.init("bursar teams list", "a line for each team")]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            var configuration = LedgerConfiguration(settings)
            configuration.directory = values[CommandSettings.dataDirectory] ?? configuration.directory
            CommandSettings.remarkMissingBooks(in: configuration.directory)
            let snapshot = try LedgerReader(configuration).snapshot(at: TimeSource.system.now())
            for problem in snapshot.problems { Console.complain("Warning: \(problem)\n") }
            let teams = snapshot.overview.set.teams
            let rows = Rows(
                columns: [.init("team"), .init("people", isNumber: true), .init("users"), .init("cost_centre")],
                rows: teams.map {
                    [$0.name, String($0.users.count), $0.users.joined(separator: " "), $0.costCentre ?? ""]
                })
            switch values[OutputFormat.parameter] {
            case .json:
                let value: JSONValue = ["teams": .array(teams.map(BudgetsFile.json))]
                Console.print(String(decoding: value.prettyBytes, as: UTF8.self))
            case .csv: Console.print(rows.csv)
            case .table: Console.print(rows.table)
            }
            return 0
        }
    }
}
