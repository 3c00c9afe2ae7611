import Budget
import Platform
import Synchronization
import TestDisk
import Testing
import UTCTime

@testable import Ledger

@Suite struct `Budgets of every scope` {
    private static func file(_ budgets: String, teams: String = "") -> String {
        "{\"version\": 1, \"budgets\": [\(budgets)], \"teams\": [\(teams)]}"
    }

    private func request(
        _ tokens: Int, _ microUSD: Int? = nil, project: String = "group/app", iid: Int? = 1, user: String = "ann",
        labels: [String] = []
    ) -> ReservationRequest {
        ReservationRequest(
            estimatedTokens: tokens,
            context: CallContext(project: project, mergeRequestIID: iid, user: user, model: "big"),
            estimatedMicroUSD: microUSD, labels: labels)
    }

    private func settle(_ ledger: Ledger, _ request: ReservationRequest, microUSD: Int? = nil) throws {
        let reservation = try ledger.reserve(request).reservation()
        _ = try ledger.dispatch(reservation.id)
        let cost = microUSD.map { CallCost(amount: MicroUSD(Int64($0)), priceID: "big@2025") }
        _ = try ledger.settle(
            reservation.id,
            with: CompletedCall(
                usage: TokenUsage(inputTokens: request.estimatedTokens, outputTokens: 0), durationMilliseconds: 1,
                cost: cost))
    }

    private func refusal(_ ledger: Ledger, _ request: ReservationRequest) throws -> BudgetRefusal {
        guard case .refused(let refusal) = try ledger.reserve(request) else { throw LedgerError.closed }
        return refusal.cause
    }

    @Test func `one refusal names the budget that binds, and a restart changes nothing`() throws {
        let bench = try Bench("2025-12-30T09:00:00Z")
        try bench.folder.write(
            Self.file(
                """
                {"name": "app", "scope": "project:group/app", "period": "month", "limit": 100},
                {"name": "people", "scope": "user:*", "period": "week", "limit": 150},
                {"name": "each", "scope": "merge_request:*", "limit": 80}
                """), to: "budgets.json")
        for round in 0..<2 {
            let ledger = try bench.open()
            if round == 0 {
                try settle(ledger, request(60))
                _ = try ledger.reserve(request(10, iid: 2)).reservation()
                let lost = try ledger.reserve(request(5, project: "group/web")).reservation()
                _ = try ledger.dispatch(lost.id)
            }
            let found = try refusal(ledger, request(31))
            #expect((found.budget, found.used, found.held, found.limit) == ("each", 60, 0, 80))
            #expect(found.largestThatFits == 20 && found.resetsAt == nil)
            let month = try refusal(ledger, request(31, iid: 3))
            #expect((month.budget, month.used, month.held) == ("app", 60, 10))
            #expect(month.resetsAt == Instant("2026-01-01T00:00:00Z"))
            let week = try refusal(ledger, request(76, project: "x/y"))
            #expect((week.budget, week.scope.description, week.used, week.held) == ("people", "user:ann", 60, 15))
            ledger.close()
        }
        // The month ends, the week and the merge request go on; the row of December still counts for them.
        try bench.clock.set("2026-01-02T09:00:00Z")
        let ledger = try bench.open()
        #expect(try refusal(ledger, request(91, iid: nil)).budget == "people")
        #expect(try refusal(ledger, request(21)).budget == "each")
        #expect(try refusal(ledger, request(101, iid: nil, user: "bob")).budget == "app")
        try bench.clock.set("2026-01-05T00:00:00Z")
        // The call that was cut off was of last week; the open hold has expired.
        #expect(ledger.standings().filter { $0.budget.name == "people" }.isEmpty)
        #expect(try refusal(ledger, request(21)).used == 60)
        ledger.close()
    }

    @Test func `money is held by what is expected and booked by what it was`() throws {
        let bench = try Bench()
        try bench.folder.write(
            Self.file("{\"name\": \"money\", \"scope\": \"all\", \"period\": \"day\", \"limit\": \"1usd\"}"),
            to: "budgets.json")
        var ledger = try bench.open()
        #expect(try refusal(ledger, request(10)).reason == .unknownPrice)
        try settle(ledger, request(10, 500_000), microUSD: 700_000)
        _ = try ledger.reserve(request(10, 200_000)).reservation()
        for _ in 0..<2 {
            let found = try refusal(ledger, request(10, 100_001))
            #expect((found.unit, found.used, found.held, found.largestThatFits) == (.usd, 700_000, 200_000, 9))
            ledger.close()
            ledger = try bench.open()
        }
        ledger.close()
    }

