import Demo
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Synchronization
import Testing
import UTCTime

/// A review from its label to its note, with a model that answers in the form.
@Suite struct FindingReviewTests {
    /// A key of the form that AWS gives, put together here so that no scanner of this repository stumbles.
    static let key = "AKIA" + "QYLPMN5HHHFPZAM2"
    static let mergeRequest = StandInMergeRequest(
        project: StandInProject(id: 9, path: "team/app"), iid: 5, title: "Orders by name", description: "As asked for.",
        author: "mia", branch: "orders", sha: String(repeating: "5e", count: 20),
        changes: [
            .init(
                path: "src/orders.py",
                diff: """
                    @@ -10,3 +10,5 @@ def orders(name):
                         connection = connect()
                    -    rows = connection.execute(ALL)
                    +    rows = connection.execute(f"SELECT * FROM orders WHERE name = '{name}'")
                    +    aws_key = "\(key)"
                    +    audit(name)
                         return rows

                    """),
            .init(path: "package-lock.json", diff: "@@ -1,1 +1,1 @@\n-  \"version\": \"1\"\n+  \"version\": \"2\"\n"),
        ])

    /// An answer in the form, with one finding whose line number is wrong and whose quote is right.
    static func answer(severity: String = "critical", quote: String = "rows = connection.execute(f") -> Response {
        let finding: JSONValue = [
            "severity": .string(severity), "kind": "security", "path": "src/orders.py", "side": "new", "line": 99,
            "quote": .string(quote), "title": "SQL built from input",
            "text": "Whoever chooses the name chooses the query.",
            "replaced": "", "replacement": "",
        ]
        let review: JSONValue = ["verdict": "Not yet.", "findings": [finding]]
        return .answer(review.text, input: 700, output: 120)
    }

    @Test func `a lock file is left out, a secret is kept back and told, a finding stands where it belongs`()
        async throws
    {
        let stage = try Stage(mergeRequests: [Self.mergeRequest], model: { _ in Self.answer() })
        try await stage.label(Self.mergeRequest)
        let sent = try #require(stage.model.calls.first?.body)
        #expect(sent.text.contains("⟦secret: AWS access key⟧") && !sent.text.contains(Self.key))
        #expect(!sent.text.contains("\\\"version\\\"") && sent.text.contains("package-lock.json"))
        #expect(sent["output_config"]?["format"]?["type"] == "json_schema")
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1)
        let body = try #require(notes.first?.body)
        for words in [
            "Not yet.", "**2 findings:**", "src/orders.py:11", "SQL built from input", "src/orders.py:12",
            "A secret in the code: AWS access key", "Coverage: 1 of 2 changed files reviewed whole.",
            "package-lock.json`: not reviewed: lock file", "700 tokens in (estimated ", "120 out", "(estimated 0.",
            "▰", "820 of 1,000,000 tokens used",
        ] { #expect(body.contains(words), "\(words)") }
        #expect(!body.contains(Self.key) && !body.contains("orders.py:99"))
        // At their lines, the finding by its quote and not by its number, published together; in the summary one line each.
        let discussions = stage.gitlab.discussions(of: Self.mergeRequest)
        #expect(discussions.map(\.newLine).sorted { ($0 ?? 0) < ($1 ?? 0) } == [11, 12])
        #expect(discussions.allSatisfy { $0.path == "src/orders.py" && $0.batchCount == 2 })
        #expect(discussions.contains { $0.newLine == 11 && $0.body.contains("Whoever chooses the name") })
        #expect(!discussions.contains { $0.body.contains(Self.key) } && !body.contains("Whoever chooses the name"))
        #expect(try stage.rows().count == 1 && stage.keptAnswers.isEmpty)
        try await stage.strike()
    }

    @Test func `a second review says nothing twice and stands in the place of the first`() async throws {
        let stage = try Stage(mergeRequests: [Self.mergeRequest], model: { _ in Self.answer() })
        try await stage.label(Self.mergeRequest)
        let first = stage.gitlab.notes(of: Self.mergeRequest)
        try await stage.relabel(Self.mergeRequest)
        let second = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(stage.model.calls.count == 2 && stage.gitlab.discussions(of: Self.mergeRequest).count == 2)
        #expect(second.map(\.id) == first.map(\.id) && second[0].body != first[0].body)
        try await stage.strike()
    }

