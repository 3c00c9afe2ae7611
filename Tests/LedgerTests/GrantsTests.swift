import Budget
import Dispatch
import Glibc
import Platform
import Testing
import UTCTime

@testable import Ledger

@Suite struct `Grants for every budget` {
    private let note = OperatorNote(author: "ann", reason: "release week")

    private func request(_ tokens: Int, _ microUSD: Int? = 0, user: String = "ann") -> ReservationRequest {
        ReservationRequest(
            estimatedTokens: tokens, context: CallContext(project: "shop/api", user: user, model: "big"),
            estimatedMicroUSD: microUSD)
    }

    private func limit(_ ledger: Ledger, _ request: ReservationRequest) throws -> Int {
        guard case .refused(let refusal) = try ledger.reserve(request) else { throw LedgerError.closed }
        return refusal.limitTokens
    }

    private func amount(_ text: String) throws -> BudgetLimit { try BudgetLimit(parsing: text) }

    private func bench(_ time: String = "2025-12-10T09:30:00Z") throws -> Bench {
        let bench = try Bench(time)
        try bench.folder.write(
            """
            {"version": 1, "budgets": [
              {"name": "people", "scope": "user:*", "period": "week", "limit": 1000},
              {"name": "hourly", "scope": "project:shop/api", "period": "hour", "limit": 5000},
              {"name": "money", "scope": "all", "period": "month", "limit": "1usd"}
            ]}
            """, to: "budgets.json")
        return bench
    }

