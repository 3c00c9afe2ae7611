import HTTPClient
import JSON
import Synchronization

@testable import GitLab

/// A GitLab with discussions and draft notes of one merge request, which can fail at any of its calls.
final class DiscussionsGitLab: Sendable {
    /// What goes wrong at a call.
    enum Fault: Sendable, CaseIterable {
        /// It never arrives.
        case lostBefore
        /// It has its effect and the answer is lost.
        case lostAfter
        /// 502 without effect.
        case failsBefore
        /// 500 after the effect.
        case failsAfter
    }

    struct State {
        var discussions: [JSONValue] = []
        var drafts: [JSONValue] = []
        var nextID = 100
        var callCount = 0
        /// Bodies in the order in which they were published, and with how many others.
        var published: [String] = []
        var batchCount = 0
    }

    static let bot = 99
    let state: Mutex<State>
    private let faultAt: Int?
    private let fault: Fault
    /// Statuses for calls by `METHOD last-part-of-path`, before any effect.
    private let refusals: [String: Int]
    /// Lines that are not in the diff.
    private let badLines: Set<Int>

    init(
        _ state: State = State(), faultAt: Int? = nil, fault: Fault = .lostBefore, refusals: [String: Int] = [:],
        badLines: Set<Int> = []
    ) {
        self.state = Mutex(state)
        self.faultAt = faultAt
        self.fault = fault
        self.refusals = refusals
        self.badLines = badLines
    }

    var scripted: ScriptedGitLab { ScriptedGitLab { _, request in self.answer(to: request) } }

    static func discussion(_ body: String, author: Int = bot, id: String = "d", more: [JSONValue] = []) -> JSONValue {
        [
            "id": .string(id), "individual_note": false,
            "notes": .array(
                [
                    [
                        "id": 1, "body": .string(body), "author": ["id": .integer(author)], "system": false,
                        "resolved": false,
                    ]
                ]
                    + more),
        ]
    }

    private func answer(to request: ClientRequest) -> ScriptedGitLab.Answer {
        state.withLock { state in
            state.callCount += 1
            let path = request.url.split(separator: "?")[0]
            let last = String(path.split(separator: "/").last ?? "")
            if let status = refusals["\(request.method) \(last)"] { return GitLabTests.answer(status) }
            let isFaulty = state.callCount == faultAt
            if isFaulty, fault == .lostBefore { return .failure(HTTPClientError(.connectionLost, "")) }
            if isFaulty, fault == .failsBefore { return GitLabTests.answer(502) }
            let answer = effect(request, last, &state)
            if isFaulty, fault == .lostAfter { return .failure(HTTPClientError(.timedOut, "")) }
            if isFaulty, fault == .failsAfter { return GitLabTests.answer(500) }
            return answer
        }
    }

    private func effect(_ request: ClientRequest, _ last: String, _ state: inout State) -> ScriptedGitLab.Answer {
        let body = (try? JSONValue(parsing: request.body ?? [])) ?? .null
        let line = body["position"]?["new_line"]?.integer
        let ids = request.url.split(separator: "?")[0].split(separator: "/").compactMap { Int($0) }
        switch (request.method, last) {
        case ("GET", "discussions"): return GitLabTests.answer(200, JSONValue.array(state.discussions).text)
        case ("GET", "draft_notes"): return GitLabTests.answer(200, JSONValue.array(state.drafts).text)
        case ("POST", "discussions"):
            if let line, badLines.contains(line) { return GitLabTests.answer(400, #"{"message": "line_code"}"#) }
            publish(body["body"]?.string ?? "", &state)
            state.batchCount += 1
            return GitLabTests.answer(201, #"{"id": "new"}"#)
        case ("POST", "draft_notes"):
            if let line, badLines.contains(line) { return GitLabTests.answer(400, #"{"message": "line_code"}"#) }
            state.nextID += 1
            let draft: JSONValue = [
                "id": .integer(state.nextID), "note": body["note"] ?? .null, "position": body["position"] ?? .null,
            ]
            state.drafts.append(draft)
            return GitLabTests.answer(201, draft.text)
        case ("POST", "bulk_publish"):
            for draft in state.drafts { publish(draft["note"]?.string ?? "", &state) }
            state.drafts = []
            state.batchCount += 1
            return GitLabTests.answer(204, "")
        case ("PUT", "publish"):
            guard let index = state.drafts.firstIndex(where: { $0["id"]?.integer == ids.last }) else {
                return GitLabTests.answer(404)
            }
            publish(state.drafts.remove(at: index)["note"]?.string ?? "", &state)
            state.batchCount += 1
            return GitLabTests.answer(204, "")
        case ("DELETE", _):
            let index = state.drafts.firstIndex { $0["id"]?.integer == ids.last }
            if let index { state.drafts.remove(at: index) }
            return GitLabTests.answer(index == nil ? 404 : 204, "")
        default: return GitLabTests.answer(404)
        }
    }

    private func publish(_ body: String, _ state: inout State) {
        state.published.append(body)
        state.discussions.append(Self.discussion(body, id: "d\(state.published.count)"))
    }
}