    @Test func `a record of another model than was reserved counts for that model from its decision on`() throws {
        let bench = try Bench()
        try bench.folder.write(
            Self.file("{\"name\": \"models\", \"scope\": \"model:*\", \"period\": \"day\", \"limit\": 100}"),
            to: "budgets.json")
        let ledger = try bench.open()
        let reservation = try ledger.reserve(request(60)).reservation()
        _ = try ledger.dispatch(reservation.id)
        _ = try ledger.settle(
            reservation.id,
            with: CompletedCall(
                usage: TokenUsage(inputTokens: 70, outputTokens: 0), durationMilliseconds: 1, model: "small"))
        let standings = ledger.standings().filter { $0.budget.name == "models" }
        #expect(standings.map { "\($0.scope) \($0.used) \($0.held)" } == ["model:small 70 0"])
        ledger.close()
    }

    @Test func `a budget for ever keeps its rows, whatever their age`() throws {
        let bench = try Bench("2025-01-10T09:00:00Z")
        let budget = "{\"name\": \"each\", \"scope\": \"agent:*\", \"period\": \"total\", \"limit\": 80}"
        try bench.folder.write(Self.file(budget), to: "budgets.json")
        var ledger = try bench.open()
        try settle(ledger, request(60))
        ledger.close()
        try bench.clock.set("2026-12-10T09:00:00Z")
        let retention = Retention(directory: bench.folder.path, windows: RetentionWindows())
        let plan = try retention.plan(today: bench.clock.now.day)
        #expect(!plan.steps.contains { $0.kind == .log } && plan.steps.contains { $0.kind == .audit })
        ledger = try bench.open()
        #expect(try refusal(ledger, request(21)).used == 60)
        ledger.close()
        try bench.folder.write(Self.file(""), to: "budgets.json")
        #expect(try retention.plan(today: bench.clock.now.day).steps.contains { $0.kind == .log })
    }

    private func budget(_ name: String, _ scope: String, _ period: Period, _ limit: String) throws -> BudgetDefinition {
        try BudgetDefinition(
            name: name, scope: ScopePattern(parsing: scope), period: period, limit: BudgetLimit(parsing: limit))
    }

