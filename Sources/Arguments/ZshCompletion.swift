/// The completion of a program for the Z shell.
struct ZshCompletion {
    let program: Program

    var text: String {
        let function = program.functionName
        let groups = program.groups.map { group in
            """
                \(group))
                    if ((CURRENT == 3)); then
                        offered=(
            \(described(program.group(group)))            )
                        _describe -t commands '\(program.name) \(group) command' offered
                        return
                    fi
                    command="\(group) $words[3]"
                    shift words
                    ((CURRENT--))
                    ;;

            """
        }.joined()
        return """
            #compdef \(program.name)
            # Completion of \(program.name) for zsh; made by '\(program.name) completion zsh'.

            \(function)() {
                local command=$words[2]
                local -a offered
                if ((CURRENT == 2)); then
                    offered=(
            \(described(program.firstWords))        )
                    _describe -t commands '\(program.name) command' offered
                    compadd -- --help --version
                    return
                fi
                if [[ $command == help ]]; then
                    shift words
                    ((CURRENT--))
                    command=$words[2]
                    if ((CURRENT == 2)); then
                        offered=(
            \(described(program.firstWords.filter { $0.word != "help" }))            )
                        _describe -t commands '\(program.name) command' offered
                        return
                    fi
                    ((CURRENT == 3)) || return
                fi
                case $command in
            \(groups)    esac
                shift words
                ((CURRENT--))
                case $command in
            \(program.commands.map(block).joined())    esac
            }

            if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
                \(function) "$@"
            else
                compdef \(function) \(program.name)
            fi

            """
    }

    private func described(_ words: [(word: String, summary: String)]) -> String {
        words.map { "            \(literal("\($0.word):\($0.summary)"))\n" }.joined()
    }

    private func block(of command: Command) -> String {
        let forms = command.parameters.map(\.form)
        var place = 0
        let lines = forms.flatMap { form -> [String] in
            let help = form.help.map { "[]\\:".contains($0) ? "\\\($0)" : String($0) }.joined()
            guard form.kind != .positional else {
                place += 1
                return [literal("\(form.isRepeatable ? "*" : String(place)):\(form.name):\(action(form.hint))")]
            }
            // One that is given shuts out its other spelling, unless it may be given again.
            let start = form.isRepeatable ? "*" : "(\(form.spellings.joined(separator: " ")))"
            let tail = form.kind == .flag ? "" : ":\(form.value):\(action(form.hint))"
            return form.spellings.map { spelling in
                let mark = form.kind == .flag ? "" : spelling.hasPrefix("--") ? "=" : "+"
                return literal("\(start)\(spelling)\(mark)[\(help)]\(tail)")
            }
        }
        return """
                '\(command.name)')
                    _arguments -S \\
            \((lines + ["'(- *)--help[Show this help.]'"]).map { "            \($0)" }.joined(separator: " \\\n"))
                    ;;

            """
    }

    private func action(_ hint: ValueHint) -> String {
        switch hint {
        case .none: " "
        case .file: "_files"
        case .directory: "_files -/"
        case .words(let words): "(\(words.joined(separator: " ")))"
        case .list(let words): "_values -s , word \(words.joined(separator: " "))"
        }
    }

    private func literal(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
