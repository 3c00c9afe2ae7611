import HTTPClient
import JSON
import Testing

@testable import GitLab

@Suite struct SummaryTests {
    private static func note(_ text: String, run: Int) -> HarmlessNote {
        HarmlessNote(markdown: text, marker: .summary(run: run), secrets: [])
    }

    private static func listed(_ notes: [(id: Int, body: String, author: Int)]) -> String {
        JSONValue.array(
            notes.map {
                [
                    "id": .integer($0.id), "body": .string($0.body), "author": ["id": .integer($0.author)],
                    "system": false,
                ]
            }
        ).text
    }

    @Test func `the latest of ours is found, whatever their order, and nobody else's`() async throws {
        let old = Self.note("old", run: 4).body
        for (notes, wanted) in [
            ([], nil), ([(10, old, 99)], 10), ([(10, old, 99), (11, Self.note("x", run: 2).body, 99)], 10),
            ([(11, Self.note("x", run: 2).body, 99), (10, old, 99)], 10), ([(10, old, 99), (12, old, 99)], 12),
            ([(10, old, 5), (11, "> \(old) x", 99), (12, "plain", 99)], nil),
        ] as [([(id: Int, body: String, author: Int)], Int?)] {
            let gitLab = ScriptedGitLab { _, _ in answer(200, Self.listed(notes)) }
            let found = try await gitLab.client().findSummary(projectID: 3, iid: 7, botUserID: 99)
            #expect(found?.note.id == wanted && (found?.run ?? 4) == 4, "\(notes)")
        }
        let without = ScriptedGitLab { _, _ in answer(404) }
        #expect(try await without.client().findSummary(projectID: 3, iid: 7, botUserID: 99) == nil)
    }

    @Test func `marks tell what they are of`() {
        #expect(NoteMarker.finding("0a1b").fingerprint == "0a1b" && NoteMarker.finding("0a1b").summaryRun == nil)
        #expect(NoteMarker.summary(run: 12).summaryRun == 12 && NoteMarker.summary(run: 12).fingerprint == nil)
        #expect(NoteMarker.summary(run: 12, id: "a-1").summaryRun == 12)
        for key in [
            "summary 1 of ", "summary x of y", "summary 1 by y", "summary", "summary ", "summary x", "summary -1",
            "summary +1", "summary 9999999999999999999", "finding ",
        ] {
            #expect(NoteMarker(key).summaryRun == nil && NoteMarker(key).fingerprint == nil)
        }
        for marker in [NoteMarker.finding("f"), .summary(run: 3), NoteMarker("notice")] {
            for body in ["text\n\n\(marker)", "\(marker)", "a\n\(marker)\r\n "] {
                #expect(NoteMarker(endOf: body) == marker)
            }
        }
        for body in [
            "", "text", "x <!-- bursar: a -->", "<!-- bursar: a --> x", "<!-- other: a -->", "<!-- bursar: <b> -->",
        ] {
            #expect(NoteMarker(endOf: body) == nil, "\(body)")
        }
    }
}
