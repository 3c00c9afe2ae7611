import Platform

// The settings table itself. To add a setting: a key here, its place in `all`, a field in `Settings`, a line in `load`;
// the tests then ask for its row in `.env.example` and in the README.
enum Keys {
    /// Well above what anyone pays for in a day, and exact in every reader of JSON.
    static let dailyLimitTokensMax = 1_000_000_000_000_000
    /// A hundred years.
    static let retentionDaysMax = 36_500
    /// More reviews at once than any model account lets through.
    static let concurrencyMax = 64
    /// Ten times the largest context window on the market.
    static let reviewTokensMax = 10_000_000
    /// More comments than anybody reads, and fewer than GitLab lets through in a minute.
    static let inlineCommentsLimit = 50
    /// A day: whoever wants it less often wants it off.
    static let pollSecondsMax = 86_400
    /// As many as one bot looks after; a group stands for all below it.
    static let projectsMax = 100
    /// Enough for a rotation in stages; every delivery is compared with each.
    static let hookSecretsMax = 8

    static let isEnabled = Key(
        variable: Variable(
            "TOKEN_BUDGET_ENABLED", .budget, default: "true", accepted: Parse.boolText,
            meaning: "`false`: reviews run unchecked, usage is still recorded"),
        parse: Parse.bool)
    static let dailyLimit = Key(
        variable: Variable(
            "TOKEN_DAILY_LIMIT", .budget, default: "1000000",
            accepted: Parse.wholeText(1...dailyLimitTokensMax)
                + "; to switch the budget off set TOKEN_BUDGET_ENABLED=false",
            meaning: "tokens a day (UTC) over all projects"),
        parse: { Parse.whole($0, 1...dailyLimitTokensMax) })
    static let warningThreshold = Key(
        variable: Variable(
            "TOKEN_WARNING_THRESHOLD", .budget, default: "80%",
            accepted: Parse.wholeText(1...dailyLimitTokensMax) + ", or a share of the limit from 1% to 100%",
            meaning: "when to warn: tokens a day, or a share of the limit (`800000`, `80%`)"),
        parse: Threshold.init)
    static let enforcement = Key<BudgetSettings.Enforcement>(
        "TOKEN_BUDGET_ENFORCEMENT", .budget, default: .block,
        meaning: "what happens to a call that does not fit: `block`, or `warn` and make it")

    static let dataDirectory = Key(
        variable: Variable(
            "TOKEN_DATA_DIR", .books, default: "data/tokens", accepted: Parse.pathText,
            meaning: "the directory of the books; relative to the working directory"),
        parse: Parse.path)
    static let summaryRetention = Key(
        variable: Variable(
            "TOKEN_SUMMARY_RETENTION_DAYS", .books, default: "90", accepted: Parse.wholeText(1...retentionDaysMax),
            meaning: "days that daily summaries are kept"),
        parse: { Parse.whole($0, 1...retentionDaysMax) })
    static let logRetention = Key(
        variable: Variable(
            "TOKEN_LOG_RETENTION_DAYS", .books, default: "365", accepted: Parse.wholeText(1...retentionDaysMax),
            meaning: "days that monthly CSVs are kept"),
        parse: { Parse.whole($0, 1...retentionDaysMax) })
    static let archiveDirectory = Key(
        variable: Variable(
            "TOKEN_ARCHIVE_DIR", .books, accepted: Parse.pathText,
            meaning: "expired files are moved here instead of deleted"),
        parse: Parse.path)
    static let ledgerFailure = Key<BooksSettings.Failure>(
        "TOKEN_LEDGER_FAILURE", .books, default: .continue,
        meaning: "when a record cannot be written (disk full): `continue` reviewing and count in memory, or `stop`")

    static let host = Key(
        variable: Variable(
            "BURSAR_HOST", .server, default: "127.0.0.1",
            accepted: "an IPv4 or IPv6 address or localhost; 0.0.0.0 listens on every IPv4 address",
            meaning: "the address to listen on; any but a loopback one needs `BURSAR_API_TOKEN`"),
        parse: Address.numeric)
    static let port = Key(
        variable: Variable(
            "BURSAR_PORT", .server, default: "8000", accepted: Parse.wholeText(0...65_535) + "; 0 is any free port",
            meaning: "the port to listen on; `0` is any free one"),
        parse: { Parse.whole($0, 0...65_535) })
    static let apiToken = Key(
        variable: Variable(
            "BURSAR_API_TOKEN", .server, accepted: Parse.tokenText, secret: true,
            meaning: "bearer token of the reservation and usage endpoints; without it they are open, on loopback only"),
        parse: Parse.token)

