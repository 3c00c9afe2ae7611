import Glibc
import Platform
import Settings
import Testing

@Suite struct DotEnvTests {
    /// The label that a `.env` sets: the variable that takes the widest range of texts.
    private func label(_ line: String) -> String? {
        let environment = serving()
        return loaded(environment, file: line)?.gitlab?.reviewLabel
    }

    @Test(arguments: [
        ("GITLAB_REVIEW_LABEL=bot", "bot"),
        ("export GITLAB_REVIEW_LABEL=bot", "bot"),
        ("\texport\tGITLAB_REVIEW_LABEL = bot \t", "bot"),
        ("GITLAB_REVIEW_LABEL=a bot", "a bot"),
        ("GITLAB_REVIEW_LABEL=bot # why", "bot"),
        ("GITLAB_REVIEW_LABEL=bot\t#why", "bot"),
        ("GITLAB_REVIEW_LABEL=bot#1", "bot#1"),
        ("GITLAB_REVIEW_LABEL=#bot", "#bot"),
        ("GITLAB_REVIEW_LABEL= # why", "ai-review"),
        ("GITLAB_REVIEW_LABEL=", "ai-review"),
        ("GITLAB_REVIEW_LABEL=''", "ai-review"),
        ("GITLAB_REVIEW_LABEL='a # b' # c", "a # b"),
        (#"GITLAB_REVIEW_LABEL="a # b""#, "a # b"),
        (#"GITLAB_REVIEW_LABEL='a\n"b'"#, #"a\n"b"#),
        (#"GITLAB_REVIEW_LABEL="a\"b\\c\$d'e""#, #"a"b\c$d'e"#),
        (#"GITLAB_REVIEW_LABEL=a"b"c"#, #"a"b"c"#),
        ("GITLAB_REVIEW_LABEL=$HOME", "$HOME"),
        ("GITLAB_REVIEW_LABEL=a=b", "a=b"),
        ("GITLAB_REVIEW_LABEL=prüfen", "prüfen"),
        ("\u{FEFF}GITLAB_REVIEW_LABEL=bot\r\n", "bot"),
        ("# a comment\r\n\r\n  \r\nGITLAB_REVIEW_LABEL=bot\r\n   # another", "bot"),
        ("#GITLAB_REVIEW_LABEL=bot", "ai-review"),
        ("GITLAB_REVIEW_LABEL=\"bot\"\r\nLOG_LEVEL='info'", "bot"),
        ("exportGITLAB_REVIEW_LABEL=x\nexport=1", "ai-review"),
    ])
    func `reads a line`(_ line: String, _ value: String) {
        #expect(label(line) == value)
    }

    @Test(arguments: [
        ("LOG_LEVEL", "an = is needed after the name; write NAME=VALUE"),
        ("export LOG_LEVEL", "an = is needed after the name; write NAME=VALUE"),
        ("LOG LEVEL=info", "an = is needed after the name; write NAME=VALUE"),
        ("LOG-LEVEL=info", "an = is needed after the name; write NAME=VALUE"),
        ("1LOG=info", "a name of letters, digits and _ is needed before ="),
        ("=info", "a name of letters, digits and _ is needed before ="),
        ("export =info", "a name of letters, digits and _ is needed before ="),
        ("LÖG=info", "an = is needed after the name; write NAME=VALUE"),
        ("LOG_LEVEL='info", "the quote ' is not closed on its line; a value of several lines is written \"a\\nb\""),
        (
            "LOG_LEVEL=\"info\\\"",
            "the quote \" is not closed on its line; a value of several lines is written \"a\\nb\""
        ),
        ("LOG_LEVEL=\"info\"x", "something follows the closing quote"),
        ("LOG_LEVEL='in'fo", "something follows the closing quote"),
        ("LOG_LEVEL='in' fo", "something follows the closing quote"),
        ("LOG_LEVEL='info'#x", "something follows the closing quote"),
        (
            #"LOG_LEVEL="\info""#,
            #"after \ in double quotes stands one of n r t " \ $; single quotes keep a \ as it is"#
        ),
        (#"LOG_LEVEL="info\"#, #"after \ in double quotes stands one of n r t " \ $; single quotes keep a \ as it is"#),
        ("LOG_LEVEL=in\u{0}fo", "it holds a control character"),
        ("LOG_LEVEL=in\rfo", "it holds a control character"),
        ("LOG_LEVEL=info\r\r", "it holds a control character"),
    ])
    func `refuses a line, with its place`(_ line: String, _ reason: String) {
        let lines = problems(file: "# first\n\(line)\nLOG_FORMAT=text\n")
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix(".env:2: \(reason)\n    2 | ") == true, "\(lines)")
    }

    @Test(arguments: [
        ("LOG_LEVEL='hunter2", "'LOG_LEVEL='hunter2'"),
        ("GITLAB_TOKEN='hunter2", "GITLAB_TOKEN=… (8 characters, not shown)"),
        ("export OPENAI_API_KEY = 'hunter2", "OPENAI_API_KEY=… (9 characters, not shown)"),
        ("SOMETHING_ELSE='hunter2", "SOMETHING_ELSE=… (8 characters, not shown)"),
        ("GITLAB_URL='https://bot:hunter2@gitlab", "GITLAB_URL=… (27 characters, not shown)"),
        ("hunter2", "(7 characters, not shown)"),
        ("hunter2 hunter2=hunter2", "(23 characters, not shown)"),
    ])
    func `shows the line only where it is no secret`(_ line: String, _ excerpt: String) {
        #expect(problems(file: line).first?.hasSuffix("\n    1 | \(excerpt)") == true, "\(problems(file: line))")
    }

    @Test func `a quoted value of two lines is refused at both and shown at neither`() {
        let lines = problems(file: "GITLAB_TOKEN=\"hun\nter2\"\n")
        #expect(lines.count == 2)
        #expect(!lines.joined().contains("ter2"))
    }

    @Test func `a line that cannot be read is not also missed`() {
        let lines = problems(["GITLAB_URL": "https://gitlab.example.com"], file: "GITLAB_TOKEN='glpat")
        #expect(lines.count == 1)
    }

    @Test func `refuses what is not UTF-8`() {
        let file = DotEnvFile(path: ".env", bytes: Array("MODEL=".utf8) + [0xC0, 0xAF])
        #expect(throws: SettingsErrors.self) { try Settings.load(environment: [:], dotEnv: file).get() }
    }

    @Test func `of two lines with one name the last counts, aloud`() throws {
        let file = "BURSAR_PORT=1\nBURSAR_PORT=2\n"
        #expect(loaded(file: file)?.server.port == 2)
        #expect(
            warnings(file: file) == [".env:2: BURSAR_PORT is set a second time; this line counts, not .env:1"])
    }

    @Test func `escapes make line breaks, which no variable of ours takes`() {
        #expect(problems(file: #"MODEL="a\nb""#).first?.hasPrefix(#"MODEL is 'a\u{a}b' (.env:1)"#) == true)
        #expect(problems(file: #"MODEL="a\tb""#).first?.hasPrefix(#"MODEL is 'a\u{9}b'"#) == true)
        #expect(problems(file: #"MODEL="a\rb""#).first?.hasPrefix(#"MODEL is 'a\u{d}b'"#) == true)
    }

    @Test func `reads 65,536 bytes and not one more`() {
        let head = "BURSAR_PORT=1\n#"
        let full = head + String(repeating: "x", count: 65_536 - head.utf8.count)
        #expect(loaded(file: full)?.server.port == 1)
        #expect(problems(file: full + "x") == [".env is larger than a .env may be; accepted: at most 65536 bytes"])
    }

    @Test func `the file is read from disk; none is nil, one that cannot be read is an error`() throws {
        var template = Array("/tmp/bursar-dotenv-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            unlink("\(directory)/.env")
            rmdir(directory)
        }
        #expect(try DotEnvFile.read("\(directory)/.env") == nil)
        #expect(throws: POSIXFailure("read", directory, code: EISDIR)) { try DotEnvFile.read(directory) }
        let descriptor = open("\(directory)/.env", O_WRONLY | O_CREAT, 0o600)
        let bytes = Array(("BURSAR_PORT=7\n#" + String(repeating: "x", count: 70_000)).utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        let file = try #require(try DotEnvFile.read("\(directory)/.env"))
        #expect(file.bytes.count == 65_537)
        #expect(Array(bytes.prefix(65_537)) == file.bytes)
    }
}
