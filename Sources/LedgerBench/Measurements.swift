import Budget
import Dispatch
import Glibc
import Ledger
import Platform
import Synchronization
import UTCTime

/// The measurements, each for `seconds`, in rounds; the medians are printed, one figure a line.
struct Measurements {
    let directory: String
    let seconds: Double

    private static let rounds = 3
    private static let callerCount = 64

    func run(only part: String? = nil) throws {
        var figures: [(name: String, values: [Double])] = []
        func note(_ name: String, _ value: Double) {
            if let index = figures.firstIndex(where: { $0.name == name }) {
                figures[index].values.append(value)
            } else {
                figures.append((name, [value]))
            }
        }
        if part == nil || part == "alone" {
            let alone = try turns()
            note("raw write+fdatasync, 1 caller", alone.raw)
            note("record, 1 caller", alone.record)
            note("reserve+dispatch+settle, 1 caller", alone.review)
            note("reservation check, ns", try checks { ledger in _ = ledger.refusal(of: 1000) })
            note("admission, 10 budgets, ns", try AdmissionMeasurements.nanoseconds())
            note("status, ns", try checks { ledger in _ = ledger.status() })
        }
        for round in 0..<Self.rounds {
            if part == nil || part == "records" {
                note("record, 64 blocking callers", try blocking(round, isReview: false))
                note("record, 64 callbacks", try callbacks(round, isReview: false))
            }
            if part == nil || part == "reviews" {
                note("reserve+dispatch+settle, 64 blocking callers", try blocking(round + 100, isReview: true))
                note("reserve+dispatch+settle, 64 callbacks", try callbacks(round + 100, isReview: true))
            }
        }
        for (name, values) in figures { print("\(name)\t\(Int(values.sorted()[values.count / 2].rounded()))") }
    }

    private func nanoseconds() -> UInt64 { TimeSource.system.monotonicNanoseconds() }

    private var end: UInt64 { nanoseconds() + UInt64(seconds * 1e9) }

    private static let line = [UInt8](repeating: UInt8(ascii: "x"), count: 179) + [0x0A]

    /// What one caller does a second, in many short turns: a bare write and fdatasync of a row's size, a record, and a
    /// whole review. A pause before each turn keeps what the turn before left to be written out of it.
    private func turns() throws -> (raw: Double, record: Double, review: Double) {
        try FileCalls.system.makingDirectories(directory)
        let path = "\(directory)/raw"
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw POSIXFailure("open", path) }
        defer { close(file) }
        let ledger = try ledger("turns")
        defer { ledger.close() }
        let bodies: [() throws -> Void] = [
            {
                guard write(file, Self.line, Self.line.count) == Self.line.count, fdatasync(file) == 0 else {
                    throw POSIXFailure("write", path)
                }
            },
            { try record(ledger) },
            { try review(ledger) },
        ]
        var counts = [0, 0, 0]
        var times: [UInt64] = [0, 0, 0]
        let turn: UInt64 = 150_000_000
        for _ in 0..<max(3, Int(seconds * 1e9) * Self.rounds / Int(turn)) {
            for (index, body) in bodies.enumerated() {
                usleep(100_000)
                let start = nanoseconds()
                var now = start
                while now - start < turn {
                    try body()
                    counts[index] += 1
                    now = nanoseconds()
                }
                times[index] += now - start
            }
        }
        let rates = zip(counts, times).map { Double($0) / (Double($1) / 1e9) }
        return (rates[0], rates[1], rates[2])
    }

    private func ledger(_ name: String) throws -> Ledger {
        let configuration = LedgerConfiguration(
            directory: "\(directory)/\(name)", dailyLimitTokens: 1_000_000_000_000,
            warningThresholdTokens: 1_000_000_000_000)
        return try Ledger.open(configuration, log: Log(level: .error))
    }

    private static let context = CallContext(
        projectID: 42, project: "platform/backend-api", mergeRequestIID: 123, user: "john.doe",
        model: "claude-sonnet-5-5")

    private static func call() throws -> CompletedCall {
        CompletedCall(
            usage: try TokenUsage(inputTokens: 12450, outputTokens: 1823), durationMilliseconds: 2340,
            cost: CallCost(amount: MicroUSD(64695), priceID: "claude-sonnet-5-5-2025-11"), estimatedTokens: 30000)
    }

    private func record(_ ledger: Ledger) throws {
        _ = try ledger.record(Self.call(), context: Self.context)
    }

    private func review(_ ledger: Ledger) throws {
        let request = ReservationRequest(estimatedTokens: 30000, context: Self.context)
        guard case .granted(let reservation, _) = try ledger.reserve(request) else { return }
        _ = try ledger.dispatch(reservation.id)
        _ = try ledger.settle(reservation.id, with: Self.call())
    }

    /// Callers that wait for each answer, each on a thread of its own.
    private func blocking(_ round: Int, isReview: Bool) throws -> Double {
        let ledger = try ledger("blocking-\(round)")
        defer { ledger.close() }
        let start = nanoseconds()
        let end = end
        let total = Atomic(0)
        let threads = (0..<Self.callerCount).map { _ in
            BenchThread {
                var count = 0
                while TimeSource.system.monotonicNanoseconds() < end {
                    guard (try? isReview ? self.review(ledger) : self.record(ledger)) != nil else { break }
                    count += 1
                }
                total.add(count, ordering: .relaxed)
            }
        }
        for thread in threads { thread.join() }
        return Double(total.load(ordering: .relaxed)) / (Double(nanoseconds() - start) / 1e9)
    }

    /// Callers as an event loop has them: each asks again when it has its answer, none waits.
    private func callbacks(_ round: Int, isReview: Bool) throws -> Double {
        let ledger = try ledger("callbacks-\(round)")
        defer { ledger.close() }
        let start = nanoseconds()
        let loop = CallbackLoop(ledger: ledger, end: end, call: try Self.call(), context: Self.context)
        let count = loop.run(callers: Self.callerCount, isReview: isReview)
        return Double(count) / (Double(nanoseconds() - start) / 1e9)
    }

    /// Nanoseconds of one `body`.
    private func checks(_ body: (Ledger) -> Void) throws -> Double {
        let ledger = try ledger("checks")
        defer { ledger.close() }
        for _ in 0..<1000 { try record(ledger) }
        let count = 1_000_000
        let start = nanoseconds()
        for _ in 0..<count { body(ledger) }
        return Double(nanoseconds() - start) / Double(count)
    }
}