    static let gitlabURL = Key(
        variable: Variable(
            "GITLAB_URL", .gitlab, accepted: Parse.baseURLText + ", such as https://gitlab.example.com",
            meaning: "the GitLab to serve; without it Bursar is a budget service for other bots"),
        parse: Parse.gitlabURL)
    static let gitlabToken = Key(
        variable: Variable(
            "GITLAB_TOKEN", .gitlab, accepted: Parse.tokenText, secret: true,
            meaning: "access token of the bot, scope `api`"),
        parse: Parse.token)
    static let webhookSecrets = Key(
        variable: Variable(
            "GITLAB_WEBHOOK_SECRET", .gitlab,
            accepted: "1 to \(hookSecretsMax) tokens of printable ASCII, separated by commas", secret: true,
            meaning: "the webhook's secret token; several, separated by commas, while you rotate it"),
        parse: { Parse.list($0, upTo: hookSecretsMax, Parse.webhookSecret) })
    static let signingTokens = Key(
        variable: Variable(
            "GITLAB_SIGNING_TOKEN", .gitlab,
            accepted: "1 to \(hookSecretsMax) tokens, separated by commas, each whsec_ and the base64 of a key "
                + "of 24 to 64 bytes, as GitLab shows it once", secret: true,
            meaning: "the webhook's signing token (GitLab 19.0), `whsec_…`; this or the secret token is needed"),
        parse: { Parse.list($0, upTo: hookSecretsMax, Parse.signingToken) })
    static let reviewLabel = Key(
        variable: Variable(
            "GITLAB_REVIEW_LABEL", .gitlab, default: "ai-review",
            accepted: "the title of one label: 1 to 255 characters, no comma",
            meaning: "the label that asks for a review"),
        parse: Parse.label)
    static let pollSeconds = Key(
        variable: Variable(
            "GITLAB_POLL_SECONDS", .gitlab, default: "300",
            accepted: Parse.wholeText(0...pollSecondsMax) + "; 0 is off",
            meaning: "how often to look for labelled merge requests whose delivery was missed; `0` is off"),
        parse: { Parse.whole($0, 0...pollSecondsMax) })
    static let projects = Key(
        variable: Variable(
            "GITLAB_PROJECTS", .gitlab,
            accepted: "1 to \(projectsMax) projects or groups, separated by commas, each by its full path such as "
                + "group/app or by its number",
            meaning:
                "projects and groups to look at beside those seen in deliveries: paths or project numbers, by commas"),
        parse: { Parse.list($0, upTo: projectsMax, Parse.projectPath) })

    static let reviewsOnPush = Key(
        variable: Variable(
            "REVIEW_ON_PUSH", .review, default: "false", accepted: Parse.boolText,
            meaning: "review again when commits are pushed while the label is on"),
        parse: Parse.bool)
    static let resumesAfterReset = Key(
        variable: Variable(
            "REVIEW_RESUME_AFTER_RESET", .review, default: "true", accepted: Parse.boolText,
            meaning: "when the budget resets, review what it had blocked and what still carries the label"),
        parse: Parse.bool)
    static let concurrency = Key(
        variable: Variable(
            "REVIEW_CONCURRENCY", .review, default: "4", accepted: Parse.wholeText(1...concurrencyMax),
            meaning: "reviews at once; one at a time for each merge request"),
        parse: { Parse.whole($0, 1...concurrencyMax) })
    static let inputTokensMax = Key(
        variable: Variable(
            "REVIEW_MAX_INPUT_TOKENS", .review, default: "100000", accepted: Parse.wholeText(1...reviewTokensMax),
            meaning: "input tokens of one call at most; a review has up to four"),
        parse: { Parse.whole($0, 1...reviewTokensMax) })
    static let outputTokensMax = Key(
        variable: Variable(
            "REVIEW_MAX_OUTPUT_TOKENS", .review, default: "8192", accepted: Parse.wholeText(1...reviewTokensMax),
            meaning: "output tokens of one call at most"),
        parse: { Parse.whole($0, 1...reviewTokensMax) })
    static let inlineCommentsMax = Key(
        variable: Variable(
            "REVIEW_MAX_INLINE_COMMENTS", .review, default: "10", accepted: Parse.wholeText(0...inlineCommentsLimit),
            meaning: "findings that get a comment at their line; the rest is listed in the summary"),
        parse: { Parse.whole($0, 0...inlineCommentsLimit) })

