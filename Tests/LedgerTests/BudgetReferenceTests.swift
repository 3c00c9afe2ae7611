import Budget
import Platform
import TestBudgets
import Testing
import UTCTime

@testable import Ledger

/// The books as callers and operators see them, with their files, against sums over a list of all that happened. A failure
/// names its seed.
@Suite struct `Budgets from outside` {
    @Test(arguments: 0..<8)
    func `random budgets, calls, grants, changes and restarts agree with the reference`(_ part: Int) throws {
        for seed in 0..<30 {
            var life = try LedgerLife(seed: UInt64(part * 1000 + seed))
            var problem: String?
            for step in 0..<45 where problem == nil {
                problem = try life.step(step)
                if let problem { Issue.record("seed \(part * 1000 + seed), step \(step): \(problem)") }
            }
            life.ledger.close()
        }
    }

    @Test func `an admission that ten budgets apply to is one line of the journal`() throws {
        let bench = try Bench()
        let scopes = [
            "project:*", "group:group", "user:*", "team:core", "merge_request:*", "agent:reviewer", "command:*",
            "model:*", "project:group/backend-api",
        ]
        let budgets = try scopes.enumerated().map { number, scope in
            try BudgetDefinition(
                name: "b\(number)", scope: ScopePattern(parsing: scope), period: Period.allCases[number % 5],
                limit: BudgetLimit(parsing: "1000"))
        }
        let set = try BudgetSet(budgets: budgets, teams: [Team(name: "core", users: ["john.doe"])])
        try bench.folder.write(String(decoding: BudgetsFile.bytes(set), as: UTF8.self), to: "budgets.json")
        let ledger = try bench.open()
        let lines = { try bench.folder.text("state/journal").split(separator: "\n").count }
        let before = try lines()
        _ = try ledger.reserve(.of(400))
        #expect(try lines() == before + 1)
        let held = ledger.standings().filter { $0.held == 400 }.map(\.budget.name).sorted()
        #expect(held == budgets.map(\.name) + ["daily"])
        // One that is refused is none.
        guard case .refused = try ledger.reserve(.of(601)) else { throw LedgerError.closed }
        #expect(try lines() == before + 1)
        ledger.close()
    }
}

/// One ledger over a folder of its own, and the reference that is told the same.
private struct LedgerLife {
    /// What callers know of a reservation.
    private struct Known {
        var id: String
        var expiresAt: Instant
        var dispatchedAt: Instant?
    }

    var ledger: Ledger
    private let bench: Bench
    private var world: BudgetWorld
    private var reference: BudgetReference
    private var file: BudgetSet
    private let daily: BudgetDefinition
    private let dailyTokens: Int
    private var now: Instant
    private var nextNumber = 0
    private var openings: UInt64 = 1
    private var known: [Int: Known] = [:]
    /// Holds that ran out unused, with what they were for.
    private var expired: [Int: (known: Known, context: CallContext)] = [:]
    private static let note = OperatorNote(author: "ann", reason: "a try")

    init(seed: UInt64) throws {
        world = BudgetWorld(seed: seed)
        bench = try Bench("2025-12-27T20:00:00Z")
        now = bench.clock.now
        file = try world.set()
        for team in ["core", "night"] where file.team(team) == nil {
            file = try file.setting(Team(name: team, users: ["ann"]))
        }
        dailyTokens = 1000 + world.next(4000)
        daily = try DailyBudget(
            isEnabled: true, limitTokens: dailyTokens, warningThresholdTokens: dailyTokens / 10 * 8, enforcement: .block
        ).definition
        reference = BudgetReference(set: try file.setting(daily))
        try bench.folder.write(String(decoding: BudgetsFile.bytes(file), as: UTF8.self), to: "budgets.json")
        ledger = try Self.open(bench, dailyTokens, openings)
    }

    /// Ids are as random as in a real life: the same clock and the same numbers would make the same ids after a restart.
    private static func open(_ bench: Bench, _ tokens: Int, _ opening: UInt64) throws -> Ledger {
        // What is synchronised is another test's business, and takes most of the time.
        var calls = FileCalls.system
        calls.synchronize = { _ in 0 }
        calls.synchronizeData = { _ in 0 }
        return try bench.open(limit: tokens, files: calls, randomness: opening &* 0x9E37_79B9_7F4A_7C15)
    }

