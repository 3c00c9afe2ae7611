import Review
import Testing

@Suite struct NoteTextTests {
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
}
