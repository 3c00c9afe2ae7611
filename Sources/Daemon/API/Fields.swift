import Budget
import JSON

/// What is wrong with a request's body, field by field.
package struct FieldErrors: Error, Sendable, Equatable {
    /// One sentence for each field that is wrong.
    package var messages: [String]
}

/// Reads the members of a request's body and collects everything that is wrong with them.
struct Fields {
    private let object: JSONObject
    private var messages: [String] = []

    /// Fields of `body`, which must be a JSON object.
    init(_ body: [UInt8]) throws(FieldErrors) {
        let value: JSONValue
        do { value = try JSONValue(parsing: body, limits: JSONLimits(depthMax: 8, valueCountMax: 1000)) } catch {
            throw FieldErrors(messages: ["The body is \(error)."])
        }
        guard let object = value.object else {
            throw FieldErrors(messages: ["The body is \(value.kind), accepted is a JSON object."])
        }
        self.object = object
    }

    /// The text `name`; `fallback` when it is absent or null. At most `lengthMax` bytes of UTF-8.
    mutating func text(_ name: String, default fallback: String? = nil, lengthMax: Int = 500) -> String {
        guard let value = value(name) else {
            if let fallback { return fallback }
            return refuse(name, "is missing, accepted is a string", "")
        }
        guard let text = value.string else { return refuse(name, "is \(value.kind), accepted is a string", "") }
        guard text.utf8.count <= lengthMax else {
            return refuse(name, "has \(text.utf8.count) bytes, accepted are at most \(lengthMax)", "")
        }
        return text
    }

    /// The text `name`, nil when it is absent, null or empty.
    mutating func optionalText(_ name: String, lengthMax: Int = 500) -> String? {
        let text = text(name, default: "", lengthMax: lengthMax)
        return text.isEmpty ? nil : text
    }

    /// The whole number `name` in `range`; `fallback` when it is absent or null.
    mutating func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int? = nil) -> Int {
        guard let value = value(name) else {
            if let fallback { return fallback }
            return refuse(name, "is missing, accepted is \(range.lowerBound) to \(range.upperBound)", range.lowerBound)
        }
        guard let number = value.integer else {
            return refuse(
                name, "is \(value.kind), accepted is \(range.lowerBound) to \(range.upperBound)", range.lowerBound)
        }
        guard range ~= number else {
            return refuse(
                name, "is \(number), accepted is \(range.lowerBound) to \(range.upperBound)", range.lowerBound)
        }
        return number
    }

    /// The whole number `name` in `range`, nil when it is absent or null.
    mutating func optionalInteger(_ name: String, in range: ClosedRange<Int>) -> Int? {
        value(name) == nil ? nil : integer(name, in: range)
    }

    /// The texts of the array `name`, none when it is absent or null: at most `countMax`, each of at most 500 bytes.
    mutating func texts(_ name: String, countMax: Int) -> [String] {
        guard let value = value(name) else { return [] }
        guard let array = value.array else {
            return refuse(name, "is \(value.kind), accepted is an array of strings", [])
        }
        guard array.count <= countMax else {
            return refuse(name, "has \(array.count) elements, accepted are at most \(countMax)", [])
        }
        let texts = array.compactMap(\.string)
        guard texts.count == array.count, texts.allSatisfy({ $0.utf8.count <= 500 }) else {
            return refuse(name, "has an element that is no string of at most 500 bytes", [])
        }
        return texts
    }

    /// How much of a budget: `50000` (tokens) or `"5usd"`; nil when it is absent or null.
    mutating func amount(_ name: String) -> BudgetLimit? {
        guard let value = value(name) else { return nil }
        guard let text = value.string ?? value.integer.map({ String($0) }) else {
            return refuse(name, "is \(value.kind), accepted is a number of tokens or a text like \"5usd\"", nil)
        }
        do { return try BudgetLimit(parsing: text, field: name) } catch {
            return refuse(name, "\(text): \(error.reason)", nil)
        }
    }

    /// Whether the member `name` is true; false when it is absent or null.
    mutating func flag(_ name: String) -> Bool {
        guard let value = value(name) else { return false }
        return value.bool ?? refuse(name, "is \(value.kind), accepted is true or false", false)
    }

    /// The merge request: `12`, `"12"`, `"!12"`, or `"group/app!12"`, which names the project too.
    mutating func mergeRequest() -> (project: String?, iid: Int?) {
        guard let value = value("merge_request") else { return (nil, nil) }
        if let number = value.integer, number > 0 { return (nil, number) }
        if let text = value.string {
            let parts = text.split(separator: "!", omittingEmptySubsequences: false)
            if let last = parts.last, let iid = positive(last), parts.count <= 2 {
                return (parts.count == 2 && !parts[0].isEmpty ? String(parts[0]) : nil, iid)
            }
        }
        return refuse(
            "merge_request", "is not a merge request, accepted is 12, \"!12\" or \"group/app!12\"", (nil, nil))
    }

    /// Throws everything that was wrong. Names that Bursar does not know are ignored: other programs may send more.
    func finish() throws(FieldErrors) {
        guard messages.isEmpty else { throw FieldErrors(messages: messages) }
    }

    /// Notes that `name` is wrong and goes on with `stand`, which `finish` keeps from being used.
    @discardableResult
    mutating func refuse<Value>(_ name: String, _ what: String, _ stand: Value) -> Value {
        messages.append("\(name) \(what).")
        return stand
    }

    private func value(_ name: String) -> JSONValue? {
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    private func positive(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.count <= 9, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return digits.utf8.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
}