/// One thread that asks for all callers, as the daemon's HTTP loop does, and the mailbox by which answers come back.
final class CallbackLoop: Sendable {
    private enum Step {
        case reserve
        case dispatch(String)
        case settle(String)
        case record
    }

    private let ledger: Ledger
    private let end: UInt64
    private let call: CompletedCall
    private let context: CallContext
    private let mailbox = Mutex<[Step]>([])
    private let bell = DispatchSemaphore(value: 0)
    private let finished = Atomic(0)

    init(ledger: Ledger, end: UInt64, call: CompletedCall, context: CallContext) {
        self.ledger = ledger
        self.end = end
        self.call = call
        self.context = context
    }

    /// Answers how often the last step was done.
    func run(callers: Int, isReview: Bool) -> Int {
        for _ in 0..<callers { ask(isReview ? .reserve : .record) }
        while TimeSource.system.monotonicNanoseconds() < end {
            bell.wait()
            let steps = mailbox.withLock { steps in
                defer { steps = [] }
                return steps
            }
            for step in steps { ask(step) }
        }
        return finished.load(ordering: .relaxed)
    }

    private func post(_ step: Step) {
        let wasEmpty = mailbox.withLock { steps in
            steps.append(step)
            return steps.count == 1
        }
        if wasEmpty { bell.signal() }
    }

    private func ask(_ step: Step) {
        switch step {
        case .record:
            ledger.record(call, context: context) { _ in self.finish(next: .record) }
        case .reserve:
            ledger.reserve(ReservationRequest(estimatedTokens: 30000, context: context)) { result in
                if case .success(.granted(let reservation, _)) = result { self.post(.dispatch(reservation.id)) }
            }
        case .dispatch(let id): ledger.dispatch(id) { _ in self.post(.settle(id)) }
        case .settle(let id): ledger.settle(id, with: call) { _ in self.finish(next: .reserve) }
        }
    }

    private func finish(next step: Step) {
        finished.add(1, ordering: .relaxed)
        post(step)
    }
}

/// A plain thread.
struct BenchThread {
    private let handle: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(body))
        var handle = pthread_t()
        pthread_create(
            &handle, nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        self.handle = handle
    }

    func join() { pthread_join(handle, nil) }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
