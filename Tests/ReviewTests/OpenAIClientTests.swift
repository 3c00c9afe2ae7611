import Budget
import HTTPClient
import JSON
import Review
import Testing

@Suite struct OpenAIClientTests {
    static let key = "sk-proj-secret"
    static let prompt = ModelPrompt(system: "S", user: "U")
    static let good = #"""
        {"id": "c1", "model": "gpt-6.1-sol-2026-10-01", "choices": [{"index": 0, "finish_reason": "stop",
         "message": {"role": "assistant", "content": "Fine.", "refusal": null}}],
         "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
         "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10}, "completion_tokens_details": null}}
        """#

    static func call(
        _ steps: [ScriptedTransport.Step], baseURL: String? = nil, key: String? = key
    ) async throws -> (ModelOutcome, ScriptedTransport) {
        let transport = ScriptedTransport(steps)
        let client = OpenAIClient(
            endpoint: try .openAI(baseURL: baseURL, key: key), model: "gpt-6.1-sol", connection: transport.connection)
        return (await client.complete(prompt, maxOutputTokens: 4096), transport)
    }

    static func answer(_ body: String) async throws -> ModelAnswer {
        guard case .answered(let answer) = try await call([.answer(200, body)]).0 else {
            throw UnexpectedOutcome()
        }
        return answer
    }

    struct UnexpectedOutcome: Error {}

    @Test(
        arguments: [
            (nil, "https://api.openai.com/v1/chat/completions", "max_completion_tokens"),
            ("https://API.openai.com/v1/", "https://API.openai.com/v1/chat/completions", "max_completion_tokens"),
            ("http://ollama:11434", "http://ollama:11434/v1/chat/completions", "max_tokens"),
        ] as [(String?, String, String)])
    func `names the limit of the answer as the server knows it`(_ base: String?, _ url: String, _ name: String)
        async throws
    {
        let (outcome, transport) = try await Self.call([.answer(200, Self.good)], baseURL: base)
        let request = try #require(transport.requests.first)
        #expect(request.url == url && request.fields["authorization"] == "Bearer \(Self.key)")
        let body = try JSONValue(parsing: request.body ?? [])
        let messages: JSONValue = [["role": "system", "content": "S"], ["role": "user", "content": "U"]]
        #expect(
            body == .object(JSONObject([("model", "gpt-6.1-sol"), ("messages", messages), (name, 4096)])))
        let usage = try TokenUsage(inputTokens: 100, outputTokens: 20, cacheWriteTokens: 10, cacheReadTokens: 60)
        #expect(
            outcome
                == .answered(
                    ModelAnswer(
                        text: "Fine.", usage: usage, model: "gpt-6.1-sol-2026-10-01", stop: .complete,
                        durationMilliseconds: 250)))
    }

    @Test func `sends no authorization without a key`() async throws {
        for key in [nil, ""] {
            let (_, transport) = try await Self.call(
                [.answer(200, Self.good)], baseURL: "http://ollama:11434/v1", key: key)
            #expect(transport.requests.first?.fields["authorization"] == nil)
        }
    }

    @Test(arguments: [
        (
            400,
            #"{"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "type": "invalid_request_error", "param": "max_tokens", "code": "unsupported_parameter"}}"#
        ), (422, #"{"detail": [{"type": "extra_forbidden", "loc": ["body", "max_tokens"], "msg": "No", "input": 1}]}"#),
        (400, #"{"object": "error", "message": "max_tokens is not known", "type": "BadRequestError", "code": 400}"#),
        (400, #"{"error": "unknown field max_tokens"}"#),
    ])
    func `sends the other name when the server refuses one`(_ status: Int, _ body: String) async throws {
        let (outcome, transport) = try await Self.call(
            [.answer(status, body), .answer(200, Self.good)], baseURL: "https://llm.example/v1")
        guard case .answered = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let bodies = try transport.requests.map { try JSONValue(parsing: $0.body ?? []) }
        #expect(bodies.map { $0["max_tokens"]?.integer } == [4096, nil])
        #expect(bodies.map { $0["max_completion_tokens"]?.integer } == [nil, 4096])
    }

    @Test func `sends the other name once, and not for other complaints`() async throws {
        let named =
            #"{"error": {"message": "max_completion_tokens and max_tokens are bad", "param": null, "code": 400}}"#
        let (first, twice) = try await Self.call([.answer(400, named), .answer(400, named)])
        let other = #"{"error": {"message": "temperature", "type": "invalid_request_error", "param": "temperature"}}"#
        let (second, once) = try await Self.call([.answer(400, other)])
        for outcome in [first, second] {
            guard case .notCharged(let failure) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(failure.kind == .invalid)
        }
        #expect(twice.requests.count == 2 && once.requests.count == 1)
    }

    @Test(arguments: [
        (#""finish_reason": "length", "message": {"content": "Half"}"#, "Half", ModelAnswer.Stop.cutOff),
        (#""finish_reason": "content_filter", "message": {"content": null}"#, "", .refused(explanation: nil)),
        (#""finish_reason": "stop", "message": {"content": null, "refusal": "No."}"#, "", .refused(explanation: "No.")),
        (#""finish_reason": null, "message": {"content": "Hi"}"#, "Hi", .complete),
        (#""finish_reason": "tool_calls", "message": {"content": null}"#, "", .other("tool_calls")),
        (#""message": {}"#, "", .other("none given")),
    ])
    func `tells why the model stopped`(_ choice: String, _ text: String, _ stop: ModelAnswer.Stop) async throws {
        let answer = try await Self.answer(#"{"choices": [{\#(choice)}]}"#)
        #expect(answer.text == text && answer.stop == stop && answer.usage == nil)
    }

    @Test(arguments: [
        (#""prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 55"#, 50, 5, 0, 0),
        (#""prompt_tokens": 50, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 50}"#, 50, 5, 0, 50),
        (#""prompt_tokens": 50, "completion_tokens": 5, "prompt_cache_hit_tokens": 20"#, 50, 5, 0, 20),
        // LiteLLM repeats the cached tokens under Anthropic's names.
        (
            #""prompt_tokens": 50, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 20}, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 10"#,
            50, 5, 10, 20
        ),
        // A proxy with Anthropic's convention: the cached tokens come on top.
        (
            #""prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 105, "cache_read_input_tokens": 60"#, 110, 5,
            0, 60
        ),
        // Thinking that only the total has.
        (#""prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 95"#, 50, 45, 0, 0),
        (#""prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 3"#, 50, 5, 0, 0),
    ])
    func `counts cached tokens within prompt_tokens`(
        _ usage: String, _ input: Int, _ output: Int, _ write: Int, _ read: Int
    ) async throws {
        let answer = try await Self.answer(#"{"choices": [{"message": {"content": "x"}}], "usage": {\#(usage)}}"#)
        let wanted = try TokenUsage(
            inputTokens: input, outputTokens: output, cacheWriteTokens: write, cacheReadTokens: read)
        #expect(answer.usage == wanted)
    }

    @Test(arguments: [
        "null", "{}", #"{"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}"#, #"{"total_tokens": 5}"#,
        #"{"prompt_tokens": 5, "completion_tokens": -5}"#,
        #"{"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": -1}"#,
        #"{"prompt_tokens": 5, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": "all"}}"#,
        #"{"prompt_tokens": 5e3, "completion_tokens": 5}"#, #""many""#,
        #"{"prompt_tokens": 5, "completion_tokens": 9223372036854775807, "total_tokens": 9223372036854775807}"#,
    ])
    func `a usage that is missing or cannot be is unknown, never zero`(_ usage: String) async throws {
        let answer = try await Self.answer(#"{"choices": [{"message": {"content": "x"}}], "usage": \#(usage)}"#)
        #expect(answer.usage == nil)
    }

    @Test func `an answer without choices keeps its usage, without either its outcome is unknown`() async throws {
        let usage = #"{"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 0}}"#
        let answer = try await Self.answer(usage)
        #expect(
            answer.usage == (try TokenUsage(inputTokens: 5, outputTokens: 0)) && answer.stop == .other("none given"))
        for body in [#"{"choices": []}"#, "{}", #"{"error": {"message": "upstream \#(Self.key)", "code": 502}}"#] {
            guard case .unknown(_, let detail) = try await Self.call([.answer(200, body)]).0 else {
                Issue.record("not unknown")
                return
            }
            #expect(detail?.contains(Self.key) != true)
        }
    }

    @Test(
        arguments: [
            (
                404, #"{"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}"#,
                "model_not_found: The model `x` does not exist"
            ),
            (
                400,
                #"{"object": "error", "message": "too long", "type": "BadRequestError", "param": null, "code": 400}"#,
                "badrequesterror: too long"
            ),
            (
                400, #"{"error": {"message": "too long", "type": "BadRequestError", "code": 400}}"#,
                "badrequesterror: too long"
            ),
            (404, #"{"detail": "Not Found"}"#, "Not Found"),
            (500, #"{"error": "model runner stopped"}"#, "model runner stopped"),
            (
                400, #"[{"error": {"code": 400, "message": "API key not valid", "status": "INVALID_ARGUMENT"}}]"#,
                "API key not valid"
            ),
            (
                422,
                #"{"detail": [{"loc": ["body", "messages"], "msg": "Field required", "input": {"secret": "prompt"}}]}"#,
                "body.messages: Field required"
            ),
            (400, #"{"error": {"message": "a\nb\u001b[0m"}}"#, "a⟦U+000A⟧b⟦U+001B⟧[0m"),
            (500, "Internal Server Error", nil),
            (400, "{}", nil), (400, #"{"error": {"message": 5}}"#, nil),
        ] as [(Int, String, String?)])
    func `reads every shape of error`(_ status: Int, _ body: String, _ detail: String?) async throws {
        let (outcome, _) = try await Self.call(Array(repeating: .answer(status, body), count: 3))
        guard case .notCharged(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.detail == detail)
    }

    @Test func `quotes at most 300 bytes of a vendor's message`() async throws {
        let long = String(repeating: "x", count: 301)
        let (outcome, _) = try await Self.call([.answer(400, #"{"detail": "\#(long)"}"#)])
        guard case .notCharged(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.detail == String(repeating: "x", count: 300))
    }
}
