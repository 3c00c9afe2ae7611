import Budget
package import Ledger
package import Settings

extension LedgerConfiguration {
    /// The books as the settings want them.
    package init(_ settings: Settings) {
        self.init(
            directory: settings.books.dataDirectory, isEnabled: settings.budget.isEnabled,
            dailyLimitTokens: settings.budget.dailyLimitTokens,
            warningThresholdTokens: settings.budget.warningThresholdTokens,
            enforcement: settings.budget.enforcement == .block ? .block : .warn,
            summaryRetentionDays: settings.books.summaryRetentionDays,
            logRetentionDays: settings.books.logRetentionDays,
            archiveDirectory: settings.books.archiveDirectory,
            failurePolicy: settings.books.failure == .stop ? .stop : .continue)
    }
}
