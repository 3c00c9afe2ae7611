public import JSON

/// The form in which a model is to answer: a JSON schema and its name.
public struct AnswerForm: Sendable, Equatable {
    /// What the form is called: letters, digits and `_`.
    public var name: String
    /// The schema, within what both Anthropic (`output_config.format`) and OpenAI (`response_format`, strict) take:
    /// every object is closed and every member required.
    public var schema: JSONValue

    /// A form called `name` with `schema`.
    public init(name: String, schema: JSONValue) {
        self.name = name
        self.schema = schema
    }

    /// A review: a verdict and findings.
    public static let review = AnswerForm(
        name: "code_review",
        schema: object([
            ("verdict", described("string", "One or two sentences: may this be merged, and what matters most.")),
            ("findings", ["type": "array", "items": finding]),
        ]))

    private static let finding = object([
        ("severity", choice(Finding.Severity.allCases.map(\.rawValue))),
        ("kind", choice(Finding.Kind.asked.map(\.rawValue))),
        ("path", described("string", "The file's path as shown.")),
        ("side", choice(Finding.Side.allCases.map(\.rawValue))),
        ("line", described("integer", "The line's number on that side.")),
        ("quote", described("string", "That line, or a telling part of it, verbatim, without the diff's sign.")),
        ("title", described("string", "What is wrong, in one line.")),
        ("text", described("string", "What goes wrong, when, and how to mend it. Markdown.")),
        (
            "replaced",
            described(
                "string", "Whole consecutive lines of the new side to replace, verbatim; empty for no suggestion.")
        ),
        ("replacement", described("string", "What is to stand there instead, with its indentation; else empty.")),
    ])

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        [
            "type": "object", "additionalProperties": false, "required": .array(members.map { .string($0.0) }),
            "properties": .object(JSONObject(members)),
        ]
    }

    private static func described(_ type: String, _ words: String) -> JSONValue {
        ["type": .string(type), "description": .string(words)]
    }

    private static func choice(_ words: [String]) -> JSONValue {
        ["type": "string", "enum": .array(words.map { .string($0) })]
    }
}
