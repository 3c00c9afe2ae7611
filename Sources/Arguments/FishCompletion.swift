/// The completion of a program for fish.
struct FishCompletion {
    let program: Program

    var text: String {
        let function = "_" + program.functionName
        var lines = [
            "# Completion of \(program.name) for fish; made by '\(program.name) completion fish'.", "",
            "# Whether the words before the cursor begin with these, and with nothing but these for --alone.",
            "function \(function)_at",
            "    argparse alone -- $argv",
            "    set -l words (commandline -opc)",
            "    set -e words[1]",
            "    set -l count (count $argv)",
            "    test (count $words) -ge $count; or return 1",
            "    if set -q _flag_alone",
            "        test (count $words) -eq $count; or return 1",
            "    end",
            "    test $count -eq 0; and return 0",
            "    test \"$words[1..$count]\" = \"$argv\"",
            "end", "",
            "complete -c \(program.name) -f",
            "complete -c \(program.name) -n '\(function)_at --alone' -l version -d 'Show the version.'",
            "complete -c \(program.name) -s h -l help -d 'Show the help.'",
        ]
        for (word, summary) in program.firstWords {
            lines.append(offer("\(function)_at --alone", word, summary))
            if word != "help" { lines.append(offer("\(function)_at --alone help", word, summary)) }
        }
        for group in program.groups {
            for (word, summary) in program.group(group) {
                lines.append(offer("\(function)_at --alone \(group)", word, summary))
                lines.append(offer("\(function)_at --alone help \(group)", word, summary))
            }
        }
        for command in program.commands {
            for form in command.parameters.map(\.form) {
                lines += completions(of: form, "\(function)_at \(command.name)")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func offer(_ condition: String, _ word: String, _ summary: String) -> String {
        "complete -c \(program.name) -n \(literal(condition)) -a \(word) -d \(literal(summary))"
    }

    private func completions(of form: ParameterForm, _ condition: String) -> [String] {
        var line = "complete -c \(program.name) -n \(literal(condition))"
        if form.kind == .positional {
            // What may stand there without a dash.
            switch form.hint {
            case .none: return []
            case .file: return [line + " -F"]
            case .directory, .words, .list: return [line + arguments(form.hint)]
            }
        }
        for spelling in form.spellings {
            line += spelling.hasPrefix("--") ? " -l \(spelling.dropFirst(2))" : " -s \(spelling.dropFirst())"
        }
        if form.kind == .option { line += form.hint == .file ? " -r -F" : " -x" + arguments(form.hint) }
        return [line + " -d \(literal(form.help))"]
    }

    private func arguments(_ hint: ValueHint) -> String {
        switch hint {
        case .none, .file: ""
        case .directory: " -a '(__fish_complete_directories)'"
        case .words(let words): " -a '\(words.joined(separator: " "))'"
        case .list(let words):
            " -a '(__fish_complete_list , \"string split \\\" \\\" \\\"\(words.joined(separator: " "))\\\"\")'"
        }
    }

    private func literal(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
