import HTTPClient
import Demo
import Budget
import Foundation
import JSON
import Ledger
import TestBudgets
import Testing
import UTCTime

/// Budgets over real sockets, against sums over a list of all that happened.
@Suite struct `Budgets over HTTP` {
    @Test(arguments: 1...3)
    func `random budgets, calls and grants agree with the reference`(_ seed: UInt64) async throws {
        var life = try HTTPLife(seed: seed)
        for step in 0..<130 {
            let problem = try await life.step(step)
            if let problem {
                Issue.record("seed \(seed), step \(step): \(problem)")
                break
            }
        }
        try await life.stage.strike()
    }

    @Test func `64 callers over overlapping budgets never pass any of them`() async throws {
        let stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "60000"])
        let budgets: [(String, JSONValue)] = [
            ("people", ["scope": "user:*", "period": "day", "limit": 9000]),
            ("group", ["scope": "group:team", "period": "week", "limit": 30_000]),
            ("each", ["scope": "merge_request:*", "limit": 8000]),
            ("money", ["scope": "project:*", "period": "month", "limit": "0.2usd"]),
        ]
        for (name, body) in budgets {
            #expect(try await stage.send("PUT", "/budgets/\(name)", body).status == 200)
        }
        let refusals = try await withThrowingTaskGroup(of: [String].self) { group in
            for number in 0..<64 {
                group.addTask {
                    var random = BudgetWorld(seed: UInt64(number) + 1)
                    var refusals: [String] = []
                    for _ in 0..<6 {
                        let tokens = 1 + random.next(900)
                        let made = try await stage.send(
                            "POST", "/budget/reservations",
                            [
                                "estimated_tokens": .integer(tokens), "model": "claude-sonnet-5-5",
                                "project": number % 2 == 0 ? "team/app" : "team/web",
                                "merge_request": .integer(number % 5 + 1), "user": .string("u\(number % 4)"),
                            ])
                        guard let id = made.body["id"]?.string else {
                            refusals.append(made.body["budget"]?.string ?? "?")
                            continue
                        }
                        let output = random.next(tokens + 1)
                        let settled = try await stage.send(
                            "POST", "/budget/reservations/\(id)/settle",
                            ["input_tokens": 0, "output_tokens": .integer(output)])
                        #expect(settled.status == 200)
                        for standing in try await stage.send("GET", "/budgets").body["budgets"]?.array ?? [] {
                            let committed = ["used", "held", "unresolved"].reduce(0) {
                                $0 + (standing[$1]?.integer ?? .max)
                            }
                            #expect(committed <= standing["limit"]?.integer ?? 0, "\(standing)")
                        }
                    }
                    return refusals
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(refusals).isSubset(of: ["people", "group", "each", "money", "daily"]) && !refusals.isEmpty)
        try await stage.strike()
    }
}

/// One daemon and the reference that is told the same.
private struct HTTPLife {
    let stage: Stage
    private var world: BudgetWorld
    private var reference: BudgetReference
    private var nextNumber = 0
    private var ids: [Int: String] = [:]

    init(seed: UInt64) throws {
        world = BudgetWorld(seed: seed &* 7919)
        // By the shipped table: 10 and 5 dollars for a million tokens of output, and no price at all.
        world.models = ["claude-sonnet-5-5", "gpt-6.1-terra", "unheard-of"]
        stage = try Stage(settings: ["TOKEN_DAILY_LIMIT": "6000"])
        let daily = try DailyBudget(
            isEnabled: true, limitTokens: 6000, warningThresholdTokens: 6000, enforcement: .block
        ).definition
        let teams = [try Team(name: "core", users: ["ann", "bob"]), try Team(name: "night", users: ["eve"])]
        reference = BudgetReference(set: try BudgetSet(budgets: [daily], teams: teams))
    }

    /// Millionths of a dollar for so many tokens of output, the dearest kind.
    private static func cost(_ tokens: Int, _ model: String) -> Int? {
        ["claude-sonnet-5-5": 10, "gpt-6.1-terra": 5][model].map { $0 * tokens }
    }

    mutating func step(_ number: Int) async throws -> String? {
        if number == 0 {
            for team in reference.set.teams {
                let users: JSONValue = ["users": .array(team.users.map { .string($0) })]
                guard try await stage.send("PUT", "/teams/\(team.name)", users).status == 200 else { return "no team" }
            }
        }
        if world.next(5) == 0 {
            let minutes = world.pick([61, 1440, 4000])
            // Holds last a day, so that none runs out between two steps unless it is due.
            stage.clock.advance(to: stage.clock.now.adding(seconds: Int64(world.next(minutes * 60))))
            for (number, id) in ids where reference.holds[number] != nil {
                guard let hold = expiries[number], hold <= stage.clock.now else { continue }
                forget(number, id)
            }
        }
        switch world.next(20) {
        case 0..<11: return try await reserve()
        case 11..<14: return try await settle()
        case 14: return try await record()
        case 15: return try await grant()
        case 16..<19: return try await setBudget()
        default: return try await check()
        }
    }

    private var expiries: [Int: Instant] = [:]

    private mutating func forget(_ number: Int, _ id: String) {
        reference.holds[number] = nil
        ids[number] = nil
        expiries[number] = nil
    }

