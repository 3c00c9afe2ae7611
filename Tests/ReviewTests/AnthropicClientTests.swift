import Budget
import HTTPClient
import JSON
import Review
import Testing

@Suite struct AnthropicClientTests {
    static let key = "sk-ant-secret-0123456789"
    static let prompt = ModelPrompt(system: "Be \"right\".", user: "The diff.\nLine two.")
    static let good = #"""
        {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5-20261001", "content": [
         {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "All "}, {"type": "new_kind", "text": "no"},
         {"type": "text", "text": "well."}], "stop_reason": "end_turn",
         "usage": {"input_tokens": 100, "output_tokens": 20, "cache_creation_input_tokens": 30, "cache_read_input_tokens": 40,
         "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10}}}
        """#

    static func call(_ steps: ScriptedTransport.Step...) async throws -> (ModelOutcome, ScriptedTransport) {
        let transport = ScriptedTransport(steps)
        let client = AnthropicClient(
            endpoint: try .anthropic(baseURL: "https://model.example/", key: key), model: "claude-sonnet-5-5",
            connection: transport.connection)
        return (await client.complete(prompt, maxOutputTokens: 8192), transport)
    }

    @Test func `sends what the newest models accept, and nothing else`() async throws {
        let (outcome, transport) = try await Self.call(.answer(200, Self.good))
        let request = try #require(transport.requests.first)
        #expect(transport.requests.count == 1)
        #expect(request.method == "POST" && request.url == "https://model.example/v1/messages")
        #expect(request.fields["x-api-key"] == Self.key && request.fields["anthropic-version"] == "2023-06-01")
        #expect(request.fields["content-type"] == "application/json" && request.fields["authorization"] == nil)
        #expect(request.deadlineSeconds == 600)
        let body = try JSONValue(parsing: request.body ?? [])
        #expect(
            body == [
                "model": "claude-sonnet-5-5", "max_tokens": 8192, "system": "Be \"right\".",
                "messages": [["role": "user", "content": "The diff.\nLine two."]],
            ])
        let usage = try TokenUsage(
            inputTokens: 170, outputTokens: 20, cacheWriteTokens: 30, longCacheWriteTokens: 10, cacheReadTokens: 40)
        #expect(
            outcome
                == .answered(
                    ModelAnswer(
                        text: "All well.", usage: usage, model: "claude-sonnet-5-5-20261001", stop: .complete,
                        durationMilliseconds: 250)))
    }

    @Test(arguments: [
        (#""stop_reason": "max_tokens""#, ModelAnswer.Stop.cutOff),
        (#""stop_reason": "model_context_window_exceeded""#, .cutOff), (#""stop_reason": "stop_sequence""#, .complete),
        (#""stop_reason": "refusal""#, .refused(explanation: nil)),
        (
            #""stop_reason": "refusal", "stop_details": {"type": "refusal", "explanation": "Why."}"#,
            .refused(explanation: "Why.")
        ),
        (
            #""stop_reason": "refusal", "stop_details": {"category": "cyber", "explanation": null}"#,
            .refused(explanation: "cyber")
        ),
        (#""stop_reason": "pause_turn""#, .other("pause_turn")), (#""stop_reason": null"#, .other("none given")),
    ])
    func `tells why the model stopped`(_ field: String, _ stop: ModelAnswer.Stop) async throws {
        let body = #"{"content": [], \#(field), "usage": {"input_tokens": 5, "output_tokens": 0}}"#
        guard case .answered(let answer) = try await Self.call(.answer(200, body)).0 else {
            Issue.record("not answered")
            return
        }
        #expect(answer.stop == stop && answer.text == "" && answer.model == "claude-sonnet-5-5")
        #expect(answer.usage == (try TokenUsage(inputTokens: 5, outputTokens: 0)))
    }

    @Test(arguments: [
        "", #""usage": null,"#, #""usage": {},"#, #""usage": {"input_tokens": 5},"#,
        #""usage": {"input_tokens": 5, "output_tokens": null},"#,
        #""usage": {"input_tokens": -5, "output_tokens": 5},"#,
        #""usage": {"input_tokens": "5", "output_tokens": 5},"#,
        #""usage": {"input_tokens": 5.5, "output_tokens": 5},"#,
        #""usage": {"input_tokens": 0, "output_tokens": 0},"#, #""usage": {"input_tokens": 5, "output_tokens": 0},"#,
        #""usage": {"input_tokens": 9223372036854775807, "output_tokens": 5},"#,
        #""usage": {"input_tokens": 1000000000, "output_tokens": 5, "cache_read_input_tokens": 1},"#,
        #""usage": {"input_tokens": 5, "output_tokens": 5, "cache_read_input_tokens": -1},"#,
        #""usage": {"input_tokens": 5, "output_tokens": 5, "cache_creation_input_tokens": "x"},"#, #""usage": [1],"#,
    ])
    func `a usage that is missing or cannot be is unknown, never zero`(_ field: String) async throws {
        let body = #"{\#(field) "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn"}"#
        guard case .answered(let answer) = try await Self.call(.answer(200, body)).0 else {
            Issue.record("not answered")
            return
        }
        #expect(answer.usage == nil && answer.text == "Hi")
    }

    @Test(arguments: [
        (#""cache_creation_input_tokens": 30"#, 35, 30, 0, 0), (#""cache_read_input_tokens": 30"#, 35, 0, 0, 30),
        (#""cache_creation_input_tokens": null, "cache_read_input_tokens": null, "cache_creation": null"#, 5, 0, 0, 0),
        (#""cache_creation": {"ephemeral_1h_input_tokens": 7}"#, 12, 7, 7, 0),
        (#""cache_creation_input_tokens": 9, "cache_creation": {"ephemeral_1h_input_tokens": 7}"#, 14, 9, 7, 0),
    ])
    func `counts cached tokens on top of input_tokens`(
        _ field: String, _ input: Int, _ write: Int, _ long: Int, _ read: Int
    ) async throws {
        let body = #"{"content": [], "usage": {"input_tokens": 5, "output_tokens": 1, \#(field)}}"#
        guard case .answered(let answer) = try await Self.call(.answer(200, body)).0 else {
            Issue.record("not answered")
            return
        }
        let wanted = try TokenUsage(
            inputTokens: input, outputTokens: 1, cacheWriteTokens: write, longCacheWriteTokens: long,
            cacheReadTokens: read)
        #expect(answer.usage == wanted)
    }

    @Test(arguments: [
        (400, "invalid_request_error", ModelFailure.Kind.invalid, 1), (401, "authentication_error", .auth, 1),
        (402, "billing_error", .quota, 1), (403, "permission_error", .auth, 1), (404, "not_found_error", .notFound, 1),
        (408, "request_error", .unavailable, 3), (409, "conflict_error", .unavailable, 3),
        (413, "request_too_large", .invalid, 1), (429, "rate_limit_error", .rateLimited, 3),
        (500, "api_error", .unavailable, 3), (502, "api_error", .unavailable, 3), (503, "api_error", .overloaded, 3),
        (529, "overloaded_error", .overloaded, 3), (307, "x", .invalid, 1),
    ])
    func `an error of the vendor costs nothing and is tried again as in its SDK`(
        _ status: Int, _ type: String, _ kind: ModelFailure.Kind, _ tries: Int
    ) async throws {
        let body =
            #"{"type": "error", "error": {"type": "\#(type)", "message": "Key \#(Self.key) is bad"}, "request_id": "r"}"#
        let step = ScriptedTransport.Step.answer(status, body, ["request-id": "req_1"])
        let (outcome, transport) = try await Self.call(step, step, step)
        guard case .notCharged(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.kind == kind && failure.status == status && failure.requestID == "req_1")
        #expect(transport.requests.count == tries)
        #expect(transport.waitedSeconds == Array([0.5, 1].prefix(tries - 1)))
        #expect(!"\(failure)".contains(Self.key))
        #expect(failure.detail == (status == 401 ? nil : "\(type): Key [key] is bad"))
        #expect(failure.message.contains("\(status)") && !failure.message.contains("bad"))
    }

    @Test func `tries again and answers, with the duration of the answered try`() async throws {
        let busy = ScriptedTransport.Step.answer(529, "{}", ["retry-after": "7"])
        let (outcome, transport) = try await Self.call(busy, .failure(.unreachable), .answer(200, Self.good))
        guard case .answered(let answer) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(answer.durationMilliseconds == 250 && transport.waitedSeconds == [7, 1])
        #expect(Set(transport.requests.map(\.body)).count == 1)
    }

    @Test(arguments: [
        #"{"type": "error", "error": {"type": "rate_limit_error", "message": "Your credit balance is too low"}}"#,
        #"{"error": {"message": "x", "type": "insufficient_quota", "code": "insufficient_quota"}}"#,
    ])
    func `an empty account is not tried again`(_ body: String) async throws {
        let (outcome, transport) = try await Self.call(.answer(429, body))
        guard case .notCharged(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.kind == .quota && transport.requests.count == 1)
    }

    @Test(arguments: [HTTPClientError.Cause.timedOut, .connectionLost, .answerTooLarge, .cancelled])
    func `after sending, silence is of unknown outcome and is not tried again`(_ cause: HTTPClientError.Cause)
        async throws
    {
        let (outcome, transport) = try await Self.call(.failure(cause))
        guard case .unknown = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(transport.requests.count == 1 && transport.waitedSeconds.isEmpty)
    }

    @Test func `never sent is tried again and then costs nothing`() async throws {
        let (outcome, transport) = try await Self.call(
            .failure(.unreachable), .failure(.unreachable), .failure(.unreachable))
        guard case .notCharged(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.kind == .unreachable && failure.status == nil && transport.requests.count == 3)
        #expect(failure.advice.contains("ANTHROPIC_BASE_URL"))
    }

    @Test(arguments: [#"{"content": "text"}"#, #"{"content": [{"type": "text", "text": "text"}]}"#])
    func `an answer that came without usage is an answer`(_ body: String) async throws {
        guard case .answered(let answer) = try await Self.call(.answer(200, body)).0 else {
            Issue.record("no answer")
            return
        }
        #expect(answer.text == "text" && answer.usage == nil)
    }

    @Test(arguments: [
        (200, "<html>welcome</html>"), (200, ""), (200, "[]"),
        (200, #"{"content": [}"#),
        (200, #"{"type": "error", "error": {"type": "api_error", "message": "late"}}"#), (204, ""),
        (502, "<html>Bad Gateway</html>"), (504, "<html>Gateway Time-out</html>"),
        (504, #"{"type": "error", "error": {"type": "timeout_error", "message": "x"}}"#), (524, "error code: 524"),
        (408, #"{"error": {"message": "litellm.Timeout", "type": "timeout_error", "code": "408"}}"#),
        (500, #"{"error": {"message": "x", "type": "Timeout"}}"#),
    ])
    func `an answer that says nothing of the call leaves its outcome unknown`(_ status: Int, _ body: String)
        async throws
    {
        let (outcome, transport) = try await Self.call(.answer(status, body))
        guard case .unknown = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(transport.requests.count == 1)
    }

    @Test func `a page of HTML with an error status is no vendor's message`() async throws {
        let step = ScriptedTransport.Step.answer(503, "<html><body>Sorry</body></html>")
        let (outcome, _) = try await Self.call(step, step, step)
        guard case .notCharged(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.kind == .overloaded && failure.detail == nil)
    }

    @Test func `gives long answers more time, an hour at most`() async throws {
        for (tokens, seconds) in [(8_192, 600.0), (21_333, 600), (64_000, 1800), (128_000, 3600), (1_000_000, 3600)] {
            let transport = ScriptedTransport([.answer(200, Self.good)])
            let client = AnthropicClient(
                endpoint: try .anthropic(baseURL: nil, key: Self.key), model: "m", connection: transport.connection)
            _ = await client.complete(Self.prompt, maxOutputTokens: tokens)
            #expect(transport.requests.first?.deadlineSeconds == seconds)
            #expect(transport.requests.first?.url == "https://api.anthropic.com/v1/messages")
        }
    }

    @Test(arguments: ["https://model.example", "https://model.example/v1/"])
    func `asks the vendor to count what it would be sent`(_ base: String) async throws {
        let transport = ScriptedTransport([.answer(200, "{\"input_tokens\": 1234}")])
        let client = AnthropicClient(
            endpoint: try .anthropic(baseURL: base, key: Self.key), model: "claude-sonnet-5-5",
            connection: transport.connection)
        #expect(await client.countTokens(Self.prompt) == 1234)
        let request = try #require(transport.requests.first)
        #expect(request.url == "https://model.example/v1/messages/count_tokens" && request.method == "POST")
        #expect(request.fields["x-api-key"] == Self.key && request.fields["anthropic-version"] == "2023-06-01")
        #expect(
            try JSONValue(parsing: request.body ?? []) == [
                "model": "claude-sonnet-5-5", "system": "Be \"right\".",
                "messages": [["role": "user", "content": "The diff.\nLine two."]],
            ])
    }

    @Test(arguments: [
        (404, "{}"), (200, "{}"), (200, "{\"input_tokens\": 0}"), (200, "{\"input_tokens\": \"5\"}"), (200, "<html>"),
    ])
    func `a count that does not come is none`(_ status: Int, _ body: String) async throws {
        let transport = ScriptedTransport([.answer(status, body)])
        let client = AnthropicClient(
            endpoint: try .anthropic(baseURL: nil, key: Self.key), model: "m", connection: transport.connection)
        #expect(await client.countTokens(Self.prompt) == nil)
    }
}
