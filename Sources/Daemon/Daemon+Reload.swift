import Budget
import Ledger
import Platform
import Prices
package import Settings

extension Daemon {
    /// Puts in force what of `settings` can change while the daemon runs: the daily budget, the prices, where alerts
    /// go and when the digest is told, the log's level.
    /// What cannot is named in the log and waits for the next start. A price file that cannot be used changes nothing.
    package func reload(_ settings: Settings) {
        let before = exchangeSettings(settings)
        let table: PriceTable
        do { table = try PriceTable.inForce(file: settings.model.pricesFile) } catch {
            log(.error, "settings were not reloaded", ["error": "\(error)"])
            _ = exchangeSettings(before)
            return
        }
        prices.replace(with: table)
        log.setLevel(settings.log.level)
        watch.update(settings.alerts)
        ledger.update(budget: LedgerConfiguration(settings).budget)
        log(
            .info, "settings reloaded",
            [
                "limit": String(settings.budget.dailyLimitTokens),
                "enforcement": settings.budget.enforcement.rawValue, "log_level": settings.log.level.rawValue,
                "prices": settings.model.pricesFile ?? "shipped",
            ])
        let waiting = Self.fixedChanges(from: before, to: settings)
        if !waiting.isEmpty {
            log(
                .warning, "settings that take effect at the next start",
                ["changed": waiting.joined(separator: ", ")])
        }
    }

    /// The variables that differ and that a running daemon cannot change.
    static func fixedChanges(from before: Settings, to after: Settings) -> [String] {
        var names: [String] = []
        func compare<Value: Equatable>(_ name: String, _ value: (Settings) -> Value) {
            if value(before) != value(after) { names.append(name) }
        }
        compare("TOKEN_DATA_DIR") { $0.books.dataDirectory }
        compare("TOKEN_SUMMARY_RETENTION_DAYS") { $0.books.summaryRetentionDays }
        compare("TOKEN_LOG_RETENTION_DAYS") { $0.books.logRetentionDays }
        compare("TOKEN_ARCHIVE_DIR") { $0.books.archiveDirectory }
        compare("TOKEN_LEDGER_FAILURE") { $0.books.failure }
        compare("BURSAR_HOST") { $0.server.host }
        compare("BURSAR_PORT") { $0.server.port }
        compare("BURSAR_API_TOKEN") { $0.server.apiToken }
        compare("GITLAB_URL") { $0.gitlab?.url }
        compare("GITLAB_TOKEN") { $0.gitlab?.token }
        compare("GITLAB_WEBHOOK_SECRET") { $0.gitlab?.webhookSecrets }
        compare("GITLAB_SIGNING_TOKEN") { $0.gitlab?.signingTokens }
        compare("GITLAB_REVIEW_LABEL") { $0.gitlab?.reviewLabel }
        compare("GITLAB_POLL_SECONDS") { $0.gitlab?.pollSeconds }
        compare("GITLAB_PROJECTS") { $0.gitlab?.projects }
        compare("REVIEW_ON_PUSH") { $0.review.reviewsOnPush }
        compare("REVIEW_RESUME_AFTER_RESET") { $0.review.resumesAfterReset }
        compare("REVIEW_CONCURRENCY") { $0.review.concurrency }
        compare("REVIEW_MAX_INPUT_TOKENS") { $0.review.inputTokensMax }
        compare("REVIEW_MAX_OUTPUT_TOKENS") { $0.review.outputTokensMax }
        compare("REVIEW_MAX_INLINE_COMMENTS") { $0.review.inlineCommentsMax }
        compare("MODEL_PROVIDER") { $0.model.provider }
        compare("MODEL") { $0.model.id }
        compare("MODEL_LADDER") { $0.model.ladder }
        compare("MODEL_LADDER_MODE") { $0.model.ladderMode }
        compare("MODEL_COUNT_TOKENS") { $0.model.countsTokens }
        compare("the model's base URL") { $0.model.baseURL }
        compare("the model's key") { $0.model.apiKey }
        compare("LOG_FORMAT") { $0.log.format }
        return names
    }
}
