import GitLab
import HTTPServer
import Ledger
import Platform
import Prices
import Review
import Settings
import Synchronization

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
        let gitlab = try GitLabClient(
            baseURL: wanted.url, token: wanted.token.revealed, transport: environment.transport,
            environment: environment.retries)
        let secrets =
            [
                wanted.token, settings.model.apiKey, settings.server.apiToken,
            ].compactMap { $0?.revealed } + (wanted.webhookSecrets + wanted.signingTokens).map(\.revealed)
        let bot = BotUser(gitlab: gitlab, log: environment.log)
        let reviewer = Reviewer(
            gitlab: gitlab, model: try Self.model(settings.model, environment), ledger: ledger, prices: prices,
            rules: Reviewer.Rules(
                label: wanted.reviewLabel, inputTokensMax: settings.review.inputTokensMax,
                outputTokensMax: settings.review.outputTokensMax),
            notes: NoteDesk(gitlab: gitlab, secrets: secrets, botUserID: { bot.id }, log: environment.log),
            metrics: metrics,
            now: environment.time.now, randomness: environment.randomness, log: environment.log)
        queue = ReviewQueue(concurrency: settings.review.concurrency) { job in await reviewer.run(job) }
        bot.lookUp()
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

/// Who we are at GitLab, asked once after the start: our own doings are not to be acted on.
private final class BotUser: Sendable {
    private let gitlab: GitLabClient
    private let log: Log
    private let found = Mutex<Int?>(nil)

    init(gitlab: GitLabClient, log: Log) {
        self.gitlab = gitlab
        self.log = log
    }

    /// GitLab's number of our user; nil until GitLab has said so.
    var id: Int? { found.withLock { $0 } }

    func lookUp() {
        Task {
            do {
                let user = try await gitlab.currentUser()
                found.withLock { $0 = user.id }
                log(.info, "gitlab answers", ["user": user.username])
            } catch { log(.warning, "gitlab does not say who we are", ["error": "\(error)"]) }
        }
    }
}
