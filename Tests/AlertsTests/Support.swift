import Budget
import HTTPClient
import HTTPServer
import HTTPWire
import JSON
import Platform
import Synchronization
import TestDisk
import Testing
import UTCTime

@testable import Alerts

/// A desk on a disk in memory, with a clock that a test turns and no sleep that lasts.
final class Office: Sendable {
    static let start = Instant(seconds: 1_773_133_200)

    let disk = FakeDisk()
    let lines = Mutex<[String]>([])
    let isTrue = Mutex(true)
    let raised = Mutex<[Alert]>([])
    let slept = Mutex<[Double]>([])
    private let seconds = Mutex<Int64>(0)
    private let random: Mutex<SeededGenerator>
    private let transport: any HTTPTransport
    private let limits: AlertLimits

    init(_ transport: any HTTPTransport = Refusing(), limits: AlertLimits = AlertLimits(), seed: UInt64 = 1) {
        self.transport = transport
        self.limits = limits
        random = Mutex(SeededGenerator(seed: seed))
    }

    var now: Instant { Self.start.adding(seconds: seconds.withLock { $0 }) }
    func wait(_ more: Int64) { seconds.withLock { $0 += more } }
    var log: [String] { lines.withLock { $0 } }

    func desk() throws -> AlertDesk {
        try AlertDesk.open(
            directory: "/books", limits: limits, files: disk.table,
            environment: AlertEnvironment(
                time: TimeSource(now: { self.now }, monotonicNanoseconds: { 0 }), transport: transport,
                sleep: { seconds in
                    self.slept.withLock { $0.append(seconds) }
                    self.wait(Int64(seconds.rounded(.up)))
                    await Task.yield()
                },
                randomness: { self.random.withLock { $0.next() } }, isStillTrue: { _ in self.isTrue.withLock { $0 } },
                raised: { alert in self.raised.withLock { $0.append(alert) } }),
            log: Log(level: .debug, sink: { line in self.lines.withLock { $0.append(line) } }))
    }
}

/// A network without anybody in it.
struct Refusing: HTTPTransport {
    func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        throw HTTPClientError(.unreachable, "nobody is there")
    }
}

/// Answers as a closure says and remembers what came.
final class Receiver: HTTPTransport {
    private let received = Mutex<[ClientRequest]>([])
    private let answer: @Sendable (Int, ClientRequest) -> ClientResponse?

    init(
        _ answer: @escaping @Sendable (Int, ClientRequest) -> ClientResponse? = { _, _ in ClientResponse(status: 200) }
    ) {
        self.answer = answer
    }

    var requests: [ClientRequest] { received.withLock { $0 } }

    func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        let count = received.withLock { received in
            received.append(request)
            return received.count
        }
        guard let response = answer(count, request) else { throw HTTPClientError(.timedOut, "silence") }
        return response
    }
}

extension AlertCandidate {
    /// A thing that is told once, called `name`.
    static func once(_ name: String, kind: AlertKind = .anomaly) -> AlertCandidate {
        AlertCandidate(
            kind: kind, claim: AlertClaim(key: name, until: nil), title: "About \(name)", text: "It is \(name).",
            facts: JSONObject([("name", .string(name))]))
    }
}

extension AlertTarget {
    static let slack = AlertTarget(name: "slack", url: "http://slack.test/services/T0/B0/x", form: .slack)
    static let webhook = AlertTarget(
        name: "webhook", url: "http://hook.test/in", form: .webhook(key: Array("a key of the test".utf8)))
}

extension AlertDesk {
    /// Returns when nothing is owed; a bounded number of looks.
    func untilNothingIsOwed() async {
        await settled()
        for _ in 0..<20_000 where owedCount > 0 { try? await Task.sleep(for: .milliseconds(1)) }
        await settled()
    }
}

func definition(
    _ name: String = "daily", _ scope: String = "all", _ period: Period = .day, limit: String = "1000",
    thresholds: [BudgetThreshold] = [.percent(50), .percent(80)], enforcement: Enforcement = .block,
    label: String? = nil
) throws -> BudgetDefinition {
    try BudgetDefinition(
        name: name, scope: ScopePattern(parsing: scope), period: period, limit: BudgetLimit(parsing: limit),
        thresholds: thresholds, enforcement: enforcement, label: label)
}

/// The fullest counter of `budget` after calls of `tokens` by ann in group/app, with grants.
func standing(
    _ budget: BudgetDefinition, settled: Int = 0, held: Int = 0, granted: Int = 0, at now: Instant = Office.start
) throws -> BudgetStanding {
    var counters = Counters(try BudgetSet(budgets: [budget]), at: now)
    let context = CallContext(
        projectID: 7, project: "group/app", mergeRequestIID: 12, user: "ann", agent: "reviewer", command: "review",
        model: "m")
    if settled > 0 { counters.settle(CallAmount(tokens: settled, microUSD: settled), for: context, at: now) }
    if held > 0 { counters.hold(CallAmount(tokens: held, microUSD: held), for: context) }
    let first = counters.standings(of: budget).first ?? counters.standing(of: budget, for: .all)
    if granted > 0, let amount = BudgetLimit(granted, budget.limit.unit) {
        counters.grant(
            BudgetGrant(
                budget: budget.name, scope: first.scope, amount: amount, until: budget.period.window(at: now).end))
    }
    return counters.standing(of: budget, for: first.scope)
}
