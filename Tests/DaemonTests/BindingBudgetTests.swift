import Demo
import Testing

/// The line of the summary note about the budget: of the one that is nearest to its end.
@Suite struct BindingBudgetTests {
    /// Budgets beside the daily one, the labels of the merge request, and what its note says after 1,500 tokens.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let budgets: String
        var label: String?
        let line: String
        /// What the note must not say.
        var secret: String?
        var testDescription: String { name }
    }

    private static let daily = "daily budget: ▰▱▱▱▱▱▱▱▱▱ 0 % · 1,500 of 1,000,000 tokens used, 998,500 left"
    private static let template =
        #"{"name": "small", "scope": "merge_request:*", "period": "total", "limit": 30000, "label": "hotfix"}"#

    @Test(arguments: [
        Case(name: "the daily one alone", budgets: "", line: daily),
        Case(
            name: "a project's",
            budgets: #"{"name": "app", "scope": "project:team/app", "period": "week", "limit": 20000}"#,
            line: "`app` budget (`project:team/app`, a week): ▰▱▱▱▱▱▱▱▱▱ 7 % · 1,500 of 20,000 tokens used, 18,500 left"
        ),
        Case(
            name: "the tighter of two",
            budgets: #"{"name": "app", "scope": "project:team/app", "period": "week", "limit": 20000}, "#
                + #"{"name": "hourly", "scope": "all", "period": "hour", "limit": 15000}"#,
            line: "overall budget (an hour): ▰▱▱▱▱▱▱▱▱▱ 10 %", secret: "hourly"),
        Case(
            name: "one in money",
            budgets: #"{"name": "money", "scope": "project:team/app", "period": "month", "limit": "0.10usd"}"#,
            line: "`money` budget (`project:team/app`, a month): ▰▱▱▱▱▱▱▱▱▱ 7 % · "
                + "0.007usd of 0.10usd used, 0.093usd left"),
        Case(
            name: "one in money that others share",
            budgets: #"{"name": "money", "scope": "group:team", "period": "month", "limit": "0.10usd"}"#,
            line: "group budget (a month): ▰▱▱▱▱▱▱▱▱▱ 7 %", secret: "money"),
        Case(
            name: "one of people",
            budgets: #"{"name": "people", "scope": "user:*", "period": "week", "limit": 20000}"#,
            line: "user budget (a week): ▰▱▱▱▱▱▱▱▱▱ 7 %", secret: "user:"),
        Case(
            name: "one of a model",
            budgets: #"{"name": "dear", "scope": "model:*", "period": "total", "limit": 20000}"#,
            line: "model budget (in total): ▰▱▱▱▱▱▱▱▱▱ 7 %", secret: "model:"),
        Case(
            name: "a tight one that only warns binds nothing",
            budgets:
                #"{"name": "app", "scope": "all", "period": "week", "limit": 2000, "enforcement": "warn"}"#,
            line: daily),
        Case(
            name: "another project's",
            budgets: #"{"name": "else", "scope": "project:team/else", "period": "week", "limit": 2000}"#, line: daily),
        Case(name: "a label's, without the label", budgets: template, label: "bugfix", line: daily),
        Case(
            name: "a label's, with it", budgets: template, label: "hotfix",
            line:
                "`small` budget (`merge_request:team/app!1`, in total): ▰▱▱▱▱▱▱▱▱▱ 5 % · 1,500 of 30,000 tokens used, "
                + "28,500 left"),
    ])
    func `the note has the bar of the budget that binds`(_ scene: Case) async throws {
        let stage = try BudgetRoomTests.stage()
        if !scene.budgets.isEmpty { try await BudgetRoomTests.set(scene.budgets, stage) }
        if let label = scene.label { _ = stage.gitlab.add(label: label, to: BudgetRoomTests.first) }
        try await stage.label(BudgetRoomTests.first)
        let body = try #require(stage.gitlab.notes(of: BudgetRoomTests.first).first?.body)
        #expect(body.contains("\n\n\(scene.line)\n"), "\(body)")
        if let secret = scene.secret { #expect(!body.contains(secret), "\(body)") }
        try await stage.strike()
    }
}
