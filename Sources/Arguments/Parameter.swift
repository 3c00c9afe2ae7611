/// Something a command takes: an option with a value, a flag, or a positional argument.
///
/// Declare it once as a constant, list it in the command, and read it with `values[parameter]`, which has its type.
public struct Parameter<Value: Sendable>: CommandParameter {
    let form: ParameterForm
    let read: @Sendable ([String]) -> Reading<Value>

    /// The parameter as a command keeps it.
    public var erased: AnyParameter {
        AnyParameter(form: form) { [read] texts in
            switch read(texts) {
            case .value(let value): .value(value)
            case .refused(let text): .refused(text)
            case .missing: .missing
            }
        }
    }

    /// An option that has `initial` where it is not given.
    ///
    /// - `value`: what stands for the value in help. `accepted`: what `parse` takes, in words, for the error when it
    ///   returns nil. `shown`: how help writes the default.
    public init(
        option name: String, short: Character? = nil, value: String, help: String, accepted: String,
        default initial: Value, shown: String, hint: ValueHint = .none, parse: @escaping @Sendable (String) -> Value?
    ) {
        form = ParameterForm(
            kind: .option, name: name, short: short, value: value, help: help, accepted: accepted, hint: hint,
            defaultText: shown)
        read = { texts in
            guard let text = texts.last else { return .value(initial) }
            return parse(text).map(Reading.value) ?? .refused(text)
        }
    }

    /// An option that is nil where it is not given.
    public init<Wrapped>(
        option name: String, short: Character? = nil, value: String, help: String, accepted: String,
        hint: ValueHint = .none, parse: @escaping @Sendable (String) -> Wrapped?
    ) where Value == Wrapped? {
        form = ParameterForm(
            kind: .option, name: name, short: short, value: value, help: help, accepted: accepted, hint: hint)
        read = { texts in
            guard let text = texts.last else { return .value(nil) }
            return parse(text).map { .value($0) } ?? .refused(text)
        }
    }

    /// An option that may be given several times; empty where it is not given.
    public init<Element>(
        repeatedOption name: String, short: Character? = nil, value: String, help: String, accepted: String,
        hint: ValueHint = .none, parse: @escaping @Sendable (String) -> Element?
    ) where Value == [Element] {
        form = ParameterForm(
            kind: .option, name: name, short: short, value: value, help: help, accepted: accepted, hint: hint,
            isRepeatable: true)
        read = { Self.all($0, parse) }
    }

    /// An option whose values are the cases of an enumeration, written as their raw values.
    public init(option name: String, short: Character? = nil, value: String, help: String, default initial: Value)
    where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
        self.init(
            option: name, short: short, value: value, help: help,
            accepted: Value.allCases.map(\.rawValue).joined(separator: ", "), default: initial,
            shown: initial.rawValue, hint: .words(Value.allCases.map(\.rawValue)), parse: Value.init(rawValue:))
    }

    /// A flag: true where it is given.
    public init(flag name: String, short: Character? = nil, help: String) where Value == Bool {
        form = ParameterForm(kind: .flag, name: name, short: short, help: help)
        read = { .value(!$0.isEmpty) }
    }

    /// A positional argument that must be given.
    public init(
        argument name: String, help: String, accepted: String, hint: ValueHint = .none,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        form = ParameterForm(
            kind: .positional, name: name, help: help, accepted: accepted, hint: hint, isRequired: true)
        read = { texts in
            guard let text = texts.last else { return .missing }
            return parse(text).map(Reading.value) ?? .refused(text)
        }
    }

    /// A positional argument that must be given and is a case of an enumeration, written as its raw value.
    public init(argument name: String, help: String)
    where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
        let words = Value.allCases.map(\.rawValue)
        self.init(
            argument: name, help: help, accepted: words.joined(separator: ", "), hint: .words(words),
            parse: Value.init(rawValue:))
    }

    /// A positional argument that is nil where it is not given.
    public init<Wrapped>(
        optionalArgument name: String, help: String, accepted: String, hint: ValueHint = .none,
        parse: @escaping @Sendable (String) -> Wrapped?
    ) where Value == Wrapped? {
        form = ParameterForm(kind: .positional, name: name, help: help, accepted: accepted, hint: hint)
        read = { texts in
            guard let text = texts.last else { return .value(nil) }
            return parse(text).map { .value($0) } ?? .refused(text)
        }
    }

    /// All positional arguments that are left; at least one.
    public init<Element>(
        repeatedArgument name: String, help: String, accepted: String, hint: ValueHint = .none,
        parse: @escaping @Sendable (String) -> Element?
    ) where Value == [Element] {
        form = ParameterForm(
            kind: .positional, name: name, help: help, accepted: accepted, hint: hint, isRequired: true,
            isRepeatable: true)
        read = { $0.isEmpty ? .missing : Self.all($0, parse) }
    }

    private static func all<Element>(_ texts: [String], _ parse: (String) -> Element?) -> Reading<Value>
    where Value == [Element] {
        var elements: [Element] = []
        for text in texts {
            guard let element = parse(text) else { return .refused(text) }
            elements.append(element)
        }
        return .value(elements)
    }
}

/// Any `Parameter`, whatever its value's type.
public protocol CommandParameter: Sendable {
    /// The parameter as a command keeps it.
    var erased: AnyParameter { get }
}

/// A parameter whose value's type is left out.
public struct AnyParameter: Sendable {
    let form: ParameterForm
    let read: @Sendable ([String]) -> Reading<any Sendable>
}

/// What became of the texts given for a parameter.
enum Reading<Value: Sendable>: Sendable {
    case value(Value)
    /// This text is not accepted.
    case refused(String)
    /// It must be given and was not.
    case missing
}

/// How a parameter is written, for the reader and for help.
struct ParameterForm: Sendable {
    enum Kind { case option, flag, positional }
    let kind: Kind
    /// `--data-dir`, or `file` for a positional.
    let name: String
    var short: Character?
    var value = ""
    let help: String
    var accepted = ""
    var hint = ValueHint.none
    var defaultText = ""
    var isRequired = false
    var isRepeatable = false

    /// All that may be typed for it; a positional has its placeholder only.
    var spellings: [String] { (short.map { ["-\($0)"] } ?? []) + [name] }

    /// `-f, --format <format>`, `<file>`.
    var label: String {
        switch kind {
        case .option: spellings.joined(separator: ", ") + " <\(value)>"
        case .flag: spellings.joined(separator: ", ")
        case .positional: "<\(name)>"
        }
    }

    /// What it is for, with its default.
    var explanation: String { defaultText.isEmpty ? help : "\(help) (default: \(defaultText))" }

    /// The parameter in a line of usage: `[--format <format>]`, `<user> ...`.
    var usage: String {
        let plain = kind == .option ? "\(name) <\(value)>" : kind == .flag ? name : "<\(name)>"
        return (isRequired ? plain : "[\(plain)]") + (isRepeatable ? " ..." : "")
    }
}
