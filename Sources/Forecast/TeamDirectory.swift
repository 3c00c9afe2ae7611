public import Budget

/// Who is in which team, and who pays for it.
public struct TeamDirectory: Sendable, Equatable {
    /// The members of each team.
    public var members: [String: [String]]
    /// The cost centre of each team that has one.
    public var costCentres: [String: String]

    /// A directory of these teams.
    public init(members: [String: [String]] = [:], costCentres: [String: String] = [:]) {
        self.members = members
        self.costCentres = costCentres
    }

    /// A directory of `teams`, whose names differ.
    public init(_ teams: [Team]) {
        self.init()
        for team in teams {
            members[team.name] = team.users
            costCentres[team.name] = team.costCentre
        }
    }

    /// The teams that `user` is in, by name. GitLab's user names are the same in small and in large letters.
    public func teams(of user: String) -> [String] {
        let name = user.lowercased()
        return members.filter { $0.value.contains(name) }.map(\.key).sorted()
    }
}
