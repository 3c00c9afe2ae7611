import Arguments
import Settings

/// `bursar completion` and `bursar man`: what shells and man(1) know of the program, from its own declarations.
enum ShellCommands {
    private static let shell = Parameter<Shell>(argument: "shell", help: "The shell: bash, zsh or fish.")

    static let completion: Command = Command(
        "completion", summary: "Writes the script by which a shell completes bursar's command lines.",
        discussion: """
            Completes commands, options, their values and paths. The script is made of the commands' own declarations; \
            make it again after an update.
            """,
        parameters: [shell],
        examples: [
            .init("source <(bursar completion bash)", "in ~/.bashrc, for every new shell"),
            .init(
                "bursar completion zsh > ~/.zfunc/_bursar", "for zsh, in a directory of $fpath"),
            .init("bursar completion fish > ~/.config/fish/completions/bursar.fish", "for fish"),
        ]
    ) { values in
        Console.print(Bursar.program.completion(for: values[shell]))
        return 0
    }

    static let manual: Command = Command(
        "man", summary: "Writes the manual page, for man(1).",
        parameters: [],
        examples: [
            .init("bursar man | man -l -", "read it"),
            .init("bursar man > /usr/local/share/man/man1/bursar.1", "install it"),
        ]
    ) { _ in
        Console.print(page.text)
        return 0
    }

    private static let page: ManualPage = ManualPage(
        Bursar.program, date: Bursar.date,
        sections: [
            .init(
                "Exit status",
                entries: [
                    ("0", "Done."), ("1", "It failed; standard error says why."),
                    ("2", "Wrong usage or settings."), ("3", "The budget says no."),
                ]),
            .init(
                "Environment",
                [
                    "Settings are environment variables; a file .env in the working directory is read first, and the "
                        + "environment wins."
                ],
                entries: Variable.announced.map { variable in
                    let text = variable.defaultText.isEmpty ? "" : " (default: \(variable.defaultText))"
                    return (variable.name, variable.meaning.replacing("`", with: "") + text)
                } + [
                    ("NO_COLOR", "No colour, also on a terminal."),
                    ("COLUMNS", "The width of the terminal, in place of what the terminal says."),
                ]),
            .init(
                "Files",
                entries: [
                    ("TOKEN_DATA_DIR/daily-summaries/2025-12-13.json", "One day: tokens, calls, limit, what is left."),
                    ("TOKEN_DATA_DIR/token-logs/2025-12.csv", "One row for each model call."),
                    (
                        "TOKEN_DATA_DIR/audit-logs/2025-12.jsonl",
                        "Reservations, decisions, grants, changes of budgets: one JSON object a line."
                    ),
                    ("TOKEN_DATA_DIR/budgets.json", "Budgets and teams."),
                    ("TOKEN_DATA_DIR/state/", "The daemon's own: its lock and its journals."),
                ]),
        ])
}
