/// What help says, word for word. A change here is a change of what people read.
enum HelpTexts {
    /// The words of the command, none for the program itself, and its help.
    static let all: [([String], String)] = [
        (
            [],
            #"""
            OVERVIEW: A code-review bot for GitLab whose token budget cannot be overspent.

            USAGE: bursar <command> [<options>]

            OPTIONS:
              --version               Show the version.
              -h, --help              Show this help.

            COMMANDS:
              serve                   Runs the daemon: receives webhooks, checks the budget,
                                      reviews, keeps the books.
              demo                    Plays a working day of webhooks against stand-ins for
                                      GitLab and the model, over real HTTP.
              status                  Shows today's budget: what is used, what is held, what
                                      is left.
              prices                  Shows the price table in force, its age and where it
                                      comes from.
              budgets list            Shows every budget with its limit, its grants and its
                                      counters.
              budgets grant           Adds tokens to a budget for its current period only.
              cleanup                 Deletes or archives the files that are older than
                                      retention allows.
              verify                  Checks the books: rows, sums, summaries and the
                                      journal.
              resolve                 Settles or releases a reservation whose outcome is
                                      unknown.

              See 'bursar <command> --help' for a command's options and examples.

            """#
        ),
        (
            ["serve"],
            #"""
            OVERVIEW: Runs the daemon: receives webhooks, checks the budget, reviews, keeps
            the books.

            Settings come from the environment and from .env in the working directory;
            .env.example lists them all, and every wrong value is named at the start.
            Without GITLAB_URL and GITLAB_TOKEN it is a budget service for other bots.

            SIGTERM or SIGINT stops it: it takes no new work, lets reviews under way finish
            for up to 60 seconds, and closes the books last. A second signal ends it at
            once.

            USAGE: bursar serve

            OPTIONS:
              -h, --help              Show this help.

            EXAMPLES:
              bursar serve
                  with the settings in .env
              TOKEN_DAILY_LIMIT=500000 BURSAR_PORT=9000 bursar serve
                  with two of them from the environment

            """#
        ),
        (
            ["demo"],
            #"""
            OVERVIEW: Plays a working day of webhooks against stand-ins for GitLab and the
            model, over real HTTP.

            No account, no key, no network: a small GitLab and a rule-based reviewer that
            answers in the model's wire format listen on loopback, and the real daemon works
            against them until the budget is exhausted and reset. The books are written to a
            new directory, never to TOKEN_DATA_DIR, and the daemon stays up until Ctrl-C.

            USAGE: bursar demo [--data-dir <dir>] [--port <port>] [--verbose]

            OPTIONS:
              --data-dir <dir>        Where the books go: a directory without books.
                                      (default: a new one)
              --port <port>           The daemon's port; 0 takes any free one. A busy port
                                      is given up for a free one. (default: 8000)
              -v, --verbose           Show the daemon's log too.
              -h, --help              Show this help.

            EXAMPLES:
              bursar demo
                  play the day
              bursar demo --data-dir /tmp/books --port 0
                  with the books in a directory of your choice

            """#
        ),
        (
            ["status"],
            #"""
            OVERVIEW: Shows today's budget: what is used, what is held, what is left.

            Reads the files beside a running daemon, without its lock. The bar is green
            under 70 %, yellow from 70 and red above 90; '#' is used, '+' is held. The limit
            is that of this command's own settings.

            USAGE: bursar status [--format <format>] [--data-dir <dir>] [--no-color]

            OPTIONS:
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              --no-color              No colour, also on a terminal.
              -h, --help              Show this help.

            EXAMPLES:
              bursar status
                  a bar for people
              bursar status --format json
                  the same figures as GET /budget/status

            """#
        ),
        (
            ["prices"],
            #"""
            OVERVIEW: Shows the price table in force, its age and where it comes from.

            Prices are in USD per million tokens. MODEL_PRICES_FILE puts a table of your own
            in place of the shipped one. A model matches by its exact id, or by its id with
            a date behind it; a model that is not in the table has no price, which is never
            taken for zero.

            USAGE: bursar prices [--model <id>] [--format <format>]

            OPTIONS:
              --model <id>            Only the price that this model's calls would get.
              -f, --format <format>   How to write the report. (default: table)
              -h, --help              Show this help.

            EXAMPLES:
              bursar prices
                  the whole table
              bursar prices --model claude-sonnet-5-5 --format json
                  one model, for a program

            """#
        ),
        (
            ["budgets", "list"],
            #"""
            OVERVIEW: Shows every budget with its limit, its grants and its counters.

            Reads the files beside a running daemon, without its lock. There is one budget,
            'daily'; its limit is that of this command's own settings.

            USAGE: bursar budgets list [--format <format>] [--data-dir <dir>]

            OPTIONS:
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar budgets list
                  a table for people
              bursar budgets list --format json
                  the same as GET /budgets

            """#
        ),
        (
            ["budgets", "grant"],
            #"""
            OVERVIEW: Adds tokens to a budget for its current period only.

            The limit is back where it was at the next reset. The grant is in the audit log
            with its author and reason. A running daemon is asked over HTTP, with
            BURSAR_API_TOKEN; without one the books are opened.

            USAGE: bursar budgets grant [--reason <text>] [--author <name>]
                   [--format <format>] [--data-dir <dir>] <name> <amount>

            ARGUMENTS:
              <name>                  The budget: 'daily'.
              <amount>                Tokens to add to the limit of the current period.

            OPTIONS:
              --reason <text>         Why; it is kept in the audit log. Needed.
              --author <name>         Who says so. (default: the system user)
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar budgets grant daily 200000 --reason 'release week'
                  two hundred thousand more for today

            """#
        ),
        (
            ["cleanup"],
            #"""
            OVERVIEW: Deletes or archives the files that are older than retention allows.

            TOKEN_SUMMARY_RETENTION_DAYS and TOKEN_LOG_RETENTION_DAYS say how long files
            stay; with TOKEN_ARCHIVE_DIR they are moved there. The current and the previous
            period always stay. Safe beside a running daemon, which does the same once a
            day.

            USAGE: bursar cleanup [--dry-run] [--format <format>] [--data-dir <dir>]

            OPTIONS:
              --dry-run               Show what would go, and leave it.
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar cleanup --dry-run
                  see what would go
              bursar cleanup --format json
                  for cron: {"summaries_deleted": 5, "logs_deleted": 2}

            """#
        ),
        (
            ["verify"],
            """
            OVERVIEW: Checks the books: rows, sums, summaries and the journal.

            Reads everything and changes nothing; safe beside a running daemon. Exits 1 when
            something is wrong, each finding with its file and line. A repair never lowers a
            counter: where rows are lost, what the journal or a summary knows of them stays
            counted.

            USAGE: bursar verify [--repair] [--format <format>] [--data-dir <dir>]

            OPTIONS:
              --repair                Mend what can be mended, keeping a copy of every file
                                      that is changed. Stop the daemon first.
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar verify
                  what is wrong, if anything
              bursar verify --repair
                  mend it, after the daemon was stopped

            """
        ),
        (
            ["resolve"],
            #"""
            OVERVIEW: Settles or releases a reservation whose outcome is unknown.

            A call that was cut off stays held at full size until its period ends. When you
            know from the provider what it used, say so with --tokens; when it certainly
            used nothing, with --release. Both are in the audit log with author and reason.
            A running daemon is asked over HTTP, with BURSAR_API_TOKEN; without one the
            books are opened.

            USAGE: bursar resolve [--tokens <in,out>] [--release] [--reason <text>]
                   [--author <name>] [--format <format>] [--data-dir <dir>] <id>

            ARGUMENTS:
              <id>                    The reservation, as 'bursar status' names it.

            OPTIONS:
              --tokens <in,out>       What the call used: input and output tokens.
              --release               The call used nothing: give its tokens back.
              --reason <text>         Why; it is kept in the audit log. Needed.
              --author <name>         Who says so. (default: the system user)
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar resolve r-01jf3k9x2m0000000000000000 --tokens 12450,1823 --reason bill
                  book what it used
              bursar resolve r-01jf3k9x2m0000000000000000 --release --reason 'never sent'
                  give its tokens back

            """#
        ),
    ]
}
