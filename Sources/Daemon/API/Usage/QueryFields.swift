import HTTPServer
import HTTPWire
import JSON
import UTCTime

/// Reads the parameters of a request's query and collects everything that is wrong with them; or, without a request,
/// collects what would be read, for the OpenAPI document: so both are one piece of code.
struct QueryFields {
    private let pairs: [(name: String, value: String)]?
    private var seen: Set<String> = []
    private var messages: [String] = []
    /// What has been asked for.
    private(set) var declared: [RouteDeclaration.Parameter] = []

    /// The parameters of `head`.
    init(_ head: RequestHead) { pairs = head.query }

    private init() { pairs = nil }

    /// The parameters that `read` asks for.
    static func parameters(_ read: (inout QueryFields) -> Void) -> [RouteDeclaration.Parameter] {
        var fields = QueryFields()
        read(&fields)
        return fields.declared
    }

    /// The text `name`, nil when it is absent.
    mutating func text(_ name: String, _ summary: String, lengthMax: Int = 500) -> String? {
        declare(name, summary, ["type": "string", "minLength": 1, "maxLength": .integer(lengthMax)])
        guard let value = value(name) else { return nil }
        guard 1...lengthMax ~= value.utf8.count else {
            return refuse(name, "has \(value.utf8.count) bytes, accepted are 1 to \(lengthMax)")
        }
        return value
    }

    /// The day `name`, nil when it is absent.
    mutating func day(_ name: String, _ summary: String) -> Day? {
        declare(name, summary, ["type": "string", "format": "date"])
        guard let value = value(name) else { return nil }
        return Day(value) ?? refuse(name, "is '\(value.prefix(40))', accepted is a day such as 2025-12-01")
    }

    /// The whole number `name` in `range`; `fallback` when it is absent.
    mutating func integer(_ name: String, _ summary: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        declare(
            name, summary,
            [
                "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
                "default": .integer(fallback),
            ])
        guard let value = value(name) else { return fallback }
        guard let number = Self.number(value), range ~= number else {
            return refuse(
                name, "is '\(value.prefix(40))', accepted is \(range.lowerBound) to \(range.upperBound)") ?? fallback
        }
        return number
    }

    /// The whole number `name` in `range`; nil when it is absent.
    mutating func optionalInteger(_ name: String, _ summary: String, in range: ClosedRange<Int>) -> Int? {
        declare(
            name, summary,
            [
                "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
            ])
        guard let value = value(name) else { return nil }
        guard let number = Self.number(value), range ~= number else {
            return refuse(name, "is '\(value.prefix(40))', accepted is \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of the words `accepted`; nil when it is absent.
    mutating func word(_ name: String, _ summary: String, of accepted: [String]) -> String? {
        declare(name, summary, ["type": "string", "enum": .array(accepted.map { .string($0) })])
        guard let value = value(name) else { return nil }
        guard accepted.contains(value) else {
            return refuse(
                name, "is '\(value.prefix(40))', accepted is \(accepted.joined(separator: ", "))")
        }
        return value
    }

    /// Different words of `accepted` with commas between them; `fallback` when it is absent.
    mutating func words(
        _ name: String, _ summary: String, of accepted: [String], default fallback: [String]
    ) -> [String] {
        // As RFC 6570 has it for a form without 'explode': one parameter, commas.
        declare(
            name, summary,
            [
                "type": "array",
                "items": ["type": "string", "enum": .array(accepted.map { .string($0) })],
                "minItems": 1, "uniqueItems": true, "default": .array(fallback.map { .string($0) }),
            ])
        guard let value = value(name) else { return fallback }
        let words = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard words.allSatisfy({ accepted.contains($0) }), Set(words).count == words.count else {
            return refuse(
                name,
                "is '\(value.prefix(80))', accepted are different words of \(accepted.joined(separator: ", "))")
                ?? fallback
        }
        return words
    }

    /// What `read` makes of the text `name`; nil when it is absent.
    mutating func parsed<Value>(
        _ name: String, _ summary: String, accepted: String, pattern: String? = nil, isRequired: Bool = false,
        _ read: (String) -> Value?
    ) -> Value? {
        var schema = JSONObject([("type", "string"), ("minLength", 1)])
        if let pattern { schema["pattern"] = .string(pattern) }
        declare(name, summary, .object(schema), isRequired: isRequired)
        guard let value = value(name) else {
            return isRequired && pairs != nil ? refuse(name, "is missing, accepted is \(accepted)") : nil
        }
        return read(value) ?? refuse(name, "is '\(value.prefix(80))', accepted is \(accepted)")
    }

    /// Notes that `name` is wrong.
    @discardableResult mutating func refuse<Value>(_ name: String, _ what: String) -> Value? {
        messages.append("\(name) \(what).")
        return nil
    }

    /// Throws everything that was wrong, a parameter that comes twice among it. Names that nobody asked for are ignored.
    func finish() throws(FieldErrors) {
        var messages = messages
        for name in seen.sorted() where (pairs ?? []).count(where: { $0.name == name }) > 1 {
            messages.append("\(name) comes more than once.")
        }
        guard messages.isEmpty else { throw FieldErrors(messages: messages) }
    }

    private mutating func declare(_ name: String, _ summary: String, _ schema: JSONValue, isRequired: Bool = false) {
        seen.insert(name)
        guard pairs == nil else { return }
        declared.append(.init(name: name, isRequired: isRequired, summary: summary, schema: schema))
    }

    private func value(_ name: String) -> String? { pairs?.first { $0.name == name }?.value }

    /// Digits alone: no sign, at most 18.
    private static func number(_ text: String) -> Int? {
        guard 1...18 ~= text.utf8.count, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return Int(text)
    }
}
