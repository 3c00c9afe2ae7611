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
              report                  Adds up the usage of a period by project, user, model
                                      or time.
              estimate                Says what a review would cost, file by file, before
                                      anything is spent.
              export                  Writes the usage records of a period as CSV or JSON.
              why                     Tells what became of a merge request: every delivery,
                                      decision, review and skip, with reasons.
              budgets list            Shows every budget with its limit, its grants and its
                                      counters.
              budgets grant           Adds tokens to a budget for its current period only.
              prices                  Shows the price table in force, its age and where it
                                      comes from.
              resolve                 Settles or releases a reservation whose outcome is
                                      unknown.
              verify                  Checks the books: rows, sums, summaries and the
                                      journal.
              cleanup                 Deletes or archives the files that are older than
                                      retention allows.
              doctor                  Checks settings, GitLab, hooks, the model, clock and
                                      disk; says what to do.

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
            for up to 60 seconds, and closes the books last; what waits is reviewed after
            the next start. A second signal ends it at once. SIGHUP reads the settings again
            and puts in force what can change while it runs: the budget, the prices, the
            log's level.

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
            ["report"],
            #"""
            OVERVIEW: Adds up the usage of a period by project, user, model or time.

            Reads the monthly CSV files beside a running daemon, without its lock. Costs are
            sums of the rows' own; rows whose price is unknown are counted in 'unpriced' and
            are in no cost.

            USAGE: bursar report [--by <what>] [--from <day>] [--to <day>]
                   [--project <path>] [--user <name>] [--model <id>] [--session <id>]
                   [--format <format>] [--data-dir <dir>]

            OPTIONS:
              --by <what>             Add up by this; two with a comma between them are
                                      nested. (default: project)
              --from <day>            The first day, in UTC.
              --to <day>              The last day, in UTC.
              --project <path>        Only this project: its path, or the last part of it.
              --user <name>           Only this user.
              --model <id>            Only this model.
              --session <id>          Only this session, such as group/app!123.
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar report
                  this month, by project
              bursar report --by user,model --from 2025-12-01 --to 2025-12-31
                  a month, by person and model
              bursar report --by day --project group/app --format csv
                  a project's days, for a spreadsheet

            """#
        ),
        (
            ["estimate"],
            #"""
            OVERVIEW: Says what a review would cost, file by file, before anything is spent.

            Shows what would be kept, trimmed or left out of the diff and why, the likely
            tokens, the cost at MODEL and at each model of MODEL_LADDER, and what today's
            budget says. No model is called. Exit status 3 means that the budget would block
            the review.

            USAGE: bursar estimate [--mr <url>] [--project <dir>] [--format <format>]
                   [--data-dir <dir>] [<file>]

            ARGUMENTS:
              <file>                  The diff, as 'git diff' or 'diff -u' write it; - is
                                      standard input.

            OPTIONS:
              --mr <url>              A merge request of GITLAB_URL in place of a file, read
                                      with GITLAB_TOKEN.
              --project <dir>         A checkout whose .bursar.json and .gitattributes apply
                                      to the file's diff.
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              git diff main | bursar estimate -
                  the change you are about to push
              bursar estimate --mr https://gitlab.example.com/a/b/-/merge_requests/12
                  a merge request, before anybody asks for its review

            """#
        ),
        (
            ["export"],
            #"""
            OVERVIEW: Writes the usage records of a period as CSV or JSON.

            Reads the monthly CSV files beside a running daemon, without its lock. The
            period is repeated on standard error, and in the JSON. A period that begins
            before what is kept (TOKEN_LOG_RETENTION_DAYS) is an error: a shorter file would
            look like a whole one.

            USAGE: bursar export [--from <day>] [--to <day>] [--project <path>]
                   [--user <name>] [--model <id>] [--session <id>] [--format <format>]
                   [--excel] [--decimal-comma] [--data-dir <dir>]

            OPTIONS:
              --from <day>            The first day, in UTC.
              --to <day>              The last day, in UTC.
              --project <path>        Only this project: its path, or the last part of it.
              --user <name>           Only this user.
              --model <id>            Only this model.
              --session <id>          Only this session, such as group/app!123.
              -f, --format <format>   How to write the records. (default: csv)
              --excel                 CSV that Excel opens with a double click: UTF-8 with a
                                      byte order mark, CR LF.
              --decimal-comma         With --excel: ';' between cells and ',' before
                                      decimals, as in Berlin or Paris.
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar export > december.csv
                  this month
              bursar export --from 2025-12-01 --to 2025-12-31 --excel > december.csv
                  a month that Excel opens with a double click
              bursar export --user alice --format json
                  one person's calls, for a program

            """#
        ),
        (
            ["why"],
            #"""
            OVERVIEW: Tells what became of a merge request: every delivery, decision, review
            and skip, with reasons.

            Reads the queue's journal beside a running daemon, without its lock. Deliveries
            and reviews are remembered for 30 days. Quote the argument: '!' means something
            to most shells.

            USAGE: bursar why [--format <format>] [--data-dir <dir>] <merge-request>

            ARGUMENTS:
              <merge-request>         The project's path or number, '!', and the merge
                                      request's number.

            OPTIONS:
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar why 'group/app!12'
                  what happened to it, oldest first
              bursar why '42!12' --format json
                  the same for a program, the project by its number

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
        (
            ["verify"],
            #"""
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
            ["doctor"],
            #"""
            OVERVIEW: Checks settings, GitLab, hooks, the model, clock and disk; says what
            to do.

            Looks at everything, also when something fails, and changes nothing: no note is
            posted, no lock is taken, no paid call is made. Projects are those of
            GITLAB_PROJECTS and of the reviews of this month and the last. Run it in the
            daemon's directory as the daemon's user. Exits 1 when a check failed; warnings
            are no failures.

            USAGE: bursar doctor [--format <format>] [--data-dir <dir>]

            OPTIONS:
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar doctor
                  before the first start, and whenever reviews stay away
              bursar doctor --format json
                  for a program

            """#
        ),
    ]
}
