package import Daemon
import HTTPClient
import JSON
package import Platform
import Settings
import Synchronization
import Terminal
import UTCTime

/// The real daemon against stand-ins for GitLab and the model, all in one process, over real HTTP on loopback.
package final class Demonstration: Sendable {
    /// What the play needs to know.
    package struct Options: Sendable {
        /// An empty or new directory for the books.
        package var dataDirectory: String
        /// The daemon's port; 0 takes any free one.
        package var port: Int
        /// Columns of the text.
        package var width: Int

        /// Options of these values.
        package init(dataDirectory: String, port: Int, width: Int) {
            self.dataDirectory = dataDirectory
            self.port = port
            self.width = width
        }
    }

    /// Something that did not go as the play expects.
    package struct Failure: Error, CustomStringConvertible {
        /// What it was.
        package let description: String
    }

    /// Enough for six of the eight reviews.
    private static let dailyLimitTokens = 18_000
    private static let label = "ai-review"
    private static let hookSecret = "demo-hook-secret"
    private static let gitlabToken = "demo-gitlab-token"
    private static let modelKey = "demo-model-key"

    /// The daemon, up until `stop`.
    package let daemon: Daemon
    private let gitlab: StandInGitLab
    private let model: StandInModel
    private let clock: DemoClock
    private let firstDay: Day
    private let transport: any HTTPTransport
    private let options: Options
    private let say: @Sendable (String) -> Void
    /// Whether a note about the budget, and whether a review, was shown already.
    private let shown = Mutex<Set<Bool>>([])

    /// Starts the stand-ins and the daemon. `say` gets every line of the play; the daemon's log goes to `log`.
    package init(_ options: Options, log makeLog: (TimeSource) -> Log, say: @escaping @Sendable (String) -> Void) throws
    {
        // The play fills yesterday and ends today, so that the books are never ahead of the calendar.
        firstDay = TimeSource.system.now().day.adding(days: -1)
        clock = DemoClock(startingAt: firstDay.start.adding(seconds: 9 * 3600))
        transport = URLSessionTransport()
        self.options = options
        self.say = say
        let log = makeLog(clock.timeSource)
        gitlab = StandInGitLab(
            mergeRequests: StandInMergeRequest.workingDay, token: Self.gitlabToken, now: clock.timeSource.now)
        model = StandInModel(key: Self.modelKey)
        try gitlab.start(log: log)
        try model.start(log: log)
        let environment = [
            "TOKEN_DATA_DIR": options.dataDirectory, "TOKEN_DAILY_LIMIT": String(Self.dailyLimitTokens),
            "TOKEN_WARNING_THRESHOLD": "70%",
            "BURSAR_PORT": String(options.port), "GITLAB_URL": gitlab.url, "GITLAB_TOKEN": Self.gitlabToken,
            "GITLAB_WEBHOOK_SECRET": Self.hookSecret, "ANTHROPIC_BASE_URL": model.url,
            "ANTHROPIC_API_KEY": Self.modelKey,
            "REVIEW_MAX_OUTPUT_TOKENS": "3000",
        ]
        daemon = try Daemon.start(
            try Settings.load(environment: environment).get().0,
            environment: DaemonEnvironment(time: clock.timeSource, transport: transport, log: log))
    }

    /// Stops the daemon, then the stand-ins.
    package func stop() async {
        await daemon.stop(graceSeconds: 5)
        gitlab.stop()
        model.stop()
    }

    /// Plays the day.
    package func play() async throws {
        say(
            """
            Bursar is up at \(daemon.url), with a stand-in GitLab at \(gitlab.url)
            and a stand-in model at \(model.url). Everything below goes over real HTTP.

            The day is \(firstDay), the daily budget \(grouped(Self.dailyLimitTokens)) tokens.

            """)
        let day = StandInMergeRequest.workingDay
        let times = ["09:12:40", "10:05:11", "11:31:02", "13:20:47", "14:42:19", "15:58:30", "16:24:05", "16:51:33"]
        for (time, mergeRequest) in zip(times, day) { try await label(mergeRequest, at: time) }

        let blocked = day.filter(isBlocked)
        guard let first = blocked.first else {
            throw Failure(description: "The budget was not exhausted by the end of the day.")
        }
        say(
            """
            Somebody is impatient and sets the label of \(first.name) again. The note is kept up to date; there is no second one.

            """)
        try await relabel(first, at: firstDay.start.adding(seconds: 17 * 3600 + 5 * 60))
        let count = gitlab.notes(of: first).count
        say("   \(first.name) has \(count) \(count == 1 ? "note" : "notes").\n")

        let midnight = firstDay.adding(days: 1).start
        say(Self.rule("midnight UTC: \(midnight.day) begins", width: options.width))
        say("   The budget is whole again, and what it had blocked is reviewed by itself.\n")
        clock.advance(to: midnight.adding(seconds: 5))
        await settle()
        for mergeRequest in blocked { try await showOutcome(of: mergeRequest) }
        clock.advance(to: TimeSource.system.now())
        try await showBooks()
    }

    // MARK: - One event

    private func label(_ mergeRequest: StandInMergeRequest, at time: String) async throws {
        guard let time = TimeOfDay(time) else { throw Failure(description: "\(time) is not a time of day.") }
        clock.advance(to: firstDay.at(time))
        say(
            Self.rule(
                "\(time)  \(mergeRequest.name)  \(mergeRequest.title)  (\(mergeRequest.author))", width: options.width))
        let labels = gitlab.add(label: Self.label, to: mergeRequest)
        try await deliver(mergeRequest, labels)
        try await showOutcome(of: mergeRequest)
    }

    private func relabel(_ mergeRequest: StandInMergeRequest, at instant: Instant) async throws {
        clock.advance(to: instant)
        try await deliver(mergeRequest, gitlab.remove(label: Self.label, from: mergeRequest))
        clock.advance(to: instant.adding(seconds: 4))
        try await deliver(mergeRequest, gitlab.add(label: Self.label, to: mergeRequest))
        try await showOutcome(of: mergeRequest)
    }

    private func deliver(_ mergeRequest: StandInMergeRequest, _ labels: (before: [String], after: [String]))
        async throws
    {
        let body = mergeRequest.labelDelivery(
            before: labels.before, after: labels.after, at: clock.now, instance: gitlab.url)
        let delivery = "demo-\(mergeRequest.key)-\(clock.now.milliseconds)"
        let response = try await transport.send(
            ClientRequest(
                method: "POST", url: "\(daemon.url)/webhooks/gitlab",
                fields: [
                    "Content-Type": "application/json", "X-Gitlab-Event": "Merge Request Hook",
                    "X-Gitlab-Token": Self.hookSecret, "X-Gitlab-Instance": gitlab.url, "Idempotency-Key": delivery,
                    "X-Gitlab-Event-UUID": delivery,
                ], body: body.bytes))
        let happening =
            labels.after.contains(Self.label) ? "label '\(Self.label)' set" : "label '\(Self.label)' removed"
        say("   GitLab -> Bursar   \(happening): \(response.status) \(String(decoding: response.body, as: UTF8.self))")
        await settle()
    }

    /// Waits until the daemon has done what there is to do at this time.
    private func settle() async {
        daemon.tick()
        await daemon.untilIdle()
        await daemon.untilLooked()
    }

    private func showOutcome(of mergeRequest: StandInMergeRequest) async throws {
        guard let note = lastNote(of: mergeRequest) else {
            throw Failure(description: "\(mergeRequest.name) got no note.")
        }
        let isBlocked = isBlocked(mergeRequest)
        say("   Bursar -> GitLab   a note on \(mergeRequest.name):\n")
        // The first note of each kind is shown whole.
        let isNew = shown.withLock { $0.insert(isBlocked).inserted }
        say(Self.quoted(note, linesMax: isNew ? 40 : 11))
        if !isBlocked { showComments(on: mergeRequest, whole: isNew) }
        try await showBudget()
    }

    private func showComments(on mergeRequest: StandInMergeRequest, whole: Bool) {
        let comments = gitlab.discussions(of: mergeRequest)
        guard !comments.isEmpty else { return }
        say(
            "   Bursar -> GitLab   "
                + (comments.count == 1 ? "a comment at its line" : "\(comments.count) comments at their lines")
                + (whole ? ":\n" : "\n"))
        guard whole else { return }
        for comment in comments {
            say("     \(comment.path):\(comment.newLine ?? comment.oldLine ?? 0)")
            say(Self.quoted(comment.body, linesMax: 12))
        }
    }

    private func isBlocked(_ mergeRequest: StandInMergeRequest) -> Bool {
        lastNote(of: mergeRequest)?.contains("Budget Exhausted") == true
    }

    private func lastNote(of mergeRequest: StandInMergeRequest) -> String? { gitlab.notes(of: mergeRequest).last?.body }

    private func showBudget() async throws {
        let response = try await transport.send(ClientRequest(url: "\(daemon.url)/budget/status"))
        guard let stats = try JSONValue(parsing: response.body)["stats"], let used = stats["total_tokens"]?.integer,
            let limit = stats["budget_limit"]?.integer, let held = stats["held_tokens"]?.integer
        else { throw Failure(description: "GET /budget/status answered \(response.status) without figures.") }
        let bar = BudgetBar(used: used, held: held, limit: limit).text(width: 30, isColoured: false)
        say("   budget \(bar)  \(grouped(used)) of \(grouped(limit)) tokens\n")
    }

    // MARK: - The end

    private func showBooks() async throws {
        // The summaries follow the rows by a tenth of a second.
        try await Task.sleep(for: .milliseconds(300))
        let files = try BooksOnDisk(directory: options.dataDirectory)
        say(Self.rule("the books", width: options.width))
        for path in files.monthlyLogs {
            let lines = try files.lines(of: path)
            say("   \(path): \(lines.count - 1) rows, the last of them\n\n     \(lines.last ?? "")\n")
        }
        for path in files.summaries.prefix(1) {
            say("   \(path):\n\n" + (try files.lines(of: path)).map { "     \($0)" }.joined(separator: "\n") + "\n")
        }
        say("   \(model.callCount) model calls were made; every one of them is a row. Ready to open:\n")
        for path in files.monthlyLogs + files.summaries { say("     \(path)") }
        try await showAlerts()
        say(
            """

               curl \(daemon.url)/budget/status
               curl \(daemon.url)/metrics

            The dashboard: \(daemon.url)/

            The daemon stays up. Ctrl-C ends it.
            """)
    }

    private func showAlerts() async throws {
        let response = try await transport.send(ClientRequest(url: "\(daemon.url)/alerts"))
        guard let alerts = try JSONValue(parsing: response.body)["alerts"]?.array else {
            throw Failure(description: "GET /alerts answered \(response.status) without alerts.")
        }
        say("\n   What Bursar would have sent to Slack or a webhook, the newest first:\n")
        for alert in alerts { say("     \(alert["raised_at"]?.string ?? "")  \(alert["title"]?.string ?? "")") }
    }

    private static func rule(_ title: String, width: Int) -> String {
        "== \(title) " + String(repeating: "=", count: max(2, min(width, 120) - title.count - 4))
    }

    private static func quoted(_ note: String, linesMax: Int) -> String {
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        let rest = lines.count > linesMax ? ["     | … \(lines.count - linesMax) more lines"] : []
        return (lines.prefix(linesMax).map { "     | \($0)" } + rest).joined(separator: "\n") + "\n"
    }
}

extension StandInMergeRequest {
    /// `shop/backend-api!123`.
    var name: String { "\(project.path)!\(iid)" }
}
