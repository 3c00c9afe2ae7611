package import Budget
import UTCTime

/// A small random world: few names, so that calls meet, and budgets that are often reached.
package struct BudgetWorld: RandomNumberGenerator {
    private var state: UInt64
    /// The models that calls name.
    package var models = ["big", "small"]

    package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    package mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state >> 16) % UInt64(bound))
    }

    package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[next(elements.count)] }

    package static let projects = ["platform/api", "platform/web/site", "platform/web/blog", "solo", ""]
    package static let users = ["ann", "Bob", "eve", ""]

    package mutating func context() -> CallContext {
        CallContext(
            project: pick(Self.projects), mergeRequestIID: pick([nil, 1, 2]), user: pick(Self.users),
            agent: pick(["reviewer", "tester"]), command: pick(["review", "ask"]), model: pick(models))
    }

    package mutating func amount() -> CallAmount {
        CallAmount(tokens: 1 + next(400), microUSD: pick([nil, 0, 1 + next(4000), 1 + next(4000), 1 + next(4000)]))
    }

    package mutating func labels() -> [String] { pick([[], [], ["hotfix"], ["bug"], ["bug", "hotfix"]]) }

    package mutating func limit() throws -> BudgetLimit {
        try BudgetLimit(parsing: next(3) == 0 ? "\(MicroUSD(Int64(next(9000))))usd" : String(next(1500)))
    }

    package mutating func budget(_ name: String) throws -> BudgetDefinition {
        let scopes = [
            "all", "project:Platform/API", "project:*", "group:platform", "group:platform/web", "group:*", "user:ann",
            "user:*", "team:core", "team:*", "merge_request:platform/api!1", "merge_request:*", "agent:tester",
            "agent:*", "command:ask", "command:*", "model:\(models[0])", "model:*",
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

    package mutating func set() throws -> BudgetSet {
        var teams = [try Team(name: "core", users: next(2) == 0 ? ["ann", "bob"] : ["eve"])]
        if next(2) == 0 { teams.append(try Team(name: "night", users: ["Ann", "eve"])) }
        var budgets: [BudgetDefinition] = []
        for number in 0..<next(10) { budgets.append(try budget("b\(number)")) }
        return try BudgetSet(budgets: budgets, teams: teams)
    }

    package mutating func next() -> UInt64 {
        UInt64(next(1 << 30)) << 34 ^ UInt64(next(1 << 30)) << 8 ^ UInt64(next(256))
    }
}
