import Faults
import Testing

@testable import GitLab

/// GitLab's moods over real sockets: what is tried again, what is given up, and what the caller is told.
@Suite(.serialized) struct GitLabMoodTests {
    /// One mood: what the requests meet, and what the client makes of it.
    struct Mood: Sendable, CustomTestStringConvertible {
        let name: String
        let faults: [Fault]
        /// The waits between the tries.
        var waits: [Double] = []
        /// What is thrown; nil when the answer comes in the end.
        var kind: GitLabError.Kind?
        var handling: GitLabError.Handling?
        /// What the error must say.
        var words = ""
        var retryAfterSeconds: Double?
        var deadlineSeconds = 20.0
        var testDescription: String { name }
    }

    private static let well = Fault.json(200, #"{"version":"18.6.0-ee"}"#)
    private static let ownWaits = [1.0, 2, 4, 8, 16]

    static let moods = [
        Mood(name: "well", faults: [well]),
        Mood(name: "429 with seconds", faults: [.json(429, "Retry later", ["Retry-After: 7"]), well], waits: [7]),
        Mood(
            name: "429 with a date", faults: [.json(429, "", ["Retry-After: Tue, 10 Mar 2026 09:00:09 GMT"]), well],
            waits: [9]),
        Mood(
            name: "429 with a date that is past",
            faults: [.json(429, "", ["Retry-After: Tue, 10 Mar 2026 08:00:00 GMT"]), well], waits: [1]),
        Mood(
            name: "429 with the window's end", faults: [.json(429, "", ["RateLimit-Reset: 1773133211"]), well],
            waits: [11]),
        Mood(name: "429 with nothing", faults: [.json(429, "Retry later"), well], waits: [1]),
        Mood(
            name: "429 that never ends", faults: [.json(429, "Retry later")], waits: ownWaits, kind: .rateLimited,
            handling: .retryLater, words: "Retry later"),
        Mood(
            name: "429 for two minutes", faults: [.json(429, "", ["Retry-After: 120"])], waits: [120],
            kind: .rateLimited, handling: .retryLater, retryAfterSeconds: 120),
        Mood(
            name: "429 for longer than is waited", faults: [.json(429, "", ["Retry-After: 121"])], kind: .rateLimited,
            handling: .retryLater, retryAfterSeconds: 121),
        Mood(
            name: "429 for a minute, again and again", faults: [.json(429, "", ["Retry-After: 60"])],
            waits: [60, 60, 60], kind: .rateLimited, handling: .retryLater, retryAfterSeconds: 60),
        Mood(name: "500, then well", faults: [.error(500), well], waits: [1]),
        Mood(
            name: "502 from a proxy that stays", faults: [.page(502, title: "502 Bad Gateway")], waits: ownWaits,
            kind: .unavailable, handling: .retryLater, words: "an HTML page, 502 Bad Gateway"),
        Mood(
            name: "maintenance mode",
            faults: [.json(503, #"{"message":"GitLab is undergoing maintenance"}"#, ["Retry-After: 60"]), well],
            waits: [60]),
        Mood(
            name: "half an answer", faults: [.answer(200, "application/json", #"{"ver"#, claimedBytes: 20), well],
            waits: [1]),
        Mood(
            name: "only half answers", faults: [.answer(200, "application/json", #"{"ver"#, claimedBytes: 20)],
            waits: ownWaits, kind: .unavailable, handling: .retryLater),
        Mood(name: "a dropped connection", faults: [.dropBefore, .dropBefore, well], waits: [1, 2]),
        Mood(name: "silence", faults: [.hang, well], waits: [1], deadlineSeconds: SocketGitLab.briefSeconds),
        Mood(
            name: "a page of 200", faults: [.page(200, title: "Sign in")], kind: .invalid, handling: .retryLater,
            words: "an HTML page, Sign in"),
        Mood(name: "an empty 200", faults: [.json(200, "")], kind: .invalid, handling: .retryLater),
        Mood(
            name: "a wrong token", faults: [.json(401, #"{"message":"401 Unauthorized"}"#)], kind: .unauthorized,
            handling: .tokenProblem, words: "is wrong, expired or revoked"),
        Mood(
            name: "an expired token",
            faults: [
                .json(
                    401,
                    #"{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}"#
                )
            ],
            kind: .unauthorized, handling: .tokenProblem, words: "GITLAB_TOKEN has expired"),
        Mood(
            name: "a revoked token",
            faults: [
                .json(
                    401,
                    #"{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}"#
                )
            ],
            kind: .unauthorized, handling: .tokenProblem, words: "GITLAB_TOKEN was revoked"),
        Mood(
            name: "a 401 page", faults: [.page(401, title: "Sign in")], kind: .unauthorized, handling: .tokenProblem,
            words: "Sign in"),
        Mood(
            name: "a token that may only read",
            faults: [
                .json(
                    403,
                    #"{"error":"insufficient_scope","error_description":"The request requires higher privileges","scope":"api"}"#
                )
            ],
            kind: .forbidden, handling: .tokenProblem, words: "the scope api"),
        Mood(
            name: "a blocked bot",
            faults: [.json(403, #"{"message":"403 Forbidden - Your account has been blocked."}"#)],
            kind: .forbidden, handling: .tokenProblem, words: "look at that user"),
        Mood(
            name: "no role here", faults: [.json(403, #"{"message":"403 Forbidden"}"#)], kind: .forbidden,
            handling: .giveUp, words: "role"),
        Mood(
            name: "deleted", faults: [.json(404, #"{"message":"404 Project Not Found"}"#)], kind: .notFound,
            handling: .gone, words: "member of the project"),
        Mood(
            name: "refused", faults: [.json(422, #"{"message":{"base":["is odd"]}}"#)], kind: .invalid,
            handling: .giveUp, words: "is odd"),
        Mood(
            name: "elsewhere",
            faults: [.answer(302, "text/html", "", ["Location: https://evil.example/api/v4/version"])],
            kind: .redirected, handling: .giveUp, words: "redirects are not followed"),
    ]

    @Test(arguments: moods) func `GitLab is`(_ mood: Mood) async throws {
        let gitLab = try SocketGitLab(mood.faults, deadlineSeconds: mood.deadlineSeconds)
        defer { gitLab.relay.stop() }
        do {
            let version = try await gitLab.client.version()
            #expect(mood.kind == nil && version == "18.6.0-ee")
        } catch {
            #expect(error.kind == mood.kind && error.handling == mood.handling, "\(error)")
            #expect(error.description.contains(mood.words), "\(error)")
            #expect(!error.description.contains("glpat-secret"))
            #expect(error.retryAfterSeconds == mood.retryAfterSeconds)
            #expect(error.isTemporary == (mood.handling == .retryLater))
        }
        #expect(gitLab.waits == mood.waits)
        #expect(gitLab.calls.count == mood.waits.count + 1)
    }

    @Test func `a note is posted again only when GitLab cannot have it`() async throws {
        let note = HarmlessNote(markdown: "Hello.", marker: nil, secrets: [], characterLimit: 1000)
        for (fault, count) in [(Fault.tooManyRequests(retryAfterSeconds: 1), 2), (.error(502), 1), (.dropBefore, 1)] {
            let gitLab = try SocketGitLab([fault, .json(201, #"{"id":5}"#)])
            defer { gitLab.relay.stop() }
            let posted = try? await gitLab.client.createNote(projectID: 3, iid: 7, note: note, botUserID: 9)
            #expect(posted == (count == 2 ? .created(id: 5) : nil))
            #expect(gitLab.calls.count == count)
        }
    }

    @Test func `a page in the place of a note's answer is no note`() async throws {
        let note = HarmlessNote(markdown: "Hello.", marker: nil, secrets: [], characterLimit: 1000)
        let gitLab = try SocketGitLab([.page(200, title: "Sign in")])
        defer { gitLab.relay.stop() }
        do {
            _ = try await gitLab.client.createNote(projectID: 3, iid: 7, note: note, botUserID: 9)
            Issue.record("a login page was taken for a note")
        } catch {
            #expect(error.isTemporary && error.isWebPage && error.description.contains("Sign in"))
        }
        let commands = try SocketGitLab([.json(202, #"{"commands_changes":{},"summary":["Closed."]}"#)])
        defer { commands.relay.stop() }
        #expect(try await commands.client.createNote(projectID: 3, iid: 7, note: note, botUserID: 9) == .accepted)
    }

    @Test func `deleting a note that is gone is done, what may not be deleted is said`() async throws {
        for (answer, kind) in [
            (Fault.json(204, ""), nil), (.json(404, "{}"), nil), (.json(403, "{}"), GitLabError.Kind.forbidden),
        ] {
            let gitLab = try SocketGitLab([answer])
            defer { gitLab.relay.stop() }
            var thrown: GitLabError.Kind?
            do { try await gitLab.client.deleteNote(projectID: 3, iid: 7, noteID: 5) } catch { thrown = error.kind }
            #expect(thrown == kind && gitLab.calls == ["DELETE /projects/3/merge_requests/7/notes/5"])
        }
    }

    @Test func `a diff that is not prepared is asked for again, for seven seconds`() async throws {
        let empty = Fault.json(200, #"{"iid":7,"state":"opened","diff_refs":null}"#)
        let full = Fault.json(
            200, #"{"iid":7,"state":"opened","diff_refs":{"base_sha":"b","head_sha":"h","start_sha":"s"}}"#)
        for (emptyCount, isThere) in [(3, true), (4, false)] {
            let gitLab = try SocketGitLab(Array(repeating: empty, count: emptyCount) + [full])
            defer { gitLab.relay.stop() }
            let mergeRequest = try await gitLab.client.mergeRequest(projectID: 3, iid: 7)
            #expect((mergeRequest.diffRefs != nil) == isThere && gitLab.waits == [1, 2, 4])
        }
    }
}
