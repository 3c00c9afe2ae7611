import Review
import Testing

@Suite struct SuggestionTests {
    private func suggestion(
        quote: String = "let item = items[key]", line: Int = 14, _ replaced: String, _ replacement: String,
        side: Finding.Side = .new, in files: [FileDiff] = Changes.files
    ) -> Suggestion? {
        let finding = Changes.finding(
            "src/cache.swift", side, line: line, quote: quote, replaced: replaced, replacement: replacement)
        return Changes.checked([finding], in: files).all.first?.suggestion
    }

    @Test(arguments: [
        ("        let item = items[key]", "        let item = items[key, default: x]", 0, 0),
        ("        let item = items[key]\n", "        a\n        b\n", 0, 0),
        ("        let item = items[key]  \r\n", "        a\r\n        b", 0, 0),
        ("        lock.lock()\n        let item = items[key]\n        return item", "        a\n        b", 1, 1),
        ("    func get(_ key: String) -> Data? {\n        lock.lock()\n        let item = items[key]", "a", 2, 0),
        ("+        let item = items[key]\n+        return item\n     }", "+        a\n+        b\n     }", 0, 2),
    ])
    func `applies to exactly the lines that it replaces`(
        _ replaced: String, _ replacement: String, _ above: Int, _ below: Int
    ) {
        let found = suggestion(replaced, replacement)
        #expect(found?.above == above && found?.below == below)
        #expect(found?.lines.contains { $0.contains("\n") || $0.contains("\r") || $0.hasPrefix("+") } == false)
    }

    @Test(arguments: [
        ("let item = items[key]", "        a"), ("        let item = items[kex]", "        a"),
        ("        lock.lock()", "        a"), ("", "        a"), ("        let item = items[key]", ""),
        ("        let item = items[key]", "        let item = items[key]"),
        ("        let item = items[key]\n        return item\n        x", "a"),
        ("        let item = items[key]", "        ⟦secret: password⟧"),
        ("        return items[key]!", "        a"), ("    func get(_ key: String) -> Data {", "a"),
    ])
    func `is none when the lines are others, and when it would change nothing`(
        _ replaced: String, _ replacement: String
    ) {
        #expect(suggestion(replaced, replacement) == nil)
    }

    @Test func `never for removed lines, across hunks, at lines with CR or with something taken out`() throws {
        #expect(suggestion(quote: "return items[key]!", line: 13, "        return items[key]!", "x", side: .old) == nil)
        let text = "--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n one\n+two\n@@ -9 +10 @@\n-x\n+three\n"
        func found(_ replaced: String, _ files: [FileDiff]) -> Suggestion? {
            let finding = Changes.finding("a", line: 2, quote: "two", replaced: replaced, replacement: "new")
            return Changes.checked([finding], in: files).all.first?.suggestion
        }
        var files = UnifiedDiff(parsing: text).files
        #expect(found("two", files) != nil && found("one\ntwo", files)?.above == 1)
        #expect(found("two\nthree", files) == nil)
        files[0].hunks[0].lines[1].text = "two\r"
        #expect(found("two", files) == nil)
        files[0].hunks[0].lines[1].text = "two ⟦secret: password⟧"
        #expect(found("two ⟦secret: password⟧", files) == nil)
    }

    @Test(arguments: [Suggestion.reachMax, Suggestion.reachMax + 1])
    func `reaches a hundred lines up and no more`(_ above: Int) {
        let lines = (0...above).map { DiffLine(kind: .added, text: "line \($0)", newNumber: $0 + 1) }
        let file = FileDiff(
            oldPath: "a", newPath: "a",
            hunks: [DiffHunk(oldStart: 0, oldCount: 0, newStart: 1, newCount: above + 1, lines: lines)])
        let finding = Changes.finding(
            "a", line: above + 1, quote: "line \(above)", replaced: lines.map(\.text).joined(separator: "\n"),
            replacement: "one")
        let found = Changes.checked([finding], in: [file]).all.first?.suggestion
        #expect(found == (above > Suggestion.reachMax ? nil : Suggestion(lines: ["one"], above: above, below: 0)))
    }

    @Test func `a replacement that does not apply is shown as code`() {
        let finding = Changes.finding(
            quote: "let item", title: "a\n/merge", text: "Why.\n```\nopen", replacement: "x```y")
        let placed = PlacedFinding(finding: finding, fingerprint: "f")
        #expect(
            DiscussionText.markdown(placed) == """
                🟠 **major** (bug): a /merge

                Why.
                ```
                open
                ```

                Perhaps:

                ````
                x```y
                ````

                """)
        let suggested = PlacedFinding(
            finding: finding, suggestion: Suggestion(lines: ["x"], above: 0, below: 0), fingerprint: "f")
        #expect(!DiscussionText.markdown(suggested).contains("Perhaps"))
    }
}
