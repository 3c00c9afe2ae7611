import Budget
import Review
import Testing

@Suite struct SummaryNoteTests {
    static func report(
        _ answer: String = #"{"verdict": "Good in the main.", "findings": []}"#, findings: [Finding] = [],
        inlineMax: Int = 10, stop: ModelAnswer.Stop = .complete,
        usage: TokenUsage? = try? TokenUsage(inputTokens: 12_345, outputTokens: 1_234)
    ) -> ReviewReport {
        let reading = ReviewReading(answer)
        return ReviewReport(
            reading: reading, stop: stop,
            findings: Changes.checked(reading.findings + findings, inlineMax: inlineMax),
            coverage: [
                FileCoverage(path: "src/cache.swift", extent: .whole), FileCoverage(path: "b.swift", extent: .whole),
            ],
            figures: ReviewReport.Figures(
                model: "claude-sonnet-5-5", usage: usage, estimatedInputTokens: 12_900,
                estimatedCost: MicroUSD(52_000), cost: usage == nil ? nil : MicroUSD(37_035), heldTokens: 52_000,
                budget: BudgetFigures(used: 345_678, held: 0, limit: 1_000_000)),
            labelName: "ai-review", headSHA: "a1b2c3d4e5f60718293a")
    }

    @Test func `a plain review`() {
        #expect(
            SummaryNote.markdown(Self.report()) == """
                **AI code review**

                Good in the main.

                ---
                **Coverage: 2 of 2 changed files reviewed.**
                - reviewed: `src/cache.swift`, `b.swift`

                To have it reviewed again, remove and add the `ai-review` label or comment `/ai-review`.

                `claude-sonnet-5-5` · 12,345 tokens in (estimated 12,900), 1,234 out · 0.037035 USD (estimated 0.052000) · Commit `a1b2c3d4e5f6`

                daily budget: ▰▰▰▱▱▱▱▱▱▱ 34 % · 345,678 of 1,000,000 tokens used, 654,322 left

                """)
    }

    @Test func `a review of which there is much to say`() throws {
        let findings = [
            Changes.finding(line: 14, quote: "let item = items[key]", title: "In its place", text: "Not repeated."),
            Changes.finding(quote: "return item", severity: .critical, kind: .security, title: "Refused", text: "R."),
            Changes.finding("x.swift", quote: "nowhere", severity: .question, title: "Where?", text: "```\nopen"),
        ]
        var report = Self.report(findings: findings, stop: .cutOff)
        let refused = try #require(report.findings.inline.first)
        #expect(refused.finding.title == "Refused")
        report.refused = [refused.fingerprint]
        report.standing = [
            RememberedFinding(
                fingerprint: "f", severity: .minor, kind: .bug, path: "lib/new.rb", line: 2, title: "Old one")
        ]
        report.goneCount = 2
        report.since = "0123456789abcdef"
        report.coverage = [
            FileCoverage(path: "src/cache.swift", extent: .whole),
            FileCoverage(path: "lib/new.rb", extent: .before(at: "fedcba9876543210")),
            FileCoverage(path: "big.swift", extent: .part(reason: "over the input limit")),
            FileCoverage(path: "x`y.lock", extent: .nothing(reason: "generated, says GitLab")),
        ]
        report.steps = ["The cheaper model was taken.", "3 hunks were left out."]
        report.remarks = ["**Hidden characters** are in `a`."]
        report.figures?.budget = BudgetFigures(used: 900_000, held: 60_000, limit: 950_000)
        report.figures?.cost = nil
        #expect(
            SummaryNote.markdown(report) == """
                **AI code review**

                > ⚠️ **The answer is incomplete**: it reached the limit of one answer. What was whole is here. A larger REVIEW_MAX_OUTPUT_TOKENS gives more room.
                >
                > ⚠️ **Hidden characters** are in `a`.

                Good in the main.

                **3 findings:** 🔴 1 critical · 🟠 1 major · 🔵 1 question

                In the change:
                - 🟠 `src/cache.swift:14` In its place

                🔴 **critical** (security) `src/cache.swift:15` Refused

                R.

                🔵 **question** (bug) `x.swift` Where?

                ```
                open
                ```

                From earlier reviews, still open:
                - 🟡 `lib/new.rb:2` Old one

                2 earlier findings: their lines are no longer in the change.

                ---
                **Coverage: 2 of 4 changed files reviewed whole.** This review is of what changed since `0123456789ab`.
                - reviewed: `src/cache.swift`
                - reviewed at `fedcba987654`, unchanged since: `lib/new.rb`
                - `big.swift`: reviewed in part: over the input limit
                - `` x`y.lock ``: not reviewed: generated, says GitLab

                **To stay within the budget:**
                - The cheaper model was taken.
                - 3 hunks were left out.

                To have the whole change reviewed again, remove and add the `ai-review` label or comment `/ai-review`.

                `claude-sonnet-5-5` · 12,345 tokens in (estimated 12,900), 1,234 out · cost unknown · Commit `a1b2c3d4e5f6`

                daily budget: ▰▰▰▰▰▰▰▰▰▰ 101 % · 900,000 of 950,000 tokens used, 60,000 held, 0 left

                """)
    }

    @Test func `an answer in no form is posted as it came`() {
        let note = SummaryNote.markdown(Self.report("- **major** a:1\n  ```swift\n  let"))
        #expect(
            note.contains(
                "> ⚠️ The answer was not in the form asked for and stands here as it came.\n\n- **major** a:1\n  ```swift\n  let\n  ```\n\n---"
            ))
        #expect(note.contains("2 of 2 changed files reviewed."))
        #expect(SummaryNote.markdown(Self.report("{\"findings\": []}")).contains("\n\nNothing was found.\n\n"))
    }

    @Test(arguments: [
        ("x\n```swift\ncode", "\n```"), ("~~~\ncode\n```", "\n~~~"), ("````\n```", "\n````"),
        ("1. a\n   ```\n   b", "\n   ```"), ("```\na\n``` no end", "\n```"), ("```\ncode\n```", ""),
        ("```\ncode\n````  \nx", ""), ("``` a`b", ""), ("``\nx", ""), ("~~~\n```\n~~~\n```\n~~~\n```", ""),
    ])
    func `closes a code block that the model left open, and no other`(_ text: String, _ closing: String) {
        for written in [text, text + "\n\n", "\n" + text.replacing("\n", with: "\r\n") + "\r\n"] {
            let note = SummaryNote.markdown(Self.report(written))
            #expect(note.contains("as it came.\n\n\(text)\(closing)\n\n---\n**Coverage: 2 "), "\(note)")
        }
    }

    @Test func `findings of earlier reviews keep their words where no discussion has them`() {
        var report = Self.report()
        func finding(_ title: String, kind: Finding.Kind = .bug, line: Int? = 2, words: String = "")
            -> RememberedFinding
        {
            RememberedFinding(
                fingerprint: title, severity: .minor, kind: kind, path: "a.rb", line: line, title: title, words: words)
        }
        report.standing = [
            finding("one"), finding("two", words: "Why.\n```\nopen"), finding("three"),
            finding("key", kind: .secret, line: nil),
        ]
        #expect(
            SummaryNote.markdown(report).contains(
                """
                From earlier reviews, still open:
                - 🟡 `a.rb:2` one

                - 🟡 `a.rb:2` two

                Why.
                ```
                open
                ```

                - 🟡 `a.rb:2` three
                - 🟡 `a.rb` key (not in the change any more, but in the branch's history if it was pushed)

                ---
                """))
        for count in [SummaryNote.namedStandingMax, SummaryNote.namedStandingMax + 1] {
            report.standing = (1...count).map { finding("f\($0)") }
            let note = SummaryNote.markdown(report)
            #expect(note.contains("f\(SummaryNote.namedStandingMax)\n"))
            #expect(note.contains("And 1 earlier finding more.") == (count > SummaryNote.namedStandingMax))
        }
    }

    @Test func `without a call it says that nothing changed, and what is known`() {
        var report = ReviewReport(
            unchangedSince: "fedcba9876543210", findings: CheckedFindings(),
            coverage: [
                FileCoverage(path: "a.rb", extent: .before(at: "fedcba9876543210")),
                FileCoverage(path: "b.rb", extent: .before(at: "0123456789abcdef")),
                FileCoverage(path: "c.lock", extent: .nothing(reason: "lock file")),
            ], labelName: "ai-review", headSHA: "a1b2c3d4e5f60718")
        report.goneCount = 1
        #expect(
            SummaryNote.markdown(report) == """
                **AI code review**

                Nothing that a model would be shown has changed since `fedcba987654` was reviewed.

                1 earlier finding: its line is no longer in the change.

                ---
                **Coverage: 2 of 3 changed files reviewed whole.** This review is of what changed since `fedcba987654`.
                - reviewed at `fedcba987654`, unchanged since: `a.rb`
                - reviewed at `0123456789ab`, unchanged since: `b.rb`
                - `c.lock`: not reviewed: lock file

                To have the whole change reviewed again, remove and add the `ai-review` label or comment `/ai-review`.

                No model was called and no tokens were spent · Commit `a1b2c3d4e5f6`

                """)
    }

    @Test func `who says nothing has reviewed nothing`() {
        let refused = SummaryNote.markdown(Self.report("", stop: .refused(explanation: "It `x`\n/merge")))
        #expect(refused.contains("**The model declined to review this change**: `` It `x`⟦U+000A⟧/merge ``"))
        #expect(refused.contains("2 of 2 changed files shown to the model.") && !refused.contains("reviewed:"))
        let empty = SummaryNote.markdown(Self.report("", usage: nil))
        #expect(empty.contains("The model wrote nothing.") && empty.contains("- shown to the model: `src/cache.swift`"))
        #expect(empty.contains("usage not reported, 52,000 tokens stay held"))
        let other = SummaryNote.markdown(Self.report(stop: .other("pause_turn")))
        #expect(other.contains("the model stopped with `pause_turn`"))
    }

    @Test func `every file is named or counted, with its reason`() {
        var report = Self.report()
        for count in [SummaryNote.namedFilesMax, SummaryNote.namedFilesMax + 3] {
            report.coverage = (1...count).map {
                FileCoverage(path: "f\($0)", extent: .nothing(reason: $0 % 2 == 0 ? "binary" : "too large"))
            }
            let note = SummaryNote.markdown(report)
            #expect(note.contains("\n- `f200`: not reviewed: binary") && !note.contains("`f201`"))
            #expect(note.contains("\n- and 3 more: 2 too large, 1 binary\n") == (count > SummaryNote.namedFilesMax))
            report.coverage = (1...count).map { FileCoverage(path: "f\($0)", extent: .whole) }
            #expect(SummaryNote.markdown(report).contains("`f200` and 3 more\n") == (count > SummaryNote.namedFilesMax))
        }
    }

    @Test(arguments: [
        (0, 0, 100, "▱▱▱▱▱▱▱▱▱▱ 0 %"), (1, 0, 1000, "▰▱▱▱▱▱▱▱▱▱ 0 %"), (14, 0, 100, "▰▱▱▱▱▱▱▱▱▱ 14 %"),
        (15, 0, 100, "▰▰▱▱▱▱▱▱▱▱ 15 %"), (40, 9, 100, "▰▰▰▰▰▱▱▱▱▱ 49 %"), (999, 0, 1000, "▰▰▰▰▰▰▰▰▰▱ 99 %"),
        (100, 0, 100, "▰▰▰▰▰▰▰▰▰▰ 100 %"), (200, 50, 100, "▰▰▰▰▰▰▰▰▰▰ 250 %"), (0, 0, 0, "▰▰▰▰▰▰▰▰▰▰ 100 %"),
        (.max, .max, .max, "▰▰▰▰▰▰▰▰▰▰ 100 %"), (-5, 0, 100, "▱▱▱▱▱▱▱▱▱▱ 0 %"),
    ])
    func `the bar of a budget`(_ used: Int, _ held: Int, _ limit: Int, _ bar: String) {
        #expect(BudgetFigures(used: used, held: held, limit: limit).bar == bar)
    }

    @Test func `the budget that binds has the line, and the daily one says what is large`() throws {
        let usage = try TokenUsage(inputTokens: 149_000, outputTokens: 1_000)
        var report = Self.report(usage: usage)
        report.figures?.binding = BudgetFigures(
            name: "team`x", scope: "team:x", period: "a month", unit: .usd, used: 1_000_000, held: 500_000,
            limit: 12_500_000)
        let note = SummaryNote.markdown(report)
        #expect(
            note.hasSuffix(
                "`` team`x `` budget (`team:x`, a month): ▰▱▱▱▱▱▱▱▱▱ 12 % · 1usd of 12.50usd used, 0.50usd held, 11usd left\n"
            ))
        #expect(!note.contains("daily budget:") && note.contains("it took 15 % of the daily token budget"))
        report.figures?.binding?.name = "team"
        report.figures?.binding?.hasAmounts = false
        let shared = SummaryNote.markdown(report)
        #expect(shared.hasSuffix("\n\nteam budget (a month): ▰▱▱▱▱▱▱▱▱▱ 12 %\n"))
        #expect(!shared.contains("usd") && !shared.contains("team:x"))
    }

    @Test(arguments: [(149_999, false), (150_000, true)])
    func `remarks a review of fifteen hundredths of the budget`(_ tokens: Int, _ isLarge: Bool) throws {
        let usage = try TokenUsage(inputTokens: tokens - 1_000, outputTokens: 1_000)
        #expect(SummaryNote.markdown(Self.report(usage: usage)).contains("**Large review**") == isLarge)
    }

    @Test(arguments: [(4_300, false), (4_299, true)])
    func `remarks a prompt of which the server counted less than a third`(_ input: Int, _ isCut: Bool) throws {
        let usage = try TokenUsage(inputTokens: input, outputTokens: 1)
        #expect(SummaryNote.markdown(Self.report(usage: usage)).contains("may have read only a part") == isCut)
    }

    @Test(arguments: [SummaryNote.listedMax, SummaryNote.listedMax + 2])
    func `of very many findings the last are counted`(_ count: Int) {
        let findings = (1...count).map { Changes.finding(quote: "nowhere", title: "finding \($0)") }
        let note = SummaryNote.markdown(Self.report(findings: findings))
        #expect(note.contains("finding \(SummaryNote.listedMax)\n"))
        #expect(note.contains("\n\nAnd 2 findings more.\n\n") == (count > SummaryNote.listedMax))
    }
}
