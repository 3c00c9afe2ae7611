import Demo
import Faults
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Platform
import Synchronization

/// A healthy installation for `bursar doctor` to look at, until a test makes it ill: a stand-in GitLab behind a relay, a stand-in list
/// of models, a folder.
final class DoctorScene: Sendable {
    /// What one path answers in place of the healthy thing; the path is without `/api/v4`.
    typealias Answers = [String: Response]

    static let token = "glpat-of-the-test"
    static let key = "sk-of-the-test"

    let folder: Folder
    private let gitlab: StandInGitLab
    private let relay: FaultyRelay
    private let models: Server
    private let modelPort: Int
    let modelCalls: Calls

    /// Counts what came to the model's vendor.
    final class Calls: Sendable {
        private let paths = Mutex<[String]>([])
        var all: [String] { paths.withLock { $0 } }
        func add(_ path: String) { paths.withLock { $0.append(path) } }
    }

    /// What the doctor wrote is no report.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    init(_ answers: Answers = [:], plan: FaultPlan = .calm) throws {
        folder = try Folder()
        let healthy: Answers = ["/projects/42/hooks": .json(200, [.hook()])]
        let all = healthy.merging(answers) { $1 }
        gitlab = StandInGitLab(
            mergeRequests: StandInMergeRequest.workingDay, token: Self.token, now: TimeSource.system.now,
            trouble: { head in all[head.rawPath.replacing("/api/v4", with: "").replacing("%1F", with: "/")] })
        try gitlab.start(log: .silent)
        relay = try FaultyRelay(to: gitlab.port, plan: plan)
        let calls = Calls()
        modelCalls = calls
        let access = Access { head, _ in
            calls.add("\(head.method) \(head.rawPath)")
            if let answer = all["model " + head.rawPath] { return answer }
            let isKnown = head.fields["x-api-key"] == Self.key || head.fields["authorization"] == "Bearer \(Self.key)"
            return isKnown
                ? nil
                : .json(
                    401, ["type": "error", "error": ["type": "authentication_error", "message": "invalid x-api-key"]])
        }
        models = Server(
            routes: [
                Route(
                    .get, "/v1/models", access: access,
                    handler: .now { _ in .json(200, ["data": [["id": "claude-sonnet-5-5"], ["id": "gpt-5.2"]]]) }),
                Route(
                    .get, "/v1/models/{id}", access: access,
                    handler: .now { routed in
                        routed.parameters["id"] == "claude-alias"
                            ? .json(200, ["id": "claude-alias-20260101"])
                            : .json(404, ["error": ["message": "not found"]])
                    }),
            ], time: .system, log: .silent)
        modelPort = try models.start(host: "127.0.0.1", port: 0)
    }

    /// The stand-in's own port, without the relay.
    var gitlabPort: String { String(gitlab.port) }

    deinit {
        relay.stop()
        gitlab.stop()
        models.stop(graceSeconds: 0)
    }

    /// Runs `bursar doctor` and returns its checks by name and how it ended. `{gitlab}` in a setting stands for GitLab's address.
    func examine(_ changes: [String: String] = [:], format: String = "json") async throws -> (
        checks: [String: (state: String, text: String)], ending: Program.Ending
    ) {
        let ending = try await Program.run(
            "doctor", "--format", format, environment: environment(changes), in: folder)
        guard format == "json" else { return ([:], ending) }
        var checks: [String: (state: String, text: String)] = [:]
        let report: JSONValue
        do { report = try JSONValue(parsing: Array(ending.output.utf8)) } catch {
            throw Unreadable(
                description: "\(error); it ended with \(ending.status) and said '\(ending.output)\(ending.complaint)'")
        }
        for check in report["checks"]?.array ?? [] {
            let text = "\(check["seen"]?.string ?? "") | \(check["advice"]?.string ?? "")"
            checks[check["check"]?.string ?? ""] = (check["state"]?.string ?? "", text)
        }
        return (checks, ending)
    }

    func environment(_ changes: [String: String]) -> [String: String] {
        let healthy = [
            "GITLAB_URL": "{gitlab}", "GITLAB_TOKEN": Self.token, "GITLAB_WEBHOOK_SECRET": "s3cret",
            "GITLAB_PROJECTS": "42", "ANTHROPIC_API_KEY": Self.key, "OPENAI_API_KEY": Self.key,
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:\(modelPort)",
            "OPENAI_BASE_URL": "http://127.0.0.1:\(modelPort)/v1",
            // Port 1 is nobody's.
            "BURSAR_PORT": "1",
        ]
        return healthy.merging(changes) { $1 }.mapValues { $0.replacing("{gitlab}", with: relay.url) }
    }
}

extension JSONValue {
    /// A healthy webhook, with changes.
    static func hook(_ changes: [(String, JSONValue)] = []) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", 5), ("url", "https://bursar.example.com/webhooks/gitlab"), ("merge_requests_events", true),
            ("note_events", true), ("enable_ssl_verification", true), ("alert_status", "executable"),
            ("disabled_until", nil),
        ]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            members.append((name, value))
        }
        return .object(JSONObject(members))
    }
}

extension Response {
    /// A web page.
    static func page(_ status: Int, _ title: String) -> Response {
        Response(
            status: status, fields: [("Content-Type", "text/html")],
            body: Array("<!DOCTYPE html><html><head><title>\(title)</title></head></html>".utf8))
    }
}
