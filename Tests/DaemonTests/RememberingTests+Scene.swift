import Demo
import HTTPServer
import HTTPWire
import JSON
import Testing
import UTCTime

// A merge request with defects that a model finds wherever it is shown them, and what people do with it.

extension RememberingTests {
    static let first = String(repeating: "a1", count: 20)
    static let second = String(repeating: "b2", count: 20)
    static let third = String(repeating: "c3", count: 20)

    static let ordersDiff = """
        @@ -10,3 +10,4 @@ def orders(name):
             connection = connect()
        -    rows = connection.execute(ALL)
        +    rows = query(name)  # DEFECT-ONE
        +    audit(name)
             return rows
        @@ -40,2 +41,3 @@ def total(rows):
             total = 0
        +    total += tax(rows)  # DEFECT-TWO
             return total

        """
    static let orders = StandInMergeRequest.Change(path: "src/orders.py", diff: ordersDiff)
    static let moved = StandInMergeRequest.Change(
        path: "lib/new.py", oldPath: "lib/old.py",
        diff:
            "@@ -1,3 +1,3 @@\n keep = 1  # DEFECT-KEPT\n-gone = 2  # DEFECT-GONE\n+come = 3  # DEFECT-THREE\n end = 4\n"
    )
    static let lock = StandInMergeRequest.Change(
        path: "package-lock.json", diff: "@@ -1,1 +1,1 @@\n-  \"version\": \"1\"\n+  \"version\": \"2\"\n")

    static let mergeRequest = StandInMergeRequest(
        project: StandInProject(id: 9, path: "team/app"), iid: 5, title: "Orders", description: "", author: "mia",
        branch: "orders", sha: first, changes: [orders, moved, lock])

    /// The orders as a later push has them: the first hunk as it was, further down, the second without its defect.
    static let mended = StandInMergeRequest.Change(
        path: "src/orders.py",
        diff: ordersDiff.replacing("-10,3 +10,4", with: "-20,3 +20,4")
            .replacing("total += tax(rows)  # DEFECT-TWO", with: "total += tax(rows)  # DEFECT-FOUR"))

    /// One finding for each line with a defect that the prompt shows, quoting it, with a number that is wrong.
    static func answer(_ call: ScriptedModel.Call) -> Response {
        let prompt = call.body["messages"]?.array?.first?["content"]?.string ?? call.body.text
        var findings: [JSONValue] = []
        var path = ""
        for line in prompt.split(separator: "\n") {
            if line.hasPrefix("Path: ") { path = String(line.dropFirst(6).prefix { $0 != " " }) }
            guard let mark = line.firstRange(of: "DEFECT-"), let sign = line.first else { continue }
            findings.append([
                "severity": "major", "kind": "bug", "path": .string(path), "side": sign == "-" ? "old" : "new",
                "line": 7777, "quote": .string(String(line.dropFirst())),
                "title": .string("Wrong: \(line[mark.upperBound...])"),
                "text": .string("Because of \(line[mark.upperBound...])."), "replaced": "", "replacement": "",
            ])
        }
        let review: JSONValue = ["verdict": "Seen.", "findings": .array(findings)]
        return .answer(review.text, input: 700, output: 120)
    }

    static func stage(_ settings: [String: String?] = ["REVIEW_ON_PUSH": "true"]) throws -> Stage {
        try Stage(settings: settings, mergeRequests: [mergeRequest], model: answer)
    }

    /// Pushes `sha` with these changes and delivers that.
    @discardableResult
    static func push(
        _ sha: String, _ changes: [StandInMergeRequest.Change], on stage: Stage
    ) async throws -> JSONValue {
        let old = stage.gitlab.condition(of: mergeRequest).sha
        stage.clock.advance(to: stage.clock.now.adding(seconds: 60))
        stage.gitlab.change(mergeRequest) {
            $0.sha = sha
            $0.changes = changes
        }
        return try await deliver(on: stage) {
            $0["oldrev"] = .string(old)
            $0["last_commit"] = ["id": .string(sha), "message": "m", "title": "t"]
        }
    }

    /// Delivers an event of the merge request with its labels as they are.
    @discardableResult
    static func deliver(on stage: Stage, _ change: (inout JSONObject) -> Void) async throws -> JSONValue {
        let labels = stage.gitlab.condition(of: mergeRequest).labels
        var payload = try #require(
            mergeRequest.labelDelivery(before: labels, after: labels, at: stage.clock.now, instance: "").object)
        var attributes = try #require(payload["object_attributes"]?.object)
        change(&attributes)
        payload["object_attributes"] = .object(attributes)
        payload["changes"] = [:]
        return try await stage.deliver(.object(payload)).body
    }

    /// Comments `text`.
    static func comment(_ text: String, note: Int, on stage: Stage) async throws {
        stage.clock.advance(to: stage.clock.now.adding(seconds: 60))
        let labels = stage.gitlab.condition(of: mergeRequest).labels
        var payload = try #require(
            mergeRequest.labelDelivery(before: labels, after: labels, at: stage.clock.now, instance: "").object)
        var subject = try #require(payload["object_attributes"]?.object)
        subject["labels"] = payload["labels"]
        payload["merge_request"] = .object(subject)
        payload["object_kind"] = "note"
        payload["event_type"] = "note"
        payload["project_id"] = .integer(mergeRequest.project.id)
        payload["object_attributes"] = [
            "id": .integer(note), "note": .string(text), "noteable_type": "MergeRequest", "action": "create",
            "system": false, "author_id": .integer(mergeRequest.authorID),
        ]
        _ = try await stage.deliver(.object(payload))
    }
}
