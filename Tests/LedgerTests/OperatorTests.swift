import Budget
import Glibc
import Platform
import TestDisk
import Testing
import UTCTime

@testable import Ledger

@Suite struct `What operators do` {
    private let note = OperatorNote(author: "ann", reason: "the bill says so")

    private func audit(_ bench: FakeBench) -> String {
        String(decoding: bench.disk.contents("/data/audit-logs/2025-12.jsonl") ?? [], as: UTF8.self)
    }

    /// An unresolved reservation of 6000 tokens.
    private func unresolved(_ ledger: Ledger) throws -> String {
        let id = try ledger.reserve(.of(6000)).reservation().id
        _ = try ledger.dispatch(id)
        return try ledger.markUnresolved(id).id
    }

    @Test func `a grant is for its day alone, and survives a restart`() throws {
        let bench = try FakeBench()
        var random = SeededGenerator(seed: 3)
        var ledger = try bench.open(limit: 1000)
        guard case .refused = try ledger.reserve(.of(1500)) else { throw LedgerError.closed }
        #expect(try ledger.grant(tokens: 500, note).limit == 1500)
        bench.disk.cutPower(&random)
        ledger = try bench.open(limit: 1000)
        let budget = try #require(ledger.budgets().first)
        #expect(budget.rule.limitTokens == 1000 && budget.grantedTokens == 500)
        let given = BudgetGrant(
            budget: "daily", scope: .all, amount: try BudgetLimit(parsing: "500"), until: budget.status.resetsAt)
        #expect(
            budget.grants == [Grant(given, author: "ann", reason: note.reason)]
                && ledger.overview().grants == budget.grants)
        #expect(try bench.snapshot(limit: 1000).budgets == ledger.budgets())
        _ = try ledger.release(ledger.reserve(.of(1500)).reservation().id)
        #expect(audit(bench).contains(#""event":"grant","actor":"ann","budget":"daily","scope":"all","tokens":500"#))
        bench.clock.advance(seconds: 86_400)
        #expect(ledger.budgets().first?.grantedTokens == 0 && ledger.status().limitTokens == 1000)
        guard case .refused = try ledger.reserve(.of(1500)) else { throw LedgerError.closed }
    }

    @Test func `refuses a grant of nothing`() throws {
        let ledger = try FakeBench().open()
        #expect(throws: LedgerError.self) { try ledger.grant(tokens: 0, note) }
        #expect(ledger.status().limitTokens == 1_000_000)
    }

    @Test(arguments: [OperatorNote(author: "", reason: "x"), OperatorNote(author: "x", reason: "")])
    func `nothing is done by nobody or for no reason`(_ note: OperatorNote) throws {
        let ledger = try FakeBench().open()
        #expect(throws: LedgerError.self) { try ledger.grant(tokens: 1, note) }
        let id = try unresolved(ledger)
        #expect(throws: LedgerError.self) { try ledger.resolve(releasing: id, note) }
        #expect(throws: LedgerError.self) { try ledger.resolve(id, with: .of(1), note) }
        #expect(ledger.status().heldTokens == 6000)
    }

    @Test func `an unresolved hold is settled or released, once, and the audit log says who and why`() throws {
        let bench = try FakeBench()
        let ledger = try bench.open()
        let (settled, released) = (try unresolved(ledger), try unresolved(ledger))
        #expect(ledger.status().heldTokens == 12_000)
        #expect(try ledger.resolve(settled, with: .of(700), note).record.usageID == settled)
        #expect(try ledger.resolve(releasing: released, note).state == .released)
        #expect(ledger.status().heldTokens == 0 && ledger.status().totalTokens == 700)
        #expect(try ledger.resolve(settled, with: .of(700), note).wasRepeated)
        #expect(throws: LedgerError.conflict(id: settled, field: "input_tokens")) {
            try ledger.resolve(settled, with: .of(701), note)
        }
        let text = audit(bench)
        #expect(text.contains(#""event":"resolve","actor":"ann","reservation":"\#(settled)","input_tokens":700"#))
        #expect(text.contains(#""reservation":"\#(released)","released":true,"reason":"the bill says so""#))
        #expect(text.split(separator: "\n").count { $0.contains(#""event":"resolve""#) } == 2)
    }

    @Test func `what somebody is still at is not for an operator to end`() throws {
        let ledger = try FakeBench().open()
        let id = try ledger.reserve(.of(10)).reservation().id
        #expect(throws: LedgerError.wrongState(id: id, state: .open, operation: "resolved")) {
            try ledger.resolve(releasing: id, note)
        }
        _ = try ledger.dispatch(id)
        #expect(throws: LedgerError.wrongState(id: id, state: .dispatched, operation: "resolved")) {
            try ledger.resolve(id, with: .of(1), note)
        }
        #expect(throws: LedgerError.notFound(id: "x")) { try ledger.resolve(releasing: "x", note) }
    }

    @Test func `nothing is lowered before the audit log has it`() throws {
        let bench = try FakeBench()
        let ledger = try bench.open()
        let id = try unresolved(ledger)
        ledger.tick()
        bench.disk.setUnwritable("/data/audit-logs/2025-12.jsonl", EIO)
        #expect(throws: LedgerError.self) { try ledger.resolve(releasing: id, note) }
        #expect(throws: LedgerError.self) { try ledger.grant(tokens: 5, note) }
        #expect(ledger.status().heldTokens == 6000 && ledger.status().limitTokens == 1_000_000)
        // What spends is booked all the same.
        _ = try ledger.record(.of(1), context: .sample)
        bench.disk.setUnwritable("/data/audit-logs/2025-12.jsonl", nil)
        ledger.tick()
        #expect(try ledger.resolve(releasing: id, note).state == .released)
        #expect(ledger.status().heldTokens == 0 && ledger.health == .writable)
        #expect(audit(bench).contains(#""event":"resolve","actor":"ann""#))
    }

    @Test func `the audit log has every reservation, decision, change and alert`() throws {
        let bench = try FakeBench()
        let ledger = try bench.open(limit: 1000)
        _ = try ledger.release(ledger.reserve(.of(100)).reservation().id)
        _ = try ledger.reserve(.of(5000))
        _ = try ledger.reserve(.of(10, seconds: 1))
        _ = try unresolved(try bench.reopened(ledger, limit: 100_000))
        let again = try bench.reopened(nil, limit: 1000)
        bench.clock.advance(seconds: 2)
        _ = try again.record(.of(900), context: .sample)
        again.close()
        let lines = audit(bench).split(separator: "\n")
        for text in [
            #""event":"opened","budget":"daily","enabled":true,"limit":1000,"warn":800,"enforcement":"block""#,
            #""event":"reserved","reservation":"r-"#, #""event":"released","reservation":"r-"#,
            #""event":"refused","budget":"daily","tokens":5000,"used":0,"held":0,"limit":1000"#,
            #""event":"expired","reservation":"r-"#, #""event":"unresolved","reservation":"r-"#,
            #""event":"opened","budget":"daily","enabled":true,"limit":100000"#,
            #""event":"alert","alert":"warning_threshold","used":900"#, #""event":"alert","alert":"large_review""#,
        ] { #expect(lines.contains { $0.contains(text) }, "\(text)") }
        #expect(lines.count { $0.contains("warning_threshold") } == 1)
    }
}
