import HTTPClient
import JSON
import Testing

@testable import GitLab

@Suite struct GitLabClientTests {
    private func failure<Value>(_ work: () async throws(GitLabError) -> Value) async -> GitLabError? {
        do throws(GitLabError) {
            _ = try await work()
            return nil
        } catch {
            return error
        }
    }

    @Test func `asks the configured address with the token and the recursion id`() async throws {
        let gitLab = ScriptedGitLab { _, _ in
            answer(
                200,
                #"{"iid":7,"project_id":3,"state":"opened","labels":["a"],"sha":"c0","diff_refs":{"base_sha":"b","head_sha":"c0","start_sha":"s"},"changes_count":"1000+","author":{"id":1,"username":"ann"}}"#
            )
        }
        let mergeRequest = try await gitLab.client().mergeRequest(projectID: 3, iid: 7, eventUUID: "u")
        #expect(
            mergeRequest.sha == "c0" && mergeRequest.diffRefs?.baseSHA == "b" && mergeRequest.changesCount == "1000+")
        #expect(mergeRequest.labels == ["a"] && mergeRequest.authorUsername == "ann" && mergeRequest.isOpen)
        let request = try #require(gitLab.requests.first)
        #expect(request.url == "https://gitlab.example/git/api/v4/projects/3/merge_requests/7")
        #expect(request.fields["PRIVATE-TOKEN"] == "glpat-secret" && request.fields["X-Gitlab-Event-UUID"] == "u")
        #expect(gitLab.requests.count == 1)
    }

    @Test func `waits a little for a diff that is being prepared`() async throws {
        let prepared = #"{"iid":7,"state":"opened","diff_refs":{"base_sha":"b","head_sha":"h","start_sha":"s"}}"#
        let gitLab = ScriptedGitLab { number, _ in
            answer(200, number < 3 ? #"{"iid":7,"state":"opened","diff_refs":null}"# : prepared)
        }
        #expect(try await gitLab.client().mergeRequest(projectID: 3, iid: 7).diffRefs?.headSHA == "h")
        #expect(gitLab.waits == [1, 2])
        let never = ScriptedGitLab { _, _ in answer(200, #"{"iid":7,"state":"opened","diff_refs":{"base_sha":null}}"#) }
        #expect(try await never.client().mergeRequest(projectID: 3, iid: 7).diffRefs == nil)
        #expect(never.waits == GitLabClient.preparationWaits)
        let plain = ScriptedGitLab { _, _ in answer(200, #"{"iid":7}"#) }
        #expect(try await plain.client().mergeRequest(projectID: 3, iid: 7).diffRefs == nil && plain.waits.isEmpty)
    }

    @Test func `reads every page of a diff, by number, whatever host the links name`() async throws {
        let gitLab = ScriptedGitLab { number, request in
            let file = #"[{"old_path":"a\#(number)","new_path":"a\#(number)","diff":"@@"}]"#
            switch number {
            case 1: return answer(200, file, ["X-Next-Page": "2"])
            case 2:
                return answer(
                    200, file,
                    [
                        "Link":
                            "<https://evil.example/api?page=1&x=y>; rel=\"prev\", <https://evil.example/api?per_page=100&page=3>; rel=\"next\""
                    ])
            default: return answer(200, file, ["x-next-page": ""])
            }
        }
        let list = try await gitLab.client().diffs(projectID: 3, iid: 7)
        #expect(list.files.map(\.newPath) == ["a1", "a2", "a3"] && list.incompleteness == nil)
        #expect(gitLab.requests.allSatisfy { $0.url.hasPrefix("https://gitlab.example/git/api/v4/") })
        #expect(gitLab.requests.map { $0.url.contains("page=2&") } == [false, true, false])
    }

    @Test func `stops at a page that does not advance and at the last allowed one`() async throws {
        for next in ["1", "0", "-1", "x", "99999999999999999999"] {
            let circle = ScriptedGitLab { _, _ in answer(200, "[]", ["x-next-page": next]) }
            #expect(try await circle.client().diffs(projectID: 3, iid: 7).incompleteness == nil)
            #expect(circle.requests.count == 1)
        }
        let endless = ScriptedGitLab { number, _ in
            answer(200, #"[{"new_path":"a"}]"#, ["x-next-page": "\(number + 1)"])
        }
        let list = try await endless.client().diffs(projectID: 3, iid: 7)
        #expect(endless.requests.count == GitLabClient.pageCountMax && list.incompleteness != nil)
    }

    @Test(arguments: [
        (#"{"new_path":"a","diff":"@@"}"#, false), (#"{"new_path":"a","diff":""}"#, true),
        (#"{"new_path":"a","diff":"","collapsed":true}"#, true), (#"{"new_path":"a","too_large":true}"#, true),
        (#"{"new_path":"a","old_path":"b","renamed_file":true,"diff":""}"#, false),
        (#"{"new_path":"a","renamed_file":true,"too_large":true,"diff":""}"#, true),
        (#"{"new_path":"a","a_mode":"100644","b_mode":"100755","diff":""}"#, false),
        (#"{"new_path":"a","a_mode":"0","b_mode":"100644","new_file":true,"diff":""}"#, true),
    ])
    func `an empty diff is not an unchanged file`(_ file: String, _ isWithoutContent: Bool) throws {
        #expect(try #require(DiffFile(JSONValue(parsing: file))).isWithoutContent == isWithoutContent)
    }

    @Test func `falls back to the older way to read a diff`() async throws {
        let old = ScriptedGitLab { _, request in
            request.url.hasSuffix("/changes")
                ? answer(200, #"{"changes":[{"new_path":"a","diff":"@@"}],"overflow":true}"#) : answer(404)
        }
        let list = try await old.client().diffs(projectID: 3, iid: 7)
        #expect(list.files.count == 1 && list.incompleteness != nil)
        let gone = ScriptedGitLab { _, _ in answer(404, #"{"message":"404 Not found"}"#) }
        #expect(
            await failure { () async throws(GitLabError) in try await client(gone).diffs(projectID: 3, iid: 7) }?.kind
                == .notFound)
    }

    /// The client of a GitLab whose address is known to be one.
    private func client(_ gitLab: ScriptedGitLab) throws(GitLabError) -> GitLabClient {
        do { return try gitLab.client() } catch { throw GitLabError("test", .invalid, message: "\(error)", hint: "") }
    }

    @Test(arguments: [
        (301, "", GitLabError.Kind.redirected, "redirects are not followed"),
        (401, #"{"message":"401 Unauthorized"}"#, .unauthorized, "401 Unauthorized"),
        (403, #"{"error":"insufficient_scope","error_description":"needs more"}"#, .forbidden, "the scope api"),
        (403, #"{"message":"403 Forbidden"}"#, .forbidden, "role"),
        (404, #"{"message":"404 Project Not Found"}"#, .notFound, "member"),
        (400, #"{"message":{"note":["can't be blank","is odd"]}}"#, .invalid, "note can't be blank, is odd"),
        (422, "", .invalid, "422"), (429, "Retry later", .rateLimited, "Retry later"),
        (502, "<html><head><title>502 Bad Gateway</title></head></html>", .unavailable, "502 Bad Gateway"),
        (500, "\u{1B}[31m\r\nforged", .unavailable, "[31m forged"),
    ])
    func `an error says what happened and what to do`(
        _ status: Int, _ body: String, _ kind: GitLabError.Kind, _ words: String
    ) async {
        let gitLab = ScriptedGitLab { _, _ in answer(status, body) }
        let error = await failure { () async throws(GitLabError) in try await client(gitLab).currentUser() }
        #expect(error?.kind == kind && error?.status == status)
        let text = error?.description ?? ""
        #expect(
            text.contains(words) && !text.contains("glpat") && !text.unicodeScalars.contains { $0.value < 0x20 },
            "\(text)")
    }

    @Test(arguments: ["<html>", "", "[]", "7", "{}"]) func `an answer that is not GitLab's is an error`(_ body: String)
        async
    {
        let gitLab = ScriptedGitLab { _, _ in answer(200, body) }
        #expect(
            await failure { () async throws(GitLabError) in try await client(gitLab).currentUser() }?.kind == .invalid)
        #expect(
            await failure { () async throws(GitLabError) in try await client(gitLab).mergeRequest(projectID: 3, iid: 7)
            }?.kind == .invalid)
    }

    @Test func `reading is tried again, as long as GitLab asks for`() async throws {
        let gitLab = ScriptedGitLab { number, _ in
            switch number {
            case 1: answer(429, "", ["Retry-After": "7"])
            case 2: answer(429, "", ["RateLimit-Reset": "1000011"])
            case 3: .failure(HTTPClientError(.connectionLost, "lost"))
            case 4: answer(502)
            default: answer(200, #"{"version":"18.6.0-ee"}"#)
            }
        }
        #expect(try await gitLab.client().version() == "18.6.0-ee")
        #expect(gitLab.waits == [7, 11, 4, 8])
        let busy = ScriptedGitLab { _, _ in answer(503) }
        #expect(await failure { () async throws(GitLabError) in try await client(busy).version() }?.isTemporary == true)
        #expect(busy.requests.count == 6)
        let missing = ScriptedGitLab { _, _ in answer(501) }
        _ = await failure { () async throws(GitLabError) in try await client(missing).version() }
        #expect(missing.requests.count == 1)
    }

    @Test(arguments: [
        (200, #"{"access_level":30}"#, 30), (200, #"{"access_level":50,"state":"awaiting"}"#, 0), (404, "{}", 0),
        (200, #"{"access_level":null}"#, 0),
    ])
    func `a role is a number, none is 0`(_ status: Int, _ body: String, _ level: Int) async throws {
        let gitLab = ScriptedGitLab { _, _ in answer(status, body) }
        #expect(try await gitLab.client().memberAccessLevel(projectID: 3, userID: 9) == level)
        #expect(gitLab.calls == ["GET /projects/3/members/all/9"])
    }

    @Test func `a file's path and branch are encoded, a missing file is nil`() async throws {
        let gitLab = ScriptedGitLab { number, _ in number == 1 ? answer(200, "x") : answer(404) }
        let bytes = try await gitLab.client().rawFile(projectID: 3, path: "a b/../.bursar.json", ref: "feature/é?#")
        #expect(bytes == Array("x".utf8))
        #expect(
            gitLab.requests[0].url.hasSuffix(
                "/projects/3/repository/files/a%20b%2F%2E%2E%2F%2Ebursar%2Ejson/raw?ref=feature%2F%C3%A9%3F%23"))
        #expect(try await gitLab.client().rawFile(projectID: 3, path: "x", ref: "y") == nil)
    }

    @Test(arguments: [
        ("https://gitlab.example", "https://gitlab.example"), ("http://10.0.0.1:8080/", "http://10.0.0.1:8080"),
        ("https://a.b/git/api/v4/", "https://a.b/git"), ("HTTPS://A.B", "https://A.B"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("http://localhost:65535", "http://localhost:65535"),
    ])
    func `an address of GitLab`(_ text: String, _ wanted: String) throws {
        #expect(try GitLabBaseURL(text).description == wanted)
        #expect(try GitLabBaseURL(text).api == wanted + "/api/v4")
    }

    @Test(arguments: [
        "", "gitlab.example", "ftp://a.b", "https://", "https:///x", "https://u:hunter2@a.b", "https://a.b?x=hunter2",
        "https://a.b#x",
        "https://a b", "https://a.b:0", "https://a.b:65536", "https://a.b:x", "https://a.b:", "https://:80",
        "https://a.b\r\nx: y",
    ])
    func `anything else is refused without showing it`(_ text: String) {
        let error = #expect(throws: GitLabBaseURL.Failure.self) { try GitLabBaseURL(text) }
        #expect(error?.description.contains("https://gitlab.example.com") == true)
        #expect(error?.description.contains("hunter2") == false)
    }
}
