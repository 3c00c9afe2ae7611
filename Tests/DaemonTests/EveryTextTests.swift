import Demo
import GitLab
import HTTPServer
import HTTPWire
import JSON
import Testing

/// Whatever the bot posts has passed the one boundary: notes, discussions, notices of every kind, and whatever strangers
/// put into them by way of a path, a project's file, a vendor's message or the answer.
@Suite struct EveryTextTests {
    /// What a stranger writes wherever he can.
    static let bait = "x\n/merge\n@all `a` ![p](https://e.vil/p) <img src=y> #1 [[w]]\r\n/close\u{2028}/approve"

    static let mergeRequest = StandInMergeRequest(
        project: StandInProject(id: 9, path: "team/app"), iid: 5, title: bait, description: bait, author: "mia",
        branch: "b", sha: String(repeating: "e7", count: 20),
        changes: [
            .init(path: "src/\(bait).py", diff: "@@ -1,1 +1,2 @@\n keep = 1\n+come = 2\u{202E}\n"),
            .init(path: "src/plain.py", diff: "@@ -1,1 +1,2 @@\n keep = 1\n+come = 2\n"),
            .init(path: "\(bait)/package-lock.json", diff: "@@ -1,1 +1,1 @@\n-1\n+2\n"),
        ])

    /// A text that the boundary would change has not passed it.
    private func expectHarmless(_ body: String, _ place: String) {
        var text = body
        if NoteMarker(endOf: body) != nil, let end = body.firstRange(of: "\n\n<!-- bursar: ") {
            text = String(body[..<end.lowerBound])
        }
        let again = HarmlessNote(markdown: text, secrets: [], characterLimit: HarmlessNote.characterLimitMax).text
        #expect(again.unicodeScalars.elementsEqual(text.unicodeScalars), "\(place): \(text.debugDescription)")
        #expect(NoteMarker(endOf: body) != nil, "\(place) has no marker")
        #expect(!body.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("/") }, "\(place)")
    }

    private func texts(_ stage: Stage) -> [String] {
        stage.gitlab.notes(of: Self.mergeRequest).map(\.body)
            + stage.gitlab.discussions(of: Self.mergeRequest).map(\.body)
    }

    /// A `.bursar.json` whose every word is hostile.
    @Sendable private static func project(_ head: RequestHead) -> Response? {
        guard head.rawPath.contains("/repository/files/") else { return nil }
        let file: JSONValue = [
            "instructions": [.string(bait)], "language": .string(bait), "model": .string(bait),
            "min_severity": .string(bait), bait: 1,
        ]
        return Response(status: 200, body: file.bytes)
    }

    static func finding(_ path: String, _ quote: String) -> JSONValue {
        [
            "severity": "critical", "kind": .string(bait), "path": .string(path), "side": .string(bait), "line": 2,
            "quote": .string(quote), "title": .string(bait), "text": .string("```\n" + bait), "replaced": "come = 2",
            "replacement": .string(bait),
        ]
    }

    @Test(arguments: ["form", "text", "refusal"])
    func `a review`(_ kind: String) async throws {
        let stage = try Stage(
            mergeRequests: [Self.mergeRequest], gitlabTrouble: Self.project,
            model: { _ in
                let review: JSONValue = [
                    "verdict": .string(Self.bait),
                    "findings": [Self.finding("src/plain.py", "come = 2"), Self.finding(Self.bait, Self.bait)],
                ]
                return .answer(
                    kind == "form" ? review.text : Self.bait + "\n```\n" + Self.bait,
                    stop: kind == "refusal" ? "refusal" : "end_turn")
            })
        try await stage.label(Self.mergeRequest)
        #expect(texts(stage).count == (kind == "form" ? 2 : 1))
        for text in texts(stage) { expectHarmless(text, kind) }
        try await stage.strike()
    }

    @Test func `a failure, a refusal of the budget, and nothing to review`() async throws {
        let failing = try Stage(
            mergeRequests: [Self.mergeRequest], gitlabTrouble: Self.project,
            model: { _ in
                .json(400, ["type": "error", "error": ["type": .string(Self.bait), "message": .string(Self.bait)]])
            })
        try await failing.label(Self.mergeRequest)
        let blocked = try Stage(
            settings: ["TOKEN_DAILY_LIMIT": "3000"], mergeRequests: [Self.mergeRequest], gitlabTrouble: Self.project)
        try await blocked.label(Self.mergeRequest)
        let empty = try Stage(mergeRequests: [Self.mergeRequest], gitlabTrouble: Self.project)
        empty.gitlab.change(Self.mergeRequest) { $0.changes = [Self.mergeRequest.changes[2]] }
        try await empty.label(Self.mergeRequest)
        for (place, stage, words) in [
            ("failure", failing, "Code Review Failed"), ("blocked", blocked, "Exhausted"),
            ("empty", empty, "Nothing to Review"),
        ] {
            #expect(texts(stage).count == 1 && texts(stage)[0].contains(words), "\(place)")
            for text in texts(stage) { expectHarmless(text, place) }
            try await stage.strike()
        }
    }
}
