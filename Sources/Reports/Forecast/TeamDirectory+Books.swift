public import Forecast
import Glibc
import JSON
public import Platform

/// Teams that `budgets.json` names in a form that cannot be read.
public struct TeamsError: Error, Equatable, CustomStringConvertible {
    /// The file and what is wrong.
    public let description: String
}

extension TeamDirectory {
    /// The teams of `budgets.json` in the data directory `directory`; none where there is no such file.
    ///
    /// `{"teams": [{"name": "platform", "users": ["ann"]}]}`, as the books write it, or by hand
    /// `{"teams": {"platform": ["ann"], "web": {"members": ["bob"], "cost_centre": "4711"}}}`; other members are passed over.
    public static func read(directory: String, calls: FileCalls = .system) throws -> TeamDirectory {
        let path = directory + "/budgets.json"
        let bytes: [UInt8]
        do throws(POSIXFailure) { bytes = try calls.contents(of: path) } catch {
            if error.code == ENOENT { return TeamDirectory() }
            throw error
        }
        func refusal(_ what: String) -> TeamsError { TeamsError(description: "'\(path)': \(what)") }
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes) } catch { throw refusal("is not JSON: \(error)") }
        guard let object = value.object else { throw refusal("is \(value.kind), not an object") }
        guard let teams = object["teams"], !teams.isNull else { return TeamDirectory() }
        var entries: [(key: String, value: JSONValue)] = []
        if let list = teams.array {
            for team in list {
                guard let name = team["name"]?.string else { throw refusal("'teams' has one without a name") }
                entries.append((name, team))
            }
        } else if let object = teams.object {
            entries = object.members.map { ($0.key, $0.value) }
        } else {
            throw refusal("'teams' is \(teams.kind), not an array")
        }
        var directory = TeamDirectory()
        for (name, value) in entries {
            let members = value.array ?? value["members"]?.array ?? value["users"]?.array
            guard let members else { throw refusal("team '\(name)' has no list of members") }
            let names = members.compactMap(\.string)
            guard names.count == members.count else {
                throw refusal("team '\(name)' has a member that is no name")
            }
            directory.members[name] = names
            if let centre = value["cost_centre"] ?? value["cost_center"], !centre.isNull {
                guard let text = centre.string else {
                    throw refusal("the cost centre of team '\(name)' is \(centre.kind), not a string")
                }
                directory.costCentres[name] = text
            }
        }
        return directory
    }
}