    @Test(arguments: [("/discussions", 403), ("/draft_notes", 500), ("/draft_notes", 404)])
    func `where lines take no discussion, the summary has all the text; without drafts they come one by one`(
        _ path: String, _ status: Int
    ) async throws {
        let stage = try Stage(
            mergeRequests: [Self.mergeRequest],
            gitlabTrouble: { head in head.rawPath.contains(path) ? .json(status, ["message": "no"]) : nil },
            model: { _ in Self.answer() })
        try await stage.label(Self.mergeRequest)
        let discussions = stage.gitlab.discussions(of: Self.mergeRequest)
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(discussions.count == (status == 404 ? 2 : 0) && discussions.allSatisfy { $0.batchCount == 1 })
        #expect(notes.count == 1 && notes[0].body.contains("Whoever chooses the name") == (status != 404))
        #expect(stage.model.calls.count == 1)
        try await stage.strike()
    }

    @Test(arguments: [(1, 1), (0, 0)])
    func `no more than the operator allows stands in the change`(_ limit: Int, _ count: Int) async throws {
        let stage = try Stage(
            settings: ["REVIEW_MAX_INLINE_COMMENTS": String(limit)], mergeRequests: [Self.mergeRequest],
            model: { _ in Self.answer() })
        try await stage.label(Self.mergeRequest)
        #expect(stage.gitlab.discussions(of: Self.mergeRequest).count == count)
        #expect(stage.gitlab.notes(of: Self.mergeRequest).first?.body.contains("Whoever chooses the name") == true)
        try await stage.strike()
    }

    @Test func `an answer that was kept is posted at its lines when GitLab takes it, and without when the head moved`()
        async throws
    {
        for isMoved in [false, true] {
            let failures = Mutex(40)
            let stage = try Stage(
                mergeRequests: [Self.mergeRequest],
                gitlabTrouble: { head in
                    guard head.method != .get else { return nil }
                    return failures.withLock { count in
                        count -= 1
                        return count >= 0
                    } ? .json(500, ["message": "no"]) : nil
                }, model: { _ in Self.answer() })
            try await stage.label(Self.mergeRequest)
            #expect(stage.gitlab.notes(of: Self.mergeRequest).isEmpty)
            try await stage.stopDaemon()
            if isMoved { stage.gitlab.change(Self.mergeRequest) { $0.sha = String(repeating: "7f", count: 20) } }
            failures.withLock { $0 = 0 }
            try stage.startDaemon()
            try await stage.goOn(hours: 1)
            let notes = stage.gitlab.notes(of: Self.mergeRequest)
            #expect(notes.count == 1 && notes[0].body.contains("SQL built from input"))
            #expect(stage.gitlab.discussions(of: Self.mergeRequest).count == (isMoved ? 0 : 2))
            #expect(notes.first?.body.contains("Whoever chooses the name") == isMoved)
            #expect(try stage.model.calls.count == 1 && stage.rows().count == 1 && stage.keptAnswers.isEmpty)
            try await stage.strike()
        }
    }

