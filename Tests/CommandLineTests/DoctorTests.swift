import Demo
import Faults
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Platform
import Testing
import UTCTime

// One after the other: seventy installations at once would be two hundred servers in one process.
@Suite(.serialized) struct `bursar doctor` {
    /// One thing that is wrong, and what the doctor must say of it.
    struct Illness: Sendable, CustomTestStringConvertible {
        let name: String
        var settings: [String: String] = [:]
        var answers: DoctorScene.Answers = [:]
        var plan = FaultPlan.calm
        /// The check that must find it, its state, and words that must stand in it.
        let check: String
        let state: String
        let words: [String]
        var testDescription: String { name }

        init(
            _ name: String, settings: [String: String] = [:], answers: DoctorScene.Answers = [:],
            plan: FaultPlan = .calm, _ check: String, _ state: String, _ words: String...
        ) {
            self.name = name
            self.settings = settings
            self.answers = answers
            self.plan = plan
            self.check = check
            self.state = state
            self.words = words
        }
    }

    private static func token(_ changes: [(String, JSONValue)]) -> DoctorScene.Answers {
        let base: [(String, JSONValue)] = [("name", "bot"), ("scopes", ["api"]), ("active", true), ("expires_at", nil)]
        return [
            "/personal_access_tokens/self": .json(
                200, .object(JSONObject(base.filter { old in !changes.contains { $0.0 == old.0 } } + changes)))
        ]
    }

    private static func hook(_ changes: (String, JSONValue)...) -> DoctorScene.Answers {
        ["/projects/42/hooks": .json(200, [.hook(changes)])]
    }

    private static func delivery(_ status: JSONValue) -> DoctorScene.Answers {
        // The newest counts, wherever it stands.
        [
            "/projects/42/hooks/5/events": .json(
                200,
                [
                    ["id": 8, "response_status": "200"], ["id": 9, "response_status": status],
                    ["id": 7, "response_status": "500"],
                ])
        ]
    }

    private static func project(_ changes: (String, JSONValue)...) -> DoctorScene.Answers {
        [
            "/projects/42": .json(
                200, .object(JSONObject([("id", 42), ("path_with_namespace", "shop/backend-api")] + changes)))
        ]
    }

    private static func access(_ level: Int) -> (String, JSONValue) {
        ("permissions", ["project_access": nil, "group_access": ["access_level": .integer(level)]])
    }

    private static func day(_ days: Int) -> String {
        TimeSource.system.now().day.adding(days: days).description
    }

