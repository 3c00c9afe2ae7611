/// Reads what follows a command's name: options and flags in any order, positionals in theirs.
///
/// `--name VALUE` and `--name=VALUE` are the same. A value that begins with `-` needs the second form, except `-`
/// itself. After `--` everything is positional.
struct CommandLineReader {
    let command: Command
    let program: Program

    func outcome(of arguments: ArraySlice<String>) -> Program.Outcome {
        var given: [String: [String]] = [:]
        var positionals: [String] = []
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument == "--" {
                positionals += rest
                break
            }
            if argument == "--help" || argument == "-h" { return .print(Help(program: program).text(of: command)) }
            guard argument.hasPrefix("-"), argument != "-" else {
                positionals.append(argument)
                continue
            }
            let (spelling, attached) = split(argument)
            guard let form = command.parameters.map(\.form).first(where: { $0.matches(spelling) }) else {
                let known = command.parameters.filter { $0.form.kind != .positional }.flatMap(\.form.spellings)
                return refuse(
                    "unknown option \(quoted(spelling))" + suggestion(for: spelling, among: known + ["--help"]))
            }
            if !form.isRepeatable, given[form.name] != nil {
                return refuse("\(spelling) is given twice")
            }
            switch (form.kind, attached) {
            case (.flag, .some): return refuse("\(spelling) takes no value")
            case (.flag, .none): given[form.name, default: []].append("")
            case (_, .some(let value)): given[form.name, default: []].append(value)
            case (_, .none):
                guard let next = rest.first, next == "-" || !next.hasPrefix("-") else {
                    let hint = rest.isEmpty ? "" : " (one that begins with '-' is written \(spelling)=VALUE)"
                    return refuse("\(spelling) needs a value: \(form.accepted)" + hint)
                }
                given[form.name, default: []].append(next)
                rest = rest.dropFirst()
            }
        }
        for form in command.parameters.map(\.form) where form.kind == .positional {
            let taken = form.isRepeatable ? positionals[...] : positionals.prefix(1)
            if !taken.isEmpty { given[form.name] = Array(taken) }
            positionals.removeFirst(taken.count)
        }
        if let extra = positionals.first { return refuse("unexpected argument \(quoted(extra))") }
        return values(of: given)
    }

    private func values(of given: [String: [String]]) -> Program.Outcome {
        var values: [String: any Sendable] = [:]
        for parameter in command.parameters {
            let form = parameter.form
            switch parameter.read(given[form.name] ?? []) {
            case .value(let value): values[form.name] = value
            case .refused(let text):
                let label = form.kind == .positional ? "<\(form.name)>" : form.name
                return refuse("\(label) is \(quoted(text)); accepted: \(form.accepted)")
            case .missing: return refuse("<\(form.name)> is missing: \(form.accepted)")
            }
        }
        return .run(command, Values(values: values))
    }

    private func split(_ argument: String) -> (spelling: String, value: String?) {
        guard argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") else { return (argument, nil) }
        return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
    }

    private func refuse(_ message: String) -> Program.Outcome {
        let path = "\(program.name) \(command.name)"
        return .refuse(
            UsageError(message: message, usage: Help(program: program).usage(of: command), help: "\(path) --help"))
    }
}

extension ParameterForm {
    func matches(_ spelling: String) -> Bool { kind != .positional && spellings.contains(spelling) }
}
