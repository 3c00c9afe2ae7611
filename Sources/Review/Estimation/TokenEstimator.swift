// How many tokens a text has, without a tokenizer and without asking anyone.
//
// `TextMeasure` says what OpenAI's o200k would likely make of it. What other tokenizers make of the same text differs by
// kind of piece; `Family` has the factors:
//
// - OpenAI's o200k is the measure. cl100k, of earlier models, counts the same within 2 % on code.
// - Claude before Opus 4.7: the only tokenizer that Anthropic ever published, that of Claude 2, has 1.04 to 1.26 times
//   as many tokens on real diffs; the later ones were not published.
// - Claude from Opus 4.7 on: not published. Up to 1.35 times those of the Claude before, so 1.6; users measured 1.57 to
//   2.08 times OpenAI's count (anthropics/claude-code issue 22506), which the ceiling covers.
// - Other models: as DeepSeek's tokenizer counts, one of the large vocabularies of today's open models.
//
// That is where reckoning begins. What calls then really use corrects it, for each model: see `Calibration`. What
// tokenizers make of real diffs is in `Tests/ReviewTests/Diffs/tokens.csv`, and compared with this.

/// How many tokens a text is expected to have, and how many it has at most in practice.
public struct TokenEstimate: Sendable, Hashable {
    /// The likely count: for showing.
    public var expected: Int
    /// A count that real usage does not exceed in practice: for holding and for limits.
    public var ceiling: Int

    /// An estimate of these counts.
    public init(expected: Int, ceiling: Int) {
        self.expected = expected
        self.ceiling = ceiling
    }

    /// Both counts added, clamped instead of overflowing.
    public static func + (left: TokenEstimate, right: TokenEstimate) -> TokenEstimate {
        TokenEstimate(
            expected: addingClamped(left.expected, right.expected),
            ceiling: addingClamped(left.ceiling, right.ceiling))
    }
}

/// Estimates tokens of text for the tokenizer of one model.
public struct TokenEstimator: Sendable {
    /// Tokenizers that cut alike.
    public enum Family: Sendable, CaseIterable {
        /// OpenAI's models.
        case openAI
        /// Claude before Opus 4.7.
        case earlierClaude
        /// Claude from Opus 4.7 on.
        case claude
        /// Every other model.
        case other

        /// Expected tokens for 100 of o200k's of each kind.
        private struct Percents {
            var words: Int
            var signs: Int
            var blanks: Int
            var digits: Int
            var wide: Int
        }

        private var percents: Percents {
            switch self {
            case .openAI: Percents(words: 100, signs: 100, blanks: 100, digits: 100, wide: 100)
            case .earlierClaude: Percents(words: 118, signs: 116, blanks: 95, digits: 90, wide: 180)
            case .claude: Percents(words: 160, signs: 160, blanks: 160, digits: 160, wide: 160)
            case .other: Percents(words: 109, signs: 104, blanks: 93, digits: 100, wide: 120)
            }
        }

        /// The tokens that are expected of a text with `measure`, in hundredths.
        func expectedHundredths(_ measure: TextMeasure) -> Int {
            let percents = percents
            let parts = [
                (measure.words, percents.words), (measure.signs, percents.signs), (measure.blanks, percents.blanks),
                (measure.digits, percents.digits), (measure.wide, percents.wide),
            ]
            return Int(clamping: parts.reduce(Int128(0)) { $0 + Int128($1.0) * Int128($1.1) } / 100)
        }

        /// Tokens to reckon with for 100 of OpenAI's.
        var ceilingPercent: Int {
            switch self {
            case .openAI: 150
            case .earlierClaude: 180
            case .claude, .other: 230
            }
        }

        /// The family of `model`, by its id. Unknown ids are `.other`.
        public init(model: String) {
            let earlier = [
                "claude-2", "claude-3", "claude-instant", "claude-sonnet-4", "claude-haiku-4", "claude-opus-4-0",
                "claude-opus-4-1", "claude-opus-4-2", "claude-opus-4-5", "claude-opus-4-6",
            ]
            if earlier.contains(where: model.hasPrefix) {
                self = .earlierClaude
            } else if model.hasPrefix("claude") {
                self = .claude
            } else if ["gpt-", "o1", "o3", "o4", "chatgpt-"].contains(where: model.hasPrefix) {
                self = .openAI
            } else {
                self = .other
            }
        }
    }

    /// The tokenizer that is reckoned with.
    public let family: Family

    /// What calls of the model have taught.
    public let calibration: Calibration
    private let fit: CalibrationFit?

    /// What a call has beside its texts: roles, separators, the vendor's own preamble.
    public static let overhead = TokenEstimate(expected: 16, ceiling: 128)

    /// An estimator for `model`.
    public init(model: String) { self.init(model: model, calibration: Calibration()) }

    /// An estimator for `model` that has learned `calibration` from its calls.
    public init(model: String, calibration: Calibration) {
        family = Family(model: model)
        self.calibration = calibration
        fit = CalibrationFit(calibration.observations)
    }

    /// The tokens of `text`. Takes time in proportion to its bytes; `ceiling` is at most their number.
    public func estimate(_ text: String) -> TokenEstimate { estimate(TextMeasure(of: text)) }

    /// The tokens of a text of which `measure` is the measure.
    public func estimate(_ measure: TextMeasure) -> TokenEstimate {
        let hundredths = family.expectedHundredths(measure)
        let expected = min(measure.bytes, max(1, hundredths / 100 + (hundredths % 100 == 0 ? 0 : 1)))
        let usual = measure.hundredths / 100 + (measure.hundredths % 100 == 0 ? 0 : 1)
        let ceiling = min(measure.bytes, max(measure.unlucky, scaled(usual, percent: family.ceilingPercent)))
        let known = TokenEstimate(expected: expected, ceiling: max(expected, ceiling))
        guard let fit else { return known }
        let learned = fit.estimate(measure)
        // Until enough calls have shown the spread, the tokenizer is taken for as bad as unknown ones can be.
        let isSpreadKnown = calibration.count >= Calibration.spreadCountMin
        let most = isSpreadKnown ? learned.ceiling : max(learned.ceiling, known.ceiling)
        let likely = min(measure.bytes, learned.expected)
        return TokenEstimate(expected: likely, ceiling: max(likely, min(measure.bytes, most)))
    }

    private func scaled(_ count: Int, percent: Int) -> Int {
        let (product, overflow) = count.multipliedReportingOverflow(by: percent)
        return overflow ? .max : product / 100 + (product % 100 == 0 ? 0 : 1)
    }
}

/// `left + right`, clamped instead of overflowing.
func addingClamped(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (left < 0 ? .min : .max) : sum
}
