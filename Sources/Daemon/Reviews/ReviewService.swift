import GitLab
import HTTPServer
import Ledger
import Platform
import Prices
import Review
import Settings

/// All that turns deliveries into reviews; without a GitLab in the settings an idle queue and no route.
struct ReviewService: Sendable {
    /// The reviews that wait and run.
    let queue: ReviewQueue
    /// The webhook's route, when there is a GitLab.
    let routes: [Route]

    init(
        _ settings: Settings, environment: DaemonEnvironment, ledger: Ledger, prices: PriceTable, metrics: Metrics
    ) throws {
        guard let wanted = settings.gitlab else {
            queue = ReviewQueue(concurrency: 1, run: { _ in })
            routes = []
            return
        }
        let gitlab = GitLabClient(
            base: try GitLabBaseURL(wanted.url), token: wanted.token.revealed, transport: environment.transport,
            environment: environment.retries)
        let secrets =
            [
                wanted.token, settings.model.apiKey, settings.server.apiToken,
            ].compactMap { $0?.revealed } + (wanted.webhookSecrets + wanted.signingTokens).map(\.revealed)
        let bot = BotUser(gitlab: gitlab, now: environment.time.now, log: environment.log)
        let reviewer = Reviewer(
            gitlab: gitlab, model: try Self.model(settings.model, environment), ledger: ledger, prices: prices,
            rules: Reviewer.Rules(
                label: wanted.reviewLabel, inputTokensMax: settings.review.inputTokensMax,
                outputTokensMax: settings.review.outputTokensMax),
            notes: NoteDesk(gitlab: gitlab, bot: bot, secrets: secrets, log: environment.log),
            metrics: metrics,
            now: environment.time.now,
            monotonicNanoseconds: environment.time.monotonicNanoseconds, sleep: environment.sleep,
            randomness: environment.randomness, log: environment.log)
        queue = ReviewQueue(concurrency: settings.review.concurrency) { job in await reviewer.run(job) }
        Task { await bot.known() }
        routes = [
            WebhookRoute(
                authenticator: try WebhookAuthenticator(
                    secretTokens: wanted.webhookSecrets.map(\.revealed),
                    signingTokens: wanted.signingTokens.map(\.revealed),
                    now: environment.time.now),
                label: wanted.reviewLabel, reviewsOnPush: settings.review.reviewsOnPush, botUserID: { bot.id },
                queue: queue, metrics: metrics, log: environment.log
            ).route
        ]
    }

    private static func model(_ settings: ModelSettings, _ environment: DaemonEnvironment) throws -> any ModelClient {
        let connection = ModelConnection(
            transport: environment.transport, environment: environment.retries,
            monotonicNanoseconds: environment.time.monotonicNanoseconds)
        switch settings.provider {
        case .anthropic:
            return AnthropicClient(
                endpoint: try .anthropic(baseURL: settings.baseURL, key: settings.apiKey?.revealed ?? ""),
                model: settings.id, connection: connection)
        case .openai:
            return OpenAIClient(
                endpoint: try .openAI(baseURL: settings.baseURL, key: settings.apiKey?.revealed), model: settings.id,
                connection: connection)
        }
    }
}
