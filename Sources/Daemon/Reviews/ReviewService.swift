import GitLab
import HTTPServer
import Ledger
import Platform
import Queue
import Review
import Settings

/// All that turns deliveries into reviews; without a GitLab in the settings there is no route, no poll and nothing runs.
struct ReviewService: Sendable {
    /// The webhook's route, when there is a GitLab.
    let routes: [Route]
    /// Looks for what no delivery told of; nil when that is off.
    let poll: Poll?
    /// Begins to run what waits in the queue.
    let start: @Sendable () -> Void

    /// The service of a GitLab over `queue`; `ended` hears of each review that came to its end.
    init(
        _ settings: Settings, environment: DaemonEnvironment, ledger: Ledger, queue: ReviewQueue, answers: AnswerFiles,
        prices: PricesInForce, learned: LearnedTokens, metrics: Metrics,
        ended: @escaping @Sendable (Job, JobResult) -> Void
    ) throws {
        guard let wanted = settings.gitlab else {
            (routes, poll, start) = ([], nil, {})
            return
        }
        let gitlab = GitLabClient(
            base: try GitLabBaseURL(wanted.url), token: wanted.token.revealed, transport: environment.transport,
            environment: environment.retries)
        let secrets =
            [
                wanted.token, settings.model.apiKey, settings.server.apiToken,
            ].compactMap { $0?.revealed } + (wanted.webhookSecrets + wanted.signingTokens).map(\.revealed)
        let memories = ReviewMemories(
            dataDirectory: settings.books.dataDirectory, queue: queue, now: environment.time.now, log: environment.log)
        memories.prune()
        let bot = BotUser(gitlab: gitlab, now: environment.time.now, log: environment.log)
        let reviewer = Reviewer(
            gitlab: gitlab, model: try Self.models(settings.model, environment), settings: settings, ledger: ledger,
            queue: queue, answers: answers, memories: memories, prices: prices, learned: learned,
            rules: Reviewer.Rules(
                label: wanted.reviewLabel, resumesAfterReset: settings.review.resumesAfterReset),
            notes: NoteDesk(gitlab: gitlab, bot: bot, queue: queue, secrets: secrets, log: environment.log),
            metrics: metrics, now: environment.time.now,
            monotonicNanoseconds: environment.time.monotonicNanoseconds, sleep: environment.sleep,
            randomness: environment.randomness, log: environment.log)
        let concurrency = settings.review.concurrency
        start = {
            queue.start(concurrency: concurrency) { job in
                let disposition = await reviewer.run(job)
                if case .finished(let result) = disposition { ended(job, result) }
                return disposition
            }
        }
        Task { await bot.known() }
        routes = [
            WebhookRoute(
                authenticator: try WebhookAuthenticator(
                    secretTokens: wanted.webhookSecrets.map(\.revealed),
                    signingTokens: wanted.signingTokens.map(\.revealed),
                    now: environment.time.now),
                label: wanted.reviewLabel, reviewsOnPush: settings.review.reviewsOnPush, botUserID: { bot.id },
                hasClosed: { memories.forget($0) }, queue: queue, ledger: ledger, metrics: metrics,
                now: environment.time.now, log: environment.log
            ).route
        ]
        poll =
            wanted.pollSeconds == 0
            ? nil
            : Poll(
                gitlab: gitlab, label: wanted.reviewLabel, projects: wanted.projects,
                intervalSeconds: wanted.pollSeconds,
                connections: PollOffers(
                    queue: queue, label: wanted.reviewLabel, reviewsOnPush: settings.review.reviewsOnPush
                ).connections,
                environment: environment.retries, log: environment.log)
    }

    /// Clients of the provider's models, by their ids.
    private static func models(
        _ settings: ModelSettings, _ environment: DaemonEnvironment
    ) throws -> @Sendable (String) -> any ModelClient {
        let connection = ModelConnection(
            transport: environment.transport, environment: environment.retries,
            monotonicNanoseconds: environment.time.monotonicNanoseconds)
        switch settings.provider {
        case .anthropic:
            let endpoint = try ModelEndpoint.anthropic(baseURL: settings.baseURL, key: settings.apiKey?.revealed ?? "")
            return { AnthropicClient(endpoint: endpoint, model: $0, connection: connection) }
        case .openai:
            let endpoint = try ModelEndpoint.openAI(baseURL: settings.baseURL, key: settings.apiKey?.revealed)
            return { OpenAIClient(endpoint: endpoint, model: $0, connection: connection) }
        }
    }
}
