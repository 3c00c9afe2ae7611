import Demo
import Faults
import HTTPClient
import Platform
import Synchronization
import Testing
import UTCTime

@testable import Daemon
@testable import GitLab

/// The poll against a stand-in GitLab over real sockets, its waits written down.
@Suite struct PollTests {
    private static let all = StandInMergeRequest.workingDay
    private static let one = all[0]

    /// A GitLab, a relay before it, and books that know what was offered.
    private final class Scene: Sendable {
        let gitlab: StandInGitLab
        let relay: FaultyRelay
        let log = LogLines()
        let offers = Mutex<[PolledMergeRequest]>([])
        let waits = Mutex<[Double]>([])
        let result: @Sendable (PolledMergeRequest) -> OfferResult
        let seen: [ProjectReference]
        let poll: Poll

        init(
            projects: [String] = [], seen: [ProjectReference] = [], plan: FaultPlan = .calm,
            result: @escaping @Sendable (PolledMergeRequest) -> OfferResult = { _ in .taken }
        ) throws {
            gitlab = StandInGitLab(mergeRequests: PollTests.all, token: "t", now: TimeSource.system.now)
            try gitlab.start(log: .silent)
            relay = try FaultyRelay(to: gitlab.port, plan: plan)
            self.seen = seen
            self.result = result
            let cell = Cell()
            let environment = RetryEnvironment(
                sleep: { seconds in try await cell.scene?.slept(seconds) }, random: { 0.5 }, now: TimeSource.system.now)
            poll = Poll(
                gitlab: GitLabClient(
                    base: try GitLabBaseURL(relay.url), token: "t", transport: URLSessionTransport(),
                    environment: environment),
                label: "ai-review", projects: projects, intervalSeconds: 300,
                connections: Poll.Connections(
                    knownProjects: { cell.scene?.seen ?? [] }, offer: { cell.scene?.take($0) ?? .later }),
                environment: environment, log: Log(level: .debug, sink: log.add))
            cell.set(self)
        }

        private final class Cell: Sendable {
            private let held = Mutex<WeakScene>(WeakScene())
            private struct WeakScene { weak var scene: Scene? }
            var scene: Scene? { held.withLock { $0.scene } }
            func set(_ scene: Scene) { held.withLock { $0.scene = scene } }
        }

        private func take(_ mergeRequest: PolledMergeRequest) -> OfferResult {
            offers.withLock { $0.append(mergeRequest) }
            return result(mergeRequest)
        }

        private func slept(_ seconds: Double) async throws {
            waits.withLock { $0.append(seconds) }
            try Task.checkCancellation()
        }

        var offered: [String] { offers.withLock { $0 }.map { "\($0.projectPath ?? "?")!\($0.iid)" } }
        var requests: [String] {
            relay.passages.map { String($0.question.target.prefix { $0 != "?" }).replacing("/api/v4", with: "") }
        }

        func strike() {
            relay.stop()
            gitlab.stop()
        }
    }

