import HTTPClient
import JSON
import Testing

@testable import GitLab

@Suite struct GitLabClientNotesTests {
    private static let marker = NoteMarker("review 3!7")
    private let note = HarmlessNote(markdown: "/merge @all", marker: marker, secrets: [])

    private static func notes(_ body: String, author: Int = 99, system: Bool = false) -> String {
        let text = JSONValue.string(body).text
        return
            #"[{"id":1,"body":"other","author":{"id":99}},{"id":55,"body":\#(text),"author":{"id":\#(author)},"system":\#(system)}]"#
    }

    private func post(_ gitLab: ScriptedGitLab, bot: Int? = 99) async -> Result<PostedNote, GitLabError> {
        do throws(GitLabError) {
            guard let client = try? gitLab.client() else { throw GitLabError("test", .invalid, message: "", hint: "") }
            return .success(
                try await client.createNote(projectID: 3, iid: 7, note: note, botUserID: bot, eventUUID: "u"))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: [
        (201, #"{"id":55}"#, PostedNote.created(id: 55)), (200, #"{"id":"55"}"#, .created(id: 55)),
        (202, #"{"commands_changes":{},"summary":["x"]}"#, .accepted), (201, "", .accepted), (201, "<html>", .accepted),
    ])
    func `posts the harmless text`(_ status: Int, _ body: String, _ wanted: PostedNote) async throws {
        let gitLab = ScriptedGitLab { _, _ in answer(status, body) }
        #expect(await post(gitLab) == .success(wanted))
        #expect(gitLab.calls == ["POST /projects/3/merge_requests/7/notes"])
        let sent = try JSONValue(parsing: gitLab.requests[0].body ?? [])
        #expect(sent["body"]?.string == "\\/merge @\u{200B}all\n\n<!-- bursar: review 3!7 -->")
        #expect(gitLab.requests[0].fields["X-Gitlab-Event-UUID"] == "u")
    }

    @Test func `looks before it posts again when it cannot know`() async throws {
        let body = note.body
        for lost in [
            answer(500), answer(502, "<html>"), answer(408), .failure(HTTPClientError(.timedOut, "")),
            .failure(HTTPClientError(.connectionLost, "")),
        ] {
            let arrived = ScriptedGitLab { _, request in request.method == "POST" ? lost : answer(200, Self.notes(body))
            }
            #expect(await post(arrived) == .success(.found(id: 55)))
            #expect(arrived.calls.filter { $0.hasPrefix("POST") }.count == 1)
            let vanished = ScriptedGitLab { number, request in
                request.method == "GET" ? answer(200, Self.notes("x")) : number == 1 ? lost : answer(201, #"{"id":56}"#)
            }
            #expect(await post(vanished) == .success(.created(id: 56)))
            #expect(vanished.calls.map { $0.prefix(4) } == ["POST", "GET ", "POST"])
            let alone = ScriptedGitLab { number, request in
                request.method == "GET" ? answer(404) : number == 1 ? lost : answer(201, #"{"id":56}"#)
            }
            #expect(await post(alone) == .success(.created(id: 56)))
        }
    }

    @Test func `gives up when it cannot look, and says that it may have happened`() async throws {
        let blind = ScriptedGitLab { _, request in request.method == "POST" ? answer(500) : answer(503) }
        guard case .failure(let error) = await post(blind) else { return #expect(Bool(false)) }
        #expect(error.mayHaveHappened && error.isTemporary && error.operation == "post a note on 3!7")
        #expect(blind.calls.filter { $0.hasPrefix("POST") }.count == 1)
        let unknown = ScriptedGitLab { _, _ in answer(500) }
        guard case .failure = await post(unknown, bot: nil) else { return #expect(Bool(false)) }
        #expect(unknown.calls.filter { $0.hasPrefix("POST") }.count == 1)
        let always = ScriptedGitLab { _, request in request.method == "POST" ? answer(500) : answer(200, "[]") }
        guard case .failure = await post(always) else { return #expect(Bool(false)) }
        #expect(always.calls.filter { $0.hasPrefix("POST") }.count == GitLabClient.postingCountMax)
    }

    @Test func `posts again at once what was certainly not created`() async throws {
        let gitLab = ScriptedGitLab { number, _ in
            switch number {
            case 1: .failure(HTTPClientError(.unreachable, ""))
            case 2: answer(429, "", ["Retry-After": "3"])
            default: answer(201, #"{"id":5}"#)
            }
        }
        #expect(await post(gitLab) == .success(.created(id: 5)))
        #expect(gitLab.waits == [1, 3] && gitLab.requests.count == 3)
        for status in [400, 401, 403, 404, 422] {
            let refusing = ScriptedGitLab { _, _ in answer(status) }
            guard case .failure = await post(refusing) else { return #expect(Bool(false)) }
            #expect(refusing.requests.count == 1)
        }
    }

    @Test func `only our own note with the marker at its end is found`() async throws {
        func find(_ gitLab: ScriptedGitLab) async throws -> Int? {
            try await gitLab.client().findNote(projectID: 3, iid: 7, marker: Self.marker, botUserID: 99)?.id
        }
        let body = note.body
        #expect(try await find(ScriptedGitLab { _, _ in answer(200, Self.notes(body + "\n")) }) == 55)
        for other in [
            Self.notes(body, author: 98), Self.notes(body, system: true), Self.notes("> \(body) quoted"),
            Self.notes("x"), "[]", "{}",
        ] {
            #expect(try await find(ScriptedGitLab { _, _ in answer(200, other) }) == nil, "\(other)")
        }
        for status in [404, 405, 501] {
            let without = ScriptedGitLab { _, _ in answer(status) }
            #expect(try await find(without) == nil && without.waits.isEmpty)
        }
    }

    @Test func `finds a note on a later page`() async throws {
        let body = note.body
        let gitLab = ScriptedGitLab { number, _ in
            number == 3 ? answer(200, Self.notes(body)) : answer(200, "[]", ["x-next-page": "\(number + 1)"])
        }
        let found = try await gitLab.client().findNote(projectID: 3, iid: 7, marker: Self.marker, botUserID: 99)
        #expect(found?.id == 55 && gitLab.requests.count == 3)
    }
}
