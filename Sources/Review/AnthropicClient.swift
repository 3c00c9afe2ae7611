import Budget
import HTTPClient
import JSON

/// A model behind Anthropic's Messages API.
///
/// Source: docs.anthropic.com, "Messages", "Errors", "Handling stop reasons"; anthropic-sdk-python 0.121. Sends
/// neither sampling parameters nor `thinking` nor a prefilled answer: the newest models refuse each of them.
public struct AnthropicClient: ModelClient {
    /// The model's id.
    public let model: String
    private let exchange: ModelExchange
    /// The way to the count endpoint.
    let counting: ModelExchange

    /// A client for `model` at `endpoint`, made by `ModelEndpoint.anthropic`.
    public init(endpoint: ModelEndpoint, model: String, connection: ModelConnection) {
        self.model = model
        func exchange(_ endpoint: ModelEndpoint) -> ModelExchange {
            ModelExchange(
                endpoint: endpoint, connection: connection, keyVariable: "ANTHROPIC_API_KEY",
                baseVariable: "ANTHROPIC_BASE_URL", model: model)
        }
        self.exchange = exchange(endpoint)
        counting = exchange(endpoint.counting)
    }

    /// The header fields of every request.
    var fields: FieldList {
        var fields: FieldList = ["anthropic-version": "2023-06-01"]
        if let key = exchange.endpoint.key { fields["x-api-key"] = key }
        return fields
    }

    /// Has the model answer `prompt`, in `form` (`output_config.format`) where the server takes one.
    public func complete(_ prompt: ModelPrompt, form: AnswerForm?, maxOutputTokens: Int) async -> ModelOutcome {
        var result = await post(prompt, form: form, maxOutputTokens: maxOutputTokens)
        // Older models and proxies know no schema. What was refused has cost nothing.
        if form != nil, case .refused(let failure, _) = result, failure.mayBeOfTheForm {
            result = await post(prompt, form: nil, maxOutputTokens: maxOutputTokens)
        }
        switch result {
        case .success(let value, let requestID, let milliseconds):
            return answer(value, requestID: requestID, milliseconds: milliseconds)
        case .refused(let failure, _): return .notCharged(failure)
        case .ended(let outcome): return outcome
        }
    }

    private func post(_ prompt: ModelPrompt, form: AnswerForm?, maxOutputTokens: Int) async -> ModelExchange.Result {
        var body = JSONObject([
            ("model", .string(model)), ("max_tokens", .integer(maxOutputTokens)), ("system", .string(prompt.system)),
            ("messages", [["role": "user", "content": .string(prompt.user)]]),
        ])
        if let form { body["output_config"] = ["format": ["type": "json_schema", "schema": form.schema]] }
        return await exchange.post(
            .object(body), fields: fields, deadlineSeconds: Self.deadlineSeconds(maxOutputTokens: maxOutputTokens))
    }

    private func answer(_ value: JSONValue, requestID: String?, milliseconds: Int) -> ModelOutcome {
        // Some proxies answer a plain text, or null for nothing.
        let content = value["content"]
        let plain: [JSONValue]? = content?.string.map { [["type": "text", "text": .string($0)]] }
        guard let blocks = plain ?? content?.array ?? (value["usage"]?.object == nil ? nil : []) else {
            let reason = "The model answered, but not in the form of the Messages API."
            return .unknown(reason: reason, detail: exchange.detail(VendorError(body: value.bytes)))
        }
        let text = blocks.filter { $0["type"]?.string == "text" }.compactMap { $0["text"]?.string }.joined()
        return .answered(
            ModelAnswer(
                text: text, usage: TokenUsage(anthropic: value["usage"], hasText: !text.isEmpty),
                model: value["model"]?.string ?? model, stop: stop(value), requestID: requestID,
                durationMilliseconds: milliseconds))
    }

    private func stop(_ value: JSONValue) -> ModelAnswer.Stop {
        switch value["stop_reason"]?.string {
        case "end_turn"?, "stop_sequence"?: .complete
        case "max_tokens"?, "model_context_window_exceeded"?: .cutOff
        case "refusal"?:
            .refused(
                explanation: value["stop_details"]?["explanation"]?.string ?? value["stop_details"]?["category"]?.string
            )
        case let reason?: .other(reason)
        case nil: .other("none given")
        }
    }
}
