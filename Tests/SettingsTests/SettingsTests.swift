import Platform
import Settings
import Testing

@Suite struct DefaultTests {
    @Test func `nothing set is the defaults of the contract`() throws {
        let settings = try #require(loaded())
        #expect(settings.budget.isEnabled)
        #expect(settings.budget.dailyLimitTokens == 1_000_000)
        #expect(settings.budget.warningThresholdTokens == 800_000)
        #expect(settings.budget.enforcement == .block)
        #expect(settings.books.dataDirectory == "data/tokens")
        #expect(settings.books.summaryRetentionDays == 90)
        #expect(settings.books.logRetentionDays == 365)
        #expect(settings.books.archiveDirectory == nil)
        #expect(settings.books.failure == .continue)
        #expect(settings.server.host == "127.0.0.1")
        #expect(settings.server.port == 8000)
        #expect(settings.server.apiToken == nil)
        #expect(settings.gitlab == nil)
        #expect(!settings.review.reviewsOnPush)
        #expect(settings.review.concurrency == 4)
        #expect(settings.review.inputTokensMax == 100_000)
        #expect(settings.review.outputTokensMax == 8192)
        #expect(settings.review.inlineCommentsMax == 10)
        #expect(settings.model.provider == .anthropic)
        #expect(settings.model.baseURL == "https://api.anthropic.com")
        #expect(settings.model.apiKey == nil)
        #expect(settings.model.id == "claude-sonnet-5-5")
        #expect(settings.model.ladder == [] && settings.model.ladderMode == .auto)
        #expect(settings.model.pricesFile == nil)
        #expect(settings.log.format == .text)
        #expect(settings.log.level == .info)
    }

    @Test func `a GitLab is served with the default label`() throws {
        let gitlab = try #require(loaded(serving())?.gitlab)
        #expect(gitlab.url == "https://gitlab.example.com")
        #expect(gitlab.token.revealed == "glpat-0123456789")
        #expect(gitlab.webhookSecrets.map(\.revealed) == ["s3cret"])
        #expect(gitlab.signingTokens == [])
        #expect(gitlab.reviewLabel == "ai-review")
        #expect(gitlab.pollSeconds == 300 && gitlab.projects == [])
        let polled = try #require(
            loaded(serving(["GITLAB_POLL_SECONDS": "0", "GITLAB_PROJECTS": "42, group/app"]))?.gitlab)
        #expect(polled.pollSeconds == 0 && polled.projects == ["42", "group/app"])
    }

    @Test(arguments: Variable.announced)
    func `a variable that is set to its default changes nothing`(_ variable: Variable) {
        #expect(loaded([variable.name: variable.defaultText]) == loaded())
    }

    @Test func `the environment wins over the file, also with nothing`() throws {
        let file = "BURSAR_PORT=1\nTOKEN_DAILY_LIMIT=5000\nMODEL=a\n"
        let settings = try #require(loaded(["BURSAR_PORT": "2", "MODEL": ""], file: file))
        #expect(settings.server.port == 2)
        #expect(settings.budget.dailyLimitTokens == 5000)
        #expect(settings.model.id == "claude-sonnet-5-5")
    }
}

