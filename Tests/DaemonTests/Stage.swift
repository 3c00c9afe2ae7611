import Demo
import Faults
import Foundation
import HTTPClient
import HTTPServer
import HTTPWire
import JSON
import Platform
import Settings
import Synchronization
import Testing
import UTCTime

@testable import Daemon

/// A daemon in a fresh directory with stand-ins for GitLab and the model, all over real sockets.
final class Stage: Sendable {
    static let secret = "hook-secret-of-the-test"
    static let apiToken = "api-token-of-the-test"

    let gitlab: StandInGitLab
    let model: ScriptedModel
    let clock: DemoClock
    let directory: TemporaryDirectory
    let log = LogLines()
    private let running = Mutex<Daemon?>(nil)
    private let relay: FaultyRelay?
    private let transport = URLSessionTransport()
    private let hurriedCalls: Int
    private let settings: [String: String]

    var daemon: Daemon {
        get throws { try #require(running.withLock { $0 }) }
    }

    /// Starts everything. `answer` plays the model; `settings` go over those of the stage; a nil value takes one away; the
    /// first `hurriedCalls` of the model meet their deadline after a moment.
    init(
        settings changes: [String: String?] = [:],
        mergeRequests: [StandInMergeRequest] = StandInMergeRequest.workingDay,
        at start: Instant? = nil, faults: FaultPlan? = nil, hurriedCalls: Int = 0,
        gitlabTrouble: @escaping @Sendable (RequestHead) -> Response? = { _ in nil },
        count: (@Sendable (JSONValue) -> Response)? = nil,
        model answer: @escaping @Sendable (ScriptedModel.Call) -> Response = { _ in .answer() }
    ) throws {
        self.hurriedCalls = hurriedCalls
        directory = try TemporaryDirectory()
        clock = DemoClock(startingAt: try start ?? #require(Instant("2026-03-10T09:00:00Z")))
        gitlab = StandInGitLab(
            mergeRequests: mergeRequests, token: "gitlab-token-of-the-test", now: clock.timeSource.now,
            trouble: gitlabTrouble)
        model = ScriptedModel(count: count, answer)
        try gitlab.start(log: .silent)
        try model.start()
        relay = try faults.map { [port = gitlab.port] in try FaultyRelay(to: port, plan: $0) }
        var settings = [
            "TOKEN_DATA_DIR": directory.path + "/books", "BURSAR_PORT": "0", "BURSAR_API_TOKEN": Self.apiToken,
            "GITLAB_POLL_SECONDS": "0", "GITLAB_URL": relay?.url ?? gitlab.url,
            "GITLAB_TOKEN": "gitlab-token-of-the-test", "GITLAB_WEBHOOK_SECRET": Self.secret,
            "ANTHROPIC_BASE_URL": model.url, "ANTHROPIC_API_KEY": "model-key-of-the-test", "OPENAI_BASE_URL": model.url,
        ]
        for (name, value) in changes { settings[name] = value }
        self.settings = settings
        try startDaemon()
    }

    /// The stage's settings with `changes` over them, as a reload reads them.
    func loaded(_ changes: [String: String]) throws -> Settings {
        try Settings.load(environment: settings.merging(changes) { $1 }).get().0
    }

    /// Starts the daemon, again after `stopDaemon`.
    func startDaemon() throws {
        let loaded = try Settings.load(environment: settings).get().0
        let daemon = try Daemon.start(
            loaded,
            environment: DaemonEnvironment(
                time: clock.timeSource, transport: HurriedCalls(count: hurriedCalls),
                log: Log(level: .debug, sink: log.add),
                sleep: { _ in await Task.yield() }))
        running.withLock { $0 = daemon }
    }

    /// Stops the daemon as a signal would.
    func stopDaemon() async throws { await (try daemon).stop(graceSeconds: 5) }

    /// Stops everything and removes the directory.
    func strike() async throws {
        try await stopDaemon()
        relay?.stop()
        gitlab.stop()
        model.stop()
    }

    /// Looks at what has become due, hour by hour, and waits until it is done.
    func goOn(hours: Int = 0) async throws {
        for hour in 0...hours {
            if hour > 0 { clock.advance(to: clock.now.adding(seconds: 3600)) }
            (try daemon).tick()
            await (try daemon).untilIdle()
        }
    }

    /// The names of the answers that are kept on the disk.
    var keptAnswers: [String] {
        get throws {
            let path = directory.path + "/books/state/answers"
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            return try FileManager.default.contentsOfDirectory(atPath: path)
        }
    }

    /// Sends a request to the daemon, with the API token.
    func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, fields: FieldList = [:],
        token: String? = Stage.apiToken
    ) async throws -> (status: Int, fields: FieldList, body: JSONValue) {
        var all = fields
        if let token { all["Authorization"] = "Bearer \(token)" }
        if body != nil { all["Content-Type"] = "application/json" }
        let response = try await transport.send(
            ClientRequest(method: method, url: try daemon.url + path, fields: all, body: body?.bytes))
        return (
            response.status, response.fields,
            (try? JSONValue(parsing: response.body)) ?? .string(String(decoding: response.body, as: UTF8.self))
        )
    }

    /// Sends `text` as it is.
    func post(
        text: String, to path: String, token: String = Stage.apiToken
    ) async throws -> (status: Int, body: JSONValue) {
        let response = try await transport.send(
            ClientRequest(
                method: "POST", url: try daemon.url + path,
                fields: ["Authorization": "Bearer \(token)", "Content-Type": "text/plain"], body: Array(text.utf8)))
        return (response.status, (try? JSONValue(parsing: response.body)) ?? .null)
    }

    /// Sends `body` to the webhook and waits until nothing is left to do.
    func deliver(_ body: JSONValue, key: String = UUID().uuidString, fields: FieldList? = nil) async throws -> (
        status: Int, body: JSONValue
    ) {
        let answer = try await send(
            "POST", "/webhooks/gitlab", body,
            fields: fields ?? [
                "X-Gitlab-Event": "Merge Request Hook", "X-Gitlab-Token": Self.secret, "Idempotency-Key": key,
            ],
            token: nil)
        await (try daemon).untilIdle()
        return (answer.status, answer.body)
    }

    /// Puts the label on the merge request and delivers that.
    @discardableResult
    func label(_ mergeRequest: StandInMergeRequest, key: String = UUID().uuidString) async throws -> JSONValue {
        let labels = gitlab.add(label: "ai-review", to: mergeRequest)
        return try await deliver(
            mergeRequest.labelDelivery(before: labels.before, after: labels.after, at: clock.now, instance: gitlab.url),
            key: key
        ).body
    }

    /// Takes the label away and puts it on again.
    @discardableResult
    func relabel(_ mergeRequest: StandInMergeRequest) async throws -> JSONValue {
        let labels = gitlab.remove(label: "ai-review", from: mergeRequest)
        _ = try await deliver(
            mergeRequest.labelDelivery(before: labels.before, after: labels.after, at: clock.now, instance: gitlab.url))
        clock.advance(to: clock.now.adding(seconds: 2))
        return try await label(mergeRequest)
    }

    /// The figures of `GET /budget/status`.
    func stats() async throws -> JSONValue { try #require(try await send("GET", "/budget/status").body["stats"]) }

    /// The rows of the month's CSV, header left out, split at commas: the tests' texts have none in them.
    func rows(_ month: String = "2026-03") throws -> [[String]] {
        let path = "\(directory.path)/books/token-logs/\(month).csv"
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }
}

/// A model that answers as a closure says, over real HTTP, and remembers what it was sent.
final class ScriptedModel: Sendable {
    /// One request.
    struct Call: Sendable {
        /// 1 for the first.
        let number: Int
        let head: RequestHead
        let body: JSONValue
    }

    private let answer: @Sendable (Call) -> Response
    private let received = Mutex<[Call]>([])
    private let bound = Mutex<(server: Server, port: Int)?>(nil)
    var url: String { "http://127.0.0.1:\(bound.withLock { $0?.port ?? 0 })" }
    var calls: [Call] { received.withLock { $0 } }

    /// Bodies that the count endpoint was asked about; it is there when `count` is.
    var counted: [JSONValue] { asked.withLock { $0 } }
    private let asked = Mutex<[JSONValue]>([])
    private let count: (@Sendable (JSONValue) -> Response)?

    init(count: (@Sendable (JSONValue) -> Response)? = nil, _ answer: @escaping @Sendable (Call) -> Response) {
        self.answer = answer
        self.count = count
    }

    func start() throws {
        let handler: @Sendable (RoutedRequest) -> Response = { [weak self] routed in
            guard let self, let body = try? JSONValue(parsing: routed.request.body) else { return .json(400, [:]) }
            let call = received.withLock { calls in
                calls.append(Call(number: calls.count + 1, head: routed.request.head, body: body))
                return calls[calls.count - 1]
            }
            return answer(call)
        }
        var routes = ["/v1/messages", "/v1/chat/completions"].map {
            Route(.post, $0, bodyBytesMax: 8 << 20, handler: .now(handler))
        }
        if let count {
            routes.append(
                Route(
                    .post, "/v1/messages/count_tokens", bodyBytesMax: 8 << 20,
                    handler: .now { [weak self] routed in
                        guard let self, let body = try? JSONValue(parsing: routed.request.body) else {
                            return .json(400, [:])
                        }
                        asked.withLock { $0.append(body) }
                        return count(body)
                    }))
        }
        let server = Server(routes: routes, time: .system, log: .silent)
        let port = try server.start(host: "127.0.0.1", port: 0)
        bound.withLock { $0 = (server, port) }
    }

    func stop() { bound.withLock { $0 }?.server.stop(graceSeconds: 0) }
}

extension Response {
    /// An answer in Anthropic's form.
    static func answer(
        _ text: String = "Looks good.", input: Int = 1000, output: Int = 500, stop: String = "end_turn",
        usage: JSONValue? = nil
    ) -> Response {
        .json(
            200,
            [
                "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
                "content": [["type": "thinking", "thinking": ""], ["type": "text", "text": .string(text)]],
                "stop_reason": .string(stop),
                "usage": usage ?? ["input_tokens": .integer(input), "output_tokens": .integer(output)],
            ])
    }
}

/// Sends over the network; the first requests to a model have a deadline that comes soon.
final class HurriedCalls: HTTPTransport {
    private let left: Mutex<Int>

    init(count: Int) { left = Mutex(count) }

    func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        var request = request
        if request.url.hasSuffix("/v1/messages") {
            let isHurried = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if isHurried { request.deadlineSeconds = 0.2 }
        }
        return try await URLSessionTransport().send(request)
    }
}

/// Lines of a log, kept for the test.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var add: @Sendable (String) -> Void { { line in self.lines.withLock { $0.append(line) } } }
    var all: [String] { lines.withLock { $0 } }
    /// The lines of a level, such as `error`.
    func at(_ level: String) -> [String] { all.filter { $0.contains(" \(level) ") } }
}

/// A fresh directory that goes when the test does.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "bursar-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