    /// What is wrong after one more random step; nil when nothing is.
    mutating func step(_ number: Int) throws -> String? {
        if world.next(4) == 0 { turnClock() }
        let problem: String? =
            switch world.next(100) {
            case 0..<46: try reserve()
            case 46..<56: try dispatch()
            case 56..<70: try settle()
            case 70..<75: try record()
            case 75..<79: try release()
            case 79..<83: try leaveUnresolved()
            case 83..<89: try grant()
            case 89..<96: try change()
            default: try restart()
            }
        return problem ?? (number % 9 == 8 ? check() : nil)
    }

    private mutating func turnClock() {
        let minutes = world.pick([1, 30, 61, 61, 1440, 1440, 4000, 20_000])
        if world.next(8) == 0 {
            // Backwards: the books go on from the latest time they have seen, which is that of the question before.
            _ = ledger.status()
            bench.clock.set(now.adding(seconds: -Int64(world.next(minutes * 60))))
            return
        }
        now = now.adding(seconds: Int64(world.next(minutes * 60)))
        bench.clock.set(now)
        for (number, one) in known where one.expiresAt <= now {
            guard let hold = reference.holds[number], hold.unresolvedSince == nil else { continue }
            if let time = one.dispatchedAt {
                reference.holds[number]?.unresolvedSince = time
            } else {
                expired[number] = (one, hold.context)
                forget(number)
            }
        }
    }

    private mutating func forget(_ number: Int) {
        reference.holds[number] = nil
        known[number] = nil
    }

    private mutating func pick(_ isWanted: (BudgetReference.Held, Known) -> Bool) -> (Int, String)? {
        let numbers = reference.holds.keys.sorted().filter { number in
            guard let hold = reference.holds[number], let one = known[number] else { return false }
            return isWanted(hold, one)
        }
        guard !numbers.isEmpty else { return nil }
        let number = world.pick(numbers)
        return known[number].map { (number, $0.id) }
    }

    private mutating func reserve() throws -> String? {
        let amount = world.amount()
        let seconds = world.pick([60, 900, 7200, 86_400])
        let request = ReservationRequest(
            estimatedTokens: amount.tokens, context: world.context(), timeToLiveSeconds: seconds,
            estimatedMicroUSD: amount.microUSD, labels: world.labels())
        let (refusing, warning) = reference.judged(request, now)
        switch try ledger.reserve(request) {
        case .refused(let refusal):
            let cause = refusal.cause
            guard refusing.contains("\(cause.budget) \(cause.scope) \(cause.reason.rawValue)") else {
                return "\(cause) is not one of \(refusing)"
            }
            guard let budget = reference.set.budget(cause.budget) else { return "no budget \(cause.budget)" }
            let figures = reference.figures(budget, cause.scope.description, now)
            let told = BudgetReference.Figures(limit: cause.limit, used: cause.used, held: cause.held)
            return told == figures ? nil : "\(cause.budget) is refused with \(told), not \(figures)"
        case .granted(let reservation, let decision):
            guard refusing.isEmpty else { return "admitted, against \(refusing)" }
            guard (decision == .warn) == !warning.isEmpty else { return "\(decision), not a warning of \(warning)" }
            reference.holds[nextNumber] = .init(amount: amount, context: request.context)
            known[nextNumber] = Known(id: reservation.id, expiresAt: now.adding(seconds: Int64(seconds)))
            nextNumber += 1
            return nil
        }
    }

    private mutating func dispatch() throws -> String? {
        guard let (number, id) = pick({ $0.unresolvedSince == nil && $1.dispatchedAt == nil }) else { return nil }
        _ = try ledger.dispatch(id)
        known[number]?.dispatchedAt = now
        return nil
    }

    private mutating func call(_ context: inout CallContext) throws -> (CompletedCall, CallAmount) {
        let amount = world.amount()
        if world.next(4) == 0 { context.model = world.pick(world.models) }
        let cost = amount.microUSD.map { CallCost(amount: MicroUSD(Int64($0)), priceID: "p") }
        let usage = try TokenUsage(inputTokens: amount.tokens, outputTokens: 0)
        return (CompletedCall(usage: usage, durationMilliseconds: 1, cost: cost, model: context.model), amount)
    }

    /// A call comes back: in time, late, or when its hold has run out.
    private mutating func settle() throws -> String? {
        let late = expired.filter { now.milliseconds - $0.value.known.expiresAt.milliseconds < 80_000_000 }.keys
            .sorted()
        if world.next(4) == 0, !late.isEmpty {
            let number = world.pick(late)
            guard let (one, context) = expired.removeValue(forKey: number) else { return nil }
            return try settle(one.id, context)
        }
        guard let (number, id) = pick({ _, _ in true }), let hold = reference.holds[number] else { return nil }
        let problem = try settle(id, hold.context)
        forget(number)
        return problem
    }

