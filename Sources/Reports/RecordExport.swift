package import Budget
package import Ledger
package import Platform
package import Terminal
import UTCTime

/// Hands out the records of a period as they are, month after month.
package struct RecordExport: Sendable {
    private let reader: UsageReader

    /// An export from the books in `directory`.
    package init(directory: String, calls: FileCalls = .system) {
        reader = UsageReader(directory: directory, calls: calls)
    }

    /// Hands the records that `query` asks for to `body`, in the order of the files; answers with the lines that are
    /// none.
    package func forEach(
        _ query: UsageQuery, _ body: (UsageRecord) -> Void
    ) throws(POSIXFailure) -> [LineProblem] {
        var problems: [LineProblem] = []
        let wanted = query.days.lowerBound.month...query.days.upperBound.month
        for month in try reader.months() where wanted.contains(month) {
            let rows = try reader.rows(of: month)
            for record in rows.records where query.wants(record) { body(record) }
            problems += rows.problems
        }
        return problems
    }

    /// Whether the books have a file of the month of the first day of `query`.
    package func hasBeginning(of query: UsageQuery) throws(POSIXFailure) -> Bool {
        try reader.months().contains(query.days.lowerBound.month)
    }
}

extension UsageRecord {
    /// The cells of the record's row.
    package func cells(in dialect: CSVDialect) -> [String] {
        let (year, month, day) = time.day.parts
        func text(_ number: Int?) -> String { number.map(String.init) ?? "" }
        let names = [
            String(year), String(month), String(day), time.timeOfDay.description, text(context.projectID),
            context.projectName, text(context.mergeRequestIID), context.user,
        ]
        let figures = [
            String(usage.inputTokens), String(usage.outputTokens), String(usage.totalTokens), context.model,
            String(durationMilliseconds), String(usage.cacheWriteTokens), String(usage.cacheReadTokens),
            cost.map { dialect.decimal($0.amount.description) } ?? "", cost?.priceID ?? "", text(estimatedTokens),
        ]
        return names + figures + [
            context.agent, context.command, context.sessionID.isEmpty ? context.project : context.sessionID, usageID,
        ]
    }
}
