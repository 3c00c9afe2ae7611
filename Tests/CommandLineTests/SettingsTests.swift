import JSON
import Testing

@Suite struct `The settings of bursar serve` {
    /// A value that is refused and one that is not, for every variable; and whether the value must never be shown.
    private static let values: [(name: String, wrong: String, right: String, isSecret: Bool)] = [
        ("TOKEN_BUDGET_ENABLED", "maybe", "yes", false),
        ("TOKEN_DAILY_LIMIT", "1,000,000", "500000", false),
        ("TOKEN_WARNING_THRESHOLD", "101%", "100%", false),
        ("TOKEN_BUDGET_ENFORCEMENT", "refuse", "warn", false),
        ("TOKEN_DATA_DIR", "~/tokens", "books", false),
        ("TOKEN_SUMMARY_RETENTION_DAYS", "0", "1", false),
        ("TOKEN_LOG_RETENTION_DAYS", "-1", "36500", false),
        ("TOKEN_ARCHIVE_DIR", "~", "archive", false),
        ("TOKEN_LEDGER_FAILURE", "ignore", "stop", false),
        ("BURSAR_HOST", "bursar.internal", "localhost", false),
        ("BURSAR_PORT", "65536", "0", false),
        ("BURSAR_API_TOKEN", "api token", "api-token", true),
        ("GITLAB_URL", "gitlab.example.com", "https://gitlab.example.com", false),
        ("GITLAB_TOKEN", "glpat token", "glpat-token", true),
        ("GITLAB_WEBHOOK_SECRET", "hook,,secret", "hook,secret", true),
        ("GITLAB_SIGNING_TOKEN", "whsec_c2hvcnQ=", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", true),
        ("GITLAB_REVIEW_LABEL", "one,two", "please review", false),
        ("REVIEW_ON_PUSH", "2", "1", false),
        ("REVIEW_CONCURRENCY", "65", "64", false),
        ("REVIEW_MAX_INPUT_TOKENS", "0", "1", false),
        ("REVIEW_MAX_OUTPUT_TOKENS", "8k", "8192", false),
        ("MODEL_PROVIDER", "gemini", "openai", false),
        ("ANTHROPIC_API_KEY", "sk ant", "sk-ant", true),
        ("ANTHROPIC_BASE_URL", "ftp://api.example.com", "http://127.0.0.1:9", false),
        ("OPENAI_API_KEY", "sk openai", "sk-openai", true),
        ("OPENAI_BASE_URL", "https://api.example.com/v1?region=eu", "https://api.example.com/v1", false),
        ("MODEL", "two words", "one-word", false),
        ("MODEL_PRICES_FILE", "~/prices.json", "", false),
        ("LOG_FORMAT", "xml", "text", false),
        ("LOG_LEVEL", "loud", "info", false),
    ]

    @Test func `all that is wrong is named at once, and no secret is shown`() async throws {
        let folder = try Folder()
        let wrong = Dictionary(uniqueKeysWithValues: Self.values.map { ($0.name, $0.wrong) })
        let ending = try await Program.run("serve", environment: wrong, in: folder)
        let lines = ending.complaint.split(separator: "\n")
        for (name, value, _, isSecret) in Self.values {
            let line = try #require(lines.first { $0.hasPrefix("Error: \(name) is ") }, "\(name) is not named")
            #expect(line.contains("; accepted: "))
            #expect(line.contains("'\(value)'") == !isSecret, "\(line)")
        }
        for (_, value, _, isSecret) in Self.values where isSecret { #expect(!ending.complaint.contains(value)) }
        #expect(lines.count == Self.values.count)
        #expect(ending.output.isEmpty)
        #expect(ending.status == 2)
        #expect(folder.files.isEmpty)
    }

    @Test func `the right value of each is taken`() async throws {
        let folder = try Folder()
        let right = Dictionary(uniqueKeysWithValues: Self.values.map { ($0.name, $0.right) })
        let daemon = try await Daemon(in: folder, environment: right)
        #expect(try await daemon.get("/readyz").status == 200)
        #expect(try await daemon.stop().status == 0)
        #expect(folder.files.contains("books/state/journal"))
    }

    @Test(arguments: [
        (["BURSAR_HOST": "0.0.0.0"], "BURSAR_API_TOKEN is not set and BURSAR_HOST is '0.0.0.0'"),
        (["GITLAB_URL": "https://gitlab.example.com"], "GITLAB_URL is set and GITLAB_TOKEN is not"),
        (["GITLAB_TOKEN": "glpat"], "GITLAB_TOKEN is set and GITLAB_URL is not"),
        (
            ["GITLAB_URL": "https://gitlab.example.com", "GITLAB_TOKEN": "glpat", "ANTHROPIC_API_KEY": "sk"],
            "GITLAB_URL is set and neither GITLAB_WEBHOOK_SECRET nor GITLAB_SIGNING_TOKEN is"
        ),
        (
            ["GITLAB_URL": "https://gitlab.example.com", "GITLAB_TOKEN": "glpat", "GITLAB_WEBHOOK_SECRET": "word"],
            "ANTHROPIC_API_KEY is not set"
        ),
    ])
    func `what does not go together is named`(environment: [String: String], fact: String) async throws {
        let ending = try await Program.run("serve", environment: environment, in: try Folder())
        #expect(ending.complaint.hasPrefix("Error: \(fact)"))
        #expect(ending.complaint.split(separator: "\n").count == 1)
        #expect(ending.status == 2)
    }

    @Test func `a .env in the working directory counts, and the environment wins over it`() async throws {
        let folder = try Folder()
        try folder.write(".env", "TOKEN_DAILY_LIMIT=5000\nTOKEN_DATA_DIR='own books'\n")
        let daemon = try await Daemon(in: folder, environment: ["TOKEN_DAILY_LIMIT": "7000"])
        #expect(try await daemon.get("/budget/status").body["stats"]?["budget_limit"]?.integer == 7000)
        #expect(try await daemon.stop().status == 0)
        #expect(folder.files.contains("own books/state/journal"))
        let status = try await Program.run("status", in: folder)
        #expect(status.output.contains(" 0 of 5,000 tokens used"))
        // Another working directory has no .env.
        let elsewhere = try await Program.run("status", in: try Folder())
        #expect(elsewhere.output.contains(" 0 of 1,000,000 tokens used"))
    }

    @Test func `a line of .env that cannot be read is shown, but not what it holds`() async throws {
        let folder = try Folder()
        try folder.write(".env", "# ours\nGITLAB_TOKEN='glpat-secret\n")
        let ending = try await Program.run("serve", in: folder)
        #expect(ending.complaint.hasPrefix("Error: .env:2: "))
        #expect(ending.complaint.contains("GITLAB_TOKEN"))
        #expect(!ending.complaint.contains("glpat-secret"))
        #expect(ending.status == 2)
    }

    @Test func `what is wrong with the daemon does not concern the books`() async throws {
        let environment = ["BURSAR_PORT": "none", "GITLAB_URL": "gitlab"]
        for command in ["status", "cleanup", "prices"] {
            let ending = try await Program.run(command, environment: environment, in: try Folder())
            #expect(ending.status == 0, "\(command)")
        }
        let wrong = try await Program.run("status", environment: ["TOKEN_DAILY_LIMIT": "many"], in: try Folder())
        #expect(wrong.complaint.hasPrefix("Error: TOKEN_DAILY_LIMIT is 'many' (environment); accepted: "))
        #expect(wrong.status == 2)
    }
}
