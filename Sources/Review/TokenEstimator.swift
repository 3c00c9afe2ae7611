// How many tokens a text has, without a tokenizer and without asking anyone.
//
// Byte-pair tokenizers split a text into words, runs of digits, runs of other signs and runs of blanks, then cut each
// into known pieces. One pass over the bytes counts the same runs twice: as they usually come out (`expected`), and
// as a tokenizer with poor luck would cut them (`ceiling`). No byte-level tokenizer makes more tokens than there are
// bytes, so the ceiling never exceeds that. What vendors' tokenizers make of the same text differs by a known factor:
//
// - OpenAI's o200k is the measure, 100 %.
// - Claude before Opus 4.7: about 1.2 times as many.
// - Claude from Opus 4.7 on: up to 1.35 times those of the Claude before, so 1.6; users measured 1.57 to 2.08 times
//   OpenAI's count (anthropics/claude-code issue 22506), which the ceiling covers.

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
        /// Every other model: taken for as many tokens as the worst known.
        case other

        /// Expected tokens for 100 of OpenAI's.
        var expectedPercent: Int {
            switch self {
            case .openAI: 100
            case .earlierClaude: 120
            case .claude: 160
            case .other: 120
            }
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

    /// What a call has beside its texts: roles, separators, the vendor's own preamble.
    public static let overhead = TokenEstimate(expected: 16, ceiling: 128)

    /// An estimator for `model`.
    public init(model: String) { family = Family(model: model) }

    /// The tokens of `text`. Takes time in proportion to its bytes; `ceiling` is at most their number.
    public func estimate(_ text: String) -> TokenEstimate {
        var text = text
        let (count, pieces) = text.withUTF8 { bytes in (bytes.count, Pieces(of: bytes)) }
        let expected = min(count, scaled(pieces.usual, percent: family.expectedPercent))
        let ceiling = min(count, max(pieces.unlucky, scaled(pieces.usual, percent: family.ceilingPercent)))
        return TokenEstimate(expected: expected, ceiling: max(expected, ceiling))
    }

    private func scaled(_ count: Int, percent: Int) -> Int {
        let (product, overflow) = count.multipliedReportingOverflow(by: percent)
        return overflow ? .max : product / 100 + (product % 100 == 0 ? 0 : 1)
    }
}

/// The pieces of a text, counted as they usually come out and as they do with poor luck.
private struct Pieces {
    /// As o200k would cut.
    var usual = 0
    /// As a small or foreign vocabulary would cut.
    var unlucky = 0

    private enum Kind { case lower, upper, digit, blank, lineBreak, sign, wide }

    init(of bytes: UnsafeBufferPointer<UInt8>) {
        var index = 0
        var previous = Kind.sign
        while index < bytes.count {
            let kind = Self.kind(bytes[index])
            var end = index + 1
            while end < bytes.count, Self.kind(bytes[end]) == kind { end += 1 }
            let next = end < bytes.count ? Self.kind(bytes[end]) : .lineBreak
            count(kind, length: end - index, after: previous, before: next)
            previous = kind
            index = end
        }
    }

    private mutating func count(_ kind: Kind, length: Int, after previous: Kind, before next: Kind) {
        switch kind {
        case .lower:
            // `Name` is one word: its capital was not counted.
            usual += (length + 6) / 7
            unlucky += (length + 2) / 3
        case .upper:
            usual += next == .lower ? (length - 1 + 3) / 4 : (length + 3) / 4
            unlucky += (length + 1) / 2
        case .digit:
            usual += (length + 2) / 3
            unlucky += length
        case .blank:
            // One blank belongs to the word behind it; indentation belongs to the line break before it.
            let isLone = length == 1 && (next == .lower || next == .upper)
            usual += isLone || previous == .lineBreak ? 0 : 1
            unlucky += isLone ? 0 : 1 + length / 8
        case .lineBreak:
            usual += 1
            unlucky += length
        case .sign:
            usual += (length + 1) / 2
            unlucky += length
        case .wide:
            // Three bytes are one Chinese character or so, and that is about one token.
            usual += (length * 2 + 4) / 5
            unlucky += length
        }
    }

    private static func kind(_ byte: UInt8) -> Kind {
        switch byte {
        case 0x61...0x7A: .lower
        case 0x41...0x5A: .upper
        case 0x30...0x39: .digit
        case 0x20, 0x09: .blank
        case 0x0A, 0x0D: .lineBreak
        case 0x80...: .wide
        default: .sign
        }
    }
}

/// `left + right`, clamped instead of overflowing.
func addingClamped(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (left < 0 ? .min : .max) : sum
}
