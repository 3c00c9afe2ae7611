import Platform

extension Settings {
    /// What the settings are wanted for.
    public enum Purpose: Sendable {
        /// The daemon: everything must be right.
        case daemon
        /// The books alone, as for `status` or `cleanup`: what is wrong with the rest does not matter.
        case books
        /// An estimate: the books, and what reviews are made with; where the daemon listens does not matter.
        case estimate

        func concerns(_ variable: Variable) -> Bool {
            switch (self, variable.subject) {
            case (.daemon, _), (.books, .budget), (.books, .books), (.books, .log): true
            // The prices are part of the books: they say what a row cost.
            case (.estimate, let subject): subject != .server && subject != .alerts
            case (.books, _): variable.name == Keys.pricesFile.name
            }
        }
    }

    /// Reads the settings: the environment over a `.env`, the defaults below both.
    ///
    /// Fails with every wrong value at once.
    public static func load(
        environment: [String: String], dotEnv: DotEnvFile? = nil, for purpose: Purpose = .daemon
    ) -> Result<(Settings, [SettingsWarning]), SettingsErrors> {
        var reader = SettingsReader(
            sources: Sources(environment: environment, dotEnv: dotEnv), purpose: purpose)
        let settings = Settings(
            budget: reader.budget(), books: reader.books(), server: reader.server(),
            gitlab: purpose != .books ? reader.gitlab() : nil, review: reader.review(), model: reader.model(),
            alerts: reader.alerts(),
            log: LogSettings(
                format: reader.value(of: Keys.logFormat, or: .text), level: reader.value(of: Keys.logLevel, or: .info)))
        // A line that could not be read may have set what would then be missed.
        if purpose == .daemon, reader.sources.problems.isEmpty { reader.checkTogether(settings) }
        reader.remarkUnknownNames()
        guard reader.problems.isEmpty else { return .failure(SettingsErrors(reader.problems)) }
        return .success((settings, reader.warnings))
    }
}

extension SettingsReader {
    fileprivate mutating func budget() -> BudgetSettings {
        let limit = value(of: Keys.dailyLimit, or: 1)
        let threshold = value(of: Keys.warningThreshold, or: .percent(100)).tokens(of: limit)
        if threshold > limit, isRight(Keys.dailyLimit) {
            warn(
                Keys.warningThreshold,
                "it is above TOKEN_DAILY_LIMIT, which is \(limit), so the first warning comes when the limit is reached"
            )
        }
        return BudgetSettings(
            isEnabled: value(of: Keys.isEnabled, or: true), dailyLimitTokens: limit,
            warningThresholdTokens: min(threshold, limit), enforcement: value(of: Keys.enforcement, or: .block))
    }

    fileprivate mutating func books() -> BooksSettings {
        BooksSettings(
            dataDirectory: value(of: Keys.dataDirectory, or: ""),
            summaryRetentionDays: value(of: Keys.summaryRetention, or: 1),
            logRetentionDays: value(of: Keys.logRetention, or: 1), archiveDirectory: value(of: Keys.archiveDirectory),
            failure: value(of: Keys.ledgerFailure, or: .continue))
    }

    fileprivate mutating func server() -> ServerSettings {
        ServerSettings(
            host: value(of: Keys.host, or: "127.0.0.1"), port: value(of: Keys.port, or: 0),
            apiToken: value(of: Keys.apiToken))
    }

    fileprivate mutating func gitlab() -> GitLabSettings? {
        let url = value(of: Keys.gitlabURL)
        let token = value(of: Keys.gitlabToken)
        let secrets = value(of: Keys.webhookSecrets) ?? []
        let signingTokens = value(of: Keys.signingTokens) ?? []
        let label = value(of: Keys.reviewLabel, or: "")
        let pollSeconds = value(of: Keys.pollSeconds, or: 0)
        let projects = value(of: Keys.projects) ?? []
        guard let url, let token else { return nil }
        return GitLabSettings(
            url: url, token: token, webhookSecrets: secrets, signingTokens: signingTokens, reviewLabel: label,
            pollSeconds: pollSeconds, projects: projects)
    }

    fileprivate mutating func review() -> ReviewSettings {
        ReviewSettings(
            reviewsOnPush: value(of: Keys.reviewsOnPush, or: false),
            resumesAfterReset: value(of: Keys.resumesAfterReset, or: true),
            concurrency: value(of: Keys.concurrency, or: 1),
            inputTokensMax: value(of: Keys.inputTokensMax, or: 1),
            outputTokensMax: value(of: Keys.outputTokensMax, or: 1),
            inlineCommentsMax: value(of: Keys.inlineCommentsMax, or: 0))
    }

    fileprivate mutating func alerts() -> AlertSettings {
        AlertSettings(
            slackURL: value(of: Keys.slackURL), webhookURL: value(of: Keys.alertURL),
            webhookSecret: value(of: Keys.alertSecret), digestTime: value(of: Keys.digestTime, or: nil))
    }

    fileprivate mutating func model() -> ModelSettings {
        let provider = value(of: Keys.provider, or: .anthropic)
        // Both are read, so that a wrong value of the other provider is named too.
        let urls = (value(of: Keys.anthropicURL, or: ""), value(of: Keys.openAIURL, or: ""))
        let keys = (value(of: Keys.anthropicKey), value(of: Keys.openAIKey))
        return ModelSettings(
            provider: provider, baseURL: provider == .anthropic ? urls.0 : urls.1,
            apiKey: provider == .anthropic ? keys.0 : keys.1, id: value(of: Keys.model, or: ""),
            ladder: value(of: Keys.ladder) ?? [], ladderMode: value(of: Keys.ladderMode, or: .auto),
            countsTokens: value(of: Keys.countsTokens, or: false), pricesFile: value(of: Keys.pricesFile))
    }
}
