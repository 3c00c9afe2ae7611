import Review
import Testing

/// What real tokenizers make of the diffs beside the tests; how they were counted is in `Diffs/ORIGINS.md`.
private struct CountedDiff: Sendable {
    let name: String
    let bytes: Int
    /// Tokens by the tokenizer's name.
    let tokens: [String: Int]

    static func all() throws -> [CountedDiff] {
        let lines = String(decoding: try Diffs.bytes("tokens.csv"), as: UTF8.self).split(separator: "\n")
        let columns = try #require(lines.first).split(separator: ",").map(String.init)
        return try lines.dropFirst().map { line in
            let cells = line.split(separator: ",").map(String.init)
            let numbers = try cells.dropFirst().map { try #require(Int($0)) }
            return CountedDiff(
                name: cells[0], bytes: numbers[0],
                tokens: Dictionary(uniqueKeysWithValues: zip(columns.dropFirst(2), numbers.dropFirst())))
        }
    }
}

@Suite struct TokenCountTests {
    /// A tokenizer, a model that is estimated by it, and how far off estimates may be, in hundredths of a percent.
    struct Bound: Sendable, CustomTestStringConvertible {
        let tokenizer: String
        let model: String
        /// Diffs with fewer bytes are not looked at: a handful of hashes decides them.
        let bytesMin: Int
        let worst: Int
        let median: Int
        var testDescription: String { "\(tokenizer), diffs of \(bytesMin) bytes and more" }
    }

    @Test(arguments: [
        Bound(tokenizer: "o200k_base", model: "gpt-6.1-sol", bytesMin: 0, worst: 800, median: 300),
        Bound(tokenizer: "o200k_base", model: "gpt-6.1-sol", bytesMin: 1000, worst: 600, median: 300),
        Bound(tokenizer: "cl100k_base", model: "gpt-4", bytesMin: 0, worst: 800, median: 350),
        Bound(tokenizer: "deepseek_v3", model: "deepseek-v4-pro", bytesMin: 0, worst: 900, median: 250),
        // Half as large a vocabulary, and other rules for digits and blanks.
        Bound(tokenizer: "claude_2", model: "claude-3-5-haiku-latest", bytesMin: 4000, worst: 1000, median: 500),
    ])
    func `before anything is learned, real diffs are estimated within a tenth of what tokenizers make of them`(
        _ bound: Bound
    ) throws {
        let estimator = TokenEstimator(model: bound.model)
        let errors = try CountedDiff.all().filter { $0.bytes >= bound.bytesMin }.map { diff -> (Int, String) in
            let text = String(decoding: try Diffs.bytes(diff.name), as: UTF8.self)
            #expect(text.utf8.count == diff.bytes)
            let actual = try #require(diff.tokens[bound.tokenizer])
            let estimate = estimator.estimate(text)
            #expect(estimate.ceiling >= actual || estimate.ceiling == diff.bytes, "\(diff.name)")
            return (abs(estimate.expected - actual) * 10_000 / actual, diff.name)
        }.sorted { $0.0 < $1.0 }
        #expect(errors.count >= 9)
        let worst = try #require(errors.last)
        #expect(worst.0 <= bound.worst, "worst \(worst)")
        #expect(errors[errors.count / 2].0 <= bound.median, "median \(errors[errors.count / 2])")
    }

    @Test func `every diff beside the tests was counted`() throws {
        #expect(try CountedDiff.all().map(\.name).sorted() == Diffs.allNames())
    }

    @Test func `the later Claude's estimate lies between what users measured and the worst of it`() throws {
        let estimator = TokenEstimator(model: "claude-opus-5-5")
        for diff in try CountedDiff.all() where diff.bytes >= 4000 {
            let openAI = try #require(diff.tokens["o200k_base"])
            let estimate = estimator.estimate(String(decoding: try Diffs.bytes(diff.name), as: UTF8.self))
            // 1.57 to 2.08 times o200k's count.
            #expect(estimate.expected * 100 >= openAI * 150 && estimate.expected * 100 <= openAI * 180, "\(diff.name)")
            #expect(estimate.ceiling * 100 >= openAI * 208 || estimate.ceiling == diff.bytes, "\(diff.name)")
        }
    }
}
