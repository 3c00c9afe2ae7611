import Budget
import Dashboard
import Reports
import UTCTime

extension Sums {
    /// The same figures.
    init(_ totals: UsageTotals) {
        self.init(
            requests: totals.requestCount, inputTokens: totals.inputTokens, outputTokens: totals.outputTokens,
            costMicroUSD: totals.costMicroUSD, unpricedRequests: totals.unpricedCount)
    }

    /// One row.
    init(_ record: UsageRecord) {
        self.init(
            requests: 1, inputTokens: record.usage.inputTokens, outputTokens: record.usage.outputTokens,
            costMicroUSD: Int(record.cost?.amount.value ?? 0), unpricedRequests: record.cost == nil ? 1 : 0)
    }
}

extension CallRow {
    /// One row.
    init(_ record: UsageRecord) {
        let context = record.context
        self.init(
            time: record.time, session: context.sessionID, project: context.project, user: context.user,
            agent: context.agent, command: context.command, model: context.model,
            inputTokens: record.usage.inputTokens, outputTokens: record.usage.outputTokens,
            estimatedTokens: record.estimatedTokens, costMicroUSD: record.cost.map { Int($0.amount.value) },
            durationMilliseconds: record.durationMilliseconds)
    }
}

extension SessionRow {
    /// The same session.
    init(_ summary: SessionSummary) {
        self.init(
            id: summary.id, start: summary.start, end: summary.end, sums: Sums(summary.totals), agents: summary.agents)
    }
}

extension BudgetCounter {
    /// The same counter.
    init(_ standing: BudgetStanding) {
        self.init(
            name: standing.budget.name, scope: standing.scope.description, period: standing.budget.period,
            unit: standing.budget.limit.unit, used: standing.used, held: standing.held,
            unresolved: standing.unresolved, limit: standing.limit, granted: standing.granted, calls: standing.calls,
            enforcement: standing.budget.enforcement, resetsAt: standing.window.end)
    }
}

extension UsageFilter.Dimension {
    /// The dimension of the reports.
    var usage: UsageDimension {
        switch self {
        case .project: .project
        case .user: .user
        case .model: .model
        case .agent: .agent
        case .command: .command
        }
    }
}

extension [NamedSums] {
    /// The most tokens first, then by name.
    var sortedByTokens: [NamedSums] {
        sorted { (-$0.sums.totalTokens, $0.name) < (-$1.sums.totalTokens, $1.name) }
    }
}
