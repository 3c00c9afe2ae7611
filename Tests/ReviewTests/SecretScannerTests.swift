import Review
import Testing

@Suite struct SecretScannerTests {
    /// `·` is left out: a key written whole would be found by whoever scans this repository.
    private static func plain(_ text: String) -> String { text.replacing("·", with: "") }
    private static func redacted(_ text: String) -> String { SecretScanner().redacted(plain(text)).text }

    @Test(arguments: [
        // Keys that show who issued them.
        ("id = AK·IAQ3EGPLM2ZXWV7TRN", "id = ⟦secret: AWS access key⟧"),
        ("\"gl·pat-x9Kf3mQ7vLp2WzR8tYb4\",", "\"⟦secret: GitLab token⟧\","),
        ("gl·pat-x9Kf3mQ7vLp2WzR8tYb4.01.1a0b2c3d4.", "⟦secret: GitLab token⟧."),
        ("gh·p_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8", "⟦secret: GitHub token⟧"),
        ("github·_pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ012345", "⟦secret: GitHub token⟧"),
        ("key: sk·-ant-api03-Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0", "key: ⟦secret: Anthropic API key⟧"),
        ("sk·-proj-Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1", "⟦secret: OpenAI API key⟧"),
        ("sk·-Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0Fe9Dc8", "⟦secret: API key⟧"),
        ("xox·b-481516234213-aBcDeFgHiJkL", "⟦secret: Slack token⟧"),
        ("AI·zaSyD4f5G6h7J8k9L0z1X2c3V4b5N6m7Q8w9E", "⟦secret: Google API key⟧"),
        ("sk·_live_4eC39HqLyjWDarjtT1zdp7dc", "⟦secret: Stripe key⟧"),
        ("npm·_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "⟦secret: npm token⟧"),
        ("hf·_aBcDeFgHiJ1234kLmNoPqRsTuVw567890", "⟦secret: Hugging Face token⟧"),
        ("hv·s.CAESIJ3k4l5m6n7o8p9q0r1s2t", "⟦secret: Vault token⟧"),
        ("SG·.ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf09kqeF8tAmbihYzrnopKc1s5cr0", "⟦secret: SendGrid API key⟧"),
        (
            "ey·JhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2EifQ.Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0",
            "⟦secret: JSON web token⟧"
        ),
        // What is given to something called a secret.
        ("password = \"hunter22\"", "password = \"⟦secret: password⟧\""),
        ("let dbPassword: String = \"k4nz-Geheim\"", "let dbPassword: String = \"⟦secret: password⟧\""),
        ("password := `gE4heim-x`", "password := `⟦secret: password⟧`"),
        ("\"api_key\": \"9f8e7d6c5b4a39281706\",", "\"api_key\": \"⟦secret: API key⟧\","),
        (
            "config['SECRET_KEY'] = b'5f352379324c22463451387a0aec5d2f'",
            "config['SECRET_KEY'] = b'⟦secret: secret key⟧'"
        ),
        (":client_secret => 'q8w7e6r5t4z3u2i1'", ":client_secret => '⟦secret: secret⟧'"),
        ("connect(host, password='S3hr-geheim')", "connect(host, password='⟦secret: password⟧')"),
        (
            "aws_secret_access_key = wJ4lrXUtnFEMIaK7MDENGbPxRfiCYzQ1W2E3R4T5",
            "aws_secret_access_key = wJ4lrXUtnFEMIaK7MDENGbPxRfiCYzQ1W2E3R4T5"
        ),
        (
            "AWS_SECRET_ACCESS_KEY=wJ4lrXUtnFEMIaK7MDENGbPxRfiCYzQ1W2E3R4T5",
            "AWS_SECRET_ACCESS_KEY=⟦secret: AWS secret key⟧"
        ),
        ("export DB_PASS=rosen9kohl", "export DB_PASS=⟦secret: password⟧"),
        ("  - REDIS_PASSWORD=tr4um5chiff # prod", "  - REDIS_PASSWORD=⟦secret: password⟧ # prod"),
        ("  password: tr4um5chiff", "  password: ⟦secret: password⟧"),
        (
            "Server=db;User Id=app;Password=Tr4um-schiff;Encrypt=true",
            "Server=db;User Id=app;Password=⟦secret: password⟧;Encrypt=true"
        ),
        (
            "AccountName=a;AccountKey=Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0Fe9Dc8Ba7Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk==;E=x",
            "AccountName=a;AccountKey=⟦secret: account key⟧;E=x"
        ),
        (
            "Authorization: Bearer a8f5f167f44f4964e6c998dee827110c",
            "Authorization: Bearer ⟦secret: authorization header⟧"
        ),
        (
            "\"Authorization\": \"Basic YWxhZGRpbjpvcGVuc2VzYW1lMTIz\"",
            "\"Authorization\": \"Basic ⟦secret: authorization header⟧\""
        ),
        // Passwords in addresses.
        ("postgres://app:x7Kq9w@db.internal/app", "postgres://app:⟦secret: password in an address⟧@db.internal/app"),
        (
            "url = \"https://oauth2:gl·pat-x9Kf3mQ7vLp2WzR8tYb4@gitlab.internal/a.git\"",
            "url = \"https://oauth2:⟦secret: GitLab token⟧@gitlab.internal/a.git\""
        ),
        (
            "a gl·pat-x9Kf3mQ7vLp2WzR8tYb4 b redis://:k4nzgeheim@h c",
            "a ⟦secret: GitLab token⟧ b redis://:⟦secret: password in an address⟧@h c"
        ),
    ])
    func `a secret is taken out, and what stands around it stays`(_ text: String, _ wanted: String) {
        #expect(Self.redacted(text) == wanted)
        let again = SecretScanner().redacted(wanted)
        #expect(again.text == wanted && again.secrets.isEmpty, "what was taken out is not found again")
    }

    @Test(arguments: [
        // Placeholders.
        "password = \"changeme\"", "password = \"changeme123\"", "API_KEY=your-api-key-1234", "token: xxxxxxxx1",
        "PASSWORD=${DB_PASSWORD1}", "password: $DB_PASSWORD1", "password: {{ vault_password_1 }}",
        "secret = \"<insert secret 1 here>\"", "password=\"********\"", "PASSWORD=%DB_PASSWORD1%",
        "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "glpat-xxxxxxxxxxxxxxxxxxxx1", "sk-ant-…", "password: \"secret123\"",
        "https://user:password@host/", "postgres://postgres:postgres@localhost:5432/test", "https://a:${TOKEN}@b",
        "http://%s:%s@%s/", "https://user:hunter22@example.com/", "mysql://root:root@db", "f\"redis://:{password}@h\"",
        // Names, references and programs.
        "password = user2.password1", "token = nextToken2(parser)", "let token = try reader.readToken1()",
        "if password == \"hunter22\" {", "secretKey: String", "password: passwordHash1,", "self.token = token1",
        "token = os.environ[\"API_TOKEN_1\"]", "\"token_type\": \"bearer12345\"", "max_tokens = 100000",
        "secret_name: app-db-1-credentials", "passwordField.placeholder = \"At least 8\"", "bypass = \"rule42-a9x8\"",
        "token = \"auth_token_v2\"", "TOKEN_FILE=/run/secrets/token1", "public_key = \"9f8e7d6c5b4a39281706\"",
        "checksum = \"9f8e7d6c5b4a39281706\"", "AKIA", "disk-usage-of-the-whole-machine-room-42",
        "task-0123456789abcdef",
        "EyJ0", "std::string token1 = x;", "a::b::password::c1d2e3f4g5", "Authorization: Bearer <token>",
        "Authorization: Bearer $TOKEN", "http://localhost:8080/a@b", "http://[::1]:80/", "// token: see section 4.2.1",
        "-----BEGIN PUBLIC KEY-----", "if text.contains(\"-----BEGIN PRIVATE KEY-----\") {", "", "=", ":", "password=",
        "password:", "=password", "password = \"unclosed1", "token=\"", "://", "://:@",
    ])
    func `what only looks like a secret stays`(_ text: String) {
        let (output, secrets) = SecretScanner().redacted(text)
        #expect(output == text && secrets.isEmpty, "\(output)")
    }

    private static let material = [
        "MIIEpAIBAAKCAQEAx0ZrT1vYw2QkqH8s9mJb7uPzXcVnLdKfGhJkQwErTyUiOpAs",
        "DfGhJkLzXcVbNm1234567890QwErTyUiOpAsDfGhJkLzXcVbNm1234567890QwEr",
        "TyUiOpAsDfGh==",
    ]
    private static let first = "-----BEGIN RSA PRI" + "VATE KEY-----"
    private static let last = "-----END RSA PRI" + "VATE KEY-----"
    private static let placeholder = "⟦secret: private key⟧"

    @Test func `a private key goes from its first line to its last, and the lines keep their number`() {
        let text = (["a", Self.first] + Self.material + [Self.last, "b"]).joined(separator: "\n")
        let (output, secrets) = SecretScanner().redacted(text)
        #expect(output == (["a"] + Array(repeating: Self.placeholder, count: 5) + ["b"]).joined(separator: "\n"))
        #expect(secrets == [FoundSecret(kind: .privateKey, lineIndex: 1)])
    }

    @Test(arguments: [
        ("  ", "", ""), ("    \"", "\\n\" +", ""), ("# ", "", "\r"), ("", "\\", ""),
    ])
    func `a private key is found in code, in a configuration and with CR`(
        _ before: String, _ after: String, _ end: String
    ) {
        let key = ([Self.first] + Self.material + [Self.last]).map { before + $0 + after + end }
        let (output, secrets) = SecretScanner().redacted(lines(["x" + end] + key + ["let y = 1" + end]))
        #expect(secrets.map(\.kind) == [.privateKey])
        for line in Self.material { #expect(!output.contains(line)) }
        #expect(output.hasPrefix("x") && output.hasSuffix("let y = 1" + end))
        #expect(output.split(separator: "\n", omittingEmptySubsequences: false).count == 7 || !end.isEmpty)
    }

    @Test func `a private key on one line is found`() {
        let text = "key = \"\(Self.first)\\n\(Self.material[0])\\n\(Self.last)\\n\"; next()"
        #expect(SecretScanner().redacted(text).text == "key = \"\(Self.placeholder)\\n\"; next()")
    }

    @Test func `a private key with its headers is found`() {
        let text =
            [Self.first, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,3F1", ""] + Self.material + [Self.last]
        let output = SecretScanner().redacted(lines(text)).text
        #expect(output.split(separator: "\n").allSatisfy { $0 == Self.placeholder })
    }

    @Test func `a key of which a hunk shows the end alone is found, and code before it stays`() {
        let text = ["func a() {", "}"] + Self.material + [Self.last, "let b = 1"]
        let (output, secrets) = SecretScanner().redacted(lines(text))
        #expect(output == lines(["func a() {", "}"] + Array(repeating: Self.placeholder, count: 4) + ["let b = 1"]))
        #expect(secrets == [FoundSecret(kind: .privateKey, lineIndex: 2)])
        let alone = lines(["let first = 1", Self.last])
        #expect(SecretScanner().redacted(alone).secrets.isEmpty)
    }

    @Test func `a first line without a key behind it is none`() {
        for next in ["return true", "    let b = 1", "", "\"abcd\"", "// MIIEpAIBAAKCAQEAx0ZrT1vY and so on"] {
            let text = lines(["let begin = \"\(Self.first)\"", next, "x"])
            #expect(SecretScanner().redacted(text).text == text)
        }
    }

    @Test func `a key without an end takes no code with it`() {
        let text = [Self.first] + Self.material.prefix(2) + ["func a() { return }", "x"]
        let output = SecretScanner().redacted(lines(text)).text
        #expect(output == lines(Array(repeating: Self.placeholder, count: 3) + ["func a() { return }", "x"]))
    }

    @Test(arguments: [SecretScanner.keyLinesMax, SecretScanner.keyLinesMax + 1])
    func `no key is longer than the limit`(_ count: Int) {
        let text = [Self.first] + Array(repeating: Self.material[0], count: count - 1) + ["end"]
        let output = SecretScanner().redacted(lines(text)).text
        #expect(output.contains(Self.material[0]) == (count > SecretScanner.keyLinesMax))
    }

    @Test func `in a hunk a secret is found on every side, and its line is told`() {
        let key = Self.plain("gl·pat-x9Kf3mQ7vLp2WzR8tYb4")
        let lines = [
            DiffLine(kind: .context, text: "a", oldNumber: 1, newNumber: 1),
            DiffLine(kind: .removed, text: "old(\"\(key)\")", oldNumber: 2),
            DiffLine(kind: .added, text: Self.first, newNumber: 2),
            DiffLine(kind: .added, text: Self.material[0], newNumber: 3),
            DiffLine(kind: .context, text: Self.last, oldNumber: 3, newNumber: 4),
        ]
        let file = FileDiff(
            oldPath: "a", newPath: "a",
            hunks: [DiffHunk(oldStart: 1, oldCount: 3, newStart: 1, newCount: 4, lines: lines)])
        let (output, secrets) = SecretScanner().redacted(file)
        #expect(
            output.hunks[0].lines.map(\.text) == [
                "a", "old(\"⟦secret: GitLab token⟧\")", Self.placeholder, Self.placeholder, Self.placeholder,
            ])
        #expect(output.hunks[0].lines.map(\.newNumber) == lines.map(\.newNumber))
        #expect(
            secrets == [
                [
                    FoundSecret(kind: .token("GitLab token"), lineIndex: 1),
                    FoundSecret(kind: .privateKey, lineIndex: 2),
                ]
            ])
    }

    @Test(arguments: Diffs.names + ["godiff-long-line-svg-355k", "unidiff-binary"])
    func `real changes have no secret`(_ name: String) throws {
        let text = try Diffs.text(name)
        let (output, secrets) = SecretScanner().redacted(text)
        #expect(secrets.isEmpty && output == text, "\(secrets)")
    }

    /// Hostile lines whose cost would show at once if it grew with the square of their length.
    @Test(arguments: [
        "=", ":", "password=", "://", "://a:b", "a=", "eyJ", "sk-", "-----BEGIN ", "\"", "password=\"", "a.", "-",
        "x:y@",
    ])
    func `a long hostile line is scanned in one pass`(_ part: String) {
        let text = String(repeating: part, count: 50_000 / part.utf8.count)
        #expect(!SecretScanner().redacted(text).text.isEmpty)
    }

    /// Each of these once had every part read the rest of the line, or all before it: minutes at this length.
    @Test(arguments: [
        ("", "://", 6 << 20), ("", "sk-ant-", 1 << 20), ("", "glpat-", 1 << 20), ("", "eyJ-", 1 << 20),
        (String(repeating: " ", count: 1 << 19), "x_password=1 ", 1 << 19),
    ])
    func `a hostile line of megabytes is scanned in one pass`(_ start: String, _ part: String, _ bytes: Int) {
        let text = start + String(repeating: part, count: bytes / part.utf8.count)
        let (output, secrets) = SecretScanner().redacted(text)
        #expect(output == text && secrets.isEmpty)
    }

    /// The glance may let a line through that has no secret, but stop none that has one: the name at the end of a line has the
    /// whole line read whatever the glance says of what stands before it.
    @Test(arguments: [0, 1, 16, 508, 509, 510, 511, 512, 513, 514, 1024])
    func `the first glance stops no line in which a full look finds a secret`(_ distance: Int) {
        let password = "x7Kq9w"
        for (before, behind) in [("", ""), ("://", ""), (":// ", "://"), (String(repeating: "://", count: 400), "@")] {
            // The sign behind the password stands `distance` bytes behind `://`, or as near as may be.
            let user = String(repeating: "u", count: max(0, distance - password.utf8.count - 1))
            let line = "\(before)https://\(user):\(password)@h/\(behind)"
            let glanced = SecretScanner().redacted(line)
            let full = SecretScanner().redacted(line + " token=")
            #expect(glanced.text + " token=" == full.text && glanced.secrets == full.secrets)
            #expect(glanced.secrets.isEmpty == (distance > 512), "the longest address that is looked at")
        }
    }

    @Test(arguments: [
        "gl·pat-x9Kf3mQ7vLp2WzR8tYb4", "sk·-ant-api03-Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0",
        "ey·JhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2EifQ.Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0",
    ])
    func `tokens are told apart in a line of many`(_ token: String) {
        let once = Self.redacted(token)
        #expect(once.hasPrefix("⟦secret: "))
        for between in [" ", "... ", " x-", ", sk-ant- eyJ-eyJ ", " glpat- "] {
            let text = Array(repeating: token, count: 3).joined(separator: between) + between
            #expect(Self.redacted(text) == Array(repeating: once, count: 3).joined(separator: between) + between)
        }
    }

    @Test(arguments: [
        ("  - export ", true), ("-\t ENV ", true), ("export ENV set ", true), ("---", true), ("set export ", false),
        ("export  ", false), ("x ", false), ("xset ", false), ("  x", true), (" - ", true),
    ])
    func `a bare value is one only where its name begins the line`(_ before: String, _ isSecret: Bool) {
        let text = before + "DB_PASS=rosen9kohl"
        #expect(Self.redacted(text) == (isSecret ? before + "DB_PASS=⟦secret: password⟧" : text))
    }
}

private func lines(_ lines: [String]) -> String { lines.joined(separator: "\n") }
