import JSON
import Review
import Testing

/// A tokenizer nobody has seen before, made up for the tests.
struct MadeUpTokenizer: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let count: @Sendable (String) -> Int

    static let all: [MadeUpTokenizer] = [
        MadeUpTokenizer(testDescription: "a token for 3.1 bytes") { $0.utf8.count * 10 / 31 },
        MadeUpTokenizer(testDescription: "words, and a token for each sign") { text in
            var (words, signs, isInWord) = (0, 0, false)
            for byte in text.utf8 {
                let isLetter =
                    (0x30...0x39).contains(byte) || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x80
                if isLetter, !isInWord { words += 1 }
                if !isLetter, byte > 0x20 { signs += 1 }
                isInWord = isLetter
            }
            return words * 3 / 2 + signs
        },
        MadeUpTokenizer(testDescription: "1.35 times o200k") { TextMeasure(of: $0).hundredths * 135 / 10_000 },
        MadeUpTokenizer(testDescription: "two tokens for a Chinese character, indentation by the blank") { text in
            let measure = TextMeasure(of: text)
            let wide = text.unicodeScalars.count { $0.value > 0x2E80 }
            let blanks = text.utf8.count { $0 == 0x20 }
            return (measure.words * 110 + measure.signs * 90 + measure.digits * 200) / 10_000 + wide * 2 + blanks / 3
        },
    ]
}

@Suite struct CalibrationTests {
    /// Prompts of many sizes and mixes, made of the real diffs.
    static func prompts(_ count: Int, seed: UInt64) throws -> [String] {
        var generator = Xorshift(state: seed)
        let texts = try Diffs.allNames().filter { !$0.contains("long-line") }.map {
            String(decoding: try Diffs.bytes($0), as: UTF8.self)
        }
        let chinese = String(repeating: "+  // 检查用户是否有权限访问该资源，如果没有则返回错误\n+  return 拒绝(原因)\n", count: 60)
        let lines = (texts + [chinese]).flatMap {
            $0.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
        }
        return (0..<count).map { _ in
            let wanted = 50 + Int(generator.next() % 450)
            var prompt = ""
            var left = wanted
            while left > 0 {
                let start = Int(generator.next() % UInt64(lines.count))
                let length = min(left, 20 + Int(generator.next() % 100))
                for line in lines[start..<min(lines.count, start + length)] { prompt += line + "\n" }
                left -= length
            }
            return prompt
        }
    }

    /// The relative errors of estimates, in hundredths of a percent, sorted.
    private func errors(
        _ calibration: Calibration, _ tokenizer: MadeUpTokenizer, on prompts: [String]
    ) -> (sorted: [Int], overCeiling: Int) {
        let estimator = TokenEstimator(model: "never-seen", calibration: calibration)
        var overCeiling = 0
        let errors = prompts.map { prompt -> Int in
            let actual = tokenizer.count(prompt)
            let estimate = estimator.estimate(prompt)
            if actual > estimate.ceiling { overCeiling += 1 }
            return abs(estimate.expected - actual) * 10_000 / actual
        }
        return (errors.sorted(), overCeiling)
    }

    @Test(arguments: MadeUpTokenizer.all, [1, 2, 3] as [UInt64])
    func `after twenty reviews the median error is under 5 % and no call exceeds its ceiling`(
        _ tokenizer: MadeUpTokenizer, _ seed: UInt64
    ) throws {
        var calibration = Calibration()
        for prompt in try Self.prompts(20, seed: seed) {
            calibration.record(TextMeasure(of: prompt), inputTokens: tokenizer.count(prompt))
        }
        let (errors, overCeiling) = errors(calibration, tokenizer, on: try Self.prompts(60, seed: seed + 100))
        #expect(errors[30] < 500, "median \(errors[30]), worst \(errors[59]) of 10000")
        #expect(overCeiling == 0)
    }

    @Test(arguments: MadeUpTokenizer.all)
    func `two calls that were counted wrong change little`(_ tokenizer: MadeUpTokenizer) throws {
        var calibration = Calibration()
        for (index, prompt) in try Self.prompts(20, seed: 7).enumerated() {
            var actual = tokenizer.count(prompt)
            // A proxy that counts twice, a server that cut the prompt.
            if index == 4 { actual *= 2 }
            if index == 11 { actual /= 5 }
            calibration.record(TextMeasure(of: prompt), inputTokens: actual)
        }
        let (errors, overCeiling) = errors(calibration, tokenizer, on: try Self.prompts(60, seed: 8))
        #expect(errors[30] < 500, "median \(errors[30]), worst \(errors[59]) of 10000")
        #expect(overCeiling == 0)
    }

