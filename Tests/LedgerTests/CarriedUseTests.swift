import Budget
import Glibc
import Platform
import Testing
import UTCTime

@testable import Ledger

@Suite struct `What merge requests used before a cleaning` {
    private static let file = "state/carried/2024-01.jsonl"

    private func request(_ tokens: Int, iid: Int, limit: BudgetLimit? = BudgetLimit(100, .tokens))
        -> ReservationRequest
    {
        ReservationRequest(
            estimatedTokens: tokens,
            context: CallContext(project: "Group/app", mergeRequestIID: iid, user: "ann", model: "big"),
            mergeRequestLimit: limit)
    }

    private func book(_ ledger: Ledger, iid: Int?, tokens: Int, microUSD: Int64? = nil) throws {
        _ = try ledger.record(
            CompletedCall(
                usage: TokenUsage(inputTokens: tokens, outputTokens: 0), durationMilliseconds: 1,
                cost: microUSD.map { CallCost(amount: MicroUSD($0), priceID: "big@1") }),
            context: CallContext(project: "Group/app", mergeRequestIID: iid, user: "ann", model: "big"))
    }

    private func refusal(_ ledger: Ledger, _ request: ReservationRequest) throws -> BudgetRefusal {
        guard case .refused(let refusal) = try ledger.reserve(request) else { throw LedgerError.closed }
        return refusal.cause
    }

    /// Two merge requests and a call of none in January and February, then nothing for almost two years.
    private func bench() throws -> Bench {
        let bench = try Bench("2024-01-10T09:00:00Z")
        let ledger = try bench.open()
        for (iid, tokens) in [(1, 60), (1, 30), (2, 99), (nil, 500)] { try book(ledger, iid: iid, tokens: tokens) }
        try bench.clock.set("2024-02-10T09:00:00Z")
        try book(ledger, iid: 1, tokens: 5, microUSD: 700)
        ledger.close()
        try bench.clock.set("2025-12-13T09:00:00Z")
        return bench
    }

    @discardableResult
    private func clean(_ bench: Bench) throws -> CleanupResult {
        let retention = Retention(directory: bench.folder.path, windows: RetentionWindows())
        return retention.execute(try retention.plan(today: bench.clock.now.day))
    }

    private func verify(_ bench: Bench) throws -> [Finding] {
        try Verifier(LedgerConfiguration(directory: bench.folder.path)).check(at: bench.clock.now)
    }

    @Test func `counts for a limit that a request brings, once, whenever the rows go`() throws {
        let bench = try bench()
        for round in 0..<3 {
            if round == 1 {
                let result = try clean(bench)
                #expect(result.logsDeleted == 3 && result.failures == [])
                #expect(try bench.folder.names("token-logs") == [])
                #expect(try verify(bench) == [])
            }
            let ledger = try bench.open()
            #expect(ledger.health == .writable)
            #expect(try refusal(ledger, request(6, iid: 1)).used == 95)
            #expect(try refusal(ledger, request(2, iid: 2)).used == 99)
            #expect(try refusal(ledger, request(101, iid: 3)).used == 0)
            let money = try refusal(ledger, request(10, iid: 1, limit: BudgetLimit(600, .usd)))
            #expect(money.used == 700)
            ledger.close()
        }
        let ledger = try bench.open()
        _ = try ledger.reserve(request(5, iid: 1)).reservation()
        ledger.close()
    }

