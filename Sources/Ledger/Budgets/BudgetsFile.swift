public import Budget
public import JSON

/// `budgets.json`: the budgets and teams that operators set, as text.
///
/// Read strictly: an unknown member, a wrong value or a version of the future is an error that names its place, because
/// a budget that is not in force while its owner believes it is costs money. Written in one form only, sorted by name.
public enum BudgetsFile {
    /// Its name within the data directory.
    public static let name = "budgets.json"
    /// The version that is written, and the only one that is read.
    public static let version = 1
    /// The most bytes that are read.
    public static let bytesMax = 8 << 20

    /// Reads the whole file. The error names the place: `budgets[2].period "dayly": no such period; …`.
    public static func read(_ bytes: [UInt8]) throws(BudgetTextError) -> BudgetSet {
        guard bytes.count <= bytesMax else {
            throw BudgetTextError(name, nil, "\(bytes.count) bytes; accepted are \(bytesMax)")
        }
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes) } catch { throw BudgetTextError(name, nil, "\(error)") }
        let file = try Members(value, known: ["version", "budgets", "teams"], path: "")
        guard let found = file["version"]?.integer else {
            throw BudgetTextError("version", nil, "missing or no whole number; accepted is \(version)")
        }
        guard found == version else {
            throw BudgetTextError("version", String(found), "this bursar knows version \(version)")
        }
        var budgets: [BudgetDefinition] = []
        for (index, element) in try file.array("budgets").enumerated() {
            budgets.append(try budget(element, named: nil, path: "budgets[\(index)]."))
        }
        var teams: [Team] = []
        for (index, element) in try file.array("teams").enumerated() {
            teams.append(try team(element, path: "teams[\(index)]."))
        }
        return try BudgetSet(budgets: budgets, teams: teams)
    }

    /// Reads one budget, as it stands in the file or in the body of `PUT /budgets/{name}`, where `name` may be missing.
    public static func budget(
        _ value: JSONValue, named: String?, path: String = ""
    ) throws(BudgetTextError) -> BudgetDefinition {
        let members = try Members(
            value,
            known: [
                "name", "scope", "period", "limit", "warn", "enforcement", "unknown_price", "urgent", "label",
            ], path: path)
        do throws(BudgetTextError) {
            let name = try members.text("name", default: named)
            if let named, name != named { throw BudgetTextError("name", name, "the path says \(named)") }
            guard name != BudgetDefinition.dailyName else {
                throw BudgetTextError("name", name, "TOKEN_DAILY_LIMIT sets this one; choose another name")
            }
            let scope = try ScopePattern(parsing: try members.text("scope"))
            // A merge request's budget is for its whole life unless it says otherwise.
            let period = try Period(
                parsing: try members.text("period", default: scope.kind == .mergeRequest ? "total" : nil))
            let limit = try BudgetLimit(parsing: try members.amount("limit"))
            var thresholds: [BudgetThreshold] = []
            for text in try members.amounts("warn") {
                thresholds.append(try BudgetThreshold(parsing: text, unit: limit.unit))
            }
            return try BudgetDefinition(
                name: name, scope: scope, period: period, limit: limit, thresholds: thresholds,
                enforcement: try members.choice("enforcement", default: .block),
                unknownPrice: try members.choice("unknown_price", default: .block),
                urgent: try members["urgent"].map { (value) throws(BudgetTextError) in try urgent(value) },
                label: members["label"] == nil ? nil : try members.text("label"))
        } catch {
            throw error.under(path)
        }
    }

    private static func urgent(_ value: JSONValue) throws(BudgetTextError) -> UrgentShare {
        let members = try Members(value, known: ["percent", "labels"], path: "urgent.")
        guard let percent = members["percent"]?.integer else {
            throw BudgetTextError("urgent.percent", nil, "missing or no whole number; accepted is 1 to 99")
        }
        return try UrgentShare(percent: percent, labels: try members.texts("labels"))
    }

    /// Reads one team, as it stands in the file or in the body of `PUT /teams/{name}`, where `name` may be missing.
    public static func team(
        _ value: JSONValue, named: String? = nil, path: String = ""
    ) throws(BudgetTextError) -> Team {
        let members = try Members(value, known: ["name", "users", "cost_centre"], path: path)
        do throws(BudgetTextError) {
            let name = try members.text("name", default: named)
            if let named, name != named { throw BudgetTextError("name", name, "the path says \(named)") }
            return try Team(
                name: name, users: try members.texts("users"),
                costCentre: try members.text("cost_centre", default: ""))
        } catch {
            throw error.under(path)
        }
    }

    /// The file that says `set`.
    public static func bytes(_ set: BudgetSet) -> [UInt8] {
        let value: JSONValue = [
            "version": .integer(version), "budgets": .array(set.budgets.map(json)),
            "teams": .array(set.teams.map(json)),
        ]
        return value.prettyBytes
    }

    /// One team as it stands in the file.
    public static func json(_ team: Team) -> JSONValue {
        var object = JSONObject([("name", .string(team.name)), ("users", .array(team.users.map { .string($0) }))])
        if let costCentre = team.costCentre { object["cost_centre"] = .string(costCentre) }
        return .object(object)
    }

    /// One budget as it stands in the file. What is as when nothing is said is left out.
    public static func json(_ budget: BudgetDefinition) -> JSONValue {
        var object = JSONObject([
            ("name", .string(budget.name)), ("scope", .string(budget.scope.description)),
            ("period", .string(budget.period.rawValue)), ("limit", json(budget.limit)),
        ])
        if !budget.thresholds.isEmpty {
            object["warn"] = .array(budget.thresholds.map { .string($0.text(budget.limit.unit)) })
        }
        object["enforcement"] = .string(budget.enforcement.rawValue)
        if budget.limit.unit == .usd { object["unknown_price"] = .string(budget.unknownPrice.rawValue) }
        if let urgent = budget.urgent {
            object["urgent"] = [
                "percent": .integer(urgent.percent), "labels": .array(urgent.labels.map { .string($0) }),
            ]
        }
        if let label = budget.label { object["label"] = .string(label) }
        return .object(object)
    }

    /// Tokens are a number, money is a text, so that no digit of it is lost.
    private static func json(_ limit: BudgetLimit) -> JSONValue {
        limit.unit == .tokens ? .integer(limit.amount) : .string(limit.description)
    }
}