    @Test func `one is for one counter and one period, in the budget's unit, across restarts`() throws {
        let bench = try bench()
        var ledger = try bench.open()
        let ann = try Scope(.user, parsing: "Ann")
        let standing = try ledger.grant(amount("500"), to: "people", scope: ann, note)
        #expect((standing.limit, standing.granted) == (1500, 500))
        #expect(standing.window.end == Instant("2025-12-15T00:00:00Z"))
        _ = try ledger.grant(amount("0.50usd"), to: "money", note)
        _ = try ledger.grant(amount("2000"), to: "hourly", note)
        for round in 0..<3 {
            #expect(try limit(ledger, request(1501)) == 1500)
            #expect(try limit(ledger, request(1001, user: "bob")) == 1000)
            #expect(try limit(ledger, request(1, 1_500_001)) == 1_500_000)
            #expect(ledger.overview().grants.map(\.given.budget).sorted() == ["hourly", "money", "people"])
            ledger.close()
            // The last round reads what the one before had begun anew.
            ledger = try bench.open()
            if round == 1 { #expect(ledger.overview().standings.first { $0.budget.name == "hourly" }?.granted == 2000) }
        }
        try bench.clock.set("2025-12-10T10:00:00Z")
        #expect(ledger.overview().grants.map(\.given.budget) == ["people", "money"])
        try bench.clock.set("2025-12-15T00:00:00Z")
        #expect(try limit(ledger, request(1001)) == 1000)
        #expect(try limit(ledger, request(1, 1_500_001)) == 1_500_000)
        ledger.close()
        try bench.clock.set("2026-01-01T00:00:00Z")
        ledger = try bench.open()
        #expect(try limit(ledger, request(1, 1_000_001)) == 1_000_000 && ledger.overview().grants.isEmpty)
        ledger.close()
        let audit = try bench.folder.text("audit-logs/2025-12.jsonl")
        #expect(audit.contains(#""budget":"people","scope":"user:ann","tokens":500,"until":"2025-12-15T00:00:00Z""#))
        #expect(audit.contains(#""budget":"money","scope":"all","micro_usd":500000"#))
    }

    @Test(
        arguments: [
            ("weekly", "5", nil, "no such budget; there is: daily, hourly, money, people"),
            ("people", "5usd", "user:ann", "counts tokens"), ("money", "5", nil, "counts dollars"),
            ("people", "5", nil, "say for which one, such as user:NAME"),
            ("people", "5", "project:shop/api", "say for which one"),
            ("hourly", "5", "project:shop/web", "is for project:shop/api"),
            ("people", "0", "user:ann", "more than 0"),
        ] as [(String, String, String?, String)])
    func `what cannot be granted is said, and nothing is`(
        _ budget: String, _ text: String, _ scope: String?, _ message: String
    ) throws {
        let ledger = try bench().open()
        var counter: Scope?
        if let scope, case .one(let one) = try ScopePattern(parsing: scope) { counter = one }
        let amount = try amount(text)
        let error = #expect(throws: LedgerError.self) { try ledger.grant(amount, to: budget, scope: counter, note) }
        #expect(error?.description.contains(message) == true)
        #expect(ledger.overview().grants.isEmpty)
        ledger.close()
    }

    @Test func `a grant outlives a change of its budget, and waits where that is removed`() throws {
        let bench = try bench()
        let ledger = try bench.open()
        _ = try ledger.grant(amount("500"), to: "people", scope: Scope(.user, parsing: "ann"), note)
        let longer = try BudgetDefinition(
            name: "people", scope: .each(.user), period: .month, limit: amount("2000"))
        _ = try ledger.changeBudgets(.set(longer), note)
        #expect(try limit(ledger, request(2501)) == 2500)
        _ = try ledger.changeBudgets(.remove("people"), note)
        _ = try ledger.release(ledger.reserve(request(2501)).reservation().id)
        _ = try ledger.changeBudgets(.set(longer), note)
        #expect(try limit(ledger, request(2501)) == 2500)
        // It ends when it was to end, not with the month.
        try bench.clock.set("2025-12-15T00:00:00Z")
        #expect(try limit(ledger, request(2501)) == 2000)
        ledger.close()
    }

    @Test func `a refusal names the reviews that hold, the largest first, and counts the rest`() throws {
        let bench = try bench()
        let ledger = try bench.open()
        for iid in 1...7 {
            for _ in 0...(iid == 3 ? 1 : 0) {
                let context = CallContext(
                    project: iid == 7 ? "shop/web" : "Shop/API", mergeRequestIID: iid, user: "eve", model: "big")
                _ = try ledger.reserve(
                    ReservationRequest(estimatedTokens: 10 * iid, context: context, estimatedMicroUSD: 0))
            }
        }
        // Another's hold is in no way of this one.
        _ = try ledger.reserve(request(300, user: "bob"))
        guard case .refused(let refusal) = try ledger.reserve(request(900, user: "eve")) else {
            throw LedgerError.closed
        }
        #expect(refusal.heldTokens == 310)
        let named = refusal.holders.largest
        #expect(
            named.map { "\($0.session) \($0.amount) \($0.callCount) \($0.isOfSameProject)" } == [
                "shop/web!7 70 1 false", "Shop/API!3 60 2 true", "Shop/API!6 60 1 true", "Shop/API!5 50 1 true",
                "Shop/API!4 40 1 true",
            ])
        #expect((refusal.holders.otherCount, refusal.holders.otherAmount) == (2, 30))
        ledger.close()
    }

    @Test(arguments: ["Ann Lee", "a*n", "x:y"])
    func `a counter is named as calls name it, and a restart knows it`(_ user: String) throws {
        let bench = try bench()
        var ledger = try bench.open()
        _ = try ledger.reserve(request(1000, user: user))
        let scope = try Scope(counter: "user:\(user)")
        _ = try ledger.grant(amount("500"), to: "people", scope: scope, note)
        for _ in 0..<2 {
            #expect(ledger.standing(of: "people", for: scope)?.limit == 1500)
            guard case .refused(let refusal) = try ledger.reserve(request(501, user: user)) else {
                throw LedgerError.closed
            }
            #expect(refusal.cause.limit == 1500 && refusal.cause.scope == scope)
            ledger.close()
            ledger = try bench.open()
        }
        ledger.close()
    }

    @Test func `the day is remarked by its limit with what was granted, and again after a grant`() throws {
        let bench = try Bench()
        var ledger = try bench.open(limit: 1000, threshold: 800)
        func warnings() -> Int {
            bench.events.values.count { if case .warningThresholdPassed = $0 { true } else { false } }
        }
        _ = try ledger.record(.of(850), context: .sample)
        #expect(ledger.status().level == .warning && warnings() == 1)
        _ = try ledger.grant(tokens: 1000, note)
        #expect(ledger.status().level == .ok)
        _ = try ledger.record(.of(749), context: .sample)
        #expect(ledger.status().level == .ok && warnings() == 1)
        ledger.close()
        ledger = try bench.open(limit: 1000, threshold: 800)
        _ = try ledger.record(.of(1), context: .sample)
        #expect(ledger.status().level == .warning && warnings() == 2)
        _ = try ledger.record(.of(200), context: .sample)
        #expect(ledger.status().level == .critical && warnings() == 2)
        ledger.close()
    }