    @Test func `counts for a template, and for a new one`() throws {
        let bench = try bench()
        let note = OperatorNote(author: "root", reason: "test")
        func budget(_ name: String, _ limit: String) throws -> BudgetDefinition {
            try BudgetDefinition(
                name: name, scope: ScopePattern(parsing: "merge_request:*"), period: .total,
                limit: BudgetLimit(parsing: limit))
        }
        var ledger = try bench.open()
        _ = try ledger.changeBudgets(.set(budget("feature", "100")), note)
        ledger.close()
        #expect(try clean(bench).failures == [] && bench.folder.names("token-logs") == [])
        ledger = try bench.open()
        #expect(try refusal(ledger, request(6, iid: 1, limit: nil)).used == 95)
        let standing = ledger.standings().first { $0.scope.description == "merge_request:group/app!1" }
        #expect(standing?.calls == 3 && standing?.unpricedCalls == 2)
        _ = try ledger.changeBudgets(.remove("feature"), note)
        #expect(ledger.refusal(of: request(6, iid: 1, limit: nil)) == nil)
        // Counted from the files, by the running daemon.
        _ = try ledger.changeBudgets(.set(budget("bugfix", "98")), note)
        #expect(try refusal(ledger, request(4, iid: 1, limit: nil)).used == 95)
        ledger.close()
    }

    @Test func `leaves the rows where a budget of more than merge requests counts for ever`() throws {
        let bench = try bench()
        try bench.folder.write(
            #"{"version": 1, "budgets": [{"name": "a", "scope": "user:*", "period": "total", "limit": 700}]}"#,
            to: "budgets.json")
        #expect(try clean(bench).logsDeleted == 1)
        #expect(try bench.folder.names("token-logs") == ["2024-01.csv", "2024-02.csv"])
        #expect(try bench.folder.names("audit-logs").filter { $0.hasPrefix("2024") } == [])
        let ledger = try bench.open()
        #expect(try refusal(ledger, request(7, iid: 9, limit: nil)).used == 694)
        ledger.close()
    }

    @Test func `of a month with a line that cannot be read, everything stays`() throws {
        let bench = try bench()
        try bench.folder.write(
            try bench.folder.text("token-logs/2024-01.csv") + "2024,coffee\n", to: "token-logs/2024-01.csv")
        let result = try clean(bench)
        #expect(result.logsDeleted == 2 && result.failures.count == 1)
        #expect(result.failures.first?.contains("token-logs/2024-01.csv:6: ") == true)
        #expect(try bench.folder.names("token-logs") == ["2024-01.csv"])
        let ledger = try bench.open()
        #expect(try refusal(ledger, request(6, iid: 1)).used == 95)
        ledger.close()
    }

    @Test func `a cleaning that comes too late for the rows does not take them for none`() throws {
        let bench = try bench()
        let path = bench.folder.path
        let plan = try Retention(directory: path, windows: RetentionWindows()).plan(today: bench.clock.now.day)
        // Between its look at the file and its reading another cleaning does all its work.
        let other = Retention(directory: path, windows: RetentionWindows())
        var calls = FileCalls.system
        calls.status = { name in
            let found = FileCalls.system.status(name)
            if name.hasSuffix("/2024-01.csv") { _ = other.execute(plan) }
            return found
        }
        let late = Retention(directory: path, windows: RetentionWindows(), calls: calls)
        #expect(late.execute(plan).logsDeleted == 0)
        let ledger = try bench.open()
        #expect(try refusal(ledger, request(6, iid: 1)).used == 95)
        ledger.close()
    }

