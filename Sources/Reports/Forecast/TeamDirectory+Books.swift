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
        guard let entries = teams.object else { throw refusal("'teams' is \(teams.kind), not an object") }
        var directory = TeamDirectory()
        for entry in entries.members {
            let members = entry.value.array ?? entry.value["members"]?.array ?? entry.value["users"]?.array
            guard let members else { throw refusal("team '\(entry.key)' has no list of members") }
            let names = members.compactMap(\.string)
            guard names.count == members.count else {
                throw refusal("team '\(entry.key)' has a member that is no name")
            }
            directory.members[entry.key] = names
            if let centre = entry.value["cost_centre"] ?? entry.value["cost_center"], !centre.isNull {
                guard let text = centre.string else {
                    throw refusal("the cost centre of team '\(entry.key)' is \(centre.kind), not a string")
                }
                directory.costCentres[entry.key] = text
            }
        }
        return directory
    }
}
