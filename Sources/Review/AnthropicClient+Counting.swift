import HTTPClient
import JSON

/// What Anthropic's count endpoint is asked and answers.
///
/// Source: docs.anthropic.com, "Count tokens": `POST /v1/messages/count_tokens` takes what a message takes but for
/// `max_tokens` and answers `{"input_tokens": N}`. It is free and has limits of its own.
enum AnthropicCount {
    /// The body that asks how many tokens `prompt` has for `model`.
    static func body(_ prompt: ModelPrompt, model: String) -> JSONValue {
        [
            "model": .string(model), "system": .string(prompt.system),
            "messages": [["role": "user", "content": .string(prompt.user)]],
        ]
    }

    /// The count in an answer; nil when there is none to be believed.
    static func tokens(_ answer: JSONValue) -> Int? {
        answer["input_tokens"]?.integer.flatMap { $0 > 0 ? $0 : nil }
    }
}

extension AnthropicClient {
    /// Seconds after which a count is given up: reviews can do without it.
    static let countDeadlineSeconds = 20.0

    /// The input tokens of `prompt` as the vendor itself estimates them, at no cost; nil when it does not say.
    ///
    /// Many proxies do not know the endpoint. A count is taken as it is: it needs neither calibration nor a ceiling of
    /// more than a few percent.
    public func countTokens(_ prompt: ModelPrompt) async -> Int? {
        let body = AnthropicCount.body(prompt, model: model)
        let result = await counting.post(body, fields: fields, deadlineSeconds: Self.countDeadlineSeconds)
        guard case .success(let value, _, _) = result else { return nil }
        return AnthropicCount.tokens(value)
    }
}
