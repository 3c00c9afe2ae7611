import Budget
import GitLab
package import HTTPClient
import Ledger
package import Platform
package import Prices
package import Settings
import UTCTime

/// Looks at everything that an installation needs, also when something fails, and says what to do. Changes nothing, pays nothing.
package struct Doctor: Sendable {
    /// Projects that are looked at; those configured come first.
    package static let projectsMax = 20
    /// Projects that are looked at side by side: each asks three things at once.
    static let projectsAtOnceMax = 4

    private let settings: Settings
    private let prices: PriceTable?
    private let transport: any HTTPTransport
    private let time: TimeSource

    /// A doctor for an installation with `settings`; `prices` is nil where the table cannot be read.
    package init(
        settings: Settings, prices: PriceTable?, transport: any HTTPTransport = URLSessionTransport(),
        time: TimeSource = .system
    ) {
        self.settings = settings
        self.prices = prices
        self.transport = HurriedTransport(transport: transport)
        self.time = time
    }

    /// What there is to say of settings that were read.
    package static func settingsCheck(_ warnings: [SettingsWarning]) -> [Check] {
        warnings.isEmpty
            ? [.ok("settings", "every value is accepted")]
            : warnings.map { .warning("settings", $0.description, "") }
    }

    /// What there is to say of a `.env` that cannot be opened.
    package static func unreadableSettings(_ reason: String) -> Check {
        .failed("settings", ".env cannot be read: \(reason)", "Give the daemon's user the right to read it.")
    }

    /// What there is to say of settings that cannot be read: what is wrong, and what was not looked at for that.
    package static func settingsChecks(_ errors: SettingsErrors) -> [Check] {
        errors.problems.map {
            .failed("settings", $0.description, "Mend this value; the daemon does not start with it.")
        }
            + ["gitlab", "model"].map { .skipped($0, "the settings have to be right first") }
    }

    /// Looks at GitLab, the model, the disk and the daemon, side by side.
    package func examine() async -> [Check] {
        async let gitlab = examineGitLab()
        async let model = ModelExamination(
            settings: settings.model, isWanted: settings.gitlab != nil, prices: prices, transport: transport,
            now: time.now()
        ).checks()
        async let alerts = AlertExamination(settings: settings.alerts, transport: transport).checks()
        async let home = examineHome()
        return await gitlab + model + alerts + home
    }

    /// The disk and the daemon alone: what can be looked at when other settings are wrong.
    package func examineHome() async -> [Check] {
        let disk = DiskExamination(directory: settings.books.dataDirectory)
        let holder = disk.holder
        return disk.checks + [
            await DaemonExamination(settings: settings.server, holder: holder, transport: transport).check()
        ]
    }

    private func examineGitLab() async -> [Check] {
        guard let gitlab = settings.gitlab else {
            return [.skipped("gitlab", "GITLAB_URL is not set: a budget service for other bots, without reviews")]
        }
        let base: GitLabBaseURL
        do { base = try GitLabBaseURL(gitlab.url) } catch {
            return [.failed("gitlab address", "GITLAB_URL \(error)", "Set GITLAB_URL.")]
        }
        let client = GitLabClient(
            base: base, token: gitlab.token.revealed, transport: transport,
            // Nothing is tried twice: each sleep ends the tries.
            environment: RetryEnvironment(sleep: { _ in throw CancellationError() }, now: time.now))
        let address = await AddressExamination(
            base: base, token: gitlab.token.revealed, needsSigning: gitlab.webhookSecrets.isEmpty,
            usesSigning: !gitlab.signingTokens.isEmpty, transport: transport, now: time.now
        ).examine()
        var checks = address.checks
        guard address.isThere else {
            return checks + ["token", "projects", "hooks"].map { .skipped($0, "GitLab has to be reached first") }
        }
        let token = await TokenExamination(client: client, today: time.now().day).examine()
        checks += token.checks
        guard token.works else {
            return checks + ["projects", "hooks"].map { .skipped($0, "the token has to work first") }
        }
        checks.append(await silence(client))
        return checks + (await examineProjects(gitlab, client, botUserID: token.userID))
    }

    private func silence(_ client: GitLabClient) async -> Check {
        let name = "silent mode"
        do throws(GitLabError) {
            return try await client.isSilent()
                ? .failed(
                    name, "GitLab is in Silent Mode and sends no webhook",
                    "End it in GitLab: Admin > Settings > General > Silent mode.") : .ok(name, "off")
        } catch {
            return .skipped(name, "only an administrator may see it (Admin > Settings > General > Silent mode)")
        }
    }

    private func examineProjects(_ gitlab: GitLabSettings, _ client: GitLabClient, botUserID: Int?) async -> [Check] {
        let named = gitlab.projects.map { text in Int(text).map(ProjectReference.id) ?? .path(text) }
        let all = named + seenProjects().filter { !named.contains($0) }
        guard !all.isEmpty else {
            return [
                .warning(
                    "projects", "GITLAB_PROJECTS is empty and no review was booked this month or the last",
                    "Set GITLAB_PROJECTS to look at your projects' roles, labels and hooks, and to have them polled.")
            ]
        }
        let examinations = all.prefix(Self.projectsMax).map { project in
            ProjectExamination(
                reference: project, client: client, label: gitlab.reviewLabel, botUserID: botUserID,
                polls: gitlab.pollSeconds > 0)
        }
        let checks = await withTaskGroup(of: (Int, [Check]).self) { group in
            var found: [(Int, [Check])] = []
            for (index, examination) in examinations.enumerated() {
                if index >= Self.projectsAtOnceMax, let next = await group.next() { found.append(next) }
                group.addTask { (index, await examination.checks()) }
            }
            for await next in group { found.append(next) }
            return found.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
        guard all.count > Self.projectsMax else { return checks }
        return checks + [
            .skipped("projects", "\(all.count - Self.projectsMax) more; the first \(Self.projectsMax) are looked at")
        ]
    }

    /// The projects of the rows of this month and the last, those of the last reviews first.
    private func seenProjects() -> [ProjectReference] {
        let reader = UsageReader(directory: settings.books.dataDirectory)
        let month = time.now().day.month
        var seen: [ProjectReference] = []
        for month in [month, month.adding(months: -1)] {
            guard let rows = try? reader.rows(of: month) else { continue }
            for record in rows.records.reversed() {
                if let id = record.context.projectID, id > 0, !seen.contains(.id(id)) { seen.append(.id(id)) }
            }
        }
        return seen
    }
}
