/// What one model call used, in tokens.
public struct TokenUsage: Sendable, Hashable {
    /// Every input token, cached or not.
    public let inputTokens: Int
    /// Every output token, thinking included.
    public let outputTokens: Int
    /// Those of `inputTokens` that were written to a cache, for whatever time.
    public let cacheWriteTokens: Int
    /// Those of `cacheWriteTokens` that were written to a cache of long life (one hour at Anthropic).
    public let longCacheWriteTokens: Int
    /// Those of `inputTokens` that were read from a cache.
    public let cacheReadTokens: Int

    /// The most tokens one call may have: far above any model, far below what could overflow a sum of a billion calls.
    public static let tokensMax = 1_000_000_000

    /// A usage of these counts. Throws the first rule they break.
    public init(
        inputTokens: Int, outputTokens: Int, cacheWriteTokens: Int = 0, longCacheWriteTokens: Int = 0,
        cacheReadTokens: Int = 0
    ) throws(UsageError) {
        try Self.check(inputTokens, "input_tokens")
        try Self.check(outputTokens, "output_tokens")
        try Self.check(cacheWriteTokens, "cache_write_tokens")
        try Self.check(cacheReadTokens, "cache_read_tokens")
        try Self.check(longCacheWriteTokens, "long_cache_write_tokens")
        guard cacheWriteTokens + cacheReadTokens <= inputTokens else {
            throw .cacheExceedsInput(cached: cacheWriteTokens + cacheReadTokens, input: inputTokens)
        }
        guard longCacheWriteTokens <= cacheWriteTokens else {
            throw .outOfRange(field: "long_cache_write_tokens", value: longCacheWriteTokens)
        }
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cacheWriteTokens = cacheWriteTokens
        self.longCacheWriteTokens = longCacheWriteTokens
        self.cacheReadTokens = cacheReadTokens
    }

    private static func check(_ count: Int, _ field: String) throws(UsageError) {
        guard 0...tokensMax ~= count else { throw .outOfRange(field: field, value: count) }
    }

    /// Input and output tokens.
    public var totalTokens: Int { inputTokens + outputTokens }
}

/// Why token counts cannot be those of one call.
public enum UsageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A count is negative or above `TokenUsage.tokensMax`.
    case outOfRange(field: String, value: Int)
    /// More tokens came from or went to a cache than there were input tokens.
    case cacheExceedsInput(cached: Int, input: Int)

    /// The rule that was broken, with the values.
    public var description: String {
        switch self {
        case .outOfRange(let field, let value): "\(field) is \(value), accepted is 0 to \(TokenUsage.tokensMax)"
        case .cacheExceedsInput(let cached, let input):
            "cache_write_tokens + cache_read_tokens is \(cached), more than input_tokens, which is \(input) and counts cached tokens too"
        }
    }
}