    @Test func `10,000 may be in force and not one more, until some have ended`() throws {
        let bench = try bench()
        let budgets = (0..<100).map {
            "{\"name\": \"b\($0)\", \"scope\": \"user:*\", \"period\": \"day\", \"limit\": 10}"
        }
        try bench.folder.write(
            "{\"version\": 1, \"budgets\": [\(budgets.joined(separator: ", "))]}", to: "budgets.json")
        var calls = FileCalls.system
        calls.synchronize = { _ in 0 }
        calls.synchronizeData = { _ in 0 }
        let ledger = try bench.open(files: calls, hasThreads: true)
        let ann = try Scope(.user, parsing: "ann")
        let one = try amount("1")
        // All but one wait together: one at a time they would be as many writes.
        let done = DispatchGroup()
        for number in 0..<9_999 {
            done.enter()
            ledger.grant(one, to: "b\(number % 100)", scope: ann, note) { _ in done.leave() }
        }
        done.wait()
        _ = try ledger.grant(one, to: "b99", scope: ann, note)
        #expect(throws: LedgerError.tooMany(what: "grants in force", limit: 10_000)) {
            try ledger.grant(one, to: "b0", scope: ann, self.note)
        }
        #expect(ledger.standing(of: "b99", for: ann)?.granted == 100)
        try bench.clock.set("2025-12-11T00:00:00Z")
        #expect(try ledger.grant(one, to: "b0", scope: ann, note).granted == 1)
        ledger.close()
    }
}

@Suite struct `Budgets that somebody else wrote` {
    private func file(_ limit: Int) -> String {
        "{\"version\": 1, \"budgets\": [{\"name\": \"b\", \"scope\": \"all\", \"period\": \"week\", \"limit\": \(limit)}]}\n"
    }

    private func limit(_ ledger: Ledger) -> Int? {
        ledger.overview().standings.first { $0.budget.name == "b" }?.limit
    }

    private func errors(_ bench: Bench) -> Int { bench.lines.values.count { $0.contains("cannot be used") } }

