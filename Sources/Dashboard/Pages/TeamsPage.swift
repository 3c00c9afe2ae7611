public import Budget

/// What stands in the form for a team.
public struct TeamDraft: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Its people, one on each line, or with blanks or commas between them.
    public var users: String
    /// Who pays.
    public var costCentre: String
    /// Whether the team exists.
    public var isOfExisting: Bool

    /// A draft of these texts.
    public init(name: String = "", users: String = "", costCentre: String = "", isOfExisting: Bool = false) {
        self.name = name
        self.users = users
        self.costCentre = costCentre
        self.isOfExisting = isOfExisting
    }

    /// What `team` is now.
    public init(_ team: Team) {
        self.init(
            name: team.name, users: team.users.joined(separator: "\n"), costCentre: team.costCentre ?? "",
            isOfExisting: true)
    }

    /// The user names in `users`.
    public var userNames: [String] {
        users.split { $0.isWhitespace || $0 == "," || $0 == ";" }.map(String.init)
    }

    func form(_ frame: Frame) -> HTML {
        """
        <form method="post" action="/dashboard/teams/set">\(frame.formField)
        \(HTML.field("team-name", "name", "Name", value: name, hint: "A team that exists is changed", isNeeded: true))
        \(HTML.area("team-users", "users", "People", value: users, hint: "GitLab user names, one on each line: all of them; who is not there is no longer in the team", isNeeded: true))
        \(HTML.field("team-centre", "cost_centre", "Cost centre", value: costCentre, hint: "Who pays, in bursar chargeback; empty: nobody is named"))
        <button>\(isOfExisting ? "Save" : "Set")</button>\(" <a class=\"beside\" href=\"\(Page.teams.link)\">New team</a>" as HTML, if: isOfExisting)</form>
        """
    }
}

/// The teams, with ways to make, change and remove them.
public struct TeamsPage: Sendable {
    /// The teams by name.
    public var teams: [Team]
    /// What the form holds.
    public var draft: TeamDraft

    /// A page of `teams`.
    public init(_ teams: [Team], draft: TeamDraft = TeamDraft()) {
        self.teams = teams
        self.draft = draft
    }

    /// Teams that are shown at most; the form changes the others too.
    static let teamsMax = 100
    /// People of a team that are named in the list.
    static let namesMax = 12

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        frame.document(
            "Teams", current: .teams,
            """
            <h1>Teams <small>budgets for team:NAME count what their people use</small></h1>
            \(HTML.section("teams", "\(grouped(teams.count)) \(teams.count == 1 ? "team" : "teams")", teams.isEmpty ? HTML.nothing("There is no team yet.") : list))
            <div class="grid halves">
            \(HTML.section("set", draft.isOfExisting ? "Change a team" : "Make a team", live: false, draft.form(frame)))
            \(HTML.section("remove", "Remove a team", live: false, removeForm(frame)), if: !teams.isEmpty)
            </div>
            """)
    }

    private var list: HTML {
        let shown = Excerpt(teams, max: Self.teamsMax)
        return """
            \(HTML.table("Teams", head: HTML.heads("Team", "#People", "Who", "Cost centre", ""), rows: shown.rows.html(row)))\
            \(shown.more("; <code>bursar teams list</code> has all"))
            """
    }

    private func row(_ team: Team) -> HTML {
        """
        <tr><th scope="row">\(HTML.name(team.name))</th>\(HTML.number(.count(team.users.count)))\
        <td class="prose">\(Excerpt(team.users, max: Self.namesMax).words { HTML.name($0) })</td>\
        <td>\(HTML.name(team.costCentre ?? ""))</td>\
        <td><a href="\(Page.teams.link.with("edit", team.name))#set">Edit<span class="hidden"> \(team.name)</span></a></td></tr>

        """
    }

    private func removeForm(_ frame: Frame) -> HTML {
        """
        <form method="post" action="/dashboard/teams/remove">\(frame.formField)
        \(HTML.choice("remove-team", "name", "Team", teams.map { ($0.name, $0.name) }, selected: draft.isOfExisting ? draft.name : ""))
        <p class="field check"><input type="checkbox" id="remove-sure" name="sure" value="yes" required>\
        <label for="remove-sure">Yes, forget this team</label></p>
        <p class="field quiet">A team that a budget is for cannot be removed.</p>
        <button class="danger">Remove</button></form>
        """
    }
}
