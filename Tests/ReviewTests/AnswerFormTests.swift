import HTTPClient
import JSON
import Review
import Testing

@Suite struct AnswerFormTests {
    private static let prompt = ModelPrompt(system: "s", user: "u")
    private static let refusal = ScriptedTransport.Step.answer(
        400, #"{"error": {"type": "invalid_request_error", "message": "response_format is not supported"}}"#)
    private static let answer = ScriptedTransport.Step.answer(
        200,
        #"""
        {"content": [{"type": "text", "text": "{}"}], "choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}],
         "usage": {"input_tokens": 5, "output_tokens": 1, "prompt_tokens": 5, "completion_tokens": 1}}
        """#)

    private func call(
        anthropic: Bool, form: AnswerForm? = .review, _ steps: ScriptedTransport.Step...
    ) async throws -> (ModelOutcome, [JSONValue]) {
        let transport = ScriptedTransport(steps)
        let client: any ModelClient =
            anthropic
            ? AnthropicClient(
                endpoint: try .anthropic(baseURL: "https://model.example", key: "k"), model: "m",
                connection: transport.connection)
            : OpenAIClient(
                endpoint: try .openAI(baseURL: "https://model.example", key: "k"), model: "m",
                connection: transport.connection)
        let outcome = await client.complete(Self.prompt, form: form, maxOutputTokens: 100)
        return (outcome, try transport.requests.map { try JSONValue(parsing: $0.body ?? []) })
    }

    @Test func `each vendor is asked in its own words`() async throws {
        let anthropic = try await call(anthropic: true, Self.answer).1
        #expect(
            anthropic.map { $0["output_config"] } == [
                ["format": ["type": "json_schema", "schema": AnswerForm.review.schema]]
            ])
        let openAI = try await call(anthropic: false, Self.answer).1
        #expect(
            openAI.map { $0["response_format"] } == [
                [
                    "type": "json_schema",
                    "json_schema": ["name": "code_review", "strict": true, "schema": AnswerForm.review.schema],
                ]
            ])
        for isAnthropic in [true, false] {
            let body = try await call(anthropic: isAnthropic, form: nil, Self.answer).1[0]
            #expect(body["output_config"] == nil && body["response_format"] == nil)
        }
    }

    @Test(arguments: [true, false], [400, 422])
    func `a server that refuses the form is asked without it, once`(_ isAnthropic: Bool, _ status: Int) async throws {
        let refusal = ScriptedTransport.Step.answer(status, #"{"error": {"message": "no schema here"}}"#)
        let (outcome, bodies) = try await call(anthropic: isAnthropic, refusal, Self.answer)
        guard case .answered = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(bodies.map { $0["output_config"] != nil || $0["response_format"] != nil } == [true, false])
        let (failed, tries) = try await call(anthropic: isAnthropic, refusal, refusal)
        guard case .notCharged(let failure) = failed else {
            Issue.record("\(failed)")
            return
        }
        #expect(failure.kind == .invalid && tries.count == 2)
        #expect(try await call(anthropic: isAnthropic, form: nil, refusal).1.count == 1)
    }

    @Test(arguments: [true, false])
    func `no other refusal is answered so, and nothing that may have cost`(_ isAnthropic: Bool) async throws {
        let quota = ScriptedTransport.Step.answer(400, #"{"error": {"message": "Your credit balance is too low"}}"#)
        for step in [
            quota, .answer(401, "{}"), .answer(413, "{}"), .answer(404, "{}"), .failure(.timedOut), .answer(504, ""),
        ] {
            #expect(try await call(anthropic: isAnthropic, step).1.count == 1)
        }
    }

    @Test func `the form and the limit's name may both be refused`() async throws {
        let limit = ScriptedTransport.Step.answer(
            400, #"{"error": {"message": "Unsupported parameter: 'max_tokens'", "param": "max_tokens"}}"#)
        for steps in [[limit, Self.refusal], [Self.refusal, limit]] {
            let (outcome, bodies) = try await call(anthropic: false, steps[0], steps[1], Self.answer)
            guard case .answered = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(
                bodies.count == 3 && bodies[2]["max_completion_tokens"] == 100 && bodies[2]["response_format"] == nil)
        }
        #expect(try await call(anthropic: false, limit, Self.refusal, Self.refusal).1.count == 3)
    }

    /// What both vendors ask of a schema: closed objects of which every member is required, and no bounds.
    @Test func `the schema keeps to what every server takes`() {
        func check(_ value: JSONValue) {
            guard let object = value.object else { return }
            if object["type"] == "object" {
                #expect(object["additionalProperties"] == false)
                let names = object["properties"]?.object?.members.map(\.key)
                #expect(object["required"]?.array?.compactMap(\.string) == names)
            }
            for word in ["minimum", "maximum", "maxLength", "minItems", "maxItems", "pattern", "oneOf"] {
                #expect(object[word] == nil)
            }
            object.members.forEach { check($0.value) }
        }
        check(AnswerForm.review.schema)
        let kinds = AnswerForm.review.schema["properties"]?["findings"]?["items"]?["properties"]?["kind"]?["enum"]
        #expect(kinds?.array?.contains("secret") == false && kinds?.array?.count == 6)
    }

    private static func failure(_ kind: ModelFailure.Kind, _ status: Int? = nil) -> ModelOutcome {
        .notCharged(ModelFailure(kind: kind, message: "", advice: "", status: status))
    }

    private static func answered(_ stop: ModelAnswer.Stop) -> ModelOutcome {
        .answered(ModelAnswer(text: "", usage: nil, model: "m", stop: stop, durationMilliseconds: 0))
    }

    @Test(arguments: [
        (answered(.refused(explanation: nil)), true), (answered(.complete), false), (answered(.cutOff), false),
        (answered(.other("x")), false), (.unknown(reason: "", detail: nil), false), (failure(.notFound, 404), true),
        (failure(.overloaded, 529), true), (failure(.rateLimited, 429), true), (failure(.auth, 403), true),
        (failure(.tooLong, 400), true),
        (failure(.auth, 401), false), (failure(.quota, 429), false), (failure(.invalid, 400), false),
        (failure(.unavailable, 500), false), (failure(.unreachable), false),
    ])
    func `another model is tried where it may do better`(_ outcome: ModelOutcome, _ tries: Bool) {
        #expect((outcome.reasonToTryNext != nil) == tries)
    }
}
