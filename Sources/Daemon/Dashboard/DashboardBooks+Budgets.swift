import Budget
import Dashboard
import Forecast
import Ledger
import Platform
import Reports
import UTCTime

extension DashboardBooks {
    /// Every budget with its counters; `edit` is put into the form.
    func budgets(edit: String = "", replay: ReplayDraft = ReplayDraft(), outcome: ReplayDraft.Outcome? = nil)
        -> BudgetsPage
    {
        let overview = ledger.overview()
        let counters = Dictionary(grouping: overview.standings, by: \.budget.name)
        let set = overview.set
        let rows = set.budgets.map { budget in
            BudgetsPage.Row(
                name: budget.name, scope: budget.scope.description, period: budget.period,
                limit: budget.limit, thresholds: budget.thresholds, enforcement: budget.enforcement,
                isEditable: budget.name != DailyBudget.name,
                counters: Excerpt(
                    counters[budget.name] ?? [], max: BudgetsPage.countersMax,
                    omitted: overview.omittedCounts[budget.name] ?? 0, BudgetCounter.init))
        }
        return BudgetsPage(
            rows: rows,
            draft: set.budget(edit).flatMap { $0.name == DailyBudget.name ? nil : Self.draft($0) } ?? BudgetDraft(),
            replay: replay, outcome: outcome)
    }

    private static func thresholds(_ budget: BudgetDefinition) -> String {
        budget.thresholds.map { $0.text(budget.limit.unit) }.joined(separator: ", ")
    }

    private static func draft(_ budget: BudgetDefinition) -> BudgetDraft {
        BudgetDraft(
            name: budget.name, scope: budget.scope.description, period: budget.period.rawValue,
            limit: budget.limit.description, warn: thresholds(budget), enforcement: budget.enforcement.rawValue,
            isOfExisting: true)
    }

    /// The teams; the one called `edit` is put into the form.
    func teams(edit: String = "") -> TeamsPage {
        let set = ledger.budgetSet()
        return TeamsPage(set.teams, draft: set.team(edit).map { TeamDraft($0) } ?? TeamDraft())
    }

    /// What `draft` says, as a budget. What the form has no field for stays as it is in the one of that name.
    func definition(_ draft: BudgetDraft) throws(BudgetTextError) -> BudgetDefinition {
        let old = ledger.budgetSet().budget(draft.name)
        let limit = try BudgetLimit(parsing: draft.limit)
        var thresholds: [BudgetThreshold] = []
        for text in draft.warn.split(whereSeparator: { $0 == "," || $0 == " " }) {
            thresholds.append(try BudgetThreshold(parsing: String(text), unit: limit.unit))
        }
        guard let enforcement = Enforcement(rawValue: draft.enforcement) else {
            throw BudgetTextError("enforcement", draft.enforcement, "accepted are block and warn")
        }
        return try BudgetDefinition(
            name: draft.name, scope: ScopePattern(parsing: draft.scope), period: Period(parsing: draft.period),
            limit: limit, thresholds: thresholds, enforcement: enforcement,
            unknownPrice: old?.unknownPrice ?? .block, urgent: old?.urgent, label: old?.label)
    }

    /// Days that a limit is tried on at most.
    static let replayDaysMax = 400
    /// Rows that are looked at.
    static let replayRowsMax = 500_000

    /// What the limit of `draft` would have blocked.
    func replay(_ draft: ReplayDraft) -> ReplayDraft.Outcome {
        guard let scope = ReplayedLimit.Scope(draft.scope) else {
            return .refused("'\(draft.scope)' is no scope; accepted are \(ScopeKind.forms).")
        }
        guard let period = ReplayedLimit.Period(rawValue: draft.period) else {
            return .refused("'\(draft.period)' is no period; accepted are hour, day, week, month and total.")
        }
        let limit: BudgetLimit
        do throws(BudgetTextError) { limit = try BudgetLimit(parsing: draft.limit) } catch {
            return .refused("\(error).")
        }
        guard let from = Day(draft.from), let to = Day(draft.to), from <= to,
            to.number - from.number < Self.replayDaysMax
        else {
            return .refused("Accepted are two days, the first before the last, at most \(Self.replayDaysMax) days.")
        }
        var records: [UsageRecord] = []
        do throws(POSIXFailure) {
            let reader = UsageReader(directory: ledger.configuration.directory)
            for month in try reader.months() where from.month...to.month ~= month {
                records += try reader.rows(of: month).records.filter { (from...to).contains($0.time.day) }
                guard records.count <= Self.replayRowsMax else {
                    return .refused(
                        "More than \(Self.replayRowsMax) calls: take fewer days, or 'bursar budgets replay'.")
                }
            }
            let amount: ReplayedLimit.Amount =
                limit.unit == .tokens ? .tokens(limit.amount) : .money(MicroUSD(Int64(limit.amount)))
            let replay = ReplayedLimit(scope: scope, period: period, amount: amount)
                .replay(records, teams: TeamDirectory(ledger.budgetSet().teams))
            return .result(
                reviews: replay.reviews, blocked: replay.blocked,
                blockedSums: Sums(
                    requests: replay.blocked, inputTokens: replay.blockedTokens,
                    costMicroUSD: replay.blockedMicroUSD, unpricedRequests: replay.blockedUnpriced),
                by: replay.by.map { ($0.name, $0.reviews, $0.blocked) })
        } catch {
            return .refused("The books cannot be read: \(error).")
        }
    }
}
