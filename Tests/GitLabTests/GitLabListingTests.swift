import Faults
import Testing

@testable import GitLab

@Suite struct GitLabListingTests {
    private func item(_ iid: Int, labels: String = #"["ai-review"]"#, state: String = "opened", project: Int = 3)
        -> String
    {
        #"{"iid":\#(iid),"project_id":\#(project),"state":"\#(state)","sha":"c\#(iid)","draft":\#(iid == 2),"updated_at":"2026-03-01T00:00:00Z","labels":\#(labels),"author":{"id":1,"username":"ann"}}"#
    }

    @Test func `labelled merge requests over all pages, by number, at our own address`() async throws {
        let gitLab = try SocketGitLab([
            .json(
                200, "[\(item(1)),\(item(2))]",
                [#"Link: <https://evil.example/x?page=2>; rel="next""#, "ETag: W/\"a\""]),
            .json(
                200, "[\(item(3)),\(item(4, state: "merged")),\(item(5, labels: #"["other"]"#)),7,{}]",
                ["X-Next-Page: ", "RateLimit-Remaining: 12", "RateLimit-Reset: 1773133260", "RateLimit-Limit: 2000"]),
        ])
        defer { gitLab.relay.stop() }
        let list = try await gitLab.client.mergeRequests(labelled: "ai-review", in: .project(.id(3)))
        #expect(
            list.mergeRequests.map(\.iid) == [1, 2, 3] && list.mergeRequests.map(\.isDraft) == [false, true, false])
        #expect(list.mergeRequests[0].sha == "c1" && list.mergeRequests[0].authorUsername == "ann")
        #expect(
            list.tag == nil && !list.isCut && list.rateLimit == RateLimit(limit: 2000, remaining: 12, resetSeconds: 60))
        #expect(gitLab.calls.count == 2 && gitLab.calls[1].hasSuffix("&page=2"))
        #expect(
            gitLab.calls[0]
                == "GET /projects/3/merge_requests?state=opened&scope=all&labels=ai-review&order_by=created_at&sort=asc&per_page=100&page=1"
        )
    }

    @Test func `an unchanged list costs one request and no body`() async throws {
        let gitLab = try SocketGitLab([
            .json(200, "[\(item(1))]", ["ETag: W/\"a\""]), .answer("HTTP/1.1 304 X\r\nConnection: close\r\n\r\n"),
        ])
        defer { gitLab.relay.stop() }
        let first = try await gitLab.client.mergeRequests(labelled: "ai-review", in: .group("shop/web"))
        #expect(first.tag == "W/\"a\"" && !first.isUnchanged)
        let second = try await gitLab.client.mergeRequests(
            labelled: "ai-review", in: .group("shop/web"), tag: first.tag)
        #expect(second.isUnchanged && second.mergeRequests.isEmpty && second.tag == first.tag)
        #expect(gitLab.calls[1].hasPrefix("GET /groups/shop%2Fweb/merge_requests?"))
    }

    @Test(arguments: [99, 100]) func `a full page has no tag, for what comes next would be on another`(_ count: Int)
        async throws
    {
        let items = (1...count).map { item($0) }.joined(separator: ",")
        let gitLab = try SocketGitLab([.json(200, "[\(items)]", ["ETag: W/\"a\""])])
        defer { gitLab.relay.stop() }
        let list = try await gitLab.client.mergeRequests(labelled: "ai-review", in: .project(.id(3)))
        #expect(list.mergeRequests.count == count && (list.tag != nil) == (count < GitLabClient.pageSize))
    }