    @Test func `the ceiling comes down to the spread of the calls, and never under the expected`() throws {
        let tokenizer = MadeUpTokenizer.all[2]
        var calibration = Calibration()
        let text = try Diffs.text("flask-82c2e0366ce6")
        let before = TokenEstimator(model: "x").estimate(text)
        for prompt in try Self.prompts(20, seed: 3) {
            calibration.record(TextMeasure(of: prompt), inputTokens: tokenizer.count(prompt))
        }
        let after = TokenEstimator(model: "x", calibration: calibration).estimate(text)
        #expect(after.ceiling < before.ceiling)
        #expect(after.ceiling >= after.expected && after.ceiling <= after.expected * 13 / 10)
    }

    @Test func `a few calls change nothing, and small or impossible ones are passed over`() throws {
        let text = try Diffs.text("flask-82c2e0366ce6")
        let measure = TextMeasure(of: text)
        var calibration = Calibration()
        for _ in 1..<Calibration.observationsMin { calibration.record(measure, inputTokens: 9000) }
        #expect(!calibration.isInForce)
        #expect(
            TokenEstimator(model: "x", calibration: calibration).estimate(text)
                == TokenEstimator(model: "x").estimate(text))
        calibration.record(measure, inputTokens: 9000)
        #expect(calibration.isInForce && calibration.count == Calibration.observationsMin)
        calibration.record(TextMeasure(of: "small"), inputTokens: 300)
        calibration.record(measure, inputTokens: Calibration.inputTokensMin - 1)
        calibration.record(measure, inputTokens: measure.bytes + 4097)
        calibration.record(measure, inputTokens: .max)
        #expect(calibration.count == Calibration.observationsMin)
    }

    @Test func `the oldest calls are forgotten, so a new tokenizer is learned`() throws {
        var calibration = Calibration()
        let prompts = try Self.prompts(Calibration.observationsMax, seed: 5)
        for prompt in prompts {
            calibration.record(TextMeasure(of: prompt), inputTokens: MadeUpTokenizer.all[0].count(prompt))
        }
        for prompt in prompts {
            calibration.record(TextMeasure(of: prompt), inputTokens: MadeUpTokenizer.all[1].count(prompt))
        }
        #expect(calibration.count == Calibration.observationsMax)
        let (errors, _) = errors(calibration, MadeUpTokenizer.all[1], on: try Self.prompts(40, seed: 6))
        #expect(errors[20] < 500)
    }

    @Test func `is written and read back the same, and reads nothing else`() throws {
        var calibration = Calibration()
        for prompt in try Self.prompts(9, seed: 2) {
            calibration.record(TextMeasure(of: prompt), inputTokens: MadeUpTokenizer.all[0].count(prompt))
        }
        let bytes = calibration.json.bytes
        #expect(bytes.count < 10_000)
        #expect(try Calibration(json: JSONValue(parsing: bytes)) == calibration)
        for text in [
            "null", "{}", "{\"version\":2,\"observations\":[]}", "{\"version\":1,\"observations\":[[1,2]]}",
            "{\"version\":1,\"observations\":[[1,2,3,4,5,6,7,8,-9]]}",
            "{\"version\":1,\"observations\":[[1,2,3,4,5,6,7,8,9.5]]}",
        ] {
            #expect(try Calibration(json: JSONValue(parsing: Array(text.utf8))) == nil, "\(text)")
        }
    }

    @Test func `absurd counts overflow nothing`() {
        var measure = TextMeasure()
        measure.bytes = 1_000_000_000_000
        (measure.words, measure.signs, measure.wide) = (1_000_000_000_000, 0, 1_000_000_000_000)
        var calibration = Calibration()
        for _ in 0..<10 { calibration.record(measure, inputTokens: 1_000_000_000_000) }
        let estimate = TokenEstimator(model: "x", calibration: calibration).estimate(measure)
        #expect(estimate.expected <= estimate.ceiling)
    }

    @Test func `answers are expected at their median and held at what 19 of 20 stay within`() throws {
        var history = OutputHistory()
        #expect(history.expected(limit: 8192) == OutputHistory.expectedAtFirst && history.held(limit: 8192) == 8192)
        #expect(history.expected(limit: 100) == 100)
        for tokens in 1...19 { history.record(tokens * 100) }
        #expect(history.held(limit: 8192) == 8192, "nineteen are too few")
        history.record(2000)
        #expect(history.expected(limit: 8192) == 1100)
        #expect(history.held(limit: 8192) == 1900 + 475)
        #expect(history.held(limit: 1500) == 1500)
        history.record(2000, isCutOff: true)
        #expect(history.tokens.last == 4000)
        for _ in 0..<100 { history.record(10) }
        #expect(history.tokens.count == OutputHistory.countMax && history.held(limit: 8192) == OutputHistory.heldMin)
        #expect(OutputHistory(json: history.json) == history)
        #expect(OutputHistory(json: [1, -1]) == nil && OutputHistory(json: "x") == nil)
    }
}

/// Numbers that look like chance and are the same in every run.
struct Xorshift: RandomNumberGenerator {
    var state: UInt64

    init(state: UInt64) { self.state = state &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
