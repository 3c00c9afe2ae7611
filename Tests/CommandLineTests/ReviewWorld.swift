import Demo
import Faults
import Foundation
import HTTPClient
import HTTPServer
import HTTPWire
import JSON
import Platform
import Synchronization
import Testing
import UTCTime

/// A stand-in GitLab and a stand-in model in the test's own process, and the built daemon, to be killed and started again.
final class ReviewWorld: Sendable {
    static let mergeRequest = StandInMergeRequest.workingDay[0]
    /// The merge request of this world.
    let mergeRequest: StandInMergeRequest
    private let settings: [String: String]
    private static let secret = "hook-secret-of-the-test"

    let folder: Folder
    let gitlab: StandInGitLab
    let relay: FaultyRelay
    let model: PatientModel

    /// `answer` gives the model's words to its first, second, … call.
    init(
        _ mergeRequest: StandInMergeRequest = ReviewWorld.mergeRequest, settings: [String: String] = [:],
        trouble: @escaping @Sendable (RequestHead) -> Response? = { _ in nil }, plan: FaultPlan = .calm,
        answer: @escaping @Sendable (Int) -> String = { _ in "Looks good." }
    ) throws {
        (self.mergeRequest, self.settings) = (mergeRequest, settings)
        model = PatientModel(answer)
        folder = try Folder()
        gitlab = StandInGitLab(
            mergeRequests: [mergeRequest], token: "gitlab-token-of-the-test",
            now: TimeSource.system.now, trouble: trouble)
        try gitlab.start(log: .silent)
        relay = try FaultyRelay(to: gitlab.port, plan: plan)
        try model.start()
    }

    deinit {
        relay.stop()
        gitlab.stop()
        model.stop()
    }

    /// What the daemon, and whoever stands beside it, is told of this world.
    var environment: [String: String] {
        [
            "GITLAB_URL": relay.url, "GITLAB_TOKEN": "gitlab-token-of-the-test",
            "GITLAB_WEBHOOK_SECRET": Self.secret, "GITLAB_POLL_SECONDS": "0", "ANTHROPIC_BASE_URL": model.url,
            "ANTHROPIC_API_KEY": "model-key-of-the-test",
        ].merging(settings) { $1 }
    }

    func daemon() async throws -> Daemon { try await Daemon(in: folder, environment: environment) }

    /// Takes the label away and puts it on again, some seconds later by GitLab's clock.
    func relabel(_ daemon: Daemon) async throws {
        let now = TimeSource.system.now()
        let removed = gitlab.remove(label: "ai-review", from: mergeRequest)
        let added = gitlab.add(label: "ai-review", to: mergeRequest)
        for (number, labels) in [removed, added].enumerated() {
            let body = mergeRequest.labelDelivery(
                before: labels.before, after: labels.after, at: now.adding(seconds: Int64(number + 1) * 5),
                instance: gitlab.url)
            #expect(try await send(body, to: daemon, key: "relabel-\(number)").status == 200)
        }
    }

    /// Puts the label on and delivers that.
    func label(_ daemon: Daemon, key: String = "key-1") async throws {
        let answer = try await deliver(to: daemon, key: key)
        #expect(answer.status == 200)
        #expect(try JSONValue(parsing: answer.body)["status"] == "queued")
    }

    /// Puts the label on and delivers that; the answer, whatever it is.
    func deliver(to daemon: Daemon, key: String) async throws -> ClientResponse {
        let labels = gitlab.add(label: "ai-review", to: mergeRequest)
        let body = mergeRequest.labelDelivery(
            before: labels.before, after: labels.after, at: TimeSource.system.now(), instance: gitlab.url)
        return try await send(body, to: daemon, key: key)
    }

    private func send(_ body: JSONValue, to daemon: Daemon, key: String) async throws -> ClientResponse {
        try await URLSessionTransport().send(
            ClientRequest(
                method: "POST", url: daemon.url + "/webhooks/gitlab",
                fields: [
                    "X-Gitlab-Event": "Merge Request Hook", "X-Gitlab-Token": Self.secret, "Idempotency-Key": key,
                    "Content-Type": "application/json",
                ], body: body.bytes))
    }

    /// The notes on the merge request.
    var notes: [String] { gitlab.notes(of: mergeRequest).map(\.body) }

    /// The usage rows of all months.
    var rows: [String] {
        folder.files.filter { $0.contains("token-logs/") }.flatMap {
            folder.text(of: $0).split(separator: "\n").dropFirst().map(String.init)
        }
    }

    /// Waits until `condition` holds.
    func until(_ what: String, _ condition: () throws -> Bool) async throws {
        let start = ContinuousClock.now
        while try !condition() {
            guard ContinuousClock.now - start < .seconds(Program.patienceSeconds) else {
                throw Program.Overdue(description: "no sign of \(what)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Waits until the daemon has nothing left to do.
    func untilDone(_ daemon: Daemon) async throws {
        let start = ContinuousClock.now
        while true {
            let queue = try await daemon.get("/queue").body
            if queue["waiting"] == 0, queue["running"] == 0 { return }
            guard ContinuousClock.now - start < .seconds(Program.patienceSeconds) else {
                throw Program.Overdue(description: "the queue is not empty: \(queue.text)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// A model that answers at once, or keeps its callers waiting.
final class PatientModel: Sendable {
    private struct State {
        var count = 0
        var isHolding = false
        var freeCount = 0
        var held: [(responder: Responder, number: Int)] = []
        var server: Server?
        var port = 0
    }

    private let state = Mutex(State())
    private let words: @Sendable (Int) -> String

    init(_ words: @escaping @Sendable (Int) -> String) { self.words = words }

    var url: String { "http://127.0.0.1:\(state.withLock { $0.port })" }
    /// Calls that came.
    var callCount: Int { state.withLock { $0.count } }

    /// From now on callers wait, but for the next `freeCount`.
    func hold(after freeCount: Int = 0) {
        state.withLock { ($0.isHolding, $0.freeCount) = (true, $0.count + freeCount) }
    }

    /// Answers those who wait, and at once from now on.
    func answerAll() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for (responder, number) in held { responder.send(answer(number)) }
    }

    func start() throws {
        let route = Route(
            .post, "/v1/messages", bodyBytesMax: 8 << 20,
            handler: .later { [weak self] _, responder in
                guard let self else { return }
                let number = state.withLock { state -> Int? in
                    state.count += 1
                    let mustWait = state.isHolding && state.count > state.freeCount
                    if mustWait { state.held.append((responder, state.count)) }
                    return mustWait ? nil : state.count
                }
                if let number { responder.send(answer(number)) }
            })
        let server = Server(routes: [route], time: .system, log: .silent)
        let port = try server.start(host: "127.0.0.1", port: 0)
        state.withLock { ($0.server, $0.port) = (server, port) }
    }

    func stop() {
        answerAll()
        state.withLock { $0.server }?.stop(graceSeconds: 0)
    }

    private func answer(_ number: Int) -> Response {
        .json(
            200,
            [
                "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
                "content": [["type": "text", "text": .string(words(number))]], "stop_reason": "end_turn",
                "usage": ["input_tokens": 1000, "output_tokens": 500],
            ])
    }
}
