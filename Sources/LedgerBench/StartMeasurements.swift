import Budget
import Glibc
import Ledger
import Platform
import Synchronization
import UTCTime

/// How long the books take to open when they are full: what was written before the current month must not count.
struct StartMeasurements {
    let directory: String

    private static let rounds = 5

    /// A year of 100 reviews a day, a year of 1 a day but the same current month, and a month ten times as full.
    func run() throws {
        let month = Int(TimeSource.system.now().day.start.seconds - firstOfMonth.seconds) / 86_400
        for (name, days, before, now) in [
            ("100 reviews a day for a year", 365, 100, 100), ("100 a day this month, 1 a day before", 365, 1, 100),
            ("1000 a day this month, 100 before", 365, 100, 1000),
        ] {
            let path = "\(directory)/\(name.split(separator: " ").joined(separator: "-"))"
            try fill(path, days: days, perDay: { $0 >= days - 1 - month ? now : before })
            note("\(name): open, after an orderly end", try median { try open(path, wasKilled: false) })
            note("\(name): open, after kill -9", try median { try open(path, wasKilled: true) })
            note("\(name): read (bursar status)", try median { try read(path) })
        }
    }

    private var firstOfMonth: Instant { TimeSource.system.now().day.month.firstDay.start }

    private func note(_ name: String, _ milliseconds: Double) {
        print("\(name)\t\(Int((milliseconds * 10).rounded()))")
    }

    /// A clock that is set, and calls that do not wait for the disk: filling is not measured.
    private func fill(_ path: String, days: Int, perDay: (Int) -> Int) throws {
        var calls = FileCalls.system
        calls.synchronize = { _ in 0 }
        calls.synchronizeData = { _ in 0 }
        let start = TimeSource.system.now().adding(seconds: Int64(-days * 86_400))
        let clock = SetClock(start)
        let ledger = try Ledger.open(
            configuration(path), files: calls,
            time: TimeSource(now: { clock.now }, monotonicNanoseconds: TimeSource.system.monotonicNanoseconds),
            log: .silent)
        for day in 0..<days {
            let count = perDay(day)
            for number in 0..<count {
                clock.set(start.adding(seconds: Int64(day * 86_400 + number * 80_000 / count)))
                try review(ledger, number)
            }
        }
        // What a bad day leaves behind.
        for number in 0..<50 {
            guard case .granted(let reservation, _) = try ledger.reserve(request(number)) else { continue }
            if number % 2 == 0 { _ = try ledger.dispatch(reservation.id) }
        }
        ledger.close()
    }

    private func configuration(_ path: String) -> LedgerConfiguration {
        LedgerConfiguration(
            directory: path, dailyLimitTokens: 1_000_000_000_000, warningThresholdTokens: 1_000_000_000_000)
    }

    private func request(_ number: Int) -> ReservationRequest {
        ReservationRequest(
            estimatedTokens: 30_000,
            context: CallContext(
                projectID: 42, project: "platform/backend-api", mergeRequestIID: number, user: "user\(number % 20)",
                model: "claude-sonnet-5-5"), timeToLiveSeconds: 86_400)
    }

    private func review(_ ledger: Ledger, _ number: Int) throws {
        guard case .granted(let reservation, _) = try ledger.reserve(request(number)) else { return }
        _ = try ledger.dispatch(reservation.id)
        _ = try ledger.settle(
            reservation.id,
            with: CompletedCall(
                usage: try TokenUsage(inputTokens: 12_450 + number, outputTokens: 1823), durationMilliseconds: 2340,
                cost: CallCost(amount: MicroUSD(64_695), priceID: "claude-sonnet-5-5-2025-11")))
    }

    private func open(_ path: String, wasKilled: Bool) throws -> Double {
        if wasKilled { try FileCalls.system.replacing(path + "/state/lock", with: Array("4711\n".utf8)) }
        let start = TimeSource.system.monotonicNanoseconds()
        let ledger = try Ledger.open(configuration(path), log: .silent)
        let end = TimeSource.system.monotonicNanoseconds()
        ledger.close()
        return Double(end - start) / 1e6
    }

    private func read(_ path: String) throws -> Double {
        let start = TimeSource.system.monotonicNanoseconds()
        _ = try LedgerReader(configuration(path)).snapshot(at: TimeSource.system.now())
        return Double(TimeSource.system.monotonicNanoseconds() - start) / 1e6
    }

    private func median(_ body: () throws -> Double) throws -> Double {
        let values = try (0..<Self.rounds).map { _ in try body() }
        return values.sorted()[Self.rounds / 2]
    }
}

/// A clock that is set by hand.
private final class SetClock: Sendable {
    private let milliseconds: Atomic<Int64>

    init(_ start: Instant) { milliseconds = Atomic(start.milliseconds) }

    var now: Instant { Instant(milliseconds: milliseconds.load(ordering: .relaxed)) }

    func set(_ instant: Instant) { milliseconds.store(instant.milliseconds, ordering: .relaxed) }
}
