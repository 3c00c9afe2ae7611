import Demo
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Testing

/// What the daemon expects of a model whose tokenizer nobody has seen, as its rows tell it.
@Suite struct LearningTests {
    /// How a made-up model counts.
    enum Tokenizer: String, CaseIterable, CustomTestStringConvertible {
        case bytes = "a token for 3.1 bytes, two for a Chinese character"
        case words = "a word and a half, each sign, blanks by four"

        var testDescription: String { rawValue }

        func count(_ text: String) -> Int {
            switch self {
            case .bytes:
                let wide = text.unicodeScalars.count { $0.value > 0x2E80 }
                return (text.utf8.count - wide * 3) * 10 / 31 + wide * 2
            case .words:
                var (words, signs, blanks, isInWord) = (0, 0, 0, false)
                for scalar in text.unicodeScalars {
                    let isWord = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    if isWord, !isInWord || scalar.value > 0x2E80 { words += 1 }
                    if !isWord { if scalar == " " { blanks += 1 } else { signs += 1 } }
                    isInWord = isWord
                }
                return words * 3 / 2 + signs + blanks / 4
            }
        }

        /// An answer that charges what was received by this count, and some 350 to 500 tokens of text.
        func answer(_ call: ScriptedModel.Call) -> Response {
            let user = call.body["messages"]?.array?.first?["content"]?.string ?? ""
            let input = count(call.body["system"]?.string ?? "") + count(user) + 9
            return .answer("Nothing to remark.", input: input, output: 350 + call.number * 37 % 150)
        }
    }

    /// Of each row: what was estimated and what was used, in tokens.
    private func rows(_ stage: Stage) throws -> [(estimated: Int, total: Int)] {
        try stage.rows().map { (try #require(Int($0[17])), try #require(Int($0[10]))) }
    }

    /// Hundredths of a percent.
    private func median(_ rows: ArraySlice<(estimated: Int, total: Int)>) -> Int {
        let errors = rows.map { abs($0.estimated - $0.total) * 10_000 / $0.total }.sorted()
        return errors[errors.count / 2]
    }

    @Test(arguments: Tokenizer.allCases)
    func `after twenty reviews of real changes the rows' estimates are within 5 % of what was used`(
        _ tokenizer: Tokenizer
    ) async throws {
        let mergeRequests = try RealDiffs.mergeRequests(30)
        let stage = try Stage(
            settings: ["MODEL": "never-seen-1", "REVIEW_MAX_OUTPUT_TOKENS": "4096"], mergeRequests: mergeRequests,
            model: tokenizer.answer)
        for (number, mergeRequest) in mergeRequests.enumerated() {
            try await stage.label(mergeRequest)
            if number == 14 {
                // What was learned is on the disk.
                try await stage.stopDaemon()
                try stage.startDaemon()
            }
        }
        let rows = try rows(stage)
        #expect(rows.count == 30)
        #expect(median(rows.suffix(10)) <= 500, "\(rows)")
        #expect(median(rows[0..<5]) > 500, "the tokenizer is one that has to be learned: \(rows)")
        // In the metrics side by side.
        let metrics = try #require(try await stage.send("GET", "/metrics").body.string)
        for (name, sum) in [
            ("bursar_estimated_tokens_total", rows[15...].reduce(0) { $0 + $1.estimated }),
            ("bursar_actual_tokens_total", rows[15...].reduce(0) { $0 + $1.total }),
        ] { #expect(metrics.contains("\n\(name) \(sum)\n"), "\(name)") }
        try await stage.strike()
    }

    @Test func `a row's estimate is what was expected and not what was held`() async throws {
        let mergeRequests = try RealDiffs.mergeRequests(1)
        let stage = try Stage(
            settings: ["REVIEW_MAX_OUTPUT_TOKENS": "100000"], mergeRequests: mergeRequests,
            model: { Tokenizer.bytes.answer($0) })
        try await stage.label(mergeRequests[0])
        let row = try #require(try rows(stage).first)
        // The hold has the whole limit of the answer in it.
        #expect(row.estimated > row.total / 2 && row.estimated < row.total * 2, "\(row)")
        try await stage.strike()
    }

    @Test func `the vendor's own count is the estimate where it is asked for, and leaves room for the answer`()
        async throws
    {
        let mergeRequests = try RealDiffs.mergeRequests(1)
        let stage = try Stage(
            settings: ["MODEL_COUNT_TOKENS": "true"], mergeRequests: mergeRequests,
            count: { _ in .json(200, ["input_tokens": 7777]) }, model: { _ in .answer(input: 7790, output: 1500) })
        try await stage.label(mergeRequests[0])
        let sent = try #require(stage.model.calls.first?.body)
        let asked = try #require(stage.model.counted.first)
        #expect(asked["messages"] == sent["messages"] && asked["system"] == sent["system"])
        #expect(asked["model"] == sent["model"] && asked["max_tokens"] == nil)
        let row = try #require(try rows(stage).first)
        #expect(row.estimated == 7777 + 1500 && row.total == 9290)
        // What was held: the count, a twentieth more, and the whole limit of the answer.
        #expect(
            stage.log.all.contains { $0.contains("model called") && $0.contains("held_tokens=\(7777 + 388 + 8192)") })
        try await stage.strike()
    }

    /// Statuses and bodies of a count endpoint from which nothing can be learned.
    static let badCounts: [(status: Int, body: JSONValue)] = [
        (404, ["type": "error"]), (200, ["input_tokens": 0]), (200, [:]), (200, ["input_tokens": 2_000_000]),
    ]

    @Test(arguments: badCounts)
    func `without a count that can be believed our own estimate stands`(_ status: Int, _ body: JSONValue) async throws {
        let mergeRequests = try RealDiffs.mergeRequests(1)
        let stages = try [
            Stage(mergeRequests: mergeRequests, count: { _ in .json(status, body) }),
            Stage(
                settings: ["MODEL_COUNT_TOKENS": "true"], mergeRequests: mergeRequests,
                count: { _ in .json(status, body) }),
            Stage(
                settings: ["MODEL_COUNT_TOKENS": "true", "MODEL_PROVIDER": "openai", "MODEL": "claude-sonnet-5-5"],
                mergeRequests: mergeRequests, count: { _ in .json(200, ["input_tokens": 1]) },
                model: { _ in
                    .json(
                        200,
                        [
                            "choices": [["message": ["content": "Fine."], "finish_reason": "stop"]],
                            "usage": ["prompt_tokens": 1000, "completion_tokens": 500],
                        ])
                }),
        ]
        var estimates: Set<Int> = []
        for stage in stages {
            try await stage.label(mergeRequests[0])
            estimates.insert(try #require(try rows(stage).first).estimated)
        }
        #expect(estimates.count == 1, "\(estimates)")
        #expect(stages.map { $0.model.counted.count } == [0, 1, 0])
        for stage in stages { try await stage.strike() }
    }
}
