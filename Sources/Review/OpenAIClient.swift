import Budget
import HTTPClient
import JSON

/// A model behind OpenAI's chat completions, or behind any server that speaks them: vLLM, Ollama, LiteLLM, Mistral, …
///
/// Source: openai-python 3.3, ollama `openai/openai.go`, vLLM `entrypoints/openai/protocol.py`. OpenAI's own
/// reasoning models take the answer's limit only as `max_completion_tokens`; Ollama knows only `max_tokens` and would
/// ignore the other, leaving the answer without a limit. So OpenAI's host is sent the first and every other the
/// second, and a refusal that names the field is answered by sending the other, once.
public struct OpenAIClient: ModelClient {
    /// The model's id.
    public let model: String
    private let exchange: ModelExchange

    /// A client for `model` at `endpoint`, made by `ModelEndpoint.openAI`.
    public init(endpoint: ModelEndpoint, model: String, connection: ModelConnection) {
        self.model = model
        exchange = ModelExchange(
            endpoint: endpoint, connection: connection, keyVariable: "OPENAI_API_KEY", baseVariable: "OPENAI_BASE_URL",
            model: model)
    }

    /// Has the model answer `prompt`, in `form` (`response_format`) where the server takes one.
    public func complete(_ prompt: ModelPrompt, form: AnswerForm?, maxOutputTokens: Int) async -> ModelOutcome {
        let names = ["max_completion_tokens", "max_tokens"]
        var limit = exchange.endpoint.host == "api.openai.com" ? 0 : 1
        var hasSwapped = false
        var form = form
        var result = await post(prompt, form: form, maxOutputTokens: maxOutputTokens, limitName: names[limit])
        // Each of the two may be refused, once; what was refused has cost nothing.
        while case .refused(let failure, let error) = result, failure.mayBeOfTheForm {
            if !hasSwapped, error.names(names[limit]) {
                hasSwapped = true
                limit = 1 - limit
            } else if form != nil {
                form = nil
            } else {
                break
            }
            result = await post(prompt, form: form, maxOutputTokens: maxOutputTokens, limitName: names[limit])
        }
        switch result {
        case .success(let value, let requestID, let milliseconds):
            return answer(value, requestID: requestID, milliseconds: milliseconds)
        case .refused(let failure, _): return .notCharged(failure)
        case .ended(let outcome): return outcome
        }
    }

    private func post(_ prompt: ModelPrompt, form: AnswerForm?, maxOutputTokens: Int, limitName: String) async
        -> ModelExchange.Result
    {
        var body = JSONObject([
            ("model", .string(model)),
            (
                "messages",
                [
                    ["role": "system", "content": .string(prompt.system)],
                    ["role": "user", "content": .string(prompt.user)],
                ]
            ),
        ])
        body[limitName] = .integer(maxOutputTokens)
        if let form {
            body["response_format"] = [
                "type": "json_schema",
                "json_schema": ["name": .string(form.name), "strict": true, "schema": form.schema],
            ]
        }
        var fields: FieldList = [:]
        if let key = exchange.endpoint.key { fields["Authorization"] = "Bearer \(key)" }
        return await exchange.post(
            .object(body), fields: fields, deadlineSeconds: Self.deadlineSeconds(maxOutputTokens: maxOutputTokens))
    }

    private func answer(_ value: JSONValue, requestID: String?, milliseconds: Int) -> ModelOutcome {
        let choice = value["choices"]?.array?.first
        let message = choice?["message"]
        let text = Self.text(message?["content"])
        let usage = TokenUsage(openAI: value["usage"], hasText: !text.isEmpty)
        guard message != nil || usage != nil else {
            let reason = "The model answered, but not in the form of chat completions."
            return .unknown(reason: reason, detail: exchange.detail(VendorError(body: value.bytes)))
        }
        return .answered(
            ModelAnswer(
                text: text, usage: usage, model: value["model"]?.string ?? model,
                stop: stop(
                    choice?["finish_reason"]?.string, refusal: message?["refusal"]?.string, hasText: !text.isEmpty),
                requestID: requestID, durationMilliseconds: milliseconds))
    }

    /// The text of a message: a string, or parts of which those of type `text` count.
    private static func text(_ content: JSONValue?) -> String {
        content?.string
            ?? content?.array?.filter { $0["type"]?.string == "text" }.compactMap { $0["text"]?.string }.joined() ?? ""
    }

    private func stop(_ reason: String?, refusal: String?, hasText: Bool) -> ModelAnswer.Stop {
        if let refusal, !refusal.isEmpty { return .refused(explanation: refusal) }
        switch reason {
        case "stop"?: return .complete
        case "length"?: return .cutOff
        case "content_filter"?: return .refused(explanation: nil)
        case let reason?: return .other(reason)
        // Some servers leave it out.
        case nil: return hasText ? .complete : .other("none given")
        }
    }
}
