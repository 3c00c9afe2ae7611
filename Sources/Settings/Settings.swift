public import Platform

/// All that an operator decides, checked. Made by `load` and by nothing else, so that there is one place of defaults.
public struct Settings: Sendable, Equatable {
    /// The daily budget.
    public var budget: BudgetSettings
    /// The files of the books.
    public var books: BooksSettings
    /// Where the daemon listens.
    public var server: ServerSettings
    /// The GitLab it serves; nil makes it a budget service for other bots.
    public var gitlab: GitLabSettings?
    /// How reviews are made.
    public var review: ReviewSettings
    /// The model that reviews.
    public var model: ModelSettings
    /// Where people hear of what needs them.
    public var alerts: AlertSettings
    /// The log.
    public var log: LogSettings
}

/// The daily budget.
public struct BudgetSettings: Sendable, Equatable {
    /// What happens to a call that does not fit.
    public enum Enforcement: String, Sendable, CaseIterable {
        /// It is not made.
        case block
        /// It is made and remarked.
        case warn
    }

    /// Whether calls are checked at all; usage is recorded either way.
    public var isEnabled: Bool
    /// Tokens a day over all projects; at least 1.
    public var dailyLimitTokens: Int
    /// Tokens a day at which to warn; at most the limit.
    public var warningThresholdTokens: Int
    /// What happens to a call that does not fit.
    public var enforcement: Enforcement
}

/// The files of the books.
public struct BooksSettings: Sendable, Equatable {
    /// What to do when a usage record cannot be written.
    public enum Failure: String, Sendable, CaseIterable {
        /// Review on, count in memory, try again.
        case `continue`
        /// Review nothing until it can be written.
        case stop
    }

    /// The directory of the books; relative to the working directory unless it begins with a slash.
    public var dataDirectory: String
    /// Days that daily summaries are kept.
    public var summaryRetentionDays: Int
    /// Days that monthly CSVs and audit logs are kept.
    public var logRetentionDays: Int
    /// Where expired files go; nil deletes them.
    public var archiveDirectory: String?
    /// What to do when a usage record cannot be written.
    public var failure: Failure
}

/// Where the daemon listens.
public struct ServerSettings: Sendable, Equatable {
    /// An IPv4 or IPv6 address without brackets.
    public var host: String
    /// The port; 0 is any free one.
    public var port: Int
    /// The bearer token of the endpoints that spend or tell; nil only on loopback, where they are open then.
    public var apiToken: Secret?
    /// Whether only this machine can reach `host`.
    public var isLoopback: Bool { Address.isLoopback(host) }
}

/// The GitLab the daemon serves.
public struct GitLabSettings: Sendable, Equatable {
    /// The instance, without a slash at the end and without `/api/v4`: `https://gitlab.example.com`.
    public var url: String
    /// The access token.
    public var token: Secret
    /// The hook's secret tokens; each is accepted.
    public var webhookSecrets: [Secret]
    /// The hook's signing tokens, `whsec_` and base64 of the key; each is accepted.
    public var signingTokens: [Secret]
    /// The label that asks for a review.
    public var reviewLabel: String
    /// Seconds between two looks for merge requests whose delivery was missed; 0 is off.
    public var pollSeconds: Int
    /// Paths of projects and groups, or numbers of projects, to look at beside those seen in deliveries.
    public var projects: [String]
}

/// How reviews are made.
public struct ReviewSettings: Sendable, Equatable {
    /// Whether a push to a labelled merge request asks for another review.
    public var reviewsOnPush: Bool
    /// Whether what a budget blocked is reviewed by itself after the reset.
    public var resumesAfterReset: Bool
    /// Reviews at once.
    public var concurrency: Int
    /// Input tokens a review may use at most.
    public var inputTokensMax: Int
    /// Output tokens a review may use at most.
    public var outputTokensMax: Int
    /// Findings that get a comment at their line, at most.
    public var inlineCommentsMax: Int
}

/// The model that reviews.
public struct ModelSettings: Sendable, Equatable {
    /// Whose protocol the model speaks.
    public enum Provider: String, Sendable, CaseIterable {
        /// Anthropic Messages.
        case anthropic
        /// OpenAI chat completions; any compatible server.
        case openai
    }

    /// A model, and the share of the budget from which on it may be used.
    public struct Rung: Sendable, Equatable {
        /// The model's id.
        public var model: String
        /// The least share of the budget that must be left, in millionths of it.
        public var leastShareMillionths: Int
    }

    /// What the ladder does.
    public enum LadderMode: String, Sendable, CaseIterable {
        /// It chooses the model.
        case auto
        /// It says what it would have chosen.
        case warn
    }

    /// Whose protocol the model speaks.
    public var provider: Provider
    /// The provider's API, without a slash at the end: `https://api.anthropic.com`, `https://api.openai.com/v1`.
    public var baseURL: String
    /// The provider's key; nil only where the base URL is not the vendor's own, or nothing is reviewed.
    public var apiKey: Secret?
    /// The model's id.
    public var id: String
    /// Which model to use while which share of the budget is left, the highest share first; empty is always `id`.
    public var ladder: [Rung]
    /// Whether the ladder chooses, or only says what it would have chosen.
    public var ladderMode: LadderMode
    /// Whether the vendor is asked how many tokens a prompt has before it is sent.
    public var countsTokens: Bool
    /// A price table in place of the shipped one.
    public var pricesFile: String?
}

/// Where people hear of what needs them, beside the log.
public struct AlertSettings: Sendable, Equatable {
    /// A time of each UTC day.
    public struct Time: Sendable, Equatable {
        /// 0 to 23.
        public var hour: Int
        /// 0 to 59.
        public var minute: Int
    }

    /// An incoming webhook of Slack, Mattermost or what is compatible; whoever knows it may write there.
    public var slackURL: Secret?
    /// A receiver of JSON by Standard Webhooks.
    public var webhookURL: Secret?
    /// What the JSON is signed with: `whsec_` and the base64 of a key, or any text; nil sends it unsigned.
    public var webhookSecret: Secret?
    /// When yesterday's figures are told; nil: never.
    public var digestTime: Time?
}

/// The log.
public struct LogSettings: Sendable, Equatable {
    /// How a line looks.
    public var format: Log.Format
    /// Lines below this level are dropped.
    public var level: Log.Level
}
