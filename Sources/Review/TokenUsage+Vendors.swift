// Two conventions for one thing. Anthropic's `input_tokens` counts what no cache had; OpenAI's `prompt_tokens` counts
// all. A count that is missing, negative or no whole number makes the whole usage unknown, and so does one that
// cannot be: some servers send zeros for what they do not count. Unknown keeps the hold; a wrong zero would give it
// back.

import Budget
import JSON

extension TokenUsage {
    /// Reads the `usage` of Anthropic's Messages API; nil when it is absent or not to be believed.
    init?(anthropic usage: JSONValue?, hasText: Bool) {
        guard let usage, let uncached = Self.count(usage["input_tokens"]),
            let output = Self.count(usage["output_tokens"]),
            let written = Self.optionalCount(usage["cache_creation_input_tokens"]),
            let read = Self.optionalCount(usage["cache_read_input_tokens"]),
            let short = Self.optionalCount(usage["cache_creation"]?["ephemeral_5m_input_tokens"]),
            let long = Self.optionalCount(usage["cache_creation"]?["ephemeral_1h_input_tokens"])
        else { return nil }
        // The sum and its parts should agree; where they do not, the greater is charged.
        let write = max(written, short + long)
        self.init(
            input: uncached + write + read, output: output, write: write, longWrite: long, read: read, hasText: hasText)
    }

    /// Reads the `usage` of chat completions; nil when it is absent or not to be believed.
    ///
    /// LiteLLM puts Anthropic's names for cached tokens beside OpenAI's, DeepSeek has one of its own. Where
    /// `total_tokens` is more than its parts (Gemini, xAI), the rest is thinking and counts as output.
    init?(openAI usage: JSONValue?, hasText: Bool) {
        guard let usage, let prompt = Self.count(usage["prompt_tokens"]),
            let completion = Self.count(usage["completion_tokens"]),
            let total = Self.optionalCount(usage["total_tokens"]),
            let cached = Self.optionalCount(usage["prompt_tokens_details"]?["cached_tokens"]),
            let read = Self.optionalCount(usage["cache_read_input_tokens"]),
            let hit = Self.optionalCount(usage["prompt_cache_hit_tokens"]),
            let written = Self.optionalCount(usage["prompt_tokens_details"]?["cache_write_tokens"]),
            let created = Self.optionalCount(usage["cache_creation_input_tokens"])
        else { return nil }
        let fromCache = max(cached, read, hit)
        let toCache = max(written, created)
        // More cached than all: a proxy that passed Anthropic's convention on, so cached tokens come on top.
        let excludesCache = fromCache + toCache > prompt
        let input = excludesCache ? prompt + fromCache + toCache : prompt
        let output = excludesCache ? completion : max(completion, total - prompt)
        self.init(input: input, output: output, write: toCache, longWrite: 0, read: fromCache, hasText: hasText)
    }

    private init?(input: Int, output: Int, write: Int, longWrite: Int, read: Int, hasText: Bool) {
        guard input > 0, output > 0 || !hasText else { return nil }
        do {
            try self.init(
                inputTokens: input, outputTokens: output, cacheWriteTokens: write, longCacheWriteTokens: longWrite,
                cacheReadTokens: read)
        } catch { return nil }
    }

    /// A count that must be there.
    private static func count(_ value: JSONValue?) -> Int? {
        guard let count = value?.integer, 0...tokensMax ~= count else { return nil }
        return count
    }

    /// A count that may be absent or null, which is none.
    private static func optionalCount(_ value: JSONValue?) -> Int? {
        guard let value, !value.isNull else { return 0 }
        return count(value)
    }
}
