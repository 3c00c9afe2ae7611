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

    /// The teams that `user` is in, by name.
    public func teams(of user: String) -> [String] {
        members.filter { $0.value.contains(user) }.map(\.key).sorted()
    }
}