    static let provider = Key<ModelSettings.Provider>(
        "MODEL_PROVIDER", .model, default: .anthropic, meaning: "`anthropic`, or `openai` for any compatible server")
    static let anthropicKey = Key(
        variable: Variable(
            "ANTHROPIC_API_KEY", .model, accepted: Parse.tokenText, secret: true, meaning: "the key for `anthropic`"),
        parse: Parse.token)
    static let anthropicURL = Key(
        variable: Variable(
            "ANTHROPIC_BASE_URL", .model, default: "https://api.anthropic.com", accepted: Parse.baseURLText,
            meaning: "the API for `anthropic`"),
        parse: Parse.baseURL)
    static let openAIKey = Key(
        variable: Variable(
            "OPENAI_API_KEY", .model, accepted: Parse.tokenText, secret: true,
            meaning: "the key for `openai`; a server of your own may do without"),
        parse: Parse.token)
    static let openAIURL = Key(
        variable: Variable(
            "OPENAI_BASE_URL", .model, default: "https://api.openai.com/v1", accepted: Parse.baseURLText,
            meaning: "the API for `openai`, with `/v1`"),
        parse: Parse.baseURL)
    static let model = Key(
        variable: Variable(
            "MODEL", .model, default: "claude-sonnet-5-5",
            accepted: "the id of one model: 1 to 200 printable ASCII characters without blanks",
            meaning: "the model's id as the provider knows it"),
        parse: { (1...200).contains($0.utf8.count) && Parse.isVisible($0) ? $0 : nil })
    static let ladder = Key(
        variable: Variable(
            "MODEL_LADDER", .model,
            accepted:
                "1 to \(Parse.rungsMax) of model:share, separated by commas, each share from 0 to 1 and lower than "
                + "the one before, such as claude-opus-5-5:0.7,claude-sonnet-5-5:0.3",
            meaning: "which model to use while at least that share of the budget is left, "
                + "`claude-opus-5-5:0.7,claude-sonnet-5-5:0.3`; below the last, block; without it always `MODEL`"),
        parse: Parse.ladder)
    static let ladderMode = Key<ModelSettings.LadderMode>(
        "MODEL_LADDER_MODE", .model, default: .auto,
        meaning: "`auto`: the ladder chooses the model; `warn`: it only says what it would have chosen")
    static let countsTokens = Key(
        variable: Variable(
            "MODEL_COUNT_TOKENS", .model, default: "false", accepted: Parse.boolText,
            meaning: "with `anthropic`, have the vendor count each prompt before its call, free of charge; without an "
                + "answer the own estimate holds"),
        parse: Parse.bool)
    static let pricesFile = Key(
        variable: Variable(
            "MODEL_PRICES_FILE", .model, accepted: Parse.pathText,
            meaning: "a price table in place of the shipped one (`data/model-prices.json`)"),
        parse: Parse.path)

    static let slackURL = Key(
        variable: Variable(
            "ALERT_SLACK_URL", .alerts, accepted: Parse.targetURLText, secret: true,
            meaning: "an incoming webhook of Slack, Mattermost or what is compatible, for alerts"),
        parse: Parse.targetURL)
    static let alertURL = Key(
        variable: Variable(
            "ALERT_WEBHOOK_URL", .alerts, accepted: Parse.targetURLText, secret: true,
            meaning: "a receiver of alerts as JSON (Standard Webhooks)"),
        parse: Parse.targetURL)
    static let alertSecret = Key(
        variable: Variable(
            "ALERT_WEBHOOK_SECRET", .alerts, accepted: Parse.targetSecretText, secret: true,
            meaning: "what that JSON is signed with: `whsec_` and the base64 of a key, or any other text as its bytes"),
        parse: Parse.targetSecret)
    static let digestTime = Key<AlertSettings.Time?>(
        variable: Variable(
            "ALERT_DIGEST_TIME", .alerts, default: "08:00", accepted: "a time of the day like 08:00, in UTC, or off",
            meaning: "when yesterday's figures are told each day, in UTC; `off`: never"),
        parse: Parse.digestTime)

    static let logFormat = Key<Log.Format>("LOG_FORMAT", .log, default: .text, meaning: "`text` or `json`")
    static let logLevel = Key<Log.Level>(
        "LOG_LEVEL", .log, default: .info, meaning: "the least level shown: `debug`, `info`, `warning`, `error`")

    static let all: [Variable] = [
        isEnabled.variable, dailyLimit.variable, warningThreshold.variable, enforcement.variable,
        dataDirectory.variable, summaryRetention.variable, logRetention.variable, archiveDirectory.variable,
        ledgerFailure.variable,
        host.variable, port.variable, apiToken.variable,
        gitlabURL.variable, gitlabToken.variable, webhookSecrets.variable, signingTokens.variable,
        reviewLabel.variable, pollSeconds.variable, projects.variable,
        reviewsOnPush.variable, resumesAfterReset.variable, concurrency.variable, inputTokensMax.variable,
        outputTokensMax.variable, inlineCommentsMax.variable,
        provider.variable, anthropicKey.variable, anthropicURL.variable, openAIKey.variable, openAIURL.variable,
        model.variable, ladder.variable, ladderMode.variable, countsTokens.variable, pricesFile.variable,
        slackURL.variable, alertURL.variable, alertSecret.variable, digestTime.variable,
        logFormat.variable, logLevel.variable,
    ]
}

extension Key where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// A variable whose values are the cases of an enumeration, in either case of letters.
    init(_ name: String, _ subject: Variable.Subject, default initial: Value, meaning: String) {
        self.init(
            variable: Variable(
                name, subject, default: initial.rawValue,
                accepted: Value.allCases.map(\.rawValue).joined(separator: " or "), meaning: meaning),
            parse: { Value(rawValue: $0.lowercased()) })
    }
}
