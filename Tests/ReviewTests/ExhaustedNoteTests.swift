import Budget
import Review
import Testing
import UTCTime

@Suite struct ExhaustedNoteTests {
    static func refusal(
        budget: String = "daily", used: Int = 1_000_000, held: Int = 0, limit: Int = 1_000_000, requested: Int = 49_837,
        resetsAt: Int64 = 1_765_670_400
    ) -> Refusal {
        Refusal(
            budget: budget, usedTokens: used, heldTokens: held, limitTokens: limit, requestedTokens: requested,
            resetsAt: Instant(seconds: resetsAt))
    }

    @Test func `reads as promised, with real figures`() {
        #expect(
            NoteText.exhausted(Self.refusal(), labelName: "ai-review", resumesByItself: false) == """
                ⚠️ **Daily Token Budget Exhausted**

                The AI code review service has reached its daily token limit (1,000,000 tokens used). Reviews will automatically resume tomorrow.

                **Budget Details:**
                - Check the budget status at: GET /budget/status
                - Reviews will resume at midnight UTC (2025-12-14 00:00 UTC)
                - Used: 1,000,000 of 1,000,000 tokens; held for running reviews: 0
                - This review's estimate: 49,837 tokens; what would still fit: 0

                **What you can do:**
                - Remove and re-add the 'ai-review' label tomorrow
                - Contact your DevOps team if this is urgent

                ---
                Token budget helps control costs and ensures fair usage.

                """)
    }

    @Test func `says when it resumes by itself, and only then`() {
        let note = NoteText.exhausted(Self.refusal(), labelName: "bot", resumesByItself: true)
        #expect(
            note.contains(
                "- Nothing: this merge request is reviewed by itself tomorrow if it still carries the 'bot' label\n"))
        #expect(note.contains("- Remove and re-add the 'bot' label tomorrow, should that not happen\n"))
    }

    @Test func `names another budget and its reset`() {
        let note = NoteText.exhausted(
            Self.refusal(
                budget: "back`end", used: 12_345, held: 600, limit: 20_000, requested: 8_000, resetsAt: 1_767_225_600),
            labelName: "ai-review", resumesByItself: false)
        #expect(
            note.hasPrefix(
                "⚠️ **Token Budget `` back`end `` Exhausted**\n\nThe AI code review service has reached the limit of the token budget `` back`end `` (12,345 tokens used, 600 held). Reviews will automatically resume at 2026-01-01 00:00 UTC.\n"
            ))
        #expect(note.contains("- Reviews will resume at 2026-01-01 00:00 UTC\n"))
        #expect(note.contains("- Used: 12,345 of 20,000 tokens; held for running reviews: 600\n"))
        #expect(note.contains("- This review's estimate: 8,000 tokens; what would still fit: 7,055\n"))
        #expect(note.contains("- Remove and re-add the 'ai-review' label after 2026-01-01 00:00 UTC\n"))
        #expect(!note.contains("tomorrow") && !note.contains("midnight") && !note.contains("Daily"))
    }

    @Test(arguments: [(20_000, false), (20_001, true)])
    func `promises nothing to a review larger than the whole limit`(_ requested: Int, _ exceeds: Bool) {
        for (budget, resumes) in [("daily", true), ("daily", false), ("team", true)] {
            let note = NoteText.exhausted(
                Self.refusal(budget: budget, used: 7, limit: 20_000, requested: requested), labelName: "ai-review",
                resumesByItself: resumes)
            #expect(note.contains("resume") == !exceeds)
            #expect(note.contains("by itself") == (!exceeds && resumes))
            #expect(note.contains("re-add the") == !exceeds)
            #expect(note.contains("Waiting will not make it fit.") == exceeds)
            #expect(note.contains("more than the whole") == exceeds)
            #expect(note.contains("at most 20,000 tokens fits an unused budget") == exceeds)
        }
    }

    @Test(arguments: [(50_163, true), (50_164, false)])
    func `says that waiting helps when only holds are in the way`(_ used: Int, _ helps: Bool) {
        let note = NoteText.exhausted(
            Self.refusal(used: used, held: 30_000, limit: 100_000), labelName: "ai-review", resumesByItself: false)
        #expect(note.contains("in a few minutes: running reviews hold 30,000 tokens") == helps)
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1_000, "1,000"), (123_456, "123,456"), (1_234_567, "1,234,567"),
        (Int.max, "9,223,372,036,854,775,807"),
    ])
    func `groups thousands`(_ used: Int, _ wanted: String) {
        let note = NoteText.exhausted(Self.refusal(used: used), labelName: "l", resumesByItself: false)
        #expect(note.contains("(\(wanted) tokens used)"))
    }

    @Test func `a budget in money and one for ever say what they are`() throws {
        let budgets = [("money", "all", "day", "12.50usd"), ("each", "merge_request:*", "total", "1000")]
        let time = try #require(Instant("2025-12-13T12:00:00Z"))
        let context = CallContext(project: "group/app", mergeRequestIID: 7, model: "big")
        for (name, scope, period, limit) in budgets {
            let budget = try BudgetDefinition(
                name: name, scope: ScopePattern(parsing: scope), period: Period(parsing: period),
                limit: BudgetLimit(parsing: limit))
            var counters = Counters(try BudgetSet(budgets: [budget]), at: time)
            counters.settle(CallAmount(tokens: 900, microUSD: 12_000_000), for: context, at: time)
            let request = ReservationRequest(estimatedTokens: 200, context: context, estimatedMicroUSD: 600_000)
            guard case .refuse(let cause) = counters.verdict(on: request, at: time) else {
                Issue.record("\(name) admitted it")
                continue
            }
            let note = NoteText.exhausted(Refusal(cause), labelName: "ai-review", resumesByItself: true)
            let wanted =
                name == "money"
                ? ["may need 0.60usd, more", "It begins anew at 2025-12-14 00:00 UTC.", "Used: 12usd of 12.50usd"]
                : ["may need 200 tokens, more", "It never begins anew.", "Used: 900 of 1,000 tokens"]
            for text in wanted { #expect(note.contains(text), "\(note)") }
            #expect(!note.contains("9999") && !note.contains("tomorrow"))
        }
    }
}
