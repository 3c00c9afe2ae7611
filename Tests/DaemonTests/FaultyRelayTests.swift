import Demo
import Faults
import HTTPClient
import JSON
import Platform
import Testing

/// What the tests of a stormy GitLab stand on: that faults are what they say they are.
@Suite struct FaultyRelayTests {
    private static let mergeRequest = StandInMergeRequest.workingDay[0]

    private func withGitLab(_ plan: FaultPlan, _ body: (StandInGitLab, FaultyRelay) async throws -> Void) async throws {
        let gitlab = StandInGitLab(
            mergeRequests: StandInMergeRequest.workingDay, token: "t", now: TimeSource.system.now)
        try gitlab.start(log: .silent)
        let relay = try FaultyRelay(to: gitlab.port, plan: plan)
        try await body(gitlab, relay)
        relay.stop()
        gitlab.stop()
    }

    private func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, fields: FieldList = [:], to relay: FaultyRelay,
        deadlineSeconds: Double = 30
    ) async throws(HTTPClientError) -> ClientResponse {
        var all = fields
        all["PRIVATE-TOKEN"] = "t"
        all["Content-Type"] = "application/json"
        return try await URLSessionTransport().send(
            ClientRequest(
                method: method, url: relay.url + "/api/v4" + path, fields: all, body: body?.bytes,
                deadlineSeconds: deadlineSeconds))
    }

    @Test(
        arguments: [
            (Fault.none, 201), (.error(500), 500), (.errorAfterEffect(502), 502),
            (.tooManyRequests(retryAfterSeconds: 3), 429), (.tooManyRequests(retryAfterSeconds: nil), 429),
            (.dropBefore, nil), (.dropAfter, nil), (.cut, nil), (.slow(milliseconds: 1), 201), (.hang, nil),
            (.hangAfterEffect, nil),
        ] as [(Fault, Int?)])
    func `a fault is seen by the client and takes effect as it says`(_ fault: Fault, _ status: Int?) async throws {
        try await withGitLab(FaultPlan { _ in fault }) { gitlab, relay in
            let isHanging = fault == .hang || fault == .hangAfterEffect
            let answer = try? await send(
                "POST", "/projects/42/merge_requests/123/notes", ["body": "Hello."], to: relay,
                deadlineSeconds: isHanging ? 0.3 : 30)
            #expect(answer?.status == status)
            if fault == .tooManyRequests(retryAfterSeconds: 3) { #expect(answer?.fields["Retry-After"] == "3") }
            // A client that gave up is not waited for.
            for _ in 0..<5000
            where isHanging
                && (relay.passages.isEmpty || gitlab.notes(of: Self.mergeRequest).isEmpty && fault.reachesServer)
            {
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(gitlab.notes(of: Self.mergeRequest).count == (fault.reachesServer ? 1 : 0))
            #expect(relay.passages.map(\.fault) == [fault])
        }
    }

    @Test func `a seed means the same faults whatever the order, and another seed means others`() {
        func faults(_ seed: UInt64, _ numbers: [Int]) -> [Int: Fault] {
            let plan = FaultPlan.seeded(seed)
            return Dictionary(
                uniqueKeysWithValues: numbers.map {
                    ($0, plan.decide(.init(method: "GET", target: "/a?page=\($0)", repetition: $0, number: 999 - $0)))
                })
        }
        let one = faults(1, Array(0..<300))
        #expect(one == faults(1, Array((0..<300).reversed())) && one != faults(2, Array(0..<300)))
        let kinds = FaultPlan.storm.map(\.0)
        for kind in kinds { #expect(one.values.contains(kind), "\(kind) never comes") }
        let share = one.values.filter { $0 == .error(500) || $0 == .errorAfterEffect(502) }.count
        #expect(60...120 ~= share, "a third of 300, not \(share)")
    }

    @Test func `lists are by label and state, in pages, and unchanged ones cost no body`() async throws {
        try await withGitLab(.calm) { gitlab, relay in
            let all = StandInMergeRequest.workingDay.filter { $0.project == Self.mergeRequest.project }
            for mergeRequest in all { gitlab.add(label: "ai-review", to: mergeRequest) }
            let path = "/projects/shop%2Fbackend-api/merge_requests?state=opened&labels=ai-review&per_page=1"
            var seen: [Int] = []
            var next: String? = "1"
            while let page = next, !page.isEmpty, seen.count < 50 {
                let answer = try await send("GET", path + "&page=\(page)", to: relay)
                seen += try JSONValue(parsing: answer.body).array?.compactMap { $0["iid"]?.integer } ?? []
                next = answer.fields["X-Next-Page"]
            }
            #expect(seen.count == all.count && Set(seen).count == all.count && seen.count > 1)
            let first = try await send("GET", path, to: relay)
            let tag = try #require(first.fields["ETag"])
            #expect(try await send("GET", path, fields: ["If-None-Match": tag], to: relay).status == 304)
            gitlab.change(all[0]) { $0.state = "merged" }
            #expect(try await send("GET", path, fields: ["If-None-Match": tag], to: relay).status == 200)
            gitlab.deleteProject(Self.mergeRequest.project)
            #expect(try await send("GET", path, to: relay).status == 404)
        }
    }

    @Test func `a relay that is stopped breaks what hangs and takes no more`() async throws {
        try await withGitLab(FaultPlan { _ in .hang }) { _, relay in
            async let hanging = try? send("GET", "/user", to: relay)
            while relay.passages.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            relay.stop()
            #expect(await hanging == nil)
            #expect((try? await send("GET", "/user", to: relay)) == nil)
        }
    }
}
