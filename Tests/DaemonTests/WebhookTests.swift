import Daemon
import Demo
import Foundation
import HTTPClient
import JSON
import Testing
import UTCTime

@Suite struct WebhookTests {
    private static let payloads = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .appendingPathComponent("GitLabTests/Payloads")

    @Test func `only who knows the secret is heard`() async throws {
        let stage = try Stage()
        for token in [nil, "", "wrong"] as [String?] {
            var fields: FieldList = ["X-Gitlab-Event": "Merge Request Hook"]
            fields["X-Gitlab-Token"] = token
            #expect(try await stage.deliver([:], fields: fields).status == 401)
        }
        #expect(try await stage.deliver([:]).status == 200)
        try await stage.strike()
    }

    @Test(arguments: [
        "", "{", "[]", "null", "\"x\"", "{\"object_kind\":17}", "{\"object_kind\":\"merge_request\"}", "\u{0}\u{1}",
        "{\"object_kind\":\"pipeline\"}",
    ])
    func `whatever an authenticated delivery holds is answered 200 with the reason`(_ body: String) async throws {
        let stage = try Stage()
        let response = try await URLSessionTransport().send(
            ClientRequest(
                method: "POST", url: try stage.daemon.url + "/webhooks/gitlab",
                fields: ["X-Gitlab-Token": Stage.secret, "Content-Type": "application/json"], body: Array(body.utf8)))
        let answer = try JSONValue(parsing: response.body)
        #expect(response.status == 200 && answer["status"] == "ignored")
        #expect(answer["reason"]?.string?.isEmpty == false && answer["delivery"]?.string?.isEmpty == false)
        try await stage.strike()
    }

    @Test func `a recorded delivery with the label becomes a review`() async throws {
        let text = try String(
            contentsOf: Self.payloads.appendingPathComponent("merge_request_open_docs_18.json"), encoding: .utf8)
        var payload = try #require(try JSONValue(parsing: text).object)
        let labels: [JSONValue] = (payload["labels"]?.array ?? []) + [["id": 1, "title": "ai-review"]]
        payload["labels"] = .array(labels)
        let mergeRequest = StandInMergeRequest(
            project: StandInProject(id: 2, path: "flightjs/flight-management"), iid: 16, title: "Add input validation",
            description: "", author: "agarcia", branch: "feature/booking-validation",
            sha: String(repeating: "a", count: 40), changes: StandInMergeRequest.workingDay[0].changes)
        let stage = try Stage(mergeRequests: [mergeRequest])
        _ = stage.gitlab.add(label: "ai-review", to: mergeRequest)
        #expect(try await stage.deliver(.object(payload)).body["status"] == "queued")
        #expect(stage.gitlab.notes(of: mergeRequest).count == 1)
        let row = try #require(try stage.rows().first)
        #expect(Array(row[4...7]) == ["2", "flight-management", "16", "agarcia"])
        try await stage.strike()
    }

    @Test func `a large delivery is answered too, one that is too large is refused`() async throws {
        let stage = try Stage()
        let event = StandInMergeRequest.workingDay[0].labelDelivery(
            before: [], after: ["ai-review"], at: stage.clock.now, instance: ""
        )
        var payload = try #require(event.object)
        _ = stage.gitlab.add(label: "ai-review", to: StandInMergeRequest.workingDay[0])
        payload["padding"] = .string(String(repeating: "x", count: 1 << 20))
        #expect(try await stage.deliver(.object(payload)).body["status"] == "queued")
        payload["padding"] = .string(String(repeating: "x", count: 25 << 20))
        #expect(try await stage.deliver(.object(payload)).status == 413)
        try await stage.strike()
    }

    @Test func `without a GitLab there is no webhook`() async throws {
        let stage = try Stage(settings: ["GITLAB_URL": nil, "GITLAB_TOKEN": nil, "GITLAB_WEBHOOK_SECRET": nil])
        #expect(try await stage.deliver([:]).status == 404)
        #expect(try await stage.send("GET", "/budget/status").status == 200)
        try await stage.strike()
    }
}