    @Test func `a change is in force at once, counts what has been, and never loses a counter`() throws {
        let bench = try Bench()
        let note = OperatorNote(author: "ann", reason: "a try")
        var ledger = try bench.open()
        try settle(ledger, request(60))
        _ = try ledger.reserve(request(10)).reservation()
        let lost = try ledger.reserve(request(7)).reservation()
        _ = try ledger.dispatch(lost.id)
        _ = try ledger.markUnresolved(lost.id)
        // New counters have the rows and the holds of before.
        _ = try ledger.changeBudgets(.set(budget("people", "user:*", .month, "100")), note)
        var found = try refusal(ledger, request(24))
        #expect((found.budget, found.used, found.held, found.limit) == ("people", 60, 17, 100))
        try settle(ledger, request(5))
        // A new limit, or another budget beside it, keeps them.
        _ = try ledger.changeBudgets(.set(budget("people", "user:*", .month, "110")), note)
        _ = try ledger.changeBudgets(.setTeam(Team(name: "core", users: ["Ann"])), note)
        let set = try ledger.changeBudgets(.set(budget("core", "team:core", .day, "1000")), note)
        #expect(set.budgets.map(\.name) == ["core", "people"])
        found = try refusal(ledger, request(29))
        #expect((found.used, found.held, found.limit) == (65, 17, 110))
        #expect(ledger.standings().map { "\($0.scope) \($0.committed)" } == ["team:core 82", "all 82", "user:ann 82"])
        #expect(try bench.folder.text("budgets.json") == String(decoding: BudgetsFile.bytes(set), as: UTF8.self))
        #expect(throws: LedgerError.self) { try ledger.changeBudgets(.removeTeam("core"), note) }
        #expect(throws: LedgerError.self) { try ledger.changeBudgets(.remove("daily"), note) }
        #expect(throws: LedgerError.self) {
            try ledger.changeBudgets(.set(self.budget("daily", "all", .day, "1")), note)
        }
        let before = ledger.standings()
        ledger.close()
        ledger = try bench.open()
        #expect(ledger.standings() == before)
        _ = try ledger.changeBudgets(.remove("people"), note)
        _ = try ledger.reserve(request(29)).reservation()
        ledger.close()
        let audit = try bench.folder.text("audit-logs/2025-12.jsonl")
        #expect(audit.contains("\"budget_set\"") && audit.contains("\"budget_removed\"") && audit.contains("a try"))
    }

    @Test func `a change that cannot be written is not in force`() throws {
        let bench = try Bench()
        var calls = FileCalls.system
        let rename = calls.rename
        calls.rename = { from, to in to.hasSuffix("budgets.json") ? -28 : rename(from, to) }
        let ledger = try bench.open(files: calls)
        #expect(throws: LedgerError.self) {
            try ledger.changeBudgets(
                .set(self.budget("people", "user:*", .month, "1")), OperatorNote(author: "ann", reason: "a try"))
        }
        _ = try ledger.reserve(request(2)).reservation()
        ledger.close()
    }

    @Test func `budgets may change while callers settle`() throws {
        let bench = try Bench()
        var calls = FileCalls.system
        calls.synchronize = { _ in 0 }
        calls.synchronizeData = { _ in 0 }
        let ledger = try bench.open(files: calls, hasThreads: true)
        let problems = Collected<String>()
        let scopes = ["user:*", "project:*", "merge_request:*", "model:big", "group:group"]
        let threads = (0..<8).map { number in
            WorkerThread {
                for step in 0..<15 {
                    do {
                        if number == 0 {
                            let budget = try self.budget("b\(step % 5)", scopes[step % 5], .week, "1000000")
                            let note = OperatorNote(author: "ann", reason: "a try")
                            _ = try ledger.changeBudgets(step % 7 == 6 ? .remove("b1") : .set(budget), note)
                        } else {
                            try self.settle(ledger, self.request(10 + number), microUSD: 5)
                        }
                    } catch {
                        problems.append("\(error)")
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(problems.values.isEmpty, "\(problems.values.prefix(3))")
        let before = ledger.standings()
        #expect(before.count >= 5 && before.allSatisfy { $0.used == before[0].used && $0.calls == 7 * 15 })
        ledger.close()
        let again = try bench.open()
        #expect(again.standings() == before)
        again.close()
    }

    @Test func `a file of budgets that cannot be understood stops the start and is told to readers`() throws {
        let bench = try Bench()
        try bench.folder.write(Self.file("{\"name\": \"daily\", \"scope\": \"all\"}"), to: "budgets.json")
        #expect(throws: LedgerError.self) { try bench.open() }
        let reader = LedgerReader(LedgerConfiguration(directory: bench.folder.path))
        let snapshot = try reader.snapshot(at: bench.clock.now)
        #expect(snapshot.problems.contains { $0.description.contains("TOKEN_DAILY_LIMIT") })
        #expect(snapshot.standings.map(\.budget.name) == ["daily"])
    }

    @Test func `64 callers over overlapping budgets never pass any of them`() throws {
        let bench = try Bench()
        try bench.folder.write(
            Self.file(
                """
                {"name": "people", "scope": "user:*", "period": "day", "limit": 9000},
                {"name": "teams", "scope": "team:core", "period": "hour", "limit": 14000},
                {"name": "group", "scope": "group:group", "period": "week", "limit": 30000},
                {"name": "each", "scope": "merge_request:*", "limit": 8000},
                {"name": "money", "scope": "project:*", "period": "month", "limit": "0.02usd"}
                """, teams: "{\"name\": \"core\", \"users\": [\"u0\", \"u1\"]}"), to: "budgets.json")
        var calls = FileCalls.system
        calls.synchronize = { _ in 0 }
        calls.synchronizeData = { _ in 0 }
        let ledger = try bench.open(limit: 40_000, files: calls, hasThreads: true)
        let problems = Collected<String>()
        let refused = Collected<String>()
        let threads = (0..<64).map { number in
            WorkerThread {
                var random = SeededGenerator(seed: UInt64(number) + 1)
                for _ in 0..<12 {
                    do {
                        let tokens = Int.random(in: 1...900, using: &random)
                        let request = self.request(
                            tokens, tokens, project: number % 2 == 0 ? "group/app" : "group/web", iid: number % 5 + 1,
                            user: "u\(number % 4)")
                        switch try ledger.reserve(request) {
                        case .refused(let refusal): refused.append(refusal.budget)
                        case .granted(let reservation, _):
                            guard Int.random(in: 0..<4, using: &random) > 0 else {
                                _ = try ledger.release(reservation.id)
                                continue
                            }
                            _ = try ledger.dispatch(reservation.id)
                            let used = Int.random(in: 0...tokens, using: &random)
                            let cost = CallCost(amount: MicroUSD(Int64(used)), priceID: "p")
                            _ = try ledger.settle(
                                reservation.id,
                                with: CompletedCall(
                                    usage: TokenUsage(inputTokens: used, outputTokens: 0), durationMilliseconds: 1,
                                    cost: cost))
                        }
                        for standing in ledger.standings() where standing.committed > standing.limit {
                            problems.append("\(standing.budget.name) \(standing.scope) \(standing.committed)")
                        }
                    } catch {
                        problems.append("\(error)")
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(problems.values.isEmpty, "\(problems.values.prefix(3))")
        #expect(Set(refused.values).count >= 3)
        let before = ledger.standings()
        #expect(before.allSatisfy { $0.held == 0 && $0.unresolved == 0 })
        ledger.close()
        // The rows say the same.
        let again = try bench.open(limit: 40_000)
        #expect(again.standings() == before)
        again.close()
    }
}
