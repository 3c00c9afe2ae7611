import Budget
import Forecast
import Testing
import UTCTime

@Suite struct `A replayed limit` {
    static func record(
        _ time: String, _ tokens: Int, user: String = "ann", project: String = "group/app", iid: Int = 1,
        estimated: Int? = nil, cost: Int64? = nil
    ) throws -> UsageRecord {
        UsageRecord(
            time: try #require(Instant(time)),
            context: CallContext(project: project, mergeRequestIID: iid, user: user, model: "m"),
            usage: try TokenUsage(inputTokens: tokens, outputTokens: 0), durationMilliseconds: 1,
            cost: cost.map { CallCost(amount: MicroUSD($0), priceID: "p") }, estimatedTokens: estimated,
            usageID: "\(time)\(user)")
    }

    @Test func `blocks what does not fit its window, and what is blocked counts nothing`() throws {
        let records = [
            try Self.record("2025-12-01T09:00:00Z", 60), try Self.record("2025-12-01T10:00:00Z", 50),
            try Self.record("2025-12-01T11:00:00Z", 40),
            try Self.record("2025-12-01T12:00:00Z", 1, project: "group/web"),
            try Self.record("2025-12-02T00:00:00Z", 100),
        ]
        let daily = ReplayedLimit(scope: .all, period: .day, amount: .tokens(100)).replay(records.reversed())
        #expect(daily.reviews == 5 && daily.blocked == 2 && daily.blockedTokens == 51)
        #expect(
            daily.by == [
                .init(name: "group/app", reviews: 4, blocked: 1), .init(name: "group/web", reviews: 1, blocked: 1),
            ])
        #expect(ReplayedLimit(scope: .all, period: .day, amount: .tokens(101)).replay(records).blocked == 1)
        #expect(ReplayedLimit(scope: .all, period: .hour, amount: .tokens(100)).replay(records).blocked == 0)
        #expect(ReplayedLimit(scope: .all, period: .total, amount: .tokens(100)).replay(records).blocked == 3)
    }

    @Test func `admits by what was reserved and counts what was used`() throws {
        let records = [
            try Self.record("2025-12-01T09:00:00Z", 10, estimated: 100),
            try Self.record("2025-12-01T10:00:00Z", 10, estimated: 90),
            try Self.record("2025-12-01T11:00:00Z", 10, estimated: 81),
        ]
        let result = ReplayedLimit(scope: .all, period: .day, amount: .tokens(100)).replay(records)
        #expect(result.blocked == 1)
    }

    @Test func `counts each user, team, project and merge request by itself`() throws {
        let records = [
            try Self.record("2025-12-01T09:00:00Z", 60), try Self.record("2025-12-01T10:00:00Z", 60, user: "bob"),
            try Self.record("2025-12-01T11:00:00Z", 60, iid: 2),
        ]
        func blocked(_ scope: String, _ teams: TeamDirectory = TeamDirectory()) throws -> [Replay.Share] {
            let scope = try #require(ReplayedLimit.Scope(scope))
            return ReplayedLimit(scope: scope, period: .day, amount: .tokens(100)).replay(records, teams: teams).by
        }
        #expect(try blocked("user:*") == [.init(name: "ann", reviews: 2, blocked: 1)])
        #expect(try blocked("user:bob") == [])
        #expect(try blocked("merge_request:*") == [.init(name: "group/app!1", reviews: 2, blocked: 1)])
        #expect(try blocked("group:group") == [.init(name: "group/app", reviews: 3, blocked: 2)])
        #expect(try blocked("group:grou") == [])
        let teams = TeamDirectory(members: ["t": ["ann", "bob"], "b": ["bob"]])
        #expect(try blocked("team:t", teams) == [.init(name: "group/app", reviews: 3, blocked: 2)])
        #expect(try blocked("team:b", teams) == [])
    }

    @Test func `in money counts known costs and says what has none`() throws {
        let records = [
            try Self.record("2025-12-01T09:00:00Z", 1, cost: 600_000),
            try Self.record("2025-12-01T10:00:00Z", 1), try Self.record("2025-12-01T11:00:00Z", 1, cost: 400_001),
        ]
        let result = ReplayedLimit(scope: .all, period: .day, amount: .money(MicroUSD(1_000_000))).replay(records)
        #expect(result.blocked == 1 && result.unpriced == 1 && result.blockedCost == MicroUSD(400_001))
    }

    @Test(arguments: ["", "everybody", "user:", "user", "group:*", "team", "shop:x"])
    func `has no other scopes`(text: String) { #expect(ReplayedLimit.Scope(text) == nil) }
}

@Suite struct `A month's bill` {
    static func use(_ user: String, _ project: String, _ amount: Int) -> Chargeback.Use {
        var amounts = Chargeback.Amounts()
        amounts.requests = amount % 7
        amounts.inputTokens = amount
        amounts.outputTokens = amount / 3
        amounts.costMicroUSD = amount * 5 + 1
        amounts.unpriced = amount % 2
        return Chargeback.Use(user: user, project: project, amounts: amounts)
    }

    @Test(arguments: 0..<20) func `adds up to the month, whoever is in which team`(seed: Int) {
        let teams = TeamDirectory(
            members: ["a": ["u1", "u2", "u3"], "b": ["u2", "u3"], "c": ["u3", "u4"]], costCentres: ["a": "1", "c": "2"])
        let uses = (0..<30).map { Self.use("u\($0 % 6)", "p\(($0 + seed) % 4)", ($0 * 7919 + seed * 104_729) % 10_007) }
        let bill = Chargeback(uses, teams: teams)
        for field in [
            \Chargeback.Amounts.requests, \.inputTokens, \.outputTokens, \.totalTokens, \.costMicroUSD, \.unpriced,
        ] {
            let month = uses.map { $0.amounts[keyPath: field] }.reduce(0, +)
            #expect(bill.rows.map { $0.amounts[keyPath: field] }.reduce(0, +) == month)
            #expect(bill.total[keyPath: field] == month)
        }
        #expect(Chargeback(uses.reversed(), teams: teams) == bill)
    }

    @Test func `gives a person's teams equal parts, and what is over to the first`() {
        let teams = TeamDirectory(members: ["b": ["ann"], "a": ["ann"]], costCentres: ["b": "B"])
        let bill = Chargeback([Self.use("ann", "p", 101), Self.use("eve", "p", 10)], teams: teams)
        #expect(bill.rows.map(\.team) == ["", "a", "b"])
        #expect(bill.rows.map(\.costCentre) == ["", "", "B"])
        #expect(bill.rows.map(\.amounts.inputTokens) == [10, 51, 50])
    }
}
