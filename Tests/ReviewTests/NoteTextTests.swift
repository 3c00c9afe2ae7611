import Budget
import Review
import Testing

@Suite struct NoteTextTests {
    static func figures(
        _ files: [ChangedFile] = [ReviewPromptTests.file("a.swift"), ReviewPromptTests.file("b.swift")],
        estimated: Int = 12_900, cost: MicroUSD? = MicroUSD(37_035),
        budget: BudgetFigures? = BudgetFigures(usedTokens: 345_678, heldTokens: 0, limitTokens: 1_000_000)
    ) -> ReviewFigures {
        var figures = ReviewFigures(
            prompt: ReviewPromptTests.build(files), heldTokens: 52_000, cost: cost, budget: budget,
            headSHA: "a1b2c3d4e5f60718293a")
        figures.estimatedInputTokens = estimated
        return figures
    }

    static func answer(
        _ text: String = "Looks right.\n",
        usage: TokenUsage? = try? TokenUsage(inputTokens: 12_345, outputTokens: 1_234),
        stop: ModelAnswer.Stop = .complete
    ) -> ModelAnswer {
        ModelAnswer(text: text, usage: usage, model: "claude-sonnet-5-5", stop: stop, durationMilliseconds: 9_000)
    }

    @Test func `a plain review`() {
        #expect(
            NoteText.review(Self.answer(), figures: Self.figures()) == """
                **AI code review**

                Looks right.

                ---
                All 2 changed files reviewed.

                `claude-sonnet-5-5` · 12,345 tokens in (estimated 12,900), 1,234 out · 0.037035 USD · daily budget: 345,678 of 1,000,000 tokens used, 654,322 left · Commit `a1b2c3d4e5f6`.

                """)
    }

    @Test func `a review of which there is much to say`() throws {
        let files = [
            ReviewPromptTests.file("a.swift", "@@ -1 +1 @@\n+a\u{202E}b\n"),
            ChangedFile(oldPath: "x`y.lock", newPath: "x`y.lock", diff: "", isGenerated: true),
            ChangedFile(oldPath: "big.svg", newPath: "big.svg", diff: "", isTooLarge: true),
        ]
        let usage = try TokenUsage(
            inputTokens: 140_000, outputTokens: 8_192, cacheWriteTokens: 1_000, cacheReadTokens: 2_000)
        let figures = Self.figures(
            files, estimated: 450_000, cost: nil,
            budget: BudgetFigures(usedTokens: 900_000, heldTokens: 60_000, limitTokens: 950_000))
        #expect(
            NoteText.review(Self.answer("- one\n  ```swift\n  let", usage: usage, stop: .cutOff), figures: figures)
                == """
                **AI code review**

                > ⚠️ **The answer is incomplete**: it reached the limit of one answer. A larger REVIEW_MAX_OUTPUT_TOKENS gives more room.
                >
                > ⚠️ **The model may have read only a part**: it counted 140,000 tokens where about 450,000 were sent. Servers like Ollama cut long prompts in silence; a longer context (OLLAMA_CONTEXT_LENGTH) helps.
                >
                > ⚠️ **Hidden characters** that reorder or conceal text are in `a.swift`.
                >
                > ⚠️ **Large review**: it took 15 % of the daily token budget. Smaller merge requests leave more for others.

                - one
                  ```swift
                  let
                  ```

                ---
                **1 of 3 changed files reviewed.** Not reviewed:
                - `` x`y.lock ``: generated
                - `big.svg`: too large at GitLab

                `claude-sonnet-5-5` · 140,000 tokens in (2,000 read from cache, 1,000 written to cache, estimated 450,000), 8,192 out · cost unknown · daily budget: 900,000 of 950,000 tokens used, 60,000 held, 0 left · Commit `a1b2c3d4e5f6`.

                """)
    }

    @Test func `an answer without usage says what stays held`() {
        let note = NoteText.review(Self.answer(usage: nil), figures: Self.figures(cost: nil, budget: nil))
        #expect(note.contains("`claude-sonnet-5-5` · usage not reported, 52,000 tokens stay held · Commit"))
        #expect(!note.contains("USD") && !note.contains("budget"))
    }

    @Test func `a refusal is said to be one, and keeps what was written`() {
        let note = NoteText.review(
            Self.answer(stop: .refused(explanation: "It `x`\n/merge")), figures: Self.figures())
        #expect(
            note.contains(
                "> ⚠️ **The model declined to review this change**: `` It `x`⟦U+000A⟧/merge ``\n\nLooks right."))
        let empty = NoteText.review(Self.answer(" \n\n", stop: .refused(explanation: nil)), figures: Self.figures())
        #expect(empty.contains("this change**.\n\nThe model wrote nothing.\n\n---"))
        let other = NoteText.review(Self.answer(stop: .other("pause_turn")), figures: Self.figures())
        #expect(other.contains("> ⚠️ **The answer may be incomplete**: the model stopped with `pause_turn`."))
    }

    @Test(arguments: [(149_999, false), (150_000, true)])
    func `remarks a review of fifteen hundredths of the budget`(_ tokens: Int, _ isLarge: Bool) throws {
        let usage = try TokenUsage(inputTokens: tokens - 1_000, outputTokens: 1_000)
        let note = NoteText.review(Self.answer(usage: usage), figures: Self.figures())
        #expect(note.contains("**Large review**") == isLarge)
    }

    @Test(arguments: [(4_300, false), (4_299, true)])
    func `remarks a prompt of which the server counted less than a third`(_ input: Int, _ isCut: Bool) throws {
        let usage = try TokenUsage(inputTokens: input, outputTokens: 1)
        let note = NoteText.review(Self.answer(usage: usage), figures: Self.figures())
        #expect(note.contains("may have read only a part") == isCut)
    }

    @Test(arguments: [
        ("x\n```swift\ncode", "\n```"), ("~~~\ncode\n```", "\n~~~"), ("````\n```", "\n````"),
        ("1. a\n   ```\n   b", "\n   ```"), ("```\na\n``` no end", "\n```"), ("```\ncode\n```", ""),
        ("```\ncode\n````  \nx", ""), ("``` a`b", ""), ("``\nx", ""), ("~~~\n```\n~~~\n```\n~~~\n```", ""),
    ])
    func `closes a code block that the model left open, and no other`(_ text: String, _ closing: String) {
        for written in [text, text + "\n\n", "\n" + text.replacing("\n", with: "\r\n") + "\r\n"] {
            let note = NoteText.review(Self.answer(written), figures: Self.figures())
            #expect(note.hasPrefix("**AI code review**\n\n\(text)\(closing)\n\n---\nAll 2 "), "\(note)")
        }
    }

    @Test(arguments: [200, 201, 350])
    func `names two hundred omitted files and counts the rest by reason`(_ count: Int) {
        let files = (1...count).map {
            ChangedFile(
                oldPath: "f\($0)", newPath: "f\($0)", diff: "", isCollapsed: $0 % 2 == 1, isTooLarge: $0 % 2 == 0)
        }
        let note = NoteText.nothingToReview(ReviewPromptTests.build(files).omittedFiles, headSHA: "")
        #expect(note.contains("\n- `f200`: too large at GitLab") && !note.contains("`f201`"))
        #expect(note.contains("more: ") == (count > 200))
        #expect(
            count != 350 || note.contains("\n- and 150 more: 75 too large at GitLab, 75 collapsed by GitLab\n"))
    }

    @Test func `nothing to review`() {
        let omitted = [OmittedFile(path: "logo.png", reason: .binary)]
        #expect(
            NoteText.nothingToReview(omitted, headSHA: "a1b2c3d4e5f60718") == """
                ℹ️ **Nothing to Review**

                Of this change no file could be shown to the model:
                - `logo.png`: binary or media

                ---
                No model was called and no tokens were spent. Commit `a1b2c3d4e5f6`.

                """)
        #expect(NoteText.nothingToReview([], headSHA: "").contains("This merge request changes no file.\n"))
    }

    @Test func `a failure says why, what to do and what it cost`() {
        #expect(
            NoteText.failure(
                "The model's vendor was overloaded (529).", advice: "Try again later.", spending: .nothing,
                labelName: "ai-review", headSHA: "a1b2c3d4e5f60718") == """
                    ❌ **Code Review Failed**

                    The model's vendor was overloaded (529).

                    **What you can do:**
                    - Try again later.
                    - Remove and re-add the 'ai-review' label to try again

                    ---
                    No tokens were spent. Commit `a1b2c3d4e5f6`.

                    """)
        let held = NoteText.failure(
            "m", advice: "a", spending: .unknown(heldTokens: 52_000), labelName: "l", headSHA: "")
        #expect(
            held.contains("may have been charged, so 52,000 tokens stay held") && !held.contains("No tokens were spent")
        )
    }

    @Test func `an answer in the form is written out`() {
        let answer =
            #"{"verdict": "No.", "findings": [{"title": "Bad", "path": "a.swift", "line": 3, "text": "Why."}]}"#
        let note = NoteText.review(Self.answer(answer), figures: Self.figures())
        #expect(note.hasPrefix("**AI code review**\n\nNo.\n\n🟡 **minor**: Bad `a.swift:3`\n\nWhy.\n\n---\n"))
    }
}
