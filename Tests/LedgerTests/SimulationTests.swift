import TestDisk
import Budget
import Glibc
import Platform
import Testing
import UTCTime

@testable import Ledger

/// Random days on a disk that fails, against a model of dictionaries. A failure prints its seed; run that alone with
/// `BURSAR_SIMULATION_SEED=<seed> swift test --filter SimulationTests`, longer with `BURSAR_SIMULATION_STEPS=<count>`.
@Suite struct SimulationTests {
    private static let seeds: [UInt64] = {
        if let text = getenv("BURSAR_SIMULATION_SEED"), let seed = UInt64(String(cString: text)) { return [seed] }
        return [1, 2, 3, 4, 5, 6]
    }()

    private static let steps: Int = {
        getenv("BURSAR_SIMULATION_STEPS").flatMap { Int(String(cString: $0)) } ?? 1500
    }()

    @Test(arguments: seeds) func `random days agree with the model`(_ seed: UInt64) throws {
        var simulation = try Simulation(seed: seed)
        for step in 0..<Self.steps {
            let problem = try simulation.step()
            guard problem == nil else {
                Issue.record(
                    "seed \(seed), step \(step): \(problem ?? "")\n\(simulation.history.suffix(60).joined(separator: "\n"))"
                )
                return
            }
        }
        #expect(simulation.dayCount > Self.steps / 40, "seed \(seed) saw \(simulation.dayCount) days")
    }
}

/// What the books must say, kept in dictionaries.
private struct Model {
    enum State { case open, dispatched, unresolved }

    struct Hold {
        var tokens: Int
        var state: State
        var expiresAt: Instant
        var dispatchedDay: Day?
        /// It is not on the disk, because the disk was full.
        var isVolatile = false
        /// Something was asked of it that failed, so after a crash it may be in another state.
        var isUnsure = false
        /// It was settled by a record that is only in memory: what is left of it stays held.
        var settledTokens: Int?
    }

    var holds: [String: Hold] = [:]
    var expired: [String: Int] = [:]
    var settled: [Day: Int] = [:]
    /// Records on the disk, and in memory alone.
    var durable: [String: Int] = [:]
    var inMemory: [String: (tokens: Int, day: Day)] = [:]
    /// Records that may be on the disk though their caller got an error.
    var unsureRecords: Set<String> = []
    var failedRecords = 0
    var failedHolds = 0

    mutating func advance(to now: Instant) {
        for (id, hold) in holds where hold.expiresAt <= now && hold.settledTokens == nil {
            switch hold.state {
            case .open:
                holds[id] = nil
                expired[id] = hold.tokens
            case .dispatched: holds[id]?.state = .unresolved
            case .unresolved: break
            }
        }
    }

    func held(_ today: Day) -> Int {
        holds.values.reduce(0) { sum, hold in
            guard hold.state != .unresolved || hold.dispatchedDay == today else { return sum }
            return sum + max(0, hold.tokens - (hold.settledTokens ?? 0))
        }
    }
}

private struct Simulation {
    let bench: FakeBench
    var random: SeededGenerator
    var ledger: Ledger
    var model = Model()
    var now: Instant
    var history: [String] = []
    var dayCount = 0
    private var isDiskFull = false
    private var number = 0
    private let limit = 100_000

    init(seed: UInt64) throws {
        bench = try FakeBench("2024-02-20T12:00:00Z")
        random = SeededGenerator(seed: seed)
        ledger = try bench.open(limit: limit, seed: seed)
        now = bench.clock.now
    }