    @Test func `a quote that is nowhere in the change loses its line and keeps its text`() async throws {
        let stage = try Stage(mergeRequests: [Self.mergeRequest], model: { _ in Self.answer(quote: "drop_table()") })
        try await stage.label(Self.mergeRequest)
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest).first?.body)
        #expect(body.contains("`src/orders.py` SQL built from input") && body.contains("chooses the query"))
        try await stage.strike()
    }

    @Test(arguments: [("minor", false), ("major", true)])
    func `a project's own file sets the floor, drops files and is read from the target branch`(
        _ severity: String, _ isTold: Bool
    ) async throws {
        let stage = try Stage(
            mergeRequests: [Self.mergeRequest],
            gitlabTrouble: { head in
                guard head.rawPath.contains("bursar"), head.query("ref") == "main" else { return nil }
                let text = #"{"min_severity": "major", "ignore": ["*.lock"], "language": "German", "odd": 1}"#
                return Response(status: 200, body: Array(text.utf8))
            }, model: { _ in Self.answer(severity: severity) })
        try await stage.label(Self.mergeRequest)
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest).first?.body)
        #expect(body.contains("SQL built from input") == isTold)
        // Whatever the floor, a secret is a secret; and what is wrong with the file is said.
        #expect(body.contains("A secret in the code") && body.contains("`odd`"))
        #expect(stage.model.calls.first?.body.text.contains("in German") == true)
        try await stage.strike()
    }

    @Test(arguments: [(0, "claude-sonnet-5-5", false), (600_000, "claude-haiku-5-5", true)])
    func `a ladder changes the model when the budget runs short, and says so`(
        _ used: Int, _ model: String, _ isSwitched: Bool
    ) async throws {
        let stage = try Stage(
            settings: ["MODEL_LADDER": "claude-sonnet-5-5:0.5,claude-haiku-5-5:0.05"],
            mergeRequests: [Self.mergeRequest], model: { _ in Self.answer() })
        if used > 0 {
            let body: JSONValue = [
                "input_tokens": .integer(used), "output_tokens": 0, "model": "claude-sonnet-5-5", "project": "a/b",
            ]
            #expect(try await stage.send("POST", "/usage", body).status == 201)
        }
        try await stage.label(Self.mergeRequest)
        #expect(stage.model.calls.first?.body["model"] == .string(model))
        #expect(try stage.rows().last?[11] == model)
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest).first?.body)
        #expect(body.contains("Switched to `claude-haiku-5-5`") == isSwitched)
        try await stage.strike()
    }

    @Test func `below the last rung nothing is called, and the note says what the ladder asks for`() async throws {
        let stage = try Stage(
            settings: ["MODEL_LADDER": "claude-sonnet-5-5:0.5,claude-haiku-5-5:0.2"],
            mergeRequests: [Self.mergeRequest], model: { _ in Self.answer() })
        let usage: JSONValue = ["input_tokens": 900_000, "output_tokens": 0, "model": "claude-sonnet-5-5"]
        #expect(try await stage.send("POST", "/usage", usage).status == 201)
        try await stage.label(Self.mergeRequest)
        let body = try #require(stage.gitlab.notes(of: Self.mergeRequest).first?.body)
        #expect(stage.model.calls.isEmpty && body.contains("the model ladder asks for 20 %"))
        #expect(try await stage.stats()["held_tokens"] == 0)
        // A secret is told without a model.
        #expect(body.contains("A secret in the code"))
        try await stage.strike()
    }

    @Test func `calls teach, and what they taught survives a restart`() async throws {
        let stage = try Stage(
            mergeRequests: BudgetTests.mergeRequests(6), model: { _ in .answer(input: 1500, output: 60) })
        for mergeRequest in BudgetTests.mergeRequests(5) { try await stage.label(mergeRequest) }
        let path = stage.directory.path + "/books/state/calibration.json"
        let value = try JSONValue(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        let model = value["models"]?["claude-sonnet-5-5"]
        #expect(model?["outputs"]?.array == [60, 60, 60, 60, 60])
        #expect(model?["calibration"]?["observations"]?.array?.count == 5)
        try await stage.stopDaemon()
        try stage.startDaemon()
        try await stage.label(BudgetTests.mergeRequests(6)[5])
        let later = try JSONValue(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        #expect(later["models"]?["claude-sonnet-5-5"]?["outputs"]?.array == [60, 60, 60, 60, 60, 60])
        try await stage.strike()
    }

    @Test func `a diff in, the pre-flight out, and nothing held`() async throws {
        let stage = try Stage()
        let diff = """
            diff --git a/a.py b/a.py
            --- a/a.py
            +++ b/a.py
            @@ -1,1 +1,1 @@
            -a = 1
            +a = 2
            diff --git a/yarn.lock b/yarn.lock
            --- a/yarn.lock
            +++ b/yarn.lock
            @@ -1,1 +1,1 @@
            -b
            +c

            """
        let answer = try await stage.post(text: diff, to: "/estimate")
        #expect(
            answer.status == 200 && answer.body["budget"]?["decision"] == "allow"
                && answer.body["model"] == "claude-sonnet-5-5")
        #expect(answer.body["files"]?.array?.map { $0["action"] } == ["keep", "drop"])
        #expect(try await stage.post(text: "hello", to: "/estimate").status == 400)
        #expect(try await stage.post(text: diff, to: "/estimate", token: "wrong").status == 401)
        #expect(stage.model.calls.isEmpty)
        #expect(try await stage.stats()["held_tokens"] == 0)
        try await stage.strike()
    }
}
