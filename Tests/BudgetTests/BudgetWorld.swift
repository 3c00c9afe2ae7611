import Budget
import Testing
import UTCTime

/// A small random world: few names, so that calls meet, and budgets that are often reached.
struct BudgetWorld {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state >> 16) % UInt64(bound))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[next(elements.count)] }

    static let projects = ["platform/api", "platform/web/site", "platform/web/blog", "solo", ""]
    static let users = ["ann", "Bob", "eve", ""]

    mutating func context() -> CallContext {
        CallContext(
            project: pick(Self.projects), mergeRequestIID: pick([nil, 1, 2]), user: pick(Self.users),
            agent: pick(["reviewer", "tester"]), command: pick(["review", "ask"]), model: pick(["big", "small"]))
    }

    mutating func amount() -> CallAmount {
        CallAmount(tokens: 1 + next(400), microUSD: pick([nil, 0, 1 + next(4000), 1 + next(4000), 1 + next(4000)]))
    }

    mutating func labels() -> [String] { pick([[], [], ["hotfix"], ["bug"], ["bug", "hotfix"]]) }

    mutating func limit() throws -> BudgetLimit {
        try #require(next(3) == 0 ? BudgetLimit(next(9000), .usd) : BudgetLimit(next(1500), .tokens))
    }

    mutating func budget(_ name: String) throws -> BudgetDefinition {
        let scopes = [
            "all", "project:Platform/API", "project:*", "group:platform", "group:platform/web", "group:*", "user:ann",
            "user:*", "team:core", "team:*", "merge_request:platform/api!1", "merge_request:*", "agent:tester",
            "agent:*", "command:ask", "command:*", "model:big", "model:*",
        ]
        let isTemplate = next(8) == 0
        let limit = try limit()
        var thresholds: [BudgetThreshold] = []
        for _ in 0..<next(3) { thresholds.append(next(2) == 0 ? .percent(1 + next(120)) : .amount(next(1500))) }
        return try BudgetDefinition(
            name: name, scope: ScopePattern(parsing: isTemplate ? "merge_request:*" : pick(scopes)),
            period: pick(Period.allCases), limit: limit, thresholds: thresholds,
            enforcement: next(4) == 0 ? .warn : .block, unknownPrice: pick(UnknownPrice.allCases),
            urgent: next(4) == 0 ? try UrgentShare(percent: 1 + next(99), labels: ["hotfix"]) : nil,
            label: isTemplate ? "bug" : nil)
    }

    mutating func set() throws -> BudgetSet {
        var teams = [try Team(name: "core", users: next(2) == 0 ? ["ann", "bob"] : ["eve"])]
        if next(2) == 0 { teams.append(try Team(name: "night", users: ["Ann", "eve"])) }
        var budgets: [BudgetDefinition] = []
        for number in 0..<next(10) { budgets.append(try budget("b\(number)")) }
        return try BudgetSet(budgets: budgets, teams: teams)
    }
}
