import Budget
public import JSON

extension Preflight {
    /// The body of `POST /estimate` and of `bursar estimate --format json`.
    public var json: JSONValue {
        var object = JSONObject([
            ("files", .array(files.map(Self.json))),
            (
                "tokens",
                [
                    "full_diff": .integer(fullDiffTokens), "prompt": .integer(promptTokens),
                    "input": .integer(inputTokens), "expected_output": .integer(expectedOutputTokens),
                    "total": .integer(totalTokens), "held": .integer(heldTokens),
                ]
            ),
            ("saved_percent", .decimal(Self.tenths(savedPerMille))),
            (
                "models",
                .array(
                    models.map { entry in
                        [
                            "model": .string(entry.model),
                            "cost_usd": entry.cost.map { .decimal($0.description) } ?? .null,
                            "input_tokens": .integer(entry.inputTokens),
                        ]
                    })
            ),
        ])
        object["budget"] = [
            "remaining": JSONValue(budget?.leftTokens),
            "share_percent": sharePerMille.map { .decimal(Self.tenths($0)) } ?? .null,
            "decision": .string(budgetDecision),
        ]
        object["model"] = .string(model)
        object["calls"] = .integer(callCount)
        object["remarks"] = .array(sentences.map { .string($0) })
        object["tips"] = .array(tips.map { .string($0) })
        return .object(object)
    }

    /// `allow`, `warn` or `block`. A change without anything to show costs nothing, so it is allowed.
    public var budgetDecision: String {
        switch decision {
        case .allow, .nothing: "allow"
        case .warn: "warn"
        case .block: "block"
        }
    }

    private static func json(_ file: FileDecision) -> JSONValue {
        [
            "path": .string(file.path), "tokens": .integer(file.whole.expected),
            "action": .string(file.action.rawValue),
            "reason": JSONValue(file.reason?.rawValue), "shown_tokens": .integer(file.shown.expected),
        ]
    }

    /// `12.5` for 125.
    static func tenths(_ perMille: Int) -> String { "\(perMille / 10).\(perMille % 10)" }
}
