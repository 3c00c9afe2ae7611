/// The help of a program and of its commands, at most 80 columns wide.
struct Help {
    let program: Program

    /// The widest line.
    static let columns = 80
    /// Where explanations begin.
    private static let explanationColumn = 26

    /// The help of the whole program.
    var text: String {
        sections([
            paragraph("OVERVIEW: \(program.summary)"),
            paragraph("USAGE: \(program.name) <command> [<options>]"),
            "OPTIONS:\n" + entry("--version", "Show the version.") + helpEntry,
            "COMMANDS:\n" + program.commands.map { entry($0.name, $0.summary) }.joined(),
            "  See '\(program.name) <command> --help' for a command's options and examples.\n",
        ])
    }

    /// The help of the commands whose names begin with the word `group`.
    func text(ofGroup group: String, commands: [Command]) -> String {
        sections([
            paragraph("USAGE: \(program.name) \(group) <command> [<options>]"),
            "COMMANDS:\n" + commands.map { entry($0.name, $0.summary) }.joined(),
            "  See '\(program.name) \(group) <command> --help' for a command's options and examples.\n",
        ])
    }

    /// The help of one command.
    func text(of command: Command) -> String {
        let forms = command.parameters.map(\.form)
        let arguments = forms.filter { $0.kind == .positional }.map { entry($0.label, $0.explanation) }.joined()
        let options = forms.filter { $0.kind != .positional }.map { entry($0.label, $0.explanation) }.joined()
        let examples = command.examples.map { "  \($0.line)\n" + paragraph($0.purpose, indent: 6) }.joined()
        return sections([
            paragraph("OVERVIEW: \(command.summary)"),
            command.discussion.split(separator: "\n\n").map { paragraph(String($0)) }.joined(separator: "\n"),
            usageParagraph(of: command),
            arguments.isEmpty ? "" : "ARGUMENTS:\n" + arguments,
            "OPTIONS:\n" + options + helpEntry,
            examples.isEmpty ? "" : "EXAMPLES:\n" + examples,
        ])
    }

    /// The line of usage of one command, unwrapped.
    func usage(of command: Command) -> String { usagePieces(of: command).joined(separator: " ") }

    private func usagePieces(of command: Command) -> [String] {
        let forms = command.parameters.map(\.form)
        let ordered = forms.filter { $0.kind != .positional } + forms.filter { $0.kind == .positional }
        return [program.name, command.name] + ordered.map(\.usage)
    }

    private func usageParagraph(of command: Command) -> String {
        let heading = "USAGE: "
        let lines = wrapped(usagePieces(of: command), width: Self.columns - heading.count)
        return heading + lines.joined(separator: "\n" + String(repeating: " ", count: heading.count)) + "\n"
    }

    private var helpEntry: String { entry("-h, --help", "Show this help.") }

    private func sections(_ texts: [String]) -> String { texts.filter { !$0.isEmpty }.joined(separator: "\n") }

    /// A label, and from the explanation column on what it means; on the next line where the label is too long.
    private func entry(_ label: String, _ explanation: String) -> String {
        let indented = "  \(label)"
        let lines = wrapped(words(of: explanation), width: Self.columns - Self.explanationColumn)
        let margin = String(repeating: " ", count: Self.explanationColumn)
        guard indented.count < Self.explanationColumn, let first = lines.first else {
            return indented + "\n" + lines.map { margin + $0 + "\n" }.joined()
        }
        let gap = String(repeating: " ", count: Self.explanationColumn - indented.count)
        return indented + gap + first + "\n" + lines.dropFirst().map { margin + $0 + "\n" }.joined()
    }

    private func paragraph(_ text: String, indent: Int = 0) -> String {
        wrapped(words(of: text), width: Self.columns - indent)
            .map { String(repeating: " ", count: indent) + $0 + "\n" }.joined()
    }
}

/// `pieces` in lines of at most `width` characters; a longer piece has a line of its own.
func wrapped(_ pieces: [String], width: Int) -> [String] {
    var lines: [String] = []
    for piece in pieces {
        if let last = lines.last, last.count + 1 + piece.count <= width {
            lines[lines.count - 1] = "\(last) \(piece)"
        } else {
            lines.append(piece)
        }
    }
    return lines
}

private func words(of text: String) -> [String] { text.split { $0 == " " || $0 == "\n" }.map(String.init) }
