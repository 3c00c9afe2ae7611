/// A program of several commands: `bursar serve`, `bursar budgets list`.
public struct Program: Sendable {
    /// What it is called on the command line.
    public let name: String
    /// One sentence that says what it is.
    public let summary: String
    /// What `--version` prints.
    public let version: String
    /// Its commands, in the order help lists them.
    public let commands: [Command]

    /// A program of these parts.
    public init(name: String, summary: String, version: String, commands: [Command]) {
        self.name = name
        self.summary = summary
        self.version = version
        self.commands = commands
    }

    /// What a command line asks for.
    public enum Outcome: Sendable {
        /// Run this command with these values.
        case run(Command, Values)
        /// Print this text on standard output and exit 0: help or the version.
        case print(String)
        /// The command line is wrong.
        case refuse(UsageError)
    }

    /// Reads `arguments`, the command line without the program's own name.
    public func outcome(of arguments: [String]) -> Outcome {
        var words = arguments[...]
        let asksForHelp = words.first == "help"
        if asksForHelp { words = words.dropFirst() }
        if let command = command(leading: words) {
            let rest = words.dropFirst(command.words.count)
            if asksForHelp { return .print(Help(program: self).text(of: command)) }
            return CommandLineReader(command: command, program: self).outcome(of: rest)
        }
        guard let first = words.first else {
            return asksForHelp ? .print(Help(program: self).text) : .refuse(refusal("a command is missing"))
        }
        switch first {
        case "--help", "-h": return .print(Help(program: self).text)
        case "--version": return .print("\(name) \(version)\n")
        default: break
        }
        let group = commands.filter { $0.words.count > 1 && $0.words[0] == first }
        guard !group.isEmpty else {
            let what = first.hasPrefix("-") ? "option" : "command"
            let known = first.hasPrefix("-") ? ["--help", "--version"] : commands.map { $0.words[0] }
            return .refuse(refusal("unknown \(what) \(quoted(first))" + suggestion(for: first, among: known)))
        }
        let second = words.dropFirst().first
        if asksForHelp || second == "--help" || second == "-h" {
            return .print(Help(program: self).text(ofGroup: first, commands: group))
        }
        guard let second else { return .refuse(refusal("\(quoted(first)) needs one of its commands", group: first)) }
        let hint = suggestion(for: "\(first) \(second)", among: group.map(\.name))
        return .refuse(refusal("unknown command \(quoted("\(first) \(second)"))" + hint, group: first))
    }

    /// Does what `arguments` ask for and returns the exit status.
    ///
    /// Help goes to `output`; refusals (exit 2) and errors that a command throws (exit 1) go to `complaint`.
    public func run(
        _ arguments: [String], output: (String) -> Void, complaint: (String) -> Void
    ) async -> Int32 {
        switch outcome(of: arguments) {
        case .print(let text):
            output(text)
            return 0
        case .refuse(let error):
            complaint(error.description)
            return UsageError.exitStatus
        case .run(let command, let values):
            do {
                return try await command.run(values)
            } catch let error as UsageError {
                complaint(error.description)
                return UsageError.exitStatus
            } catch {
                complaint("Error: \(error)\n")
                return 1
            }
        }
    }

    /// The command with the longest name that `words` begin with.
    private func command(leading words: ArraySlice<String>) -> Command? {
        commands.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
    }

    private func refusal(_ message: String, group: String? = nil) -> UsageError {
        let path = group.map { "\(name) \($0)" } ?? name
        return UsageError(message: message, usage: "\(path) <command>", help: "\(path) --help")
    }
}