    private static func body(_ context: CallContext) -> JSONObject {
        var object = JSONObject([
            ("project", .string(context.project)), ("user", .string(context.user)), ("agent", .string(context.agent)),
            ("command", .string(context.command)), ("model", .string(context.model)),
        ])
        if let iid = context.mergeRequestIID { object["merge_request"] = .integer(iid) }
        return object
    }

    private mutating func reserve() async throws -> String? {
        let context = world.context()
        let request = ReservationRequest(
            estimatedTokens: world.amount().tokens, context: context, labels: world.labels())
        var priced = request
        priced.estimatedMicroUSD = Self.cost(request.estimatedTokens, context.model)
        let now = stage.clock.now
        let (refusing, warning) = reference.judged(priced, now)
        var body = Self.body(context)
        body["estimated_tokens"] = .integer(request.estimatedTokens)
        body["labels"] = .array(request.labels.map { .string($0) })
        body["ttl_seconds"] = 86_400
        let made = try await stage.send("POST", "/budget/reservations", .object(body))
        if made.status == 201, let id = made.body["id"]?.string {
            guard refusing.isEmpty else { return "admitted, against \(refusing)" }
            guard (made.body["decision"] == "warn") == !warning.isEmpty else { return "no warning of \(warning)" }
            reference.holds[nextNumber] = .init(amount: priced.amount, context: context)
            ids[nextNumber] = id
            expiries[nextNumber] = now.adding(seconds: 86_400)
            nextNumber += 1
            return nil
        }
        guard made.status == 429, let name = made.body["budget"]?.string, let counter = made.body["scope"]?.string
        else {
            return "\(made)"
        }
        guard refusing.contains("\(name) \(counter) \(made.body["reason"]?.string ?? "")"),
            let budget = reference.set.budget(name)
        else { return "\(made.body) is not one of \(refusing)" }
        let figures = reference.figures(budget, counter, now)
        let told = BudgetReference.Figures(
            limit: made.body["limit"]?.integer ?? -1, used: made.body["used"]?.integer ?? -1,
            held: made.body["held"]?.integer ?? -1)
        return told == figures ? nil : "\(name) is refused with \(told), not \(figures)"
    }

    private mutating func settle() async throws -> String? {
        let numbers = ids.keys.sorted()
        guard !numbers.isEmpty else { return nil }
        let number = world.pick(numbers)
        guard let id = ids[number], let hold = reference.holds[number] else { return "nothing is known of \(number)" }
        let tokens = world.amount().tokens
        let settled = try await stage.send(
            "POST", "/budget/reservations/\(id)/settle", ["input_tokens": 0, "output_tokens": .integer(tokens)])
        guard settled.status == 200 else { return "\(settled)" }
        let amount = CallAmount(tokens: tokens, microUSD: Self.cost(tokens, hold.context.model))
        reference.book(amount, hold.context, stage.clock.now)
        forget(number, id)
        return nil
    }

    private mutating func record() async throws -> String? {
        let context = world.context()
        let tokens = world.amount().tokens
        var body = Self.body(context)
        body["input_tokens"] = 0
        body["output_tokens"] = .integer(tokens)
        let booked = try await stage.send("POST", "/usage", .object(body))
        guard booked.status == 201 else { return "\(booked)" }
        reference.book(
            CallAmount(tokens: tokens, microUSD: Self.cost(tokens, context.model)), context, stage.clock.now)
        return nil
    }

    private mutating func grant() async throws -> String? {
        let budget = world.pick(reference.set.budgets)
        guard let counter = reference.counters(budget, world.context()).first,
            case .one(let scope) = try ScopePattern(parsing: counter)
        else { return nil }
        let amount = try #require(BudgetLimit(1 + world.next(900), budget.limit.unit))
        let now = stage.clock.now
        let given = try await stage.send(
            "POST", "/grants",
            [
                "budget": .string(budget.name), "amount": .string(amount.description), "scope": .string(counter),
                "reason": "a try",
            ])
        guard given.status == 201 else { return "\(given)" }
        reference.grants.append(
            BudgetGrant(budget: budget.name, scope: scope, amount: amount, until: budget.period.window(at: now).end))
        return nil
    }

    private mutating func setBudget() async throws -> String? {
        let name = "b\(world.next(9))"
        if world.next(4) == 0, reference.set.budget(name) != nil {
            guard try await stage.send("DELETE", "/budgets/\(name)").status == 200 else { return "\(name) stays" }
            reference.set = try reference.set.removing(budget: name)
            return nil
        }
        let budget = try world.budget(name)
        let put = try await stage.send("PUT", "/budgets/\(name)", BudgetsFile.json(budget))
        guard put.status == 200 else { return "\(put)" }
        reference.set = try reference.set.setting(budget)
        return nil
    }

    private func check() async throws -> String? {
        let now = stage.clock.now
        // Time is told to the books by whoever asks them.
        _ = try await stage.stats()
        for standing in try await stage.send("GET", "/budgets").body["budgets"]?.array ?? [] {
            guard let budget = reference.set.budget(standing["name"]?.string ?? ""),
                let counter = standing["counter"]?.string
            else { return "\(standing) is of no budget" }
            let figures = reference.figures(budget, counter, now)
            let told = BudgetReference.Figures(
                limit: standing["limit"]?.integer ?? -1, used: standing["used"]?.integer ?? -1,
                held: (standing["held"]?.integer ?? -1) + (standing["unresolved"]?.integer ?? -1))
            if told != figures { return "\(budget.name) \(counter) has \(told), not \(figures)" }
        }
        return nil
    }
}
