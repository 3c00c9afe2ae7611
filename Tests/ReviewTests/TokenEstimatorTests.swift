import Review
import Testing

@Suite struct TokenEstimatorTests {
    @Test(arguments: [
        ("claude-sonnet-5-5", TokenEstimator.Family.claude), ("claude-opus-4-7", .claude), ("claude-opus-5", .claude),
        ("claude-opus-4-6", .earlierClaude), ("claude-sonnet-4-5-20250929", .earlierClaude),
        ("claude-3-5-haiku-latest", .earlierClaude), ("gpt-6.1-sol", .openAI), ("o3-mini", .openAI),
        ("gemini-2.5-pro", .other), ("llama3.3:70b", .other), ("", .other),
    ])
    func `knows the tokenizer by the model's id`(_ model: String, _ family: TokenEstimator.Family) {
        #expect(TokenEstimator(model: model).family == family)
    }

    @Test(arguments: Diffs.names) func `stays within what tokenizers make of real diffs`(_ name: String) throws {
        let text = try Diffs.text(name)
        let bytes = Double(text.utf8.count)
        let openAI = TokenEstimator(model: "gpt-5").estimate(text)
        let claude = TokenEstimator(model: "claude-sonnet-5-5").estimate(text)
        // o200k makes a token of some 2 (octal names) to 4.5 bytes of a diff.
        #expect((1.7...4.6).contains(bytes / Double(openAI.expected)), "\(bytes / Double(openAI.expected))")
        // Users measured at most 2.08 times as many at Anthropic.
        #expect(Double(claude.ceiling) >= 2.08 * Double(openAI.expected) || claude.ceiling == text.utf8.count)
        #expect(claude.ceiling <= text.utf8.count)
        // Holding far more than is used would block reviews that fit.
        #expect(Double(claude.ceiling) <= 1.7 * Double(claude.expected), "\(claude)")
    }

    @Test(arguments: [
        "", "a", "日本語のテキスト", "👩‍👩‍👧‍👦🇩🇪", "0123456789012345678901234567890123456789", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=",
        "}});;///***", "\t\t\t\t\t\t\t\t", "\n\n\n\n\n\n", "                                        ", "é̂̃̄",
        "\u{0}\u{1}",
    ])
    func `never has more tokens than bytes nor less at most than expected`(_ text: String) {
        for model in ["gpt-5", "claude-opus-4-5", "claude-opus-5-5", "llama"] {
            let estimate = TokenEstimator(model: model).estimate(text)
            #expect(estimate.ceiling <= text.utf8.count && estimate.expected <= estimate.ceiling)
            #expect((estimate.expected > 0) == !text.isEmpty)
        }
    }

    @Test func `reckons with one token for each byte and digit that vocabularies do not know`() {
        for text in ["漢字", "𝒜𝒷𝒸", "1234567890"] {
            #expect(TokenEstimator(model: "claude-opus-5-5").estimate(text).ceiling == text.utf8.count)
        }
    }

    @Test func `the parts of a text have as many tokens together as the whole, give or take their seams`() throws {
        let text = try Diffs.text("flask-82c2e0366ce6")
        let estimator = TokenEstimator(model: "claude-sonnet-5-5")
        let parts = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(Substring($0)) + "\n"
        }
        let sum = parts.map(estimator.estimate).reduce(TokenEstimate(expected: 0, ceiling: 0), +)
        let whole = estimator.estimate(text).ceiling
        #expect((whole * 98 / 100...whole * 107 / 100).contains(sum.ceiling), "\(sum.ceiling) of \(whole)")
    }

    @Test func `adding is clamped`() {
        let most = TokenEstimate(expected: .max, ceiling: .max)
        #expect(most + TokenEstimate(expected: 1, ceiling: 1) == most)
    }
}
