import Settings
import Testing

@Suite struct RuleTests {
    @Test func `names every wrong value at once, with its value, its origin and what is accepted`() {
        let file = "TOKEN_DAILY_LIMIT=1_000_000\n\nLOG_LEVEL=loud\n"
        #expect(
            problems(["BURSAR_PORT": "80a", "MODEL": "a\u{1B}[31m b"], file: file) == [
                "TOKEN_DAILY_LIMIT is '1_000_000' (.env:1); accepted: a whole number from 1 to 1000000000000000, "
                    + "digits only; to switch the budget off set TOKEN_BUDGET_ENABLED=false",
                "BURSAR_PORT is '80a' (environment); accepted: a whole number from 0 to 65535, digits only; "
                    + "0 is any free port",
                "MODEL is 'a\\u{1b}[31m b' (environment); accepted: the id of one model: 1 to 200 printable ASCII "
                    + "characters without blanks",
                "LOG_LEVEL is 'loud' (.env:3); accepted: debug or info or warning or error",
            ])
    }

    @Test(arguments: Variable.announced.filter(\.isSecret))
    func `never shows a secret`(_ variable: Variable) {
        let lines = problems([variable.name: "hunter2 and ümlaut\n"]) + problems(file: "\(variable.name)=\"hunter2")
        #expect(lines.count >= 2)
        #expect(!lines.joined().contains("hunter2"))
        #expect(lines[0].contains("19 characters, not shown, with blanks and control characters"))
    }

    @Test func `never shows the password in a URL`() {
        let lines = problems(serving(["GITLAB_URL": "https://bot:hunter2@gitlab.example.com"]))
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix("GITLAB_URL is 38 characters with a user in it, not shown (environment)"))
    }

    @Test func `a secret shows itself to nobody who does not ask`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        let settings = loaded(serving(["GITLAB_TOKEN": "hunter2"]))
        #expect(!("\(secret)" + String(reflecting: secret) + dumped).contains("hunter2"))
        #expect(!"\(String(describing: settings))".contains("hunter2"))
        #expect(settings?.gitlab?.token.revealed == "hunter2")
    }

    @Test(arguments: [
        (["BURSAR_HOST": "0.0.0.0"], "BURSAR_API_TOKEN is not set and BURSAR_HOST is '0.0.0.0'"),
        (["BURSAR_HOST": "::"], "BURSAR_API_TOKEN is not set and BURSAR_HOST is '::'"),
        (["GITLAB_URL": "https://gitlab.example.com"], "GITLAB_URL is set and GITLAB_TOKEN is not"),
        (["GITLAB_TOKEN": "t"], "GITLAB_TOKEN is set and GITLAB_URL is not"),
        (
            serving(["GITLAB_WEBHOOK_SECRET": ""]),
            "GITLAB_URL is set and neither GITLAB_WEBHOOK_SECRET nor GITLAB_SIGNING_TOKEN is"
        ),
        (
            serving(["ANTHROPIC_API_KEY": ""]),
            "ANTHROPIC_API_KEY is not set and reviews go to https://api.anthropic.com"
        ),
        (
            serving(["ANTHROPIC_API_KEY": "", "ANTHROPIC_BASE_URL": "https://api.anthropic.com/v1"]),
            "ANTHROPIC_API_KEY is not set and reviews go to https://api.anthropic.com/v1"
        ),
        (
            serving(["MODEL_PROVIDER": "openai"]),
            "OPENAI_API_KEY is not set and reviews go to https://api.openai.com/v1"
        ),
        (
            serving(["MODEL_PROVIDER": "openai", "OPENAI_BASE_URL": "HTTPS://API.openai.com/v1/"]),
            "OPENAI_API_KEY is not set and reviews go to https://api.openai.com/v1"
        ),
    ])
    func `refuses what does not go together`(_ environment: [String: String], _ fact: String) {
        let lines = problems(environment)
        #expect(lines.count == 1, "\(lines)")
        #expect(lines.first?.hasPrefix(fact) == true, "\(lines)")
        #expect(lines.first?.contains("; accepted: ") == true)
    }

    @Test(arguments: [
        ["BURSAR_HOST": "0.0.0.0", "BURSAR_API_TOKEN": "t"],
        ["BURSAR_HOST": "127.0.0.2"],
        serving(),
        serving(["GITLAB_WEBHOOK_SECRET": "", "GITLAB_SIGNING_TOKEN": ValueTests.key32]),
        serving(["GITLAB_SIGNING_TOKEN": ValueTests.key32]),
        serving(["ANTHROPIC_API_KEY": "", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"]),
        serving(["MODEL_PROVIDER": "openai", "OPENAI_BASE_URL": "http://localhost:11434/v1", "MODEL": "qwen3"]),
    ])
    func `accepts what does`(_ environment: [String: String]) {
        #expect(problems(environment) == [])
        #expect(warnings(environment) == [])
    }

    @Test func `a wrong value is not also blamed for what follows from it`() {
        #expect(problems(serving(["GITLAB_WEBHOOK_SECRET": "ü"])).count == 1)
        #expect(problems(serving(["ANTHROPIC_API_KEY": "a b"])).count == 1)
        #expect(problems(serving(["GITLAB_TOKEN": "a b"])).count == 1)
        #expect(problems(["BURSAR_HOST": "0.0.0.0", "BURSAR_API_TOKEN": "a b"]).count == 1)
        #expect(problems(["TOKEN_DAILY_LIMIT": "0", "TOKEN_WARNING_THRESHOLD": "5"]).count == 1)
    }

    @Test func `the books alone do not ask for the rest`() throws {
        let environment = [
            "GITLAB_URL": "nonsense", "BURSAR_HOST": "0.0.0.0", "TOKEN_DATA_DIR": "/srv/books", "MODEL": "a b",
        ]
        let settings = try Settings.load(environment: environment, for: .books).get().0
        #expect(settings.books.dataDirectory == "/srv/books")
        #expect(settings.gitlab == nil)
        for name in ["TOKEN_DATA_DIR", "MODEL_PRICES_FILE"] {
            let wrong = environment.merging([name: "~"]) { $1 }
            #expect(throws: SettingsErrors.self) { try Settings.load(environment: wrong, for: .books).get() }
        }
    }
}

@Suite struct WarningTests {
    @Test(arguments: [
        (
            ["TOKEN_DAILY_LIMT": "1"],
            ["TOKEN_DAILY_LIMT (environment) is not a setting. Did you mean TOKEN_DAILY_LIMIT?"]
        ),
        (["MODLE_PROVIDER": "openai"], []),
        (["MODEL_PROVIDRE": "openai"], ["MODEL_PROVIDRE (environment) is not a setting. Did you mean MODEL_PROVIDER?"]),
        (["GITLAB_USER_EMAIL": "a@b", "OPENAI_ORGANIZATION": "x", "PATH": "/bin"], []),
        (["BURSAR_COLOUR": "red"], ["BURSAR_COLOUR (environment) is not a setting and is ignored"]),
        (
            ["ALERT_WEBHOOK_SECRET": "sixteen-or-more-bytes"],
            ["ALERT_WEBHOOK_SECRET (environment): there is no ALERT_WEBHOOK_URL whose alerts it would sign"]
        ),
        (
            ["ALERT_SLACK_URL": "http://chat.internal/hooks/x"],
            [
                "ALERT_SLACK_URL (environment): what alerts tell is sent over http:// in clear text; "
                    + "use https:// unless the network is your own"
            ]
        ),
        (["ALERT_SLACK_URL": "https://hooks.slack.com/services/T0/B0/x", "ALERT_DIGEST_TIME": "off"], []),
        (["ALERT_WEBHOOK_URL": "http://127.0.0.1:9000/in?k=v", "ALERT_WEBHOOK_SECRET": "sixteen-or-more-bytes"], []),
        (["ALERT_SLACK_URL": ""], []),
        (
            ["GITLAB_WEBHOOK_SECRET": "s"],
            ["a webhook secret is set, but neither GITLAB_URL nor GITLAB_TOKEN: there is no webhook and no review"]
        ),
        (
            serving(["GITLAB_URL": "http://gitlab.internal:8080"]),
            [
                "GITLAB_URL (environment): the token is sent over http:// in clear text; "
                    + "use https:// unless the network is your own"
            ]
        ),
        (serving(["GITLAB_URL": "http://[::1]:8080"]), []),
        (
            serving(["MODEL_PROVIDER": "openai", "OPENAI_API_KEY": "k"]),
            ["MODEL is claude-sonnet-5-5 and MODEL_PROVIDER is openai, which may not know it"]
        ),
        (["TOKEN_DAILY_LIMIT": "8192", "TOKEN_BUDGET_ENFORCEMENT": "warn"], []),
        (["TOKEN_DAILY_LIMIT": "8193"], []),
        (
            ["TOKEN_DAILY_LIMIT": "8192"],
            [
                "REVIEW_MAX_OUTPUT_TOKENS: one review may use 8192 output tokens and TOKEN_DAILY_LIMIT is 8192, "
                    + "so no review will ever fit"
            ]
        ),
    ])
    func `remarks what is odd and starts all the same`(_ environment: [String: String], _ lines: [String]) {
        #expect(problems(environment) == [])
        #expect(warnings(environment) == lines)
    }

    @Test func `in the file every name that looks like ours is remarked`() {
        let file = "GITLAB_USER_EMAIL=a\nOTHER=1\nTOKEN_ARCHIVE_DIRS=x\n"
        #expect(
            warnings(file: file) == [
                "GITLAB_USER_EMAIL (.env:1) is not a setting and is ignored",
                "TOKEN_ARCHIVE_DIRS (.env:3) is not a setting. Did you mean TOKEN_ARCHIVE_DIR?",
            ])
    }
}