    /// What is wrong after one more random step; nil when nothing is.
    mutating func step() throws -> String? {
        number += 1
        let problem: String? =
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<22: reserve()
            case 22..<36: dispatch()
            case 36..<56: settle()
            case 56..<62: release()
            case 62..<66: markUnresolved()
            case 66..<76: record()
            case 76..<90: turnClock()
            case 90..<93: tick()
            case 93..<95: fillDisk()
            case 95..<97: failOnce()
            case 97..<98: try restart("clean") { $0.ledger.close() }
            case 98..<99: try restart("killed") { _ in }
            default:
                try restart("power cut") { simulation in
                    var random = simulation.random
                    simulation.bench.disk.cutPower(&random)
                    simulation.random = random
                }
            }
        return problem ?? check()
    }

    private mutating func note(_ text: String) { history.append("\(number) \(now): \(text)") }

    private mutating func check() -> String? {
        let status = ledger.status()
        model.advance(to: now)
        let (total, held) = (model.settled[status.day] ?? 0, model.held(status.day))
        if status.day != now.day { return "the day is \(status.day), not \(now.day)" }
        if status.totalTokens != total { return "\(status.totalTokens) tokens are settled, not \(total)" }
        if status.heldTokens != held { return "\(status.heldTokens) tokens are held, not \(held)" }
        let daily = ledger.standings().first { $0.budget.name == DailyBudget.name }
        if daily?.used != total { return "the daily counter has \(daily?.used ?? -1) tokens settled, not \(total)" }
        if daily.map({ $0.held + $0.unresolved }) != held { return "the daily counter is wrong: \(daily as Any)" }
        return nil
    }

    private mutating func pick(_ isWanted: (Model.Hold) -> Bool) -> String? {
        model.holds.filter { isWanted($0.value) && $0.value.settledTokens == nil }.keys.sorted()
            .randomElement(using: &random)
    }

    private mutating func reserve() -> String? {
        let tokens = Int.random(in: 1...30_000, using: &random)
        let seconds = Int.random(in: 1...4000, using: &random)
        let durability: HoldDurability = Bool.random(using: &random) ? .required : .preferred
        note("reserve \(tokens) for \(seconds) s, \(durability)")
        let before = (model.settled[now.day] ?? 0) + model.held(now.day)
        do {
            switch try ledger.reserve(.of(tokens, seconds: seconds), durability: durability) {
            case .granted(let reservation, _):
                if before + tokens > limit { return "\(tokens) were granted beside \(before)" }
                model.holds[reservation.id] = Model.Hold(
                    tokens: tokens, state: .open, expiresAt: now.adding(seconds: Int64(seconds)),
                    isVolatile: ledger.health != .writable)
            case .refused(let refusal):
                if before + tokens <= limit { return "\(tokens) were refused beside \(before)" }
                if refusal.usedTokens + refusal.heldTokens != before { return "a refusal with other figures" }
            }
        } catch {
            note("  \(error)")
            model.failedHolds += 1
        }
        return nil
    }

    private mutating func dispatch() -> String? {
        guard let id = pick({ $0.state == .open }) else { return nil }
        note("dispatch \(id)")
        do {
            _ = try ledger.dispatch(id)
            model.holds[id]?.state = .dispatched
            model.holds[id]?.dispatchedDay = now.day
            if ledger.health != .writable { model.holds[id]?.isUnsure = true }
        } catch {
            model.holds[id]?.isUnsure = true
        }
        return nil
    }

    private mutating func settle() -> String? {
        let expired = model.expired.keys.sorted().randomElement(using: &random)
        let isLate = Int.random(in: 0..<4, using: &random) == 0
        guard let id = isLate ? expired ?? pick({ _ in true }) : pick({ _ in true }) else { return nil }
        let tokens = Int.random(in: 0...40_000, using: &random)
        note("settle \(id) with \(tokens)")
        do {
            let booking = try ledger.settle(id, with: .of(tokens))
            if booking.wasRepeated { return "a first settlement was taken for a second" }
            if booking.record.time.day != now.day { return "a record of another day" }
            model.settled[now.day, default: 0] += tokens
            model.expired[id] = nil
            if booking.isDurable {
                model.holds[id] = nil
                model.durable[id] = tokens
            } else {
                model.inMemory[id] = (tokens, now.day)
                model.holds[id]?.settledTokens = tokens
            }
            if try !ledger.settle(id, with: .of(tokens)).wasRepeated { return "a repeated settlement was booked" }
        } catch {
            return "a settlement was refused: \(error)"
        }
        return nil
    }

    private mutating func release() -> String? {
        guard let id = pick({ $0.state != .unresolved }), let hold = model.holds[id] else { return nil }
        note("release \(id)")
        do {
            _ = try ledger.release(id, certainlyNothingSpent: Bool.random(using: &random))
            model.holds[id] = nil
        } catch {
            if case .wrongState = error, hold.state == .dispatched { return nil }
            model.holds[id]?.isUnsure = true
        }
        return nil
    }

    private mutating func markUnresolved() -> String? {
        guard let id = pick({ $0.state == .dispatched }) else { return nil }
        note("mark unresolved \(id)")
        _ = try? ledger.markUnresolved(id)
        model.holds[id]?.state = .unresolved
        return nil
    }

    private mutating func record() -> String? {
        let tokens = Int.random(in: 0...5000, using: &random)
        let key = Bool.random(using: &random) ? "key \(number)" : nil
        note("record \(tokens) \(key ?? "")")
        do {
            let booking = try ledger.record(.of(tokens), context: .sample, idempotencyKey: key)
            model.settled[now.day, default: 0] += tokens
            if booking.isDurable {
                model.durable[booking.record.usageID] = tokens
            } else {
                model.inMemory[booking.record.usageID] = (tokens, now.day)
            }
            if key != nil, try !ledger.record(.of(tokens), context: .sample, idempotencyKey: key).wasRepeated {
                return "a repeated record was booked"
            }
        } catch {
            return "a record was refused: \(error)"
        }
        return nil
    }

    private mutating func turnClock() -> String? {
        let seconds: Int
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5: seconds = Int.random(in: 1...3600, using: &random)
        case 5..<8: seconds = Int.random(in: 3600...100_000, using: &random)
        case 8: seconds = -Int.random(in: 1...100_000, using: &random)
        default: seconds = Int.random(in: 86_400...3_000_000, using: &random)
        }
        bench.clock.advance(seconds: seconds)
        if bench.clock.now > now {
            if bench.clock.now.day > now.day { dayCount += 1 }
            now = bench.clock.now
        }
        note("the clock moves by \(seconds)")
        return nil
    }

    private mutating func tick() -> String? {
        note("tick")
        ledger.tick()
        takeWrittenRecords()
        return nil
    }

    /// After an attempt that succeeded, what was in memory is on the disk.
    private mutating func takeWrittenRecords() {
        guard ledger.health == .writable else { return }
        for (id, record) in model.inMemory {
            model.durable[id] = record.tokens
            model.holds[id] = nil
        }
        model.inMemory = [:]
        for id in model.holds.keys { model.holds[id]?.isVolatile = false }
    }

    private mutating func fillDisk() -> String? {
        isDiskFull.toggle()
        note(isDiskFull ? "the disk is full" : "there is room again")
        bench.disk.setCapacity(isDiskFull ? bench.disk.usedBytes + Int.random(in: 0...2000, using: &random) : .max)
        return nil
    }

    private mutating func failOnce() -> String? {
        let code = [EIO, ENOSPC, EROFS, 0].randomElement(using: &random) ?? EIO
        note("the next call fails with \(code)")
        bench.disk.fail(next: 1, code: code)
        return nil
    }

    private mutating func restart(_ how: String, _ end: (inout Simulation) throws -> Void) throws -> String? {
        note("restart: \(how)")
        isDiskFull = false
        bench.disk.setCapacity(.max)
        bench.disk.setFault(nil)
        try end(&self)
        bench.disk.kill()
        if how == "clean" {
            for (id, record) in model.inMemory {
                model.durable[id] = record.tokens
                model.holds[id] = nil
            }
            model.inMemory = [:]
        }
        ledger = try bench.open(limit: limit, seed: UInt64(number))
        if ledger.health != .writable { return "after the restart: \(ledger.health)" }
        return try resume(wasClean: how == "clean")
    }

    /// Compares what came back, then goes on from there.
    private mutating func resume(wasClean: Bool) throws -> String? {
        var rows: [String: Int] = [:]
        var days: [Day: Int] = [:]
        for month in try UsageReader(directory: bench.directory, calls: bench.disk.table).months() {
            let found = try bench.rows(month.description)
            if !found.problems.isEmpty { return "\(found.problems)" }
            for record in found.records {
                if rows.updateValue(record.usage.totalTokens, forKey: record.usageID) != nil {
                    return "two rows of \(record.usageID)"
                }
                days[record.time.day, default: 0] += record.usage.totalTokens
            }
        }
        for (id, tokens) in model.durable where rows[id] != tokens { return "the row of \(id) is lost" }
        for id in rows.keys where model.durable[id] == nil && model.inMemory[id] == nil {
            return "a row of nobody: \(id)"
        }

        let status = ledger.status()
        // A day that nothing was written in may be forgotten; one with rows may not.
        if let last = days.keys.max(), status.day < last { return "\(last) was opened again" }
        now = ledger.latest
        let live = Dictionary(uniqueKeysWithValues: ledger.openReservations().map { ($0.id, $0) })
        for (id, hold) in model.holds where rows[id] == nil && !hold.isVolatile && !hold.isUnsure {
            guard let found = live[id] else {
                if hold.state == .open, hold.expiresAt <= now { continue }
                return "the hold \(id) is lost"
            }
            if found.tokens != hold.tokens { return "the hold \(id) changed" }
            if hold.state != .open, found.state != .unresolved { return "\(id) is \(found.state)" }
        }
        // A hold that expired may be open again when the clock went back before that was written down.
        let unknown = live.keys.filter {
            model.holds[$0] == nil && model.expired[$0] == nil && model.inMemory[$0] == nil
        }
        if unknown.count > model.failedHolds { return "holds of nobody: \(unknown)" }
        let gone = model.holds.filter { live[$0.key] == nil && rows[$0.key] == nil && $0.value.state == .open }

        model.settled = days
        model.durable = rows
        model.inMemory = [:]
        model.failedHolds = 0
        model.holds = live.mapValues { reservation in
            Model.Hold(
                tokens: reservation.tokens, state: reservation.state == .open ? .open : .unresolved,
                expiresAt: reservation.expiresAt, dispatchedDay: reservation.dispatchedAt?.day)
        }
        // Only what surely expired can be settled late; what the disk never had is not known.
        model.expired = [:]
        for (id, hold) in gone where !hold.isVolatile && !hold.isUnsure { model.expired[id] = hold.tokens }
        return nil
    }
}
