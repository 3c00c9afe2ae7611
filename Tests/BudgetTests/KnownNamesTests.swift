import Testing
import UTCTime

@testable import Budget

/// Names that come again are found without hashing their scopes; what is counted must not depend on it.
@Suite struct KnownNamesTests {
    private let noon = Instant("2025-12-13T12:00:00Z") ?? Instant(milliseconds: 0)

    private func set(_ scopes: [String], teams: [Team] = [], _ period: Period = .day) throws -> BudgetSet {
        try BudgetSet(
            budgets: scopes.enumerated().map { number, scope in
                try BudgetDefinition(
                    name: "b\(number)", scope: ScopePattern(parsing: scope), period: period,
                    limit: BudgetLimit(parsing: "1000"), thresholds: [])
            }, teams: teams)
    }

    private func call(_ user: String, project: String = "") -> CallContext {
        CallContext(project: project, mergeRequestIID: 1, user: user, model: "m")
    }

    @Test func `as many names as the limit are remembered, and with one more it begins anew`() throws {
        var counters = Counters(try set(["user:*"]), at: noon)
        let one = CallAmount(tokens: 1)
        for number in 0..<KnownNames.namesMax { counters.settle(one, for: call("u\(number)"), at: noon) }
        #expect(counters.known.count(of: .user) == KnownNames.namesMax)
        // One that is known is no more.
        counters.settle(one, for: call("u7"), at: noon)
        #expect(counters.known.count(of: .user) == KnownNames.namesMax)
        counters.settle(one, for: call("one-more"), at: noon)
        #expect(counters.known.count(of: .user) == 1)
        counters.settle(one, for: call("u7"), at: noon)
        let standing = counters.standing(of: counters.set.budgets[0], for: try Scope(.user, parsing: "u7"))
        #expect(standing.used == 3 && counters.counterCount == KnownNames.namesMax + 1)
    }

    @Test func `as many counters as the limit are remembered, and with one more it begins anew`() {
        var known = KnownNames()
        let all = (0..<KnownNames.countersMax).map { Counters.Found(tally: 0, row: $0, period: 0) }
        known.remember(all, for: .user, "ann")
        #expect(known[.user, "ann"] == 0..<KnownNames.countersMax && known[.project, "ann"] == nil)
        known.remember(all.prefix(1), for: .project, "app")
        #expect(known[.user, "ann"] == nil && known[.project, "app"] == 0..<1 && known.counters.count == 1)
        known.remember(all + all.prefix(1), for: .user, "ann")
        #expect(known[.user, "ann"] == nil && known.counters.isEmpty)
        // A name may lead nowhere.
        known.remember([], for: .user, "eve")
        #expect(known[.user, "eve"]?.isEmpty == true)
    }

    @Test func `capitals make no other person, and a name without a budget is no counter`() throws {
        var counters = Counters(try set(["user:ann", "project:*", "group:team", "merge_request:*"]), at: noon)
        for (user, project) in [("Ann", "Team/App"), ("ann", "team/app"), ("ANN", "team/APP"), ("bob", "team/app")] {
            counters.hold(.init(tokens: 1), for: call(user, project: project))
        }
        let committed = Dictionary(uniqueKeysWithValues: counters.standings().map { ("\($0.scope)", $0.committed) })
        #expect(
            committed == ["user:ann": 3, "project:team/app": 4, "group:team": 4, "merge_request:team/app!1": 4])
        #expect(counters.known.count(of: .user) == 2 && counters.known.count(of: .project) == 1)
    }

    @Test(arguments: [("A\u{30A}sa", "\u{C5}sa"), ("\u{212A}im", "Kim"), ("A\u{30A}sa", "\u{212B}sa")])
    func `names that are equal only while their letters are capitals give back where they held`(
        _ one: String, _ other: String
    ) throws {
        #expect(one == other)
        var counters = Counters(try set(["user:*"]), at: noon)
        let amount = CallAmount(tokens: 1)
        for user in [one, other] { counters.hold(amount, for: call(user)) }
        for user in [other, one] {
            counters.hold(amount, for: call("eve"))
            counters.giveBack(amount, for: call(user))
        }
        #expect(counters.rows.map(\.heldTokens).sorted() == [0, 0, 2])
    }

    @Test func `counters that were forgotten are made anew for a name that comes again`() throws {
        var counters = Counters(try set(["user:*"], .hour), at: noon)
        for number in 0..<4090 { counters.settle(.init(tokens: 1), for: call("u\(number)"), at: noon) }
        // An hour later those of the hour before are swept away while others come, and their places are used again.
        let later = noon.adding(seconds: 3600)
        counters.advance(to: later)
        for number in 5000..<5010 { counters.settle(.init(tokens: 1), for: call("u\(number)"), at: later) }
        #expect(counters.counterCount < 20)
        for number in 4080..<4090 { counters.settle(.init(tokens: 5), for: call("u\(number)"), at: later) }
        for number in 6000..<6010 { counters.settle(.init(tokens: 2), for: call("u\(number)"), at: later) }
        for (user, used) in [("u4079", 0), ("u4080", 5), ("u4089", 5), ("u5000", 1), ("u5009", 1), ("u6009", 2)] {
            let standing = counters.standing(of: counters.set.budgets[0], for: try Scope(.user, parsing: user))
            #expect(standing.used == used, "\(user)")
        }
    }

    @Test func `a known name begins a new window with the others`() throws {
        var counters = Counters(try set(["user:*", "all", "merge_request:*"], .hour), at: noon)
        counters.hold(.init(tokens: 2), for: call("ann", project: "app"))
        counters.settle(.init(tokens: 7), for: call("ann", project: "app"), at: noon)
        counters.advance(to: noon.adding(seconds: 3600))
        counters.hold(.init(tokens: 1), for: call("ann", project: "app"))
        #expect(
            counters.standings().map { "\($0.scope) \($0.used) \($0.held)" }.sorted() == [
                "all 0 3", "merge_request:app!1 0 3", "user:ann 0 3",
            ])
    }

    @Test func `a team that gets other people, and a new budget, are other counters for a known name`() throws {
        let before = try set(["team:core"], teams: [Team(name: "core", users: ["ann"])])
        let after = try set(["team:core", "user:*"], teams: [Team(name: "core", users: ["bob"])])
        var counters = Counters(before, at: noon)
        counters.hold(.init(tokens: 3), for: call("ann"))
        counters.hold(.init(tokens: 4), for: call("bob"))
        #expect(counters.standings().map(\.held) == [3])
        var fresh = Counters(after, at: noon)
        fresh.hold(.init(tokens: 3), for: call("ann"))
        fresh.hold(.init(tokens: 4), for: call("bob"))
        counters.replace(with: fresh)
        #expect(counters.known.count(of: .user) == 0)
        counters.hold(.init(tokens: 10), for: call("ann"))
        counters.hold(.init(tokens: 20), for: call("bob"))
        #expect(counters.standings().map(\.held) == [24, 24, 13])
    }
}