/// The members of one object, read with errors that say where they are.
private struct Members {
    private let object: JSONObject

    init(_ value: JSONValue, known: [String], path: String) throws(BudgetTextError) {
        guard let object = value.object else {
            throw BudgetTextError(
                path.isEmpty ? BudgetsFile.name : String(path.dropLast()), nil, "\(value.kind), wanted is an object")
        }
        self.object = object
        for member in object.members where !known.contains(member.key) {
            throw BudgetTextError(
                path + member.key, nil, "no such member; known are \(known.joined(separator: ", "))")
        }
    }

    subscript(_ key: String) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    func text(_ key: String, default fallback: String? = nil) throws(BudgetTextError) -> String {
        guard let value = self[key] else {
            if let fallback { return fallback }
            throw BudgetTextError(key, nil, "missing")
        }
        guard let text = value.string else { throw BudgetTextError(key, nil, "\(value.kind), wanted is a text") }
        return text
    }

    func array(_ key: String) throws(BudgetTextError) -> [JSONValue] {
        guard let value = self[key] else { return [] }
        guard let array = value.array else { throw BudgetTextError(key, nil, "\(value.kind), wanted is an array") }
        return array
    }

    func texts(_ key: String) throws(BudgetTextError) -> [String] {
        var texts: [String] = []
        for element in try array(key) {
            guard let text = element.string else {
                throw BudgetTextError(key, nil, "\(element.kind), wanted are texts")
            }
            texts.append(text)
        }
        return texts
    }

    /// A number of tokens, or a text such as `50usd`.
    func amount(_ key: String) throws(BudgetTextError) -> String {
        guard let value = self[key] else { throw BudgetTextError(key, nil, "missing") }
        return try Self.amount(value, key)
    }

    /// One or many of them.
    func amounts(_ key: String) throws(BudgetTextError) -> [String] {
        guard let value = self[key] else { return [] }
        guard let elements = value.array else { return [try Self.amount(value, key)] }
        var texts: [String] = []
        for element in elements { texts.append(try Self.amount(element, key)) }
        return texts
    }

    private static func amount(_ value: JSONValue, _ key: String) throws(BudgetTextError) -> String {
        switch value {
        case .integer(let number): return String(number)
        case .string(let text): return text
        default:
            throw BudgetTextError(key, nil, "\(value.kind), wanted is a number of tokens or a text like \"50usd\"")
        }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default fallback: Choice
    ) throws(BudgetTextError) -> Choice where Choice.RawValue == String {
        guard self[key] != nil else { return fallback }
        let text = try text(key)
        guard let choice = Choice(rawValue: text) else {
            throw BudgetTextError(
                key, text, "accepted are \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }
}