    private static func skewed(_ seconds: Int64) -> FaultPlan {
        FaultPlan { question in
            guard question.target == "/api/v4/version" else { return .none }
            let date = TimeSource.system.now().adding(seconds: seconds).httpDate
            let body = #"{"version":"18.6.0"}"#
            return .answer(
                "HTTP/1.1 200 OK\r\nDate: \(date)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        }
    }

    static let atGitLab: [Illness] = [
        Illness(
            "an unknown host", settings: ["GITLAB_URL": "http://gitlab.invalid"], "gitlab address", "failed", "DNS"),
        Illness(
            "a closed port", settings: ["GITLAB_URL": "http://127.0.0.1:1"], "gitlab address", "failed", "refused",
            "Check the port"),
        Illness(
            "https where http is spoken", settings: ["GITLAB_URL": "https://127.0.0.1:{port}"], "gitlab address",
            "failed", "does not speak https", "Write http://"),
        Illness(
            "a redirect to https",
            answers: [
                "/version": Response(status: 301, fields: [("Location", "https://gitlab.example.com/api/v4/version")])
            ],
            "gitlab address", "failed", "redirects to https://gitlab.example.com", "in the end"),
        Illness(
            "a login page", answers: ["/version": .page(200, "Sign in")], "gitlab address", "failed",
            "web page instead of JSON", "login page"),
        Illness(
            "a path too many", settings: ["GITLAB_URL": "{gitlab}/group/app"], "gitlab address", "failed",
            "GitLab answers at http://127.0.0.1:"),
        Illness(
            "/api/v4 appended twice, which is mended", settings: ["GITLAB_URL": "{gitlab}/api/v4/api/v4"],
            "gitlab address", "ok"),
        Illness(
            "an API of another version", settings: ["GITLAB_URL": "{gitlab}/api/v3"], "gitlab address", "failed",
            "Take everything from /api on out"),
        Illness(
            "GitLab is down", answers: ["/version": .page(502, "Bad Gateway")], "gitlab address", "failed",
            "answers 502"),
        Illness(
            "a connection that breaks", plan: FaultPlan { _ in .dropBefore }, "gitlab address", "failed",
            "/api/v4/version"),
        Illness(
            "signing tokens before 19",
            settings: ["GITLAB_WEBHOOK_SECRET": "", "GITLAB_SIGNING_TOKEN": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            "gitlab version", "failed", "18.6.0-ee has no signing tokens"),
        Illness("a clock that is behind", plan: skewed(100), "clock", "warning", "behind", "NTP"),
        Illness("a clock that is ahead", plan: skewed(-100), "clock", "warning", "ahead of"),
        Illness(
            "a clock that refuses signatures",
            settings: ["GITLAB_SIGNING_TOKEN": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            plan: skewed(400), "clock", "failed", "signed deliveries are refused"),
        Illness(
            "a wrong token", settings: ["GITLAB_TOKEN": "wrong"], "token", "failed", "401 Unauthorized",
            "make a new one"),
        Illness(
            "an expired token",
            answers: ["/user": .json(401, ["error": "invalid_token", "error_description": "Token is expired."])],
            "token", "failed", "GITLAB_TOKEN has expired"),
        Illness(
            "a token that may only read", answers: token([("scopes", ["read_api"])]), "token scope", "failed",
            "its scopes are read_api"),
        Illness(
            "a token about to expire", answers: token([("expires_at", .string(day(5)))]), "token expiry", "warning",
            "in 5 days"),
        Illness(
            "a token whose day has come", answers: token([("expires_at", .string(day(0)))]), "token expiry", "failed",
            "it expired on"),
        Illness("an inactive token", answers: token([("active", false)]), "token expiry", "failed", "not active"),
        Illness(
            "an old GitLab", answers: ["/personal_access_tokens/self": .json(404, [:])], "token scope", "skipped",
            "before 15.5"),
        Illness(
            "silent mode", answers: ["/application/settings": .json(200, ["silent_mode_enabled": true])], "silent mode",
            "failed", "sends no webhook"),
        Illness(
            "a deleted project", settings: ["GITLAB_PROJECTS": "9999"], "project 9999", "failed",
            "404 Project Not Found", "not a member"),
        Illness(
            "a project that moved", settings: ["GITLAB_PROJECTS": "old/app"],
            answers: ["/projects/old/app": Response(status: 301, fields: [("Location", "/api/v4/projects/42")])],
            "project old/app", "warning", "moved to shop/backend-api"),
        Illness(
            "a path that is written otherwise", settings: ["GITLAB_PROJECTS": "Shop/Backend-API"],
            answers: [
                "/projects/Shop/Backend-API": .json(
                    200,
                    [
                        "id": 42, "path_with_namespace": "shop/backend-api",
                        "permissions": ["project_access": ["access_level": 30]],
                    ])
            ],
            "project Shop/Backend-API", "ok"),
        Illness(
            "a path that is nothing", settings: ["GITLAB_PROJECTS": "shop/none"], "project shop/none", "failed",
            "no project and no group"),
        Illness("a guest", answers: project(access(10)), "project 42", "failed", "access level 10", "Invite"),
        Illness("a reporter", answers: project(access(20)), "project 42", "warning", "Reporter"),
        Illness(
            "an archived project", answers: project(access(30), ("archived", true)), "project 42", "warning", "archived"
        ),
        Illness(
            "no merge requests", answers: project(access(30), ("merge_requests_access_level", "disabled")),
            "project 42", "failed", "switched off"),
        Illness(
            "a missing label", settings: ["GITLAB_REVIEW_LABEL": "AI-Review"], "label of 42", "warning",
            "no label 'AI-Review'", "Labels"),
    ]

    static let atTheHook: [Illness] = [
        Illness(
            "no hook", answers: ["/projects/42/hooks": .json(200, []), "/groups/shop/hooks": .json(200, [])],
            "hook of 42", "failed", "GitLab tells nothing", "poll"),
        Illness(
            "no hook that can be seen",
            answers: ["/projects/42/hooks": .json(200, []), "/groups/shop/hooks": .json(403, [:])], "hook of 42",
            "warning", "cannot be seen"),
        Illness(
            "another's hook", answers: hook(("url", "https://ci.example.com/hook")), "hook of 42", "failed",
            "no webhook points to"),
        Illness(
            "a hook with a slash", answers: hook(("url", "https://b.example.com/webhooks/gitlab/")), "hook of 42",
            "failed", "ends with a slash"),
        Illness(
            "no role to see hooks", answers: ["/projects/42/hooks": .json(403, ["message": "403 Forbidden"])],
            "hook of 42", "skipped", "Maintainer"),
        Illness(
            "no merge request events", answers: hook(("merge_requests_events", false)), "hook of 42", "failed",
            "Merge request events"),
        Illness("no comments", answers: hook(("note_events", false)), "hook of 42", "warning", "/ai-review"),
        Illness(
            "a disabled hook", answers: hook(("alert_status", "disabled")), "hook of 42", "failed", "disabled", "Test"),
        Illness(
            "a hook disabled for a while",
            answers: hook(("alert_status", "temporarily_disabled"), ("disabled_until", "2026-03-10T10:00:00Z")),
            "hook of 42", "failed", "until 2026-03-10T10:00:00Z"),
        Illness("a template", answers: hook(("custom_webhook_template", "{}")), "hook of 42", "failed", "template"),
        Illness(
            "no certificate check", answers: hook(("enable_ssl_verification", false)), "hook of 42", "warning", "SSL"),
        Illness(
            "clear text", answers: hook(("url", "http://bursar.example.com/webhooks/gitlab")), "hook of 42", "warning",
            "clear text"),
        Illness(
            "a local address", answers: hook(("url", "http://172.16.0.9:8000/webhooks/gitlab")), "hook of 42",
            "warning", "Outbound requests"),
        Illness(
            "localhost", answers: hook(("url", "http://localhost:8000/webhooks/gitlab")), "hook of 42", "warning",
            "Outbound requests"),
        Illness("a wrong secret", answers: delivery("401"), "hook of 42", "failed", "its secret is not the one"),
        Illness(
            "an address that is not ours", answers: delivery("404"), "hook of 42", "failed", "something else listens"),
        Illness(
            "an address that cannot be reached", answers: delivery("internal error"), "hook of 42", "failed",
            "got no answer"),
        Illness("a daemon that was full", answers: delivery("503"), "hook of 42", "warning", "answered 503"),
        Illness(
            "a delivery that went well", answers: delivery("200"), "hook of 42", "ok", "merge requests and comments"),
        Illness(
            "a group's hook",
            answers: ["/projects/42/hooks": .json(200, []), "/groups/shop/hooks": .json(200, [.hook()])], "hook of 42",
            "ok"),
        Illness(
            "a public address that looks local", answers: hook(("url", "https://172.32.0.9/webhooks/gitlab")),
            "hook of 42", "ok"),
        Illness(
            "a group", settings: ["GITLAB_PROJECTS": "shop"], answers: ["/groups/shop/hooks": .json(200, [.hook()])],
            "hook of shop", "ok"),
    ]

    static let elsewhere: [Illness] = [
        Illness(
            "a wrong key", settings: ["ANTHROPIC_API_KEY": "wrong"], "model access", "failed", "invalid x-api-key",
            "ANTHROPIC_API_KEY"),
        Illness("an unknown model", settings: ["MODEL": "claude-none"], "model", "failed", "not known there"),
        Illness("an alias", settings: ["MODEL": "claude-alias"], "model", "ok"),
        Illness("no price", settings: ["MODEL": "claude-alias"], "price", "warning", "no price is known"),
        Illness(
            "a vendor that is down", answers: ["model /v1/models": .json(529, [:])], "model access", "failed", "529"),
        Illness(
            "a vendor that cannot be reached", settings: ["ANTHROPIC_BASE_URL": "http://127.0.0.1:1"], "model access",
            "failed", "ANTHROPIC_BASE_URL"),
        Illness(
            "a page at the vendor's", answers: ["model /v1/models": .page(200, "Hello")], "model access", "failed",
            "no list of models"),
        Illness("another vendor", settings: ["MODEL_PROVIDER": "openai", "MODEL": "gpt-5.2"], "model", "ok"),
        Illness(
            "another vendor's unknown model", settings: ["MODEL_PROVIDER": "openai", "MODEL": "gpt-none"], "model",
            "failed"),
        Illness(
            "another vendor's wrong key",
            settings: ["MODEL_PROVIDER": "openai", "MODEL": "gpt-5.2", "OPENAI_API_KEY": "wrong"], "model access",
            "failed", "OPENAI_API_KEY"),
        Illness(
            "a server without a list", settings: ["MODEL_PROVIDER": "openai", "MODEL": "x"],
            answers: ["model /v1/models": .json(404, [:])],
            "model access", "warning", "paid call"),
        Illness(
            "a price file that is none", settings: ["MODEL_PRICES_FILE": "nowhere.json"], "price", "failed",
            "MODEL_PRICES_FILE"),
        Illness(
            "a data directory that is a file", settings: ["TOKEN_DATA_DIR": "/dev/null"], "data directory", "failed",
            "/dev/null"),
        Illness(
            "books in memory", settings: ["TOKEN_DATA_DIR": "/dev/shm/none"], "file system", "warning", "in memory"),
        Illness(
            "a setting that is wrong", settings: ["GITLAB_POLL_SECONDS": "often"], "settings", "failed",
            "GITLAB_POLL_SECONDS is 'often'"),
        Illness("a setting that is odd", settings: ["BURSAR_PROT": "1"], "settings", "warning", "BURSAR_PORT"),
        Illness("no project named", settings: ["GITLAB_PROJECTS": ""], "projects", "warning", "GITLAB_PROJECTS"),
        Illness("no daemon", "daemon", "skipped", "none runs"),
    ]

    @Test(arguments: atGitLab + atTheHook + elsewhere) func `finds and explains`(_ illness: Illness) async throws {
        let scene = try DoctorScene(illness.answers, plan: illness.plan)
        var settings = illness.settings
        if let url = settings["GITLAB_URL"] { settings["GITLAB_URL"] = url.replacing("{port}", with: scene.gitlabPort) }
        let (checks, ending) = try await scene.examine(settings)
        let check = try #require(checks[illness.check], "\(checks)")
        #expect(check.state == illness.state, "\(check.text)")
        for words in illness.words { #expect(check.text.contains(words), "'\(words)' is not in: \(check.text)") }
        let hasFailed = checks.values.contains { $0.state == "failed" }
        #expect(ending.status == (hasFailed ? 1 : 0) && ending.complaint.isEmpty)
        #expect(!ending.output.contains(DoctorScene.token) && !ending.output.contains(DoctorScene.key))
        // All else is looked at all the same.
        #expect(checks["free space"] != nil && checks["daemon"] != nil)
        #expect(scene.modelCalls.all.allSatisfy { $0.contains("/v1/models") })
        #expect(scene.folder.files.isEmpty)
    }

    @Test func `a healthy installation is well, in every format`() async throws {
        let scene = try DoctorScene()
        let (checks, ending) = try await scene.examine()
        let notOK = checks.filter { $0.value.state != "ok" }.keys.sorted()
        #expect(notOK == ["alerts", "daemon", "silent mode"] && ending.status == 0, "\(checks)")
        #expect(
            Set(checks.keys) == [
                "settings", "gitlab address", "gitlab version", "clock", "token", "token scope", "token expiry",
                "silent mode",
                "project 42", "label of 42", "hook of 42", "model access", "model", "price", "alerts", "data directory",
                "free space",
                "file system", "daemon",
            ])
        let table = try await scene.examine(format: "table").ending
        #expect(table.output.contains("ok       gitlab version  GitLab 18.6.0-ee\n"))
        #expect(table.output.hasSuffix("16 ok, 0 warning, 0 failed, 3 skipped\n") && table.status == 0)
        let csv = try await scene.examine(format: "csv").ending
        #expect(csv.output.hasPrefix("check,state,seen,advice\nsettings,ok,every value is accepted,\n"))
        #expect(csv.output.split(separator: "\n").count == 20)
    }

    @Test func `the projects of the books are looked at, each once, those configured first`() async throws {
        let scene = try DoctorScene()
        try scene.folder.write(
            "data/tokens/" + HandMadeBooks.file,
            HandMadeBooks.header + HandMadeBooks.row(tokens: 10) + HandMadeBooks.row(tokens: 20))
        let seen = try await scene.examine(["GITLAB_PROJECTS": ""])
        #expect(seen.checks["project 42"]?.state == "ok" && seen.checks["projects"] == nil)
        let both = try await scene.examine(["GITLAB_PROJECTS": "58,42"])
        let names = both.ending.output.split(separator: "\n").filter { $0.contains("\"project ") }
        #expect(names.count == 2 && names[0].contains("58"), "\(names)")
        let many = try await scene.examine(["GITLAB_PROJECTS": (100...119).map(String.init).joined(separator: ",")])
        #expect(many.checks["projects"]?.text.hasPrefix("1 more") == true && many.checks["project 42"] == nil)
    }

    @Test func `without a GitLab the rest is looked at`() async throws {
        let scene = try DoctorScene()
        let (checks, ending) = try await scene.examine([
            "GITLAB_URL": "", "GITLAB_TOKEN": "", "GITLAB_WEBHOOK_SECRET": "",
        ])
        #expect(
            checks["gitlab"]?.state == "skipped" && checks["model"]?.state == "skipped"
                && checks["price"]?.state == "ok")
        #expect(ending.status == 0 && scene.modelCalls.all.isEmpty)
    }

    @Test func `a daemon that runs is seen, and so is one of other books or none of ours`() async throws {
        let folder = try Folder()
        let daemon = try await Daemon(in: folder)
        func check(_ environment: [String: String], in folder: Folder) async throws -> (String, Int32) {
            let ending = try await Program.run("doctor", "-f", "csv", environment: environment, in: folder)
            let line = ending.output.split(separator: "\n").first { $0.hasPrefix("daemon,") }
            return (line.map(String.init) ?? "", ending.status)
        }
        let well = try await check(["BURSAR_PORT": daemon.port], in: folder)
        #expect(
            well.0.contains("ok,") && well.0.contains("process \(daemon.program.id) holds the books") && well.1 == 0)
        let hidden = try await check(["BURSAR_PORT": "1"], in: folder)
        #expect(hidden.0.contains("failed") && hidden.0.contains("nothing answers") && hidden.1 == 1)
        let other = try await check(["BURSAR_PORT": daemon.port], in: try Folder())
        #expect(other.0.contains("failed") && other.0.contains("does not hold the books") && other.1 == 1)
        let scene = try DoctorScene()
        let stranger = try await check(["BURSAR_PORT": scene.gitlabPort], in: try Folder())
        #expect(stranger.0.contains("it is not Bursar") && stranger.1 == 1)
        _ = try await daemon.stop()
    }
}
