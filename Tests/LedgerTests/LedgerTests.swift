import Budget
import Glibc
import Platform
import Testing
import UTCTime

@testable import Ledger

@Suite struct LedgerTests {
    @Test func `a record is one row and the summary says the same`() throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let call = CompletedCall(
            usage: try TokenUsage(
                inputTokens: 12450, outputTokens: 18230, cacheWriteTokens: 100, cacheReadTokens: 2000),
            durationMilliseconds: 2340, cost: CallCost(amount: MicroUSD(310_805), priceID: "sonnet-1"),
            estimatedTokens: 30000)
        let booking = try ledger.record(call, context: .sample)
        #expect(booking.isDurable && !booking.wasRepeated)
        ledger.close()
        #expect(
            try bench.folder.text("token-logs/2025-12.csv") == """
                year,month,day,time,project_id,project_name,mr_iid,username,input_tokens,output_tokens,total_tokens,model,\
                duration_ms,cache_write_tokens,cache_read_tokens,cost_usd,price_id,estimated_tokens,agent,command,session_id,\
                usage_id
                2025,12,13,09:15:32,42,backend-api,123,john.doe,12450,18230,30680,claude-sonnet-5-5,2340,100,2000,0.310805,\
                sonnet-1,30000,reviewer,review,group/backend-api!123,\(booking.record.usageID)

                """)
        #expect(
            try bench.folder.text("daily-summaries/2025-12-13.json") == """
                {
                  "date": "2025-12-13",
                  "total_tokens": 30680,
                  "input_tokens": 12450,
                  "output_tokens": 18230,
                  "request_count": 1,
                  "last_updated": "2025-12-13T09:15:32Z",
                  "budget_limit": 1000000,
                  "budget_remaining": 969320,
                  "budget_exhausted": false
                }

                """)
    }

    @Test func `a restart counts the rows again`() throws {
        let bench = try Bench()
        var ledger = try bench.open()
        for count in 1...3 { _ = try ledger.record(.of(count * 100, 7), context: .sample) }
        let before = ledger.status()
        ledger.close()
        ledger = try bench.open()
        #expect(ledger.status() == before)
        #expect(before.totalTokens == 621 && before.requestCount == 3)
    }

    @Test func `held and settled tokens never pass the limit`() throws {
        let ledger = try Bench().open(limit: 1000)
        let first = try ledger.reserve(.of(600)).reservation()
        guard case .refused(let refusal) = try ledger.reserve(.of(401)) else {
            Issue.record("401 of 400 were granted")
            return
        }
        #expect(
            refusal.heldTokens == 600 && refusal.usedTokens == 0 && refusal.largestThatFits == 400
                && !refusal.exceedsWholeLimit && refusal.resetsAt == Instant("2025-12-14T00:00:00Z"))
        let second = try ledger.reserve(.of(400)).reservation()
        #expect(ledger.status().heldTokens == 1000)
        _ = try ledger.dispatch(first.id)
        _ = try ledger.settle(first.id, with: .of(500, 50))
        #expect(ledger.status().heldTokens == 400 && ledger.status().totalTokens == 550)
        _ = try ledger.release(second.id)
        #expect(ledger.status().heldTokens == 0 && ledger.openReservations().isEmpty)
        _ = try ledger.reserve(.of(450)).reservation()
        #expect(ledger.refusal(of: 1) != nil)
    }

    @Test func `a settlement above its hold counts in full`() throws {
        let ledger = try Bench().open(limit: 1000)
        let reservation = try ledger.reserve(.of(600)).reservation()
        let booking = try ledger.settle(reservation.id, with: .of(1500))
        #expect(booking.record.usageID == reservation.id && booking.record.estimatedTokens == 600)
        #expect(ledger.status().totalTokens == 1500 && ledger.status().level == .exhausted)
        guard case .refused(let refusal) = try ledger.reserve(.of(1)) else {
            Issue.record("an exhausted budget admitted a call")
            return
        }
        #expect(refusal.largestThatFits == 0)
    }

    @Test func `every step can be repeated`() throws {
        let ledger = try Bench().open()
        let reservation = try ledger.reserve(.of(600, key: "job-1")).reservation()
        #expect(try ledger.reserve(.of(600, key: "job-1")).reservation() == reservation)
        #expect(throws: LedgerError.conflict(id: "idempotency_key", field: "estimated_tokens")) {
            try ledger.reserve(.of(601, key: "job-1"))
        }
        let dispatched = try ledger.dispatch(reservation.id)
        #expect(dispatched.state == .dispatched)
        #expect(try ledger.dispatch(reservation.id) == dispatched)
        #expect(throws: LedgerError.wrongState(id: reservation.id, state: .dispatched, operation: "released")) {
            try ledger.release(reservation.id)
        }
        let booking = try ledger.settle(reservation.id, with: .of(500, 50))
        let again = try ledger.settle(reservation.id, with: .of(500, 50))
        #expect(again.record == booking.record && again.wasRepeated && again.isDurable && !booking.wasRepeated)
        #expect(throws: LedgerError.conflict(id: reservation.id, field: "output_tokens")) {
            try ledger.settle(reservation.id, with: .of(500, 51))
        }
        #expect(throws: LedgerError.wrongState(id: reservation.id, state: .settled, operation: "released")) {
            try ledger.release(reservation.id)
        }
        #expect(try ledger.reserve(.of(600, key: "job-1")).reservation().state == .settled)
        #expect(ledger.status().requestCount == 1 && ledger.status().heldTokens == 0)
    }

    @Test func `a keyed record is booked once, after a restart too`() throws {
        let bench = try Bench()
        var ledger = try bench.open()
        let first = try ledger.record(.of(100), context: .sample, idempotencyKey: "k")
        #expect(try ledger.record(.of(100), context: .sample, idempotencyKey: "k").wasRepeated)
        ledger.close()
        ledger = try bench.open()
        let again = try ledger.record(.of(100), context: .sample, idempotencyKey: "k")
        #expect(again.wasRepeated && again.record == first.record)
        #expect(throws: LedgerError.conflict(id: "idempotency_key", field: "user")) {
            var other = CallContext.sample
            other.user = "jane"
            _ = try ledger.record(.of(100), context: other, idempotencyKey: "k")
        }
        #expect(ledger.status().requestCount == 1)
        _ = try ledger.record(.of(100), context: .sample, idempotencyKey: "l")
        #expect(ledger.status().requestCount == 2)
    }

    @Test func `an open hold expires, a dispatched one becomes unresolved, and both can be settled late`() throws {
        let bench = try Bench()
        let ledger = try bench.open(limit: 1000)
        let open = try ledger.reserve(.of(300, seconds: 60)).reservation()
        let dispatched = try ledger.reserve(.of(400, seconds: 60)).reservation()
        _ = try ledger.dispatch(dispatched.id)
        bench.clock.advance(seconds: 59)
        #expect(ledger.status().heldTokens == 700)
        bench.clock.advance(seconds: 1)
        #expect(ledger.status().heldTokens == 400)
        #expect(ledger.openReservations().map(\.state) == [.unresolved])
        #expect(throws: LedgerError.expired(id: open.id)) { try ledger.dispatch(open.id) }
        #expect(try ledger.release(open.id).state == .released)
        _ = try ledger.settle(open.id, with: .of(10))
        _ = try ledger.settle(dispatched.id, with: .of(20))
        #expect(ledger.status().heldTokens == 0 && ledger.status().totalTokens == 30)
        #expect(ledger.openReservations().isEmpty)
    }

    @Test func `what nobody knows of is not found`() throws {
        let ledger = try Bench().open()
        for id in ["", "x", "r-00000000000000000000000000", "r-0000000000000000000000000!"] {
            #expect(throws: LedgerError.notFound(id: id)) { try ledger.settle(id, with: .of(1)) }
            #expect(throws: LedgerError.notFound(id: id)) { try ledger.dispatch(id) }
            #expect(throws: LedgerError.notFound(id: id)) { try ledger.release(id) }
        }
    }

    @Test func `only who made the call may release it after dispatch`() throws {
        let ledger = try Bench().open()
        let reservation = try ledger.reserve(.of(600)).reservation()
        _ = try ledger.dispatch(reservation.id)
        #expect(try ledger.release(reservation.id, certainlyNothingSpent: true).state == .released)
        #expect(ledger.status().heldTokens == 0)
        #expect(throws: LedgerError.wrongState(id: reservation.id, state: .released, operation: "settled")) {
            try ledger.settle(reservation.id, with: .of(1))
        }
    }

    @Test func `midnight begins a new day and takes open holds along, not unresolved ones`() throws {
        let bench = try Bench("2025-12-31T23:59:50Z")
        let ledger = try bench.open(limit: 1000)
        _ = try ledger.record(.of(100), context: .sample)
        let open = try ledger.reserve(.of(200)).reservation()
        let lost = try ledger.reserve(.of(400)).reservation()
        _ = try ledger.dispatch(lost.id)
        #expect(try ledger.markUnresolved(lost.id).state == .unresolved)
        #expect(ledger.status().heldTokens == 600)
        try bench.clock.set("2026-01-01T00:00:00Z")
        #expect(ledger.status().day == Day("2026-01-01") && ledger.status().totalTokens == 0)
        #expect(ledger.status().heldTokens == 200)
        _ = try ledger.settle(open.id, with: .of(150))
        _ = try ledger.settle(lost.id, with: .of(50))
        #expect(ledger.status().totalTokens == 200 && ledger.status().heldTokens == 0)
        ledger.close()
        #expect(try bench.folder.names("token-logs") == ["2025-12.csv", "2026-01.csv"])
        #expect(try bench.folder.names("daily-summaries") == ["2025-12-31.json", "2026-01-01.json"])
        #expect(
            bench.events.values.contains { event in
                if case .dayChanged(let status) = event { status.day == Day("2025-12-31") } else { false }
            })
    }

    @Test func `a clock that goes back opens no day again`() throws {
        let bench = try Bench("2025-12-14T00:00:10Z")
        var ledger = try bench.open()
        _ = try ledger.record(.of(100), context: .sample)
        try bench.clock.set("2025-12-13T12:00:00Z")
        let booking = try ledger.record(.of(50), context: .sample)
        #expect(booking.record.time == Instant("2025-12-14T00:00:10Z"))
        #expect(bench.events.values.contains { if case .clockBehind = $0 { true } else { false } })
        ledger.close()
        ledger = try bench.open()
        #expect(ledger.status().day == Day("2025-12-14") && ledger.status().totalTokens == 150)
    }

    @Test func `the warning comes once a day, restarts included`() throws {
        let bench = try Bench()
        var ledger = try bench.open(limit: 1000, threshold: 500)
        _ = try ledger.record(.of(499), context: .sample)
        #expect(ledger.status().level == .ok)
        let warnings = {
            bench.events.values.count { if case .warningThresholdPassed = $0 { true } else { false } }
        }
        #expect(warnings() == 0)
        _ = try ledger.record(.of(1), context: .sample)
        #expect(warnings() == 1 && ledger.status().level == .warning)
        ledger.close()
        ledger = try bench.open(limit: 1000, threshold: 500)
        _ = try ledger.record(.of(1), context: .sample)
        #expect(warnings() == 1)
        try bench.clock.set("2025-12-14T10:00:00Z")
        _ = try ledger.record(.of(500), context: .sample)
        #expect(warnings() == 2)
    }

    @Test(arguments: [(149, nil), (150, 15), (400, 40)])
    func `a call of fifteen percent of the day is remarked`(_ tokens: Int, _ percent: Int?) throws {
        let bench = try Bench()
        _ = try bench.open(limit: 1000).record(.of(tokens), context: .sample)
        let percents = bench.events.values.compactMap { event -> Int? in
            if case .largeReview(_, let percent) = event { percent } else { nil }
        }
        #expect(percents == [percent].compactMap { $0 })
    }

    @Test func `a budget that warns lets everything pass`() throws {
        let ledger = try Bench().open(limit: 1000, threshold: 500, enforcement: .warn)
        let decisions = try [400, 200, 5000].map { tokens in
            guard case .granted(_, let decision) = try ledger.reserve(.of(tokens)) else { return Decision.block }
            return decision
        }
        #expect(decisions == [.allow, .warn, .warn])
    }

    @Test func `a budget that is off allows and counts`() throws {
        let ledger = try Bench().open(limit: 10, isEnabled: false)
        guard case .granted(let reservation, .allow) = try ledger.reserve(.of(5000)) else {
            Issue.record("refused")
            return
        }
        _ = try ledger.settle(reservation.id, with: .of(5000))
        #expect(ledger.status().totalTokens == 5000 && !ledger.status().isEnabled)
    }

    @Test func `a second process is told who has the books`() throws {
        let bench = try Bench()
        let ledger = try bench.open()
        #expect(throws: LedgerError.taken(directory: bench.folder.path, by: Int(getpid()))) { try bench.open() }
        ledger.close()
        _ = try bench.open()
    }

    @Test func `nothing is done after the end`() throws {
        let ledger = try Bench().open()
        ledger.close()
        ledger.close()
        #expect(throws: LedgerError.closed) { try ledger.record(.of(1), context: .sample) }
    }

    @Test(arguments: [0, -1, 2_000_000_001]) func `refuses a hold of no sensible size`(_ tokens: Int) throws {
        let ledger = try Bench().open()
        #expect(throws: LedgerError.self) { try ledger.reserve(.of(tokens)) }
    }

    @Test func `limits of fields hold at their edge`() throws {
        let bench = try Bench()
        let ledger = try bench.open()
        var context = CallContext.sample
        context.user = String(repeating: "\"", count: 512)
        context.project = String(repeating: "\"", count: 512)
        context.agent = String(repeating: "=", count: 512)
        context.command = context.user
        context.model = context.user
        let booking = try ledger.record(.of(1), context: context)
        ledger.close()
        let rows = try UsageReader(directory: bench.folder.path).rows(of: booking.record.time.day.month)
        #expect(rows.records == [booking.record] && rows.problems.isEmpty)
        context.user += "x"
        let second = try bench.open()
        #expect(throws: LedgerError.self) { try second.record(.of(1), context: context) }
        #expect(throws: LedgerError.self) { try second.reserve(.of(1, seconds: 86_401)) }
        _ = try second.reserve(.of(1, seconds: 86_400))
    }

    @Test func `summaries follow within a moment when threads run`() async throws {
        let bench = try Bench()
        let ledger = try bench.open(hasThreads: true)
        await withCheckedContinuation { continuation in
            let call = try? CompletedCall.of(7)
            guard let call else { return continuation.resume() }
            ledger.record(call, context: .sample) { _ in continuation.resume() }
        }
        // Generous: the summary is due after 100 ms.
        for _ in 0..<200 where (try? bench.folder.names("daily-summaries")) == [] {
            try await Task.sleep(for: .milliseconds(25))
        }
        #expect(try bench.folder.text("daily-summaries/2025-12-13.json").contains("\"total_tokens\": 7,"))
    }
}
