import Budget
import TestBudgets
import Testing
import UTCTime

/// The counters against sums over a list of all that happened.
@Suite struct CountersPropertyTests {
    private struct Run {
        var world: BudgetWorld
        var reference: BudgetReference
        var counters: Counters
        var now: Instant
        var nextID = 0

        init(seed: UInt64) throws {
            world = BudgetWorld(seed: seed)
            let set = try world.set()
            now = try #require(Instant("2025-12-27T20:00:00Z"))
            reference = BudgetReference(set: set)
            counters = Counters(set, at: now)
        }
    }

    @Test(arguments: 0..<8) func `ten thousand random steps agree with the reference`(_ part: UInt64) throws {
        for seed in 0..<50 {
            var run = try Run(seed: part * 1000 + UInt64(seed))
            for step in 0..<32 {
                try take(&run)
                if step % 8 == 7 { check(run) }
            }
        }
    }

    private func take(_ run: inout Run) throws {
        if run.world.next(3) == 0 {
            let minutes = run.world.pick([1, 30, 61, 1440, 4000, 20_000])
            run.now = run.now.adding(seconds: Int64(run.world.next(minutes * 60)))
            run.counters.advance(to: run.now)
        }
        switch run.world.next(10) {
        case 0..<5: try reserve(&run)
        case 5: settleOrRecord(&run)
        case 6: giveBack(&run)
        case 7: unresolve(&run)
        case 8: try grant(&run)
        default: try change(&run)
        }
    }

    private func reserve(_ run: inout Run) throws {
        let amount = run.world.amount()
        let request = ReservationRequest(
            estimatedTokens: amount.tokens, context: run.world.context(), estimatedMicroUSD: amount.microUSD,
            labels: run.world.labels())
        let verdict = run.counters.verdict(on: request, at: run.now)
        let (refusing, warning) = run.reference.judged(request, run.now)
        switch verdict {
        case .allow: #expect(refusing.isEmpty && warning.isEmpty)
        case .warn(let budget): #expect(refusing.isEmpty && warning.contains(budget))
        case .refuse(let refusal): try check(refusal, request, refusing, run)
        }
        guard verdict.decision != .block else { return }
        run.counters.hold(amount, for: request.context)
        run.reference.holds[run.nextID] = .init(amount: amount, context: request.context)
        run.nextID += 1
    }

    private func check(
        _ refusal: BudgetRefusal, _ request: ReservationRequest, _ refusing: [String], _ run: Run
    ) throws {
        #expect(refusing.contains("\(refusal.budget) \(refusal.scope) \(refusal.reason.rawValue)"))
        let budget = try #require(run.reference.set.budget(refusal.budget))
        let figures = run.reference.figures(budget, refusal.scope.description, run.now)
        #expect(figures == .init(limit: refusal.limit, used: refusal.used, held: refusal.held))
        // None that refuses begins anew later, unless this one never will let the call pass.
        let rank = ["unknown_price": 0, "exceeds_limit": 1, "exhausted": 2]
        for other in refusing {
            let words = other.split(separator: " ").map(String.init)
            #expect(rank[words[2], default: 9] >= rank[refusal.reason.rawValue, default: 9])
            guard words[2] == refusal.reason.rawValue, let rival = run.reference.set.budget(words[0]) else { continue }
            let ends = [refusal.period, rival.period].map { $0.window(at: run.now).end?.seconds ?? .max }
            #expect(ends[0] >= ends[1])
        }
        // What is said to fit fits, and one token more does not.
        for (tokens, fits) in [(refusal.largestThatFits, true), (refusal.largestThatFits + 1, false)] where tokens > 0 {
            var call = request
            call.estimatedTokens = tokens
            call.estimatedMicroUSD = request.estimatedMicroUSD.map {
                ($0 * tokens + request.estimatedTokens - 1) / request.estimatedTokens
            }
            #expect(run.reference.judged(call, run.now).refusing.isEmpty == fits)
        }
    }

    private func settleOrRecord(_ run: inout Run) {
        let amount = run.world.amount()
        guard let (id, hold) = pickHold(&run), run.world.next(3) > 0 else {
            let context = run.world.context()
            run.counters.settle(amount, for: context, at: run.now)
            run.reference.book(amount, context, run.now)
            return
        }
        drop(hold, &run)
        run.counters.settle(amount, for: hold.context, at: run.now)
        run.reference.holds[id] = nil
        run.reference.book(amount, hold.context, run.now)
    }

    private func pickHold(_ run: inout Run) -> (Int, BudgetReference.Held)? {
        let ids = run.reference.holds.keys.sorted()
        guard !ids.isEmpty else { return nil }
        let id = run.world.pick(ids)
        return run.reference.holds[id].map { (id, $0) }
    }

    private func drop(_ hold: BudgetReference.Held, _ run: inout Run) {
        if let time = hold.unresolvedSince {
            run.counters.giveBackUnresolved(hold.amount, for: hold.context, dispatchedAt: time)
        } else {
            run.counters.giveBack(hold.amount, for: hold.context)
        }
    }

    private func giveBack(_ run: inout Run) {
        guard let (id, hold) = pickHold(&run) else { return }
        drop(hold, &run)
        run.reference.holds[id] = nil
    }

    private func unresolve(_ run: inout Run) {
        guard let (id, hold) = pickHold(&run), hold.unresolvedSince == nil else { return }
        let dispatched = run.now.adding(seconds: -Int64(run.world.next(7200)))
        run.counters.giveBack(hold.amount, for: hold.context)
        run.counters.holdUnresolved(hold.amount, for: hold.context, dispatchedAt: dispatched)
        run.reference.holds[id]?.unresolvedSince = dispatched
    }

    private func grant(_ run: inout Run) throws {
        guard let budget = run.reference.set.budgets.randomElement(using: &run.world) else { return }
        let context = run.world.context()
        guard let counter = run.reference.counters(budget, context).first,
            case .one(let scope) = try ScopePattern(parsing: counter)
        else { return }
        let grant = BudgetGrant(
            budget: budget.name, scope: scope, amount: try run.world.limit(),
            until: budget.period.window(at: run.now).end)
        run.counters.grant(grant)
        run.reference.grants.append(grant)
    }

    /// Other budgets come into force: nothing that was counted is lost.
    private func change(_ run: inout Run) throws {
        let set = try run.world.set()
        run.reference.set = set
        var fresh = Counters(set, at: run.now)
        if run.counters.isShort(for: set) {
            for record in run.reference.records { fresh.settle(record.amount, for: record.context, at: record.time) }
            for hold in run.reference.holds.values {
                if let time = hold.unresolvedSince {
                    fresh.holdUnresolved(hold.amount, for: hold.context, dispatchedAt: time)
                } else {
                    fresh.hold(hold.amount, for: hold.context)
                }
            }
        }
        run.counters.replace(with: fresh)
        #expect(run.counters.set == set)
    }

    private func check(_ run: Run) {
        for standing in run.counters.standings() {
            let figures = run.reference.figures(standing.budget, standing.scope.description, run.now)
            #expect(
                figures
                    == .init(limit: standing.limit, used: standing.used, held: standing.held + standing.unresolved))
        }
    }
}