    static let damages = [
        (#""month":"2024-01""#, #""month":"2024-02""#, 1), (#""merge_requests":2"#, #""merge_requests":3"#, 1),
        (#""tokens":90"#, #""tokens":-90"#, 2), (#""iid":2"#, #""iid":1"#, 3), ("{", "", 1),
    ]

    @Test(arguments: damages) func `is never taken for nothing when it cannot be read`(
        _ old: String, _ new: String, _ line: Int
    ) throws {
        let bench = try bench()
        try clean(bench)
        let text = try bench.folder.text(Self.file)
        #expect(text.contains(old))
        try bench.folder.write(text.replacing(old, with: new), to: Self.file)
        #expect(try verify(bench).map { "\($0.check.rawValue) \($0.place)" } == ["carried \(Self.file):\(line)"])
        let ledger = try bench.open()
        #expect(throws: LedgerError.self) { try ledger.reserve(request(1, iid: 1)) }
        // Whoever asks for no whole life is not concerned.
        _ = try ledger.reserve(request(1, iid: 1, limit: nil)).reservation()
        ledger.close()
        _ = try Verifier(LedgerConfiguration(directory: bench.folder.path)).repair(at: bench.clock.now, author: "root")
        #expect(try verify(bench).count == 1)
        try bench.folder.write(text, to: Self.file)
        #expect(try verify(bench) == [])
    }

    /// Lines of the month's file that are there again: none at all, the header, the header and the first call.
    @Test(arguments: [0, 1, 2], [false, true]) func `is lowered by nothing where a part of the rows is there`(
        _ lines: Int, _ isTemplate: Bool
    ) throws {
        let bench = try bench()
        if isTemplate {
            try bench.folder.write(
                #"{"version": 1, "budgets": [{"name": "a", "scope": "merge_request:*", "period": "total", "limit": 100}]}"#,
                to: "budgets.json")
        }
        let part = try bench.folder.text("token-logs/2024-01.csv").split(separator: "\n").prefix(lines)
        try clean(bench)
        let carried = try bench.folder.text(Self.file)
        let steps: [(Bench) throws -> Void] = [
            { _ in },
            { bench in
                _ = try Verifier(LedgerConfiguration(directory: bench.folder.path))
                    .repair(at: bench.clock.now, author: "root")
            },
            { bench in
                let result = try clean(bench)
                let left = try bench.folder.names("token-logs")
                #expect(result.failures == [] && left == [])
            },
        ]
        try bench.folder.write(part.map { $0 + "\n" }.joined(), to: "token-logs/2024-01.csv")
        #expect(try verify(bench).filter { $0.check == .carried } == [])
        for step in steps {
            try step(bench)
            #expect(try bench.folder.text(Self.file) == carried)
            let ledger = try bench.open()
            let limit = isTemplate ? nil : BudgetLimit(100, .tokens)
            #expect(try refusal(ledger, request(6, iid: 1, limit: limit)).used == 95)
            #expect(try refusal(ledger, request(2, iid: 2, limit: limit)).used == 99)
            ledger.close()
        }
    }

    @Test func `is not lowered by a row that was damaged after a cleaning was cut off`() throws {
        let bench = try bench()
        let rows = try bench.folder.text("token-logs/2024-01.csv")
        try clean(bench)
        var lines = rows.split(separator: "\n")
        lines[1] = "coffee"
        try bench.folder.write(lines.map { $0 + "\n" }.joined(), to: "token-logs/2024-01.csv")
        let carried = try bench.folder.text(Self.file)
        _ = try Verifier(LedgerConfiguration(directory: bench.folder.path)).repair(at: bench.clock.now, author: "root")
        #expect(try bench.folder.text(Self.file) == carried)
        let ledger = try bench.open()
        #expect(try refusal(ledger, request(6, iid: 1)).used == 95)
        ledger.close()
    }

    @Test func `is raised by rows that say more, and one that says more is no fault`() throws {
        let bench = try bench()
        let rows = try bench.folder.text("token-logs/2024-01.csv")
        try clean(bench)
        try bench.folder.write(rows, to: "token-logs/2024-01.csv")
        let text = try bench.folder.text(Self.file)
        func count(_ used: Int) throws {
            let ledger = try bench.open()
            #expect(try refusal(ledger, request(9, iid: 1)).used == used)
            ledger.close()
        }
        try bench.folder.write(text.replacing(#""tokens":90"#, with: #""tokens":91"#), to: Self.file)
        #expect(try verify(bench).filter { $0.check == .carried } == [])
        try count(96)
        try bench.folder.write(text.replacing(#""tokens":90"#, with: #""tokens":89"#), to: Self.file)
        let found = try verify(bench).filter { $0.check == .carried }
        #expect(found.map(\.place) == [Self.file] && found.first?.message.contains("of 1 merge request;") == true)
        try count(95)
        let report = try Verifier(LedgerConfiguration(directory: bench.folder.path))
            .repair(at: bench.clock.now, author: "root")
        #expect(report.actions.contains("\(Self.file): raised to what the rows say"))
        #expect(try bench.folder.text(Self.file) == text)
        #expect(try verify(bench) == [])
    }
}
