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

    private func put(
        _ run: Int, over notes: [(id: Int, body: String, author: Int)], update: Int = 200
    ) async throws -> (PutSummary, [String]) {
        let gitLab = ScriptedGitLab { _, request in
            switch request.method {
            case "GET": answer(200, Self.listed(notes))
            case "PUT": answer(update)
            default: answer(201, #"{"id": 77}"#)
            }
        }
        let result = try await gitLab.client().putSummary(
            Self.note("new", run: run), run: run, projectID: 3, iid: 7, botUserID: 99)
        return (result, gitLab.requests.map(\.method))
    }

    @Test func `stands in the place of an earlier one, never of a later one`() async throws {
        let old = Self.note("old", run: 4).body
        for (run, notes, wanted, methods) in [
            (1, [], .put(.created(id: 77)), ["GET", "POST"]),
            (5, [(10, old, 99)], .put(.updated(id: 10)), ["GET", "PUT"]),
            (4, [(10, old, 99)], .put(.updated(id: 10)), ["GET", "PUT"]),
            (3, [(10, old, 99)], .superseded(byRun: 4), ["GET"]),
            (4, [(10, Self.note("new", run: 4).body, 99)], .put(.found(id: 10)), ["GET"]),
            // Of two the later, whatever their order; strangers' and quoted ones are none.
            (5, [(10, old, 99), (11, Self.note("x", run: 2).body, 99)], .put(.updated(id: 10)), ["GET", "PUT"]),
            (3, [(11, Self.note("x", run: 2).body, 99), (10, old, 99)], .superseded(byRun: 4), ["GET"]),
            (1, [(10, old, 5), (11, "> \(old) x", 99), (12, "plain", 99)], .put(.created(id: 77)), ["GET", "POST"]),
        ] as [(Int, [(id: Int, body: String, author: Int)], PutSummary, [String])] {
            let result = try await put(run, over: notes)
            #expect(result.0 == wanted && result.1 == methods, "\(run) over \(notes)")
        }
    }

    @Test(arguments: [403, 404])
    func `one that cannot be changed is followed by a new one`(_ status: Int) async throws {
        let result = try await put(5, over: [(10, Self.note("old", run: 4).body, 99)], update: status)
        #expect(result.0 == .put(.created(id: 77)) && result.1 == ["GET", "PUT", "POST"])
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
