import Budget
import Glibc
import Platform
import Synchronization
import Testing
import UTCTime

@testable import Ledger

/// A folder of its own for one test, removed with the value.
final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/bursar-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXFailure("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        if case .success(let names) = FileCalls.system.names(path) {
            for name in names where unlink(path + "/" + name) != 0 { remove(path + "/" + name) }
        }
        rmdir(path)
    }

    func text(_ name: String) throws -> String {
        String(decoding: try FileCalls.system.contents(of: path + "/" + name), as: UTF8.self)
    }

    func write(_ text: String, to name: String) throws {
        try FileCalls.system.makingDirectories(FileCalls.parent(of: path + "/" + name))
        try FileCalls.system.replacing(path + "/" + name, with: Array(text.utf8))
    }

    func names(_ name: String) throws -> [String] { try FileCalls.system.names(path + "/" + name).get().sorted() }
}

/// A clock that a test turns.
final class Clock: Sendable {
    private let milliseconds: Atomic<Int64>

    init(_ text: String) throws {
        milliseconds = Atomic(try #require(Instant(text)).milliseconds)
    }

    var now: Instant { Instant(milliseconds: milliseconds.load(ordering: .sequentiallyConsistent)) }

    func set(_ text: String) throws { set(try #require(Instant(text))) }

    func set(_ instant: Instant) { milliseconds.store(instant.milliseconds, ordering: .sequentiallyConsistent) }

    func advance(seconds: Int) {
        milliseconds.add(Int64(seconds) * 1000, ordering: .sequentiallyConsistent)
    }

    var source: TimeSource {
        TimeSource(
            now: { self.now },
            monotonicNanoseconds: { UInt64(clamping: self.now.milliseconds) &* 1_000_000 })
    }
}

/// Collects what callbacks say.
final class Collected<Value: Sendable>: Sendable {
    private let storage = Mutex<[Value]>([])
    var values: [Value] { storage.withLock { $0 } }
    func append(_ value: Value) { storage.withLock { $0.append(value) } }
}

/// The books of one test.
struct Bench {
    let folder: Folder
    let clock: Clock
    let events = Collected<LedgerEvent>()
    let lines = Collected<String>()

    init(_ time: String = "2025-12-13T09:15:32Z") throws {
        folder = try Folder()
        clock = try Clock(time)
    }

    func open(
        limit: Int = 1_000_000, threshold: Int? = nil, enforcement: Enforcement = .block, isEnabled: Bool = true,
        policy: FailurePolicy = .continue, floor: Int = 0, files: FileCalls = .system, hasThreads: Bool = false,
        randomness: UInt64 = 0x1234_5678_9ABC_DEF0
    ) throws -> Ledger {
        let configuration = LedgerConfiguration(
            directory: folder.path, isEnabled: isEnabled, dailyLimitTokens: limit,
            warningThresholdTokens: threshold ?? limit / 10 * 8, enforcement: enforcement, failurePolicy: policy,
            freeSpaceFloorBytes: floor)
        // The books keep their folder.
        let (events, lines, folder) = (events, lines, folder)
        return try Ledger.open(
            configuration, files: files, time: clock.source, randomness: { randomness },
            log: Log(sink: { lines.append($0) }),
            events: { event in withExtendedLifetime(folder) { events.append(event) } }, hasThreads: hasThreads)
    }
}

extension CallContext {
    static let sample = CallContext(
        projectID: 42, project: "group/backend-api", mergeRequestIID: 123, user: "john.doe", model: "claude-sonnet-5-5")
}

extension CompletedCall {
    static func of(_ input: Int, _ output: Int = 0, duration: Int = 2340) throws -> CompletedCall {
        CompletedCall(
            usage: try TokenUsage(inputTokens: input, outputTokens: output), durationMilliseconds: duration)
    }
}

extension ReservationRequest {
    static func of(_ tokens: Int, key: String? = nil, seconds: Int = 900) -> ReservationRequest {
        ReservationRequest(
            estimatedTokens: tokens, context: .sample, idempotencyKey: key, timeToLiveSeconds: seconds)
    }
}

extension Ledger {
    /// Gives `tokens` more of the daily budget.
    func grant(tokens: Int, _ note: OperatorNote) throws -> BudgetStanding {
        try grant(#require(BudgetLimit(tokens, .tokens)), to: DailyBudget.name, note)
    }
}

extension Admission {
    /// The reservation; fails the test when there is none.
    func reservation(_ location: SourceLocation = #_sourceLocation) throws -> Reservation {
        guard case .granted(let reservation, _) = self else {
            Issue.record("refused: \(self)", sourceLocation: location)
            throw LedgerError.closed
        }
        return reservation
    }
}