    @Test func `a 304 that nobody asked for is an error`() async throws {
        let gitLab = try SocketGitLab([.answer("HTTP/1.1 304 X\r\nConnection: close\r\n\r\n")])
        defer { gitLab.relay.stop() }
        await #expect(throws: GitLabError.self) {
            try await gitLab.client.mergeRequests(labelled: "x", in: .project(.id(3)))
        }
    }

    @Test(arguments: [10, 11]) func `a list ends after so many pages`(_ pageCount: Int) async throws {
        let gitLab = try SocketGitLab(
            FaultPlan { .json(200, "[]", ["X-Next-Page: \($0.number + 1 < pageCount ? String($0.number + 2) : "")"]) })
        defer { gitLab.relay.stop() }
        let list = try await gitLab.client.mergeRequests(labelled: "x", in: .project(.id(3)))
        #expect(gitLab.calls.count == GitLabClient.labelledPageCountMax && list.isCut == (pageCount > 10))
    }

    @Test(
        arguments: [
            ("https://gitlab.example/api/v4/projects/81/merge_requests?x=y", 81), ("/api/v4/projects/81", 81),
            ("https://gitlab.example/api/v4/projects/old%2Fapp/merge_requests", nil),
            ("https://gitlab.example/login", nil),
            ("https://gitlab.example/api/v4/projects/9999999999999999999", nil),
            ("https://gitlab.example/api/v4/projects/", nil),
        ] as [(String, Int?)])
    func `a moved project is found by its number, and nothing goes to where the redirect points`(
        _ location: String, _ id: Int?
    ) async throws {
        let gitLab = try SocketGitLab([
            .json(301, "", ["Location: \(location)"]), .json(200, "[\(item(1, project: 81))]"),
        ])
        defer { gitLab.relay.stop() }
        let list = try? await gitLab.client.mergeRequests(labelled: "ai-review", in: .project(.path("old/app")))
        #expect(list?.movedToProjectID == id && list?.mergeRequests.count == (id == nil ? nil : 1))
        #expect(
            gitLab.calls.map { $0.prefix { $0 != "?" } } == ["GET /projects/old%2Fapp/merge_requests"]
                + (id.map { ["GET /projects/\($0)/merge_requests"] } ?? []))
    }

    @Test func `a number that redirects is not followed, nor is a redirect twice`() async throws {
        let there = Fault.json(301, "", ["Location: /api/v4/projects/81"])
        for (project, count) in [(ProjectReference.id(3), 1), (.path("old/app"), 2)] {
            let gitLab = try SocketGitLab([there])
            defer { gitLab.relay.stop() }
            await #expect(throws: GitLabError.self) { try await gitLab.client.project(project) }
            #expect(gitLab.calls.count == count)
        }
    }

    @Test(
        arguments: [
            (Fault.json(200, #"{"access_level":30}"#), true), (.json(200, #"{"access_level":29}"#), false),
            (.json(200, #"{"access_level":50,"state":"blocked"}"#), false),
            (.json(404, #"{"message":"404 Not found"}"#), false),
            (.json(200, "{}"), false), (.json(403, "{}"), nil), (.json(401, "{}"), nil), (.error(500), nil),
        ] as [(Fault, Bool?)])
    func `who may push is a Developer and above`(_ answer: Fault, _ may: Bool?) async throws {
        let gitLab = try SocketGitLab([answer])
        defer { gitLab.relay.stop() }
        #expect((try? await gitLab.client.mayPush(projectID: 3, userID: 9)) == may)
        #expect(gitLab.calls[0] == "GET /projects/3/members/all/9")
    }

    @Test func `a project, its hooks, its labels and the token are told`() async throws {
        let gitLab = try SocketGitLab([
            .json(
                200,
                #"{"id":3,"path_with_namespace":"shop/api","default_branch":"main","archived":true,"permissions":{"project_access":{"access_level":20},"group_access":{"access_level":40}}}"#
            ),
            .json(
                200,
                #"[{"id":1,"url":"https://b.example/webhooks/gitlab","merge_requests_events":true,"note_events":false,"enable_ssl_verification":false,"alert_status":"temporarily_disabled","disabled_until":"2026-03-10T10:00:00Z"},{"id":2}]"#
            ),
            .json(200, #"[{"name":"ai-review-no"},{"name":"AI-review"}]"#), .json(200, #"[{"name":"ai-review"}]"#),
            .json(200, #"{"name":"bot","scopes":["read_api"],"active":true,"revoked":true,"expires_at":"2026-03-12"}"#),
        ])
        defer { gitLab.relay.stop() }
        let project = try await gitLab.client.project(.path("shop/api"))
        #expect(project.id == 3 && project.path == "shop/api" && project.isArchived && project.accessLevel == 40)
        let hooks = try await gitLab.client.webhooks(of: .id(3))
        #expect(
            hooks.count == 1 && hooks[0].tellsMergeRequests && !hooks[0].tellsComments && !hooks[0].checksCertificate)
        #expect(hooks[0].alertStatus == "temporarily_disabled" && hooks[0].disabledUntil == "2026-03-10T10:00:00Z")
        #expect(try await !gitLab.client.hasLabel("ai-review", in: .id(3)))
        #expect(try await gitLab.client.hasLabel("ai-review", in: .id(3)))
        let token = try await gitLab.client.tokenInfo()
        #expect(token.scopes == ["read_api"] && !token.isActive && token.expiresOn == "2026-03-12")
    }

    @Test func `who put the label on is the last who did`() async throws {
        let events = #"""
            [{"action":"add","label":{"name":"ai-review"},"user":{"id":1,"username":"ann"}},{"action":"remove","label":{"name":"ai-review"},"user":{"id":2,"username":"bob"}},{"action":"add","label":{"name":"ai-review"},"user":{"id":3,"username":"cid"}},{"action":"add","label":null,"user":{"id":4,"username":"dan"}}]
            """#
        let gitLab = try SocketGitLab([
            .json(200, events), .json(200, "[]"),
            .json(200, #"[{"head_commit_sha":"h","base_commit_sha":"b","start_commit_sha":"s"},{}]"#),
        ])
        defer { gitLab.relay.stop() }
        #expect(
            try await gitLab.client.whoPut(label: "ai-review", onProjectID: 3, iid: 7)
                == GitLabUser(id: 3, username: "cid"))
        #expect(try await gitLab.client.whoPut(label: "ai-review", onProjectID: 3, iid: 7) == nil)
        #expect(try await gitLab.client.versions(projectID: 3, iid: 7).map(\.headSHA) == ["h"])
    }
}
