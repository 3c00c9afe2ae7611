/// One command of a program: what it is called, what it takes, and what it does.
public struct Command: Sendable {
    /// One line to type, and what it is for.
    public struct Example: Sendable {
        /// The line, the program's name included.
        public let line: String
        /// What it is for: a short sentence without a full stop.
        public let purpose: String

        /// An example of `line`.
        public init(_ line: String, _ purpose: String) {
            self.line = line
            self.purpose = purpose
        }
    }

    /// What follows the program's name. Two words make a command of a group: `budgets list`.
    public let name: String
    /// One sentence for the list of commands and the head of the command's own help.
    public let summary: String
    /// More for the command's own help; paragraphs are separated by an empty line.
    public let discussion: String
    /// Lines that work as they stand.
    public let examples: [Example]
    /// Does the command's work and returns the exit status.
    public let run: @Sendable (Values) async throws -> Int32
    let parameters: [AnyParameter]

    /// A command that takes `parameters`; positionals in the order they are typed.
    public init(
        _ name: String, summary: String, discussion: String = "", parameters: [any CommandParameter] = [],
        examples: [Example], run: @escaping @Sendable (Values) async throws -> Int32
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.parameters = parameters.map(\.erased)
        self.examples = examples
        self.run = run
    }

    var words: [String] { name.split(separator: " ").map(String.init) }

    /// What is wrong with the declaration itself; empty when nothing is. For a program's own tests.
    public var declarationFaults: [String] {
        var faults: [String] = []
        let names = parameters.flatMap(\.form.spellings)
        for name in Set(names) where names.count(where: { $0 == name }) > 1 {
            faults.append("\(name) is declared twice")
        }
        for name in ["--help", "-h"] where names.contains(name) { faults.append("\(name) is taken by help") }
        let positionals = parameters.map(\.form).filter { $0.kind == .positional }
        if positionals.dropLast().contains(where: \.isRepeatable) { faults.append("only the last argument may repeat") }
        if zip(positionals, positionals.dropFirst()).contains(where: { !$0.isRequired && $1.isRequired }) {
            faults.append("a needed argument follows one that may be left out")
        }
        if examples.isEmpty { faults.append("no example") }
        let words = parameters.flatMap(\.form.hint.words)
        for word in words where !word.utf8.allSatisfy({ ValueHint.plainBytes.contains($0) }) {
            faults.append("\(quoted(word)) cannot be offered by a shell as it stands")
        }
        return faults.sorted()
    }
}

/// What the parameters of a command were given, or their defaults.
public struct Values: Sendable {
    let values: [String: any Sendable]

    /// The value of `parameter`; its default when the command line does not have it.
    public subscript<Value>(parameter: Parameter<Value>) -> Value {
        if let value = values[parameter.form.name] as? Value { return value }
        guard case .value(let value) = parameter.read([]) else {
            preconditionFailure("\(parameter.form.name) is not among the parameters of the command")
        }
        return value
    }
}
