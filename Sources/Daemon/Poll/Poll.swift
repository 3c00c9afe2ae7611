import GitLab
import HTTPClient
import Platform
import UTCTime

/// The reconciliation poll: GitLab delivers each event at most once, so from time to time somebody has to look.
///
/// Each round lists the open merge requests that carry the label, of the projects and groups configured and of those that deliveries
/// told of, and offers each to the books, which decide whether its head was reviewed. One request at a time, none tried twice: the
/// next round is the retry. Merge requests that were labelled before the daemon was installed are offered like any other.
actor Poll {
    /// Seconds between two requests: a poll is never in a hurry.
    static let spacingSeconds = 0.2
    /// Seconds after the start at which the first round comes at the earliest; it comes within twice `startSpreadSeconds`.
    static let startSeconds = 5.0
    /// Daemons that start together do not all ask together.
    static let startSpreadSeconds = 25.0

    /// What the poll is connected to.
    struct Connections: Sendable {
        /// The projects that deliveries told of.
        var knownProjects: @Sendable () async -> [ProjectReference]
        /// Takes a labelled merge request, if its head has no review.
        var offer: @Sendable (PolledMergeRequest) async -> OfferResult
    }

    private let gitlab: GitLabClient
    private let label: String
    private let configured: [PollTarget]
    private let intervalSeconds: Int
    private let connections: Connections
    private let environment: RetryEnvironment
    private let log: Log
    private var plan: PollPlan
    private var isRunning = false

    /// A poll every `intervalSeconds` (at least 1) for merge requests with `label`. `projects` are entries of `GITLAB_PROJECTS`.
    init(
        gitlab: GitLabClient, label: String, projects: [String], intervalSeconds: Int, connections: Connections,
        environment: RetryEnvironment, log: Log
    ) {
        self.gitlab = gitlab
        self.label = label
        configured = projects.map(PollTarget.init(setting:))
        self.intervalSeconds = max(1, intervalSeconds)
        self.connections = connections
        self.environment = environment
        self.log = log
        plan = PollPlan(intervalSeconds: intervalSeconds)
    }

    /// Polls until the task is cancelled. The waits differ by a tenth at random.
    func run() async {
        var seconds = Self.startSeconds + environment.random() * min(Self.startSpreadSeconds, Double(intervalSeconds))
        while (try? await environment.sleep(seconds)) != nil, !Task.isCancelled {
            await round()
            seconds = Double(intervalSeconds) * (0.9 + 0.2 * environment.random())
        }
    }

    /// One round; does nothing while another runs.
    func round() async {
        guard !isRunning else { return }
        isRunning = true
        defer { isRunning = false }
        let seen = await connections.knownProjects().map(PollTarget.init)
        var offered: Set<Offered> = []
        var isFirst = true
        for target in plan.beginRound(configured + seen) {
            if !isFirst, (try? await environment.sleep(Self.spacingSeconds)) == nil { return }
            isFirst = false
            var step = await ask(target, &offered)
            if case .repeatAfter(let seconds) = step {
                guard (try? await environment.sleep(seconds)) != nil else { return }
                step = await ask(target, &offered)
            }
            if Task.isCancelled { return }
            switch step {
            case .goOn: continue
            case .pause(let seconds), .repeatAfter(let seconds):
                guard (try? await environment.sleep(seconds)) != nil else { return }
            case .endRound: return
            }
        }
    }

    /// A merge request that a group and its project both tell of is offered once a round.
    private struct Offered: Hashable {
        let projectID: Int
        let iid: Int
        let headSHA: String
        let isSettled: Bool
    }

    private func ask(_ target: PollTarget, _ offered: inout Set<Offered>) async -> PollPlan.Step {
        let question = plan.question(about: target)
        var failure: GitLabError?
        for scope in question.scopes {
            do throws(GitLabError) {
                let list = try await gitlab.mergeRequests(
                    labelled: label, in: scope, tag: question.tag, isPatient: false)
                let isSettled = await offer(list.mergeRequests, &offered)
                return take(plan.answered(target, scope: scope, list, isSettled: isSettled))
            } catch {
                // A cancelled request says nothing about GitLab.
                if Task.isCancelled { return .endRound }
                failure = error
                if error.handling != .gone { break }
            }
        }
        guard let failure else { return .goOn }
        return take(plan.failed(target, failure))
    }

    /// Offers each merge request; false when one has to be offered again.
    private func offer(_ mergeRequests: [MergeRequest], _ offered: inout Set<Offered>) async -> Bool {
        var isSettled = true
        for mergeRequest in mergeRequests {
            guard let polled = PolledMergeRequest(mergeRequest) else { continue }
            func key(_ isSettled: Bool) -> Offered {
                Offered(projectID: polled.projectID, iid: polled.iid, headSHA: polled.headSHA, isSettled: isSettled)
            }
            if offered.contains(key(true)) { continue }
            if offered.contains(key(false)) {
                isSettled = false
                continue
            }
            let result = await connections.offer(polled)
            offered.insert(key(result != .later))
            if result == .later { isSettled = false }
            if result == .taken {
                let name = "\(polled.projectPath ?? String(polled.projectID))!\(polled.iid)"
                log(
                    .info, "poll found a merge request without a review",
                    ["merge_request": name, "head": polled.headSHA])
            }
        }
        return isSettled
    }

    private func take(_ outcome: (step: PollPlan.Step, remarks: [PollRemark])) -> PollPlan.Step {
        for remark in outcome.remarks { remark.write(to: log) }
        return outcome.step
    }
}
