import HTTPClient
import JSON
import Synchronization
import Testing

@testable import GitLab

@Suite struct DiscussionTests {
    private static let refs = MergeRequest.DiffRefs(baseSHA: "b", headSHA: "h", startSHA: "s")

    private static func discussion(_ name: String, line: Int, head: String = "h") -> NewDiscussion {
        NewDiscussion(
            note: HarmlessNote(markdown: "Finding \(name)", marker: .finding(name), secrets: []),
            position: DiffPosition(
                refs: MergeRequest.DiffRefs(baseSHA: "b", headSHA: head, startSHA: "s"), oldPath: "a", newPath: "a",
                oldLine: nil, newLine: line))
    }

    private static let three = [
        discussion("aa", line: 1), discussion("bb", line: 2), discussion("cc", line: 3),
    ]

    private func post(_ gitLab: DiscussionsGitLab, _ discussions: [NewDiscussion] = three) async throws
        -> [PostedDiscussion]
    {
        await (try gitLab.scripted.client()).postDiscussions(
            discussions, projectID: 3, iid: 7, botUserID: DiscussionsGitLab.bot)
    }

    private func isRefused(_ outcome: PostedDiscussion) -> Bool { if case .refused = outcome { true } else { false } }

    @Test func `all are published in one batch`() async throws {
        let gitLab = DiscussionsGitLab()
        #expect(try await post(gitLab) == [.posted, .posted, .posted])
        gitLab.state.withLock {
            #expect($0.published == Self.three.map(\.note.body) && $0.batchCount == 1 && $0.drafts.isEmpty)
        }
        #expect(try await post(gitLab) == [.found, .found, .found], "and not again")
        gitLab.state.withLock { #expect($0.published.count == 3) }
        #expect(try await post(gitLab, []) == [])
    }

    @Test func `sends the position as GitLab wants it`() async throws {
        for (old, new) in [(nil, 5), (4, nil), (4, 5)] as [(Int?, Int?)] {
            let position = DiffPosition(refs: Self.refs, oldPath: "o", newPath: "n", oldLine: old, newLine: new)
            var wanted = JSONObject([
                ("position_type", "text"), ("base_sha", "b"), ("start_sha", "s"), ("head_sha", "h"), ("old_path", "o"),
                ("new_path", "n"),
            ])
            wanted["old_line"] = old.map { .integer($0) }
            wanted["new_line"] = new.map { .integer($0) }
            let gitLab = DiscussionsGitLab()
            let scripted = gitLab.scripted
            let discussion = NewDiscussion(note: Self.three[0].note, position: position)
            _ = await (try scripted.client()).postDiscussions([discussion], projectID: 3, iid: 7, botUserID: 99)
            let request = try #require(scripted.requests.last)
            #expect(scripted.calls.last == "POST /projects/3/merge_requests/7/discussions")
            let body = try JSONValue(parsing: request.body ?? [])
            #expect(body == ["body": .string(Self.three[0].note.body), "position": .object(wanted)])
        }
    }

    @Test(arguments: [
        ["GET draft_notes": 404], ["GET draft_notes": 403], ["POST draft_notes": 405], ["POST draft_notes": 404],
        ["POST bulk_publish": 404, "PUT publish": 404], ["POST bulk_publish": 403, "PUT publish": 405],
    ])
    func `without draft notes they are begun one by one`(_ refusals: [String: Int]) async throws {
        let gitLab = DiscussionsGitLab(refusals: refusals)
        #expect(try await post(gitLab) == [.posted, .posted, .posted])
        gitLab.state.withLock {
            #expect($0.published == Self.three.map(\.note.body) && $0.batchCount == 3 && $0.drafts.isEmpty)
        }
    }

    @Test func `without publishing all at once the drafts are published one by one`() async throws {
        let gitLab = DiscussionsGitLab(refusals: ["POST bulk_publish": 404])
        #expect(try await post(gitLab) == [.posted, .posted, .posted])
        gitLab.state.withLock { #expect($0.published.count == 3 && $0.batchCount == 3 && $0.drafts.isEmpty) }
    }

    @Test(arguments: [[:], ["GET draft_notes": 404]] as [[String: Int]])
    func `a line that GitLab refuses loses that one, and the others are posted`(_ refusals: [String: Int]) async throws
    {
        let gitLab = DiscussionsGitLab(refusals: refusals, badLines: [2])
        let outcomes = try await post(gitLab)
        #expect(outcomes[0] == .posted && isRefused(outcomes[1]) && outcomes[2] == .posted)
        gitLab.state.withLock { #expect($0.published == [Self.three[0].note.body, Self.three[2].note.body]) }
        let none = DiscussionsGitLab(refusals: refusals, badLines: [1, 2, 3])
        #expect(try await post(none).allSatisfy(isRefused))
        none.state.withLock { #expect($0.published.isEmpty && $0.batchCount == 0) }
    }

    @Test func `somebody's own drafts are not published, stale ones of ours are deleted`() async throws {
        func draft(_ id: Int, _ discussion: NewDiscussion) -> JSONValue {
            ["id": .integer(id), "note": .string(discussion.note.body), "position": discussion.position.json]
        }
        var state = DiscussionsGitLab.State()
        state.drafts = [
            draft(1, Self.discussion("stale", line: 9)), draft(2, Self.three[1]),
            draft(3, Self.discussion("cc", line: 3, head: "older")),
        ]
        let ours = DiscussionsGitLab(state)
        #expect(try await post(ours) == [.posted, .posted, .posted])
        ours.state.withLock {
            #expect(Set($0.published) == Set(Self.three.map(\.note.body)) && $0.published.count == 3)
            #expect($0.batchCount == 1 && $0.nextID == 102, "one draft was taken as it was")
        }
        state.drafts.append(["id": 4, "note": "my own thought", "position": nil])
        let shared = DiscussionsGitLab(state)
        #expect(try await post(shared) == [.posted, .posted, .posted])
        shared.state.withLock {
            #expect($0.published.count == 3 && !$0.published.contains("my own thought") && $0.batchCount == 3)
            #expect($0.drafts.map { $0["note"] } == ["my own thought"])
        }
    }

    /// A fault at every call there is, of every kind; then the same again, as after a crash.
    @Test(arguments: DiscussionsGitLab.Fault.allCases, [[:], ["GET draft_notes": 404]] as [[String: Int]])
    func `whatever is lost, nothing is posted twice and all of it is posted in the end`(
        _ fault: DiscussionsGitLab.Fault, _ refusals: [String: Int]
    ) async throws {
        for call in 1...12 {
            let gitLab = DiscussionsGitLab(faultAt: call, fault: fault, refusals: refusals)
            let first = try await post(gitLab)
            let second = try await post(gitLab)
            #expect(second.allSatisfy { $0 == .found || $0 == .posted }, "call \(call): \(first) then \(second)")
            gitLab.state.withLock {
                #expect(Set($0.published) == Set(Self.three.map(\.note.body)), "call \(call)")
                #expect($0.published.count == 3 && $0.drafts.isEmpty, "call \(call): \($0.published)")
            }
            for (index, outcome) in first.enumerated() where outcome == .posted {
                #expect(second[index] == .found, "what was said to be posted is there")
            }
        }
    }

    @Test func `a crash at any call leaves what the next run mends`() async throws {
        for last in 1...8 {
            // After call `last` nothing is answered any more: the daemon is gone.
            let gitLab = DiscussionsGitLab()
            let scripted = gitLab.scripted
            let dying = ScriptedGitLab { number, request in
                number > last ? .failure(HTTPClientError(.cancelled, "")) : scripted.answered(request)
            }
            _ = await (try dying.client()).postDiscussions(Self.three, projectID: 3, iid: 7, botUserID: 99)
            #expect(try await post(gitLab).allSatisfy { $0 == .found || $0 == .posted })
            gitLab.state.withLock { #expect($0.published.count == 3 && $0.drafts.isEmpty, "\(last)") }
        }
    }

    @Test func `a GitLab that is down fails all, and says so`() async throws {
        let gitLab = ScriptedGitLab { _, _ in answer(503) }
        let outcomes = await (try gitLab.client()).postDiscussions(Self.three, projectID: 3, iid: 7, botUserID: 99)
        for outcome in outcomes {
            guard case .failed(let error) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(error.isTemporary)
        }
    }

    @Test func `only our own discussions about findings are ours`() async throws {
        let marked = Self.three[0].note.body
        let reply: JSONValue = ["id": 2, "body": "No.", "author": ["id": 5], "system": false]
        let system: JSONValue = ["id": 3, "body": "changed this line", "author": ["id": 5], "system": true]
        var resolved = DiscussionsGitLab.discussion(marked, id: "r")
        var note = JSONObject(resolved["notes"]?.array?[0].object?.members.map { ($0.key, $0.value) } ?? [])
        note["resolved"] = true
        note["resolved_by"] = ["id": 99]
        resolved = ["id": "r", "notes": [.object(note)]]
        note["resolved_by"] = ["id": 5]
        let byOther: JSONValue = ["id": "o", "notes": [.object(note)]]
        let list: [JSONValue] = [
            DiscussionsGitLab.discussion(marked, id: "1"), DiscussionsGitLab.discussion(marked, author: 5, id: "2"),
            DiscussionsGitLab.discussion("no marker", id: "3"),
            DiscussionsGitLab.discussion("x\n\n\(NoteMarker("notice"))", id: "4"),
            DiscussionsGitLab.discussion("> \(marked) quoted", id: "5"), ["id": "6", "notes": []], ["id": "7"], "8",
            DiscussionsGitLab.discussion(marked, id: "9", more: [reply]),
            DiscussionsGitLab.discussion(marked, id: "10", more: [system]), resolved, byOther,
        ]
        let gitLab = ScriptedGitLab { _, _ in answer(200, JSONValue.array(list).text) }
        let found = try await gitLab.client().ownDiscussions(projectID: 3, iid: 7, botUserID: 99)
        #expect(found.map(\.id) == ["1", "9", "10", "r", "o"])
        #expect(found.map(\.hasReplies) == [false, true, false, false, false])
        #expect(found.map(\.isResolved) == [false, false, false, true, true])
        #expect(found.map(\.isResolvedByUs) == [false, false, false, true, false])
        #expect(found.allSatisfy { $0.marker.fingerprint == "aa" })
    }

    @Test func `reads every page, and no page for ever`() async throws {
        let body = Self.three[0].note.body
        let gitLab = ScriptedGitLab { number, _ in
            answer(
                200, JSONValue.array([DiscussionsGitLab.discussion(body, id: "\(number)")]).text,
                ["x-next-page": number < 3 ? "\(number + 1)" : ""])
        }
        let found = try await gitLab.client().ownDiscussions(projectID: 3, iid: 7, botUserID: 99)
        #expect(found.map(\.id) == ["1", "2", "3"])
        let endless = ScriptedGitLab { number, _ in answer(200, "[]", ["x-next-page": "\(number + 1)"]) }
        _ = try await endless.client().ownDiscussions(projectID: 3, iid: 7, botUserID: 99)
        #expect(endless.requests.count == GitLabClient.pageCountMax)
    }

    @Test func `resolves and reopens by id, whatever the id holds`() async throws {
        let gitLab = ScriptedGitLab { _, _ in answer(200) }
        try await gitLab.client().resolveDiscussion("6a9c", isResolved: true, projectID: 3, iid: 7)
        try await gitLab.client().resolveDiscussion("../../x?y", isResolved: false, projectID: 3, iid: 7)
        #expect(
            gitLab.calls == [
                "PUT /projects/3/merge_requests/7/discussions/6a9c", "PUT /projects/3/merge_requests/7/discussions/xy",
            ])
        let bodies = try gitLab.requests.map { try JSONValue(parsing: $0.body ?? []) }
        #expect(bodies == [["resolved": true], ["resolved": false]])
    }
}

extension ScriptedGitLab {
    /// What this one answers to `request`, made by another.
    func answered(_ request: ClientRequest) -> Answer { reply(1, request) }
}