    @Test func `they are in force at the next look, and what was counted is kept`() throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let rooms = Collected<Int>()
        ledger.whenRoomIsMade { rooms.append(1) }
        ledger.tick()
        _ = try ledger.record(.of(70), context: .sample)
        try bench.folder.write(file(100), to: "budgets.json")
        ledger.tick()
        #expect(ledger.overview().standings.first?.used == 70 && limit(ledger) == 100 && rooms.values.count == 1)
        guard case .refused = try ledger.reserve(.of(31)) else { throw LedgerError.closed }
        // The same again is nothing new, whoever wrote it.
        try bench.folder.write(file(100), to: "budgets.json")
        ledger.tick()
        #expect(rooms.values.count == 1 && errors(bench) == 0)
        ledger.close()
        let audit = try bench.folder.text("audit-logs/2025-12.jsonl")
        #expect(audit.contains(#""event":"budget_set","actor":"budgets.json""#))
    }

    /// The look and the putting in force are two steps: between them the file may have been written again.
    @Test func `what the file does not say any more is not put in force`() throws {
        let bench = try Bench()
        try bench.folder.write(file(100), to: "budgets.json")
        let ledger = try bench.open()
        let old = try BudgetsFile.read(Array(file(100).utf8))
        let note = OperatorNote(author: "ann", reason: "a try")
        let budget = try #require(try BudgetsFile.read(Array(file(200).utf8)).budgets.first)
        _ = try ledger.changeBudgets(.set(budget), note)
        #expect(throws: LedgerError.self) { _ = try ledger.engine.wait { .adoptBudgets(old, $0) } }
        #expect(limit(ledger) == 200)
        ledger.tick()
        #expect(limit(ledger) == 200 && errors(bench) == 0)
        ledger.close()
        #expect(limit(try bench.open()) == 200)
    }

    @Test(arguments: ["", "{\"version\": 1, \"budgets\": [", "{\"version\": 2}", "{\"version\": 1, \"budgets\": [{}]}"])
    func `what cannot be used is told once, the last that could stays, and nobody writes over it`(_ text: String) throws
    {
        let bench = try Bench()
        try bench.folder.write(file(100), to: "budgets.json")
        let ledger = try bench.open()
        ledger.tick()
        try bench.folder.write(text, to: "budgets.json")
        for _ in 0..<4 { ledger.tick() }
        #expect(errors(bench) == 1 && limit(ledger) == 100)
        let team = try Team(name: "core", users: ["ann"])
        let note = OperatorNote(author: "ann", reason: "a try")
        #expect(throws: LedgerError.self) { try ledger.changeBudgets(.setTeam(team), note) }
        #expect(try bench.folder.text("budgets.json") == text)
        try bench.folder.write(file(200), to: "budgets.json")
        // A change before the file was looked at does not win over it.
        #expect(throws: LedgerError.self) { try ledger.changeBudgets(.setTeam(team), note) }
        ledger.tick()
        #expect(limit(ledger) == 200)
        _ = try ledger.changeBudgets(.setTeam(team), note)
        ledger.close()
        #expect(try bench.folder.text("budgets.json").contains("\"limit\": 200"))
    }

    @Test func `one that is gone is told, and the next change writes it again`() throws {
        let bench = try Bench()
        try bench.folder.write(file(100), to: "budgets.json")
        let ledger = try bench.open()
        ledger.tick()
        _ = FileCalls.system.unlink(bench.folder.path + "/budgets.json")
        for _ in 0..<3 { ledger.tick() }
        #expect(errors(bench) == 1 && limit(ledger) == 100)
        _ = try ledger.changeBudgets(
            .setTeam(Team(name: "core", users: ["ann"])), OperatorNote(author: "ann", reason: "a try"))
        ledger.tick()
        ledger.close()
        #expect(try bench.folder.text("budgets.json").contains("\"limit\": 100"))
    }

    @Test func `what was in force before a change is in force again when somebody writes it again`() throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let note = OperatorNote(author: "ann", reason: "a try")
        let budget = try BudgetDefinition(
            name: "b", scope: .one(.all), period: .week, limit: BudgetLimit(parsing: "200"))
        for _ in 0..<2 {
            try bench.folder.write(file(100), to: "budgets.json")
            ledger.tick()
            #expect(limit(ledger) == 100)
            // Nobody looks at the file between the change and the next hand.
            _ = try ledger.changeBudgets(.set(budget), note)
            #expect(limit(ledger) == 200)
        }
        ledger.tick()
        #expect(limit(ledger) == 200 && errors(bench) == 0)
        for count in 1...2 {
            _ = FileCalls.system.unlink(bench.folder.path + "/budgets.json")
            for _ in 0..<3 { ledger.tick() }
            #expect(errors(bench) == count)
            _ = try ledger.changeBudgets(.set(budget), note)
        }
        ledger.close()
    }

    @Test func `what was read before a change is not taken for a change after it`() throws {
        var watch = BudgetsWatch()
        let (old, new) = (Array(file(100).utf8), Array(file(200).utf8))
        let round = watch.round
        #expect(watch.look(.bytes(old), in: round) == .changed(try BudgetsFile.read(old)))
        watch.note(written: new)
        #expect(watch.look(.bytes(old), in: round) == .same)
        #expect(watch.look(.bytes(new), in: watch.round) == .same)
        #expect(watch.look(.bytes(old), in: watch.round) == .changed(try BudgetsFile.read(old)))
    }

    @Test func `a daemon notices by itself`() throws {
        let bench = try Bench()
        let ledger = try bench.open(hasThreads: true)
        try bench.folder.write(file(100), to: "budgets.json")
        let deadline = ContinuousClock.now + .seconds(20)
        while limit(ledger) == nil, ContinuousClock.now < deadline { usleep(20_000) }
        #expect(limit(ledger) == 100)
        ledger.close()
    }
}
