import Budget
import Glibc
import Platform
import Synchronization
import TestDisk
import Testing

@testable import Ledger

/// What is asked for while the write before it fails: it waits in a batch that was begun when all was well.
@Suite struct OvertakenTests {
    /// Books whose next write to a file first does `meanwhile`, once, and then fails like every one after it.
    private struct Scene {
        let bench: FakeBench
        let ledger: Ledger
        let meanwhile = Latch()

        final class Latch: Sendable {
            private let body = Mutex<(@Sendable () -> Void)?>(nil)
            func set(_ new: @escaping @Sendable () -> Void) { body.withLock { $0 = new } }
            func release() { body.withLock { $0.take() }?() }
        }

        init() throws {
            bench = try FakeBench()
            var files = bench.disk.table
            files.write = { [meanwhile, write = files.write] descriptor, bytes in
                meanwhile.release()
                return write(descriptor, bytes)
            }
            ledger = try Ledger.open(
                bench.configuration(), files: files, time: bench.clock.source, randomness: { 0x9E37_79B9_7F4A_7C15 },
                log: Log(sink: { _ in }), events: { _ in }, hasThreads: true)
        }

        /// Books a record whose row cannot be written; `body` is done while the disk is at it.
        func fail(while body: @escaping @Sendable () -> Void) throws {
            meanwhile.set { [disk = bench.disk] in
                body()
                disk.fail(next: 100_000, code: ENOSPC)
            }
            #expect(try !ledger.record(.of(1), context: .sample).isDurable)
        }
    }

    @Test func `a hold is not granted before its line is on the disk`() async throws {
        let scene = try Scene()
        let ledger = scene.ledger
        let admission = try await withCheckedThrowingContinuation { continuation in
            do {
                try scene.fail { ledger.reserve(.of(500)) { continuation.resume(returning: $0) } }
            } catch { continuation.resume(throwing: error) }
        }
        // Whoever was told yes must find it after the process is killed.
        switch admission {
        case .success(let admission):
            let id = try admission.reservation().id
            scene.bench.disk.setFault(nil)
            #expect(try scene.bench.snapshot().reservations.contains { $0.id == id })
        case .failure(let error):
            guard case .writeFailed = error else { throw error }
            #expect(ledger.openReservations().isEmpty && ledger.status().heldTokens == 0)
        }
        scene.bench.disk.setFault(nil)
        ledger.close()
    }

    @Test func `a release is not confirmed before its line is on the disk`() async throws {
        let scene = try Scene()
        let ledger = scene.ledger
        let released = try ledger.reserve(.of(500)).reservation()
        let result = try await withCheckedThrowingContinuation { continuation in
            do {
                try scene.fail { ledger.release(released.id) { continuation.resume(returning: $0) } }
            } catch { continuation.resume(throwing: error) }
        }
        #expect(throws: LedgerError.self) { try result.get() }
        #expect(ledger.reservation(released.id)?.state == .open && ledger.status().heldTokens == 500)
        scene.bench.disk.setFault(nil)
        ledger.close()
    }

    @Test func `a grant is not in force before its line is on the disk`() async throws {
        let scene = try Scene()
        let ledger = scene.ledger
        let limit = try #require(BudgetLimit(700, .tokens))
        let result = try await withCheckedThrowingContinuation { continuation in
            do {
                try scene.fail {
                    ledger.grant(limit, to: DailyBudget.name, OperatorNote(author: "ann", reason: "release")) {
                        continuation.resume(returning: $0)
                    }
                }
            } catch { continuation.resume(throwing: error) }
        }
        #expect(throws: LedgerError.self) { try result.get() }
        #expect(ledger.status().limitTokens == 1_000_000)
        scene.bench.disk.setFault(nil)
        ledger.close()
    }

    @Test func `budgets are not in force while the books cannot be written`() async throws {
        let scene = try Scene()
        let ledger = scene.ledger
        let budget = try BudgetDefinition(
            name: "people", scope: ScopePattern(parsing: "user:*"), period: .day, limit: BudgetLimit(parsing: "1000"))
        let result = try await withCheckedThrowingContinuation { continuation in
            do {
                try scene.fail {
                    ledger.changeBudgets(.set(budget), OperatorNote(author: "ann", reason: "release")) {
                        continuation.resume(returning: $0)
                    }
                }
            } catch { continuation.resume(throwing: error) }
        }
        #expect(throws: LedgerError.self) { try result.get() }
        #expect(ledger.budgetSet().budget("people") == nil)
        scene.bench.disk.setFault(nil)
        #expect(scene.bench.disk.contents("/data/budgets.json") == nil)
        ledger.close()
    }

    @Test func `a daily limit that is lowered while budgets change stays in force`() throws {
        let scene = try Scene()
        let ledger = scene.ledger
        let budget = try BudgetDefinition(
            name: "people", scope: ScopePattern(parsing: "user:*"), period: .day,
            limit: BudgetLimit(parsing: "1000000"))
        scene.meanwhile.set {
            ledger.update(
                budget: DailyBudget(isEnabled: true, limitTokens: 100, warningThresholdTokens: 80, enforcement: .block))
        }
        _ = try ledger.changeBudgets(.set(budget), OperatorNote(author: "ann", reason: "release"))
        #expect(ledger.budgetSet().budget("people") != nil && ledger.status().limitTokens == 100)
        guard case .refused(let refusal) = try ledger.reserve(.of(101)) else {
            Issue.record("the limit of before is in force")
            return
        }
        #expect(refusal.budget == DailyBudget.name && refusal.limitTokens == 100)
        _ = try ledger.reserve(.of(100)).reservation()
        ledger.close()
    }
}