    @Test func `what carries the label is offered, drafts too, and what does not is not`() async throws {
        let scene = try Scene(seen: [.id(Self.one.project.id)])
        defer { scene.strike() }
        let mine = Self.all.filter { $0.project == Self.one.project }
        scene.gitlab.add(label: "ai-review", to: mine[0])
        scene.gitlab.add(label: "AI-review", to: mine[1])
        for other in Self.all where other.project != Self.one.project {
            scene.gitlab.add(label: "ai-review", to: other)
        }
        scene.gitlab.change(mine[0]) {
            $0.sha = "e5e5"
            $0.isDraft = true
        }
        await scene.poll.round()
        #expect(scene.offered == ["shop/backend-api!\(mine[0].iid)"])
        let offer = try #require(scene.offers.withLock { $0.first })
        #expect(offer.headSHA == "e5e5" && offer.isDraft && offer.labels == ["backend", "ai-review"])
        #expect(offer.projectID == 42 && offer.authorUsername == mine[0].author && offer.authorID == mine[0].authorID)
        #expect(
            scene.log.all.count == 1 && scene.log.all[0].contains("without a review merge_request=shop/backend-api!"))
        scene.gitlab.change(mine[0]) { $0.state = "merged" }
        await scene.poll.round()
        #expect(scene.offered.count == 1)
    }

    @Test func `a group, a path and a number that mean the same are offered once, and cost nothing when unchanged`()
        async throws
    {
        let scene = try Scene(projects: ["shop", "shop/backend-api", "42"], seen: [.id(42)], result: { _ in .known })
        defer { scene.strike() }
        for mergeRequest in Self.all { scene.gitlab.add(label: "ai-review", to: mergeRequest) }
        await scene.poll.round()
        #expect(Set(scene.offered).count == Self.all.count && scene.offered.count == Self.all.count)
        #expect(
            scene.requests.sorted() == [
                "/groups/shop/merge_requests", "/projects/42/merge_requests",
                "/projects/shop%2Fbackend-api/merge_requests",
            ])
        #expect(scene.waits.withLock { $0 } == [Poll.spacingSeconds, Poll.spacingSeconds])
        await scene.poll.round()
        #expect(scene.offered.count == Self.all.count && scene.requests.count == 6 && scene.log.all.isEmpty)
    }

    @Test func `what cannot be taken now is offered again though nothing changed`() async throws {
        let scene = try Scene(seen: [.id(42)], result: { _ in .later })
        defer { scene.strike() }
        scene.gitlab.add(label: "ai-review", to: Self.one)
        await scene.poll.round()
        await scene.poll.round()
        #expect(scene.offered.count == 2 && scene.log.all.isEmpty)
    }

    @Test func `a subgroup is found where there is no project of that path`() async throws {
        let scene = try Scene(projects: ["shop/none"])
        defer { scene.strike() }
        for _ in 0..<5 { await scene.poll.round() }
        #expect(
            scene.requests
                == Array(
                    repeating: ["/projects/shop%2Fnone/merge_requests", "/groups/shop%2Fnone/merge_requests"], count: 3
                ).flatMap(\.self))
        #expect(scene.log.all.count == 1 && scene.log.all[0].contains("leaves out for a day"))
    }

    @Test func `a deleted project and a broken one do not hold up the others`() async throws {
        let scene = try Scene(
            seen: [.id(9999), .id(42), .id(58)],
            plan: FaultPlan { $0.target.contains("/projects/42/") ? .dropBefore : .none })
        defer { scene.strike() }
        for mergeRequest in Self.all { scene.gitlab.add(label: "ai-review", to: mergeRequest) }
        for _ in 0..<10 { await scene.poll.round() }
        #expect(Set(scene.offered.map { $0.prefix { $0 != "!" } }) == ["shop/frontend-app"])
        #expect(scene.requests.count { $0 == "/projects/58/merge_requests" } == 10)
        #expect(scene.requests.count { $0 == "/projects/9999/merge_requests" } == 3)
        #expect(scene.requests.count { $0 == "/projects/42/merge_requests" } < 6)
        #expect(scene.log.at("warning").count == 2)
    }

    @Test func `a wrong token costs one request a round and one line`() async throws {
        let scene = try Scene(
            seen: [.id(42), .id(58)],
            plan: FaultPlan { $0.number < 3 ? .answer("HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n") : .none })
        defer { scene.strike() }
        scene.gitlab.add(label: "ai-review", to: Self.one)
        for _ in 0..<3 { await scene.poll.round() }
        #expect(scene.requests.count == 3 && scene.log.all.count == 1 && scene.log.at("error").count == 1)
        await scene.poll.round()
        #expect(scene.offered.count == 1 && scene.log.all.contains { $0.contains("poll works again") })
    }

    @Test func `a limit is waited for as long as GitLab says, and the same is asked again`() async throws {
        let scene = try Scene(
            seen: [.id(42)], plan: FaultPlan { $0.number == 0 ? .tooManyRequests(retryAfterSeconds: 33) : .none })
        defer { scene.strike() }
        scene.gitlab.add(label: "ai-review", to: Self.one)
        await scene.poll.round()
        #expect(scene.offered.count == 1 && scene.waits.withLock { $0 } == [33] && scene.requests.count == 2)
    }

    @Test(arguments: [UInt64(1), 2, 3]) func `through a storm everything is offered in the end`(_ seed: UInt64)
        async throws
    {
        let scene = try Scene(
            projects: ["shop"], seen: [.id(42), .id(58), .id(61)], plan: .seeded(seed), result: { _ in .known })
        defer { scene.strike() }
        for mergeRequest in Self.all { scene.gitlab.add(label: "ai-review", to: mergeRequest) }
        for _ in 0..<12 { await scene.poll.round() }
        #expect(Set(scene.offered).count == Self.all.count)
        #expect(scene.relay.passages.contains { $0.fault != .none })
    }

    @Test func `it starts a little later than the others, keeps about its interval, and ends with its task`()
        async throws
    {
        let scene = try Scene(seen: [.id(42)])
        defer { scene.strike() }
        let running = Task { await scene.poll.run() }
        while scene.waits.withLock({ $0.count }) < 3 { try await Task.sleep(for: .milliseconds(1)) }
        running.cancel()
        await running.value
        let waits = scene.waits.withLock { $0 }
        #expect(waits[0] == 17.5 && waits[1] == 300 && waits[2] == 300)
    }
}
