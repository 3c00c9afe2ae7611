import Review
import Testing

@Suite struct ReviewReadingTests {
    private static let whole = #"""
        {"verdict": "Not yet.", "findings": [
         {"severity": "critical", "kind": "security", "path": "a.swift", "side": "new", "line": 12, "quote": "let a = 1",
          "title": "A hole", "text": "Why.\nHow.", "replaced": "let a = 1", "replacement": "let a = 2"},
         {"severity": "question", "kind": "bug", "path": "b.swift", "side": "old", "line": 3, "quote": "x", "title": "Why?",
          "text": "", "replaced": "", "replacement": ""}]}
        """#
    private static let findings = [
        Finding(
            severity: .critical, kind: .security, path: "a.swift", side: .new, line: 12, quote: "let a = 1",
            title: "A hole", text: "Why.\nHow.", replaced: "let a = 1", replacement: "let a = 2"),
        Finding(
            severity: .question, kind: .bug, path: "b.swift", side: .old, line: 3, quote: "x", title: "Why?"),
    ]

    @Test func `an answer in the form is read`() {
        let wanted = ReviewReading(verdict: "Not yet.", findings: Self.findings)
        #expect(ReviewReading(Self.whole) == wanted)
        for around in [
            "```json\n\(Self.whole)\n```", "```\n\(Self.whole)\n```\n", "Here it is [as asked]:\n\(Self.whole)",
        ] {
            #expect(ReviewReading(around) == wanted, "\(around)")
        }
        #expect(ReviewReading(#"{"verdict": "Fine.", "findings": []}"#) == ReviewReading(verdict: "Fine."))
        #expect(ReviewReading("{\"findings\": []}") == ReviewReading())
    }

    @Test func `what is cut off keeps what is whole, wherever the cut is`() throws {
        let bytes = Array(Self.whole.utf8)
        for count in 1..<bytes.count {
            let reading = ReviewReading(String(decoding: bytes[..<count], as: UTF8.self))
            #expect(!reading.isWhole)
            #expect(reading.findings.count <= 2 && reading.verdict == "Not yet." || reading.findings.isEmpty)
            // Nothing is lost: what was not understood is there as text.
            let isUnderstood = !reading.verdict.isEmpty || !reading.findings.isEmpty || count <= 40
            #expect(isUnderstood || !reading.rest.isEmpty)
        }
        let end = try #require(Self.whole.firstRange(of: "\"title\": \"Why?\""))
        #expect(ReviewReading(String(Self.whole[..<end.lowerBound])).findings == [Self.findings[0]])
        let withTitle = ReviewReading(String(Self.whole[..<end.upperBound]) + ",")
        #expect(withTitle.findings == Self.findings, "a finding whose end is missing and whose title is there")
    }

    @Test(arguments: [
        ("{\"verdict\": \"a\nb\tc\", \"findings\": []}", "a\nb\tc"),
        (#"{"verdict": "a \d b", "findings": []}"#, #"a \d b"#),
        (#"{"verdict": "é 👍 \u00e9 \ud83d\ude00", "findings": [],}"#, "é 👍 é 😀"),
        (#"{"verdict": "first", "verdict": "second"}"#, "first"),
        (#"{"summary": "s", "issues": null}"#, "s"),
    ])
    func `small faults are forgiven`(_ answer: String, _ verdict: String) {
        #expect(ReviewReading(answer).verdict == verdict)
        #expect(ReviewReading(answer).rest.isEmpty)
    }

    @Test func `other names and words are understood, unknown ones are harmless`() {
        let answer = #"""
            [{"file": "a", "new_line": "L12-15", "side": "LEFT", "severity": "Blocker", "category": "security",
              "message": "First sentence. Second.", "snippet": "q"},
             {"severity": "nit", "kind": "secret", "title": "t", "line": 99999999999999999999, "path": 5}]
            """#
        let findings = ReviewReading(answer).findings
        #expect(
            findings == [
                Finding(
                    severity: .critical, kind: .security, path: "a", side: .old, line: 12, quote: "q",
                    title: "First sentence", text: "First sentence. Second."),
                Finding(severity: .minor, kind: .other, title: "t"),
            ])
    }

    @Test(arguments: [
        "", "Looks right.", "Use `[a]` and {b}.", "- **major** a:1\n  x", "[1, 2]", "{}", "{\"a\": {\"b\": [{}]}}",
        "[]",
        "{\"verdict\"", "{\"verdict\": \"cut", "```swift\nlet a = [1]\n```", String(repeating: "[", count: 5000),
        String(repeating: "{\"a\":", count: 5000), "[\"x\"]",
    ])
    func `an answer in no form is text, to the last character`(_ answer: String) {
        #expect(ReviewReading(answer) == ReviewReading(rest: answer, isWhole: false))
    }

    @Test func `what stands around the form is kept when it says something`() {
        let words = String(repeating: " This is worth knowing.", count: 10)
        #expect(ReviewReading(words + "\n" + Self.whole).rest == words)
        #expect(ReviewReading(Self.whole + "\n" + words).rest == words)
        let mixed = #"{"verdict": "v", "findings": ["just text", {"note": "no title"}, {"title": "t"}]}"#
        #expect(ReviewReading(mixed).rest == "just text\n\nno title" && ReviewReading(mixed).findings.count == 1)
    }

    @Test(arguments: [ReviewReading.findingsMax, ReviewReading.findingsMax + 1])
    func `of too many findings the last become text`(_ count: Int) {
        let list = (1...count).map { "{\"title\": \"finding \($0)\"}" }.joined(separator: ",")
        let reading = ReviewReading("{\"findings\": [\(list)]}")
        #expect(reading.findings.count == min(count, ReviewReading.findingsMax))
        #expect(reading.rest == (count > ReviewReading.findingsMax ? "finding \(count)" : ""))
    }
}
