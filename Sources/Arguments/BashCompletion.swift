/// The completion of a program for bash; it needs no other package.
struct BashCompletion {
    let program: Program

    var text: String {
        let function = program.functionName
        let first = program.firstWords.map(\.word).joined(separator: " ")
        let groups = program.groups.map { group in
            """
                \(group))
                    if ((COMP_CWORD == first)); then
                        \(function)_words '\(program.group(group).map(\.word).joined(separator: " "))'
                        return
                    fi
                    command+=" ${COMP_WORDS[first]}"
                    first=$((first + 1))
                    ;;

            """
        }.joined()
        return """
            # Completion of \(program.name) for bash; made by '\(program.name) completion bash'.

            \(function)_words() {
                mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
            }

            # Words with commas between them, each once.
            \(function)_list() {
                local word before=
                local -a offered=()
                [[ $current == *,* ]] && before=${current%,*},
                for word in $1; do
                    [[ ,$before == *,$word,* ]] || offered+=("$before$word")
                done
                mapfile -t COMPREPLY < <(compgen -W "${offered[*]}" -- "$current")
            }

            \(function)_paths() {
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
            }

            \(function)() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
                local command first=2 place=0 word i
                COMPREPLY=()
                # bash takes --name=value apart at the sign.
                if [[ $current == = ]]; then
                    current=
                elif [[ $previous == = ]]; then
                    previous=${COMP_WORDS[COMP_CWORD - 2]}
                fi
                if ((COMP_CWORD == 1)); then
                    \(function)_words '\(first) --help --version'
                    return
                fi
                command=${COMP_WORDS[1]}
                if [[ $command == help ]]; then
                    if ((COMP_CWORD == 2)); then
                        \(function)_words '\(program.firstWords.map(\.word).filter { $0 != "help" }.joined(separator: " "))'
                        return
                    fi
                    command=${COMP_WORDS[2]}
                    first=3
                fi
                case $command in
            \(groups)    esac
                [[ ${COMP_WORDS[1]} != help ]] || return
                case $command in
            \(program.commands.map(block).joined())    esac
            }

            complete -F \(function) \(program.name)

            """
    }

    /// What can be typed behind one command.
    private func block(of command: Command) -> String {
        let function = program.functionName
        let forms = command.parameters.map(\.form)
        let valued = forms.filter { $0.kind == .option }
        let values = valued.map { form in
            "            \(form.spellings.joined(separator: " | "))) \(offer(form.hint)); return ;;\n"
        }.joined()
        let positionals = forms.filter { $0.kind == .positional }
        let places = positionals.enumerated().map { place, form in
            let pattern = form.isRepeatable ? "*" : String(place)
            return "            \(pattern)) \(offer(form.hint)) ;;\n"
        }.joined()
        let counting =
            positionals.isEmpty
            ? ""
            : """
                    for ((i = first; i < COMP_CWORD; i++)); do
                        word=${COMP_WORDS[i]}
                        [[ ${COMP_WORDS[i + 1]-} != = ]] || ((i += 2))
                        case $word in
                        \((valued.flatMap(\.spellings) + ["''"]).joined(separator: " | "))) [[ ${COMP_WORDS[i - 1]} == = ]] || ((i += 1)) ;;
                        -?*) ;;
                        *) ((place += 1)) ;;
                        esac
                    done
                    case $place in
            \(places)        esac

            """
        let options = forms.filter { $0.kind != .positional }.flatMap(\.spellings) + ["--help"]
        return """
                '\(command.name)')
                    case $previous in
            \(values)        esac
                    if [[ $current == -* ]]; then
                        \(function)_words '\(options.joined(separator: " "))'
                        return
                    fi
            \(counting)        ;;

            """
    }

    private func offer(_ hint: ValueHint) -> String {
        let function = program.functionName
        return switch hint {
        case .none: ":"
        case .file: "\(function)_paths -f"
        case .directory: "\(function)_paths -d"
        case .words(let words): "\(function)_words '\(words.joined(separator: " "))'"
        case .list(let words): "\(function)_list '\(words.joined(separator: " "))'"
        }
    }
}
