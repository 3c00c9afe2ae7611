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
              cleanup                 Deletes or archives the files that are older than
                                      retention allows.
              verify                  Checks the books: rows, sums, summaries and the
                                      journal.
              report                  Adds up the usage of a period by project, user, model
                                      or time.
              forecast                Forecasts the end of the day, week and month, and when
                                      the budget runs out.
              budgets replay          Shows what a limit would have blocked in the past.
              chargeback              Shares a month's use by cost centre, team and project.

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
            ["forecast"],
            #"""
            OVERVIEW: Forecasts the end of the day, week and month, and when the budget runs
            out.

            Learned from the past days at this hour, the likeliest weekdays first, and from
            how busy today is so far. In four of five cases what comes lies between 'low'
            and 'high'. It says how such forecasts, made at noon, did on past days beside
            simpler methods, and makes none while the history is too short. Everything is
            read from the files beside a running daemon. A limit is only proposed, never
            applied.

            USAGE: bursar forecast [--team-size <people>] [--format <format>]
                   [--data-dir <dir>]

            OPTIONS:
              --team-size <people>    Propose a daily limit for so many people.
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar forecast
                  for people
              bursar forecast --format json
                  the same as GET /forecast
              bursar forecast --team-size 12
                  with a daily limit for twelve people

            """#
        ),
        (
            ["budgets", "replay"],
            #"""
            OVERVIEW: Shows what a limit would have blocked in the past.

            Plays the calls of a period again, in their order: one that does not fit what
            its window has left is blocked and counts nothing, as it would not have been
            made. Nothing is changed.

            USAGE: bursar budgets replay [--scope <scope>] [--period <period>]
                   [--limit <limit>] [--from <day>] [--to <day>] [--format <format>]
                   [--data-dir <dir>]

            OPTIONS:
              --scope <scope>         For whom the limit holds; 'user:*' is one for each.
                                      (default: all)
              --period <period>       How long a window of it is, in UTC. (default: day)
              --limit <limit>         How much each window allows: 200000 (tokens) or 50usd.
              --from <day>            The first day, in UTC.
              --to <day>              The last day, in UTC.
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar budgets replay --limit 800000
                  a daily limit for everybody, this month
              bursar budgets replay --scope 'user:*' --period week --limit 50usd
                  fifty dollars a week for each user, this month

            """#
        ),
        (
            ["chargeback"],
            #"""
            OVERVIEW: Shares a month's use by cost centre, team and project.

            The rows add up to the month exactly, to the token and to the millionth of a
            dollar. Teams and their cost centres come from budgets.json. The use of a person
            in several teams is shared by them in equal parts; what that leaves over goes to
            the first of them by name. A person in no team is in the row without a team.

            USAGE: bursar chargeback [--month <month>] [--format <format>]
                   [--data-dir <dir>]

            OPTIONS:
              --month <month>         The month, in UTC; this one unless it is given.
              -f, --format <format>   How to write the report. (default: table)
              --data-dir <dir>        The directory of the books, instead of TOKEN_DATA_DIR.
              -h, --help              Show this help.

            EXAMPLES:
              bursar chargeback --month 2025-12 --format csv
                  a month for the accountants
              bursar chargeback
                  this month so far

            """#
        ),
    ]
}