    private mutating func settle(_ id: String, _ context: CallContext) throws -> String? {
        var context = context
        let (call, amount) = try call(&context)
        let booking = try ledger.settle(id, with: call)
        reference.book(amount, context, now)
        guard booking.record.time.seconds == now.seconds else { return "booked at \(booking.record.time), not \(now)" }
        return try ledger.settle(id, with: call).wasRepeated ? nil : "settled twice"
    }

    private mutating func record() throws -> String? {
        var context = world.context()
        let (call, amount) = try call(&context)
        _ = try ledger.record(call, context: context)
        reference.book(amount, context, now)
        return nil
    }

    private mutating func release() throws -> String? {
        guard let (number, id) = pick({ hold, _ in hold.unresolvedSince == nil }) else { return nil }
        _ = try ledger.release(id, certainlyNothingSpent: true)
        forget(number)
        return nil
    }

    /// The outcome of a call is unknown, or an operator finds out that it used nothing.
    private mutating func leaveUnresolved() throws -> String? {
        if world.next(2) == 0, let (number, id) = pick({ hold, _ in hold.unresolvedSince != nil }) {
            _ = try ledger.resolve(releasing: id, Self.note)
            forget(number)
        } else if let (number, id) = pick({ $0.unresolvedSince == nil && $1.dispatchedAt != nil }) {
            _ = try ledger.markUnresolved(id)
            reference.holds[number]?.unresolvedSince = known[number]?.dispatchedAt
        }
        return nil
    }

    private mutating func grant() throws -> String? {
        let budget = world.pick(reference.set.budgets)
        guard let counter = reference.counters(budget, world.context()).first,
            case .one(let scope) = try ScopePattern(parsing: counter)
        else { return nil }
        let amount = try #require(BudgetLimit(1 + world.next(900), budget.limit.unit))
        let standing = try ledger.grant(amount, to: budget.name, scope: scope, Self.note)
        reference.grants.append(
            BudgetGrant(budget: budget.name, scope: scope, amount: amount, until: budget.period.window(at: now).end))
        let limit = reference.figures(budget, counter, now).limit
        return standing.limit == limit ? nil : "a grant makes \(standing.limit), not \(limit)"
    }

    /// A budget is set, set anew or removed, a team gets other people, or somebody edits the file by hand.
    private mutating func change() throws -> String? {
        let edit: BudgetEdit
        switch world.next(8) {
        case 0..<4: edit = .set(try world.budget("b\(world.next(10))"))
        case 4..<6:
            guard !file.budgets.isEmpty else { return nil }
            edit = .remove(world.pick(file.budgets).name)
        case 6:
            edit = .setTeam(
                try Team(name: world.pick(["core", "night"]), users: world.pick([["bob"], ["ann", "eve"]])))
        default:
            file = try BudgetSet(budgets: world.set().budgets, teams: file.teams)
            try bench.folder.write(String(decoding: BudgetsFile.bytes(file), as: UTF8.self), to: "budgets.json")
            ledger.tick()
            reference.set = try file.setting(daily)
            return ledger.budgetSet() == reference.set ? nil : "the file is not in force"
        }
        file = try file.after(edit)
        let told = try ledger.changeBudgets(edit, Self.note)
        reference.set = try file.setting(daily)
        return told == file && ledger.budgetSet() == reference.set ? nil : "\(edit) is not in force"
    }

    private mutating func restart() throws -> String? {
        ledger.close()
        // The files know of no time at which nothing happened.
        bench.clock.set(now)
        openings += 1
        ledger = try Self.open(bench, dailyTokens, openings)
        for (number, one) in known where one.dispatchedAt != nil && reference.holds[number]?.unresolvedSince == nil {
            reference.holds[number]?.unresolvedSince = one.dispatchedAt
        }
        return check()
    }

    /// Every counter of every budget says what the list of all that happened says.
    private func check() -> String? {
        ledger.tick()
        let standings = ledger.standings()
        for standing in standings {
            let figures = reference.figures(standing.budget, standing.scope.description, now)
            let told = BudgetReference.Figures(
                limit: standing.limit, used: standing.used, held: standing.held + standing.unresolved)
            if told != figures { return "\(standing.budget.name) \(standing.scope) has \(told), not \(figures)" }
        }
        let ones = reference.set.budgets.filter { if case .one = $0.scope { true } else { false } }
        return ones.allSatisfy { one in standings.contains { $0.budget == one } } ? nil : "a budget has no counter"
    }
}