@Suite struct ValueTests {
    /// A value that is accepted, and neighbours that are not.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let accepted: [String]
        let refused: [String]
        var testDescription: String { name }
    }

    static let key24 = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let key32 = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    static let badNumbers = [
        "+5", "-5", " 5", "5 ", "5.0", "1_000", "1,000", "1e6", "0x10", "５", "99999999999999999999",
    ]

    static func numbers(_ range: ClosedRange<Int>) -> String { range.map(String.init).joined(separator: ",") }

    static let cases: [Case] = [
        Case(
            name: "TOKEN_BUDGET_ENABLED", accepted: ["true", "FALSE", "1", "0", "yes", "no", "on", "Off"],
            refused: ["maybe", "2", "t", " true"]),
        Case(
            name: "TOKEN_DAILY_LIMIT", accepted: ["1", "007", "1000000000000000"],
            refused: badNumbers + ["0", "1000000000000001", "80%"]),
        Case(
            name: "TOKEN_WARNING_THRESHOLD", accepted: ["1", "800000", "1%", "100%"],
            refused: badNumbers + ["0", "0%", "101%", "80 %", "%", "80%%", "+8%"]),
        Case(name: "TOKEN_BUDGET_ENFORCEMENT", accepted: ["block", "warn", "WARN"], refused: ["blok", "true"]),
        Case(
            name: "TOKEN_DATA_DIR", accepted: ["/srv/books", "a b/ü", "."],
            refused: ["~/books", "~", "a\nb", String(repeating: "x", count: 4096)]),
        Case(name: "TOKEN_ARCHIVE_DIR", accepted: ["/srv/old"], refused: ["~/old"]),
        Case(name: "TOKEN_SUMMARY_RETENTION_DAYS", accepted: ["1", "36500"], refused: badNumbers + ["0", "36501"]),
        Case(name: "TOKEN_LOG_RETENTION_DAYS", accepted: ["1", "36500"], refused: badNumbers + ["0", "36501"]),
        Case(name: "TOKEN_LEDGER_FAILURE", accepted: ["continue", "stop"], refused: ["halt"]),
        Case(
            name: "BURSAR_HOST", accepted: ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"],
            refused: ["127.1", "127.0.0.256", "example.com", "*", "[::1", "[127.0.0.1]", "::1]", "127.0.0.1:80"]),
        Case(name: "BURSAR_PORT", accepted: ["0", "1", "65535"], refused: badNumbers + ["65536"]),
        Case(name: "BURSAR_API_TOKEN", accepted: ["x", "~!@#$%"], refused: ["a b", "a\nb", "ä", "a\t"]),
        Case(
            name: "GITLAB_WEBHOOK_SECRET", accepted: ["a", "a b", "a, b", "1,2,3,4,5,6,7,8"],
            refused: ["a,", ",a", "a,,b", ",", "ä", "a\nb", "1,2,3,4,5,6,7,8,9"]),
        Case(
            name: "GITLAB_SIGNING_TOKEN", accepted: [key24, key32, "\(key24), \(key32)"],
            refused: [
                "whsec_", "whsec_AAAA", String(key24.dropFirst(6)), "WHSEC_" + key24.dropFirst(6), key32 + "=",
                String(key32.dropLast()), key24.replacing("M", with: "-"), key24 + ",", key24 + ",x",
                "whsec_" + String(repeating: "A", count: 88),
            ]),
        Case(
            name: "GITLAB_REVIEW_LABEL",
            accepted: ["AI review", "prüfen 🔍", "scope::value", String(repeating: "x", count: 255)],
            refused: ["a,b", "a\nb", String(repeating: "x", count: 256)]),
        Case(name: "GITLAB_POLL_SECONDS", accepted: ["0", "1", "86400"], refused: badNumbers + ["86401", "off"]),
        Case(
            name: "GITLAB_PROJECTS",
            accepted: [
                "42", "group", "group/app, other/sub-group/my.app_2", numbers(1...100),
                Array(repeating: "g", count: 22).joined(separator: "/"),
            ],
            refused: [
                "https://gitlab.example.com/group/app", "/group", "group/", "a//b", "a b", "a,", "a,,b", "../b", "-a/b",
                "a/b.",
                "a/b?c", "a%2Fb", "ä/b", numbers(1...101), Array(repeating: "g", count: 23).joined(separator: "/"),
            ]),
        Case(name: "REVIEW_ON_PUSH", accepted: ["true", "false"], refused: ["push"]),
        Case(name: "REVIEW_RESUME_AFTER_RESET", accepted: ["true", "false"], refused: ["tomorrow"]),
        Case(name: "REVIEW_CONCURRENCY", accepted: ["1", "64"], refused: badNumbers + ["0", "65"]),
        Case(
            name: "REVIEW_MAX_INPUT_TOKENS", accepted: ["1", "10000000"], refused: badNumbers + ["0", "10000001"]),
        Case(
            name: "REVIEW_MAX_OUTPUT_TOKENS", accepted: ["1", "10000000"], refused: badNumbers + ["0", "10000001"]),
        Case(name: "REVIEW_MAX_INLINE_COMMENTS", accepted: ["0", "10", "50"], refused: badNumbers + ["51"]),
        Case(name: "MODEL_PROVIDER", accepted: ["anthropic", "openai", "OpenAI"], refused: ["ollama", "azure"]),
        Case(name: "ANTHROPIC_API_KEY", accepted: ["sk-ant-x"], refused: ["sk ant", "sk\r\nX-Evil: 1"]),
        Case(name: "OPENAI_API_KEY", accepted: ["sk-x"], refused: ["sk x", "“sk-x”"]),
        Case(
            name: "ANTHROPIC_BASE_URL",
            accepted: [
                "https://proxy.example.com/anthropic/", "http://127.0.0.1:9", "http://[::1]:65535",
                "HTTPS://Example.COM",
            ],
            refused: [
                "api.anthropic.com", "ftp://example.com", "https://", "https://:80", "https:///v1", "//example.com",
                "https://user:password@example.com", "https://example.com?x", "https://example.com#x",
                "https://example.com:0", "https://example.com:65536", "https://example.com:+80", "https://exa mple.com",
                "https://example.com:", "https://[::1", "https://[127.0.0.1]", "https://exämple.com", "https://a\\b",
                "https://a/{b}", "https://a/b@c", "https://a/b|c",
            ]),
        Case(name: "OPENAI_BASE_URL", accepted: ["http://localhost:11434/v1"], refused: ["localhost:11434/v1"]),
        Case(
            name: "MODEL", accepted: ["gpt-5.2", "qwen3:8b", "org/model@v1", String(repeating: "m", count: 200)],
            refused: ["a b", "a\nb", "modèle", String(repeating: "m", count: 201)]),
        Case(
            name: "MODEL_LADDER",
            accepted: [
                "a:0.7", "a:1,b:0.3,c:0", "a:0.70, b:0.000001", "qwen3:8b:0.5,x:0.25", "a:1.0",
                (1...8).map { "m\($0):0.\(9 - $0)" }.joined(separator: ","),
            ],
            refused: [
                "a", "a:", ":0.7", "a:1.1", "a:-0.1", "a:.5", "a:0.", "a:0,7", "a:0.0000001", "a:70%", "a:0.3,b:0.7",
                "a:0.5,b:0.5", "a:0.7,a:0.3", "a:0.7,", "a b:0.5", "ä:0.5", "a:1.000001",
                (1...9).map { "m\($0):0.\(10 - $0)" }.joined(separator: ","),
            ]),
        Case(name: "MODEL_COUNT_TOKENS", accepted: ["true", "false"], refused: ["vendor", "2"]),
        Case(name: "MODEL_LADDER_MODE", accepted: ["auto", "WARN"], refused: ["on", "block"]),
        Case(name: "MODEL_PRICES_FILE", accepted: ["prices.json"], refused: ["~/prices.json"]),
        Case(name: "LOG_FORMAT", accepted: ["text", "json"], refused: ["xml"]),
        Case(name: "LOG_LEVEL", accepted: ["debug", "info", "warning", "ERROR"], refused: ["warn", "trace"]),
        Case(
            name: "ALERT_SLACK_URL",
            accepted: ["https://hooks.slack.com/services/T0/B0/x", "http://127.0.0.1:8065/hooks/x/"],
            refused: [
                "hooks.slack.com/x", "ftp://h/x", "https://u:p@h/x", "https://h/x#y", "https://", "https://h/a b",
            ]),
        Case(
            name: "ALERT_WEBHOOK_URL", accepted: ["https://h.example.com/in?key=a%20b&c=d", "http://[::1]:9/"],
            refused: ["h", "https://h/in?\u{E9}", "https://h/in?a#b"]),
        Case(
            name: "ALERT_WEBHOOK_SECRET",
            accepted: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "sixteen-bytes-is"],
            refused: ["whsec_short", "fifteen-bytes-i", "with a blank in it"]),
        Case(
            name: "ALERT_DIGEST_TIME", accepted: ["00:00", "23:59", "off", "OFF"],
            refused: ["8:00", "24:00", "08:60", "08", "08:00:00", "never", "+8:00"]),
    ]

    @Test(arguments: cases)
    func `accepts these and refuses their neighbours`(_ variable: Case) {
        for text in variable.accepted { #expect(problems([variable.name: text]) == [], "\(variable.name)=\(text)") }
        for text in variable.refused {
            let lines = problems([variable.name: text])
            #expect(lines.count == 1, "\(variable.name)=\(text): \(lines)")
            #expect(lines.first?.hasPrefix("\(variable.name) is ") == true)
            #expect(lines.first?.contains(" (environment); accepted: ") == true)
            #expect(lines.first?.contains("\n") == false)
        }
    }

    @Test func `every announced variable has its table of values`() {
        // The two that go together are below.
        #expect(
            Set(Self.cases.map(\.name)).union(["GITLAB_URL", "GITLAB_TOKEN"]) == Set(Variable.announced.map(\.name)))
    }

    @Test(arguments: [
        ("https://gitlab.example.com/", "https://gitlab.example.com"),
        ("https://gitlab.example.com/api/v4", "https://gitlab.example.com"),
        ("https://gitlab.example.com/api/v4/", "https://gitlab.example.com"),
        ("HTTPS://GitLab.Example.com/Tools/gitlab//", "https://gitlab.example.com/Tools/gitlab"),
        ("http://127.0.0.1:8929", "http://127.0.0.1:8929"),
    ])
    func `the URL of GitLab is the instance's`(_ text: String, _ url: String) {
        #expect(loaded(serving(["GITLAB_URL": text]))?.gitlab?.url == url)
    }

    @Test(arguments: [
        ("1000000", "80%", 800_000), ("10", "15%", 2), ("1", "1%", 1), ("999999999999999", "100%", 999_999_999_999_999),
        ("5000", "4000", 4000), ("5000", "", 4000), ("5000", "5000", 5000), ("5000", "5001", 5000),
    ])
    func `the threshold is tokens or a share of the limit, and never above it`(
        _ limit: String, _ threshold: String, _ tokens: Int
    ) {
        let environment = ["TOKEN_DAILY_LIMIT": limit, "TOKEN_WARNING_THRESHOLD": threshold]
        #expect(loaded(environment)?.budget.warningThresholdTokens == tokens)
        let isRemarked = warnings(environment).contains { $0.contains("above TOKEN_DAILY_LIMIT") }
        #expect(isRemarked == (threshold == "5001"))
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1", true), ("localhost", "127.0.0.1", true),
        ("127.255.255.254", "127.255.255.254", true),
        ("[::1]", "::1", true), ("0:0:0:0:0:0:0:1", "0:0:0:0:0:0:0:1", true), ("0.0.0.0", "0.0.0.0", false),
        ("::", "::", false), ("128.0.0.1", "128.0.0.1", false), ("::ffff:127.0.0.1", "::ffff:127.0.0.1", false),
    ])
    func `knows which addresses only this machine reaches`(_ text: String, _ host: String, _ isLoopback: Bool) throws {
        let server = try #require(loaded(["BURSAR_HOST": text, "BURSAR_API_TOKEN": "t"])?.server)
        #expect(server.host == host)
        #expect(server.isLoopback == isLoopback)
    }

    @Test func `each provider has its own key and URL`() throws {
        let both = [
            "ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o", "ANTHROPIC_BASE_URL": "http://127.0.0.1:1",
            "OPENAI_BASE_URL": "http://127.0.0.1:2/v1/", "MODEL": "m",
        ]
        let anthropic = try #require(loaded(both)?.model)
        #expect(anthropic.apiKey?.revealed == "a")
        #expect(anthropic.baseURL == "http://127.0.0.1:1")
        let openai = try #require(loaded(both.merging(["MODEL_PROVIDER": "openai"]) { $1 })?.model)
        #expect(openai.apiKey?.revealed == "o")
        #expect(openai.baseURL == "http://127.0.0.1:2/v1")
    }
}
