import Foundation
import JSON
import Testing

@Suite struct `bursar estimate` {
    private static let diff = """
        diff --git a/app.py b/app.py
        index 1111111..2222222 100644
        --- a/app.py
        +++ b/app.py
        @@ -1,3 +1,4 @@ def main():
             start()
        -    stop()
        +    if ready():
        +        stop()
             return 0
        diff --git a/yarn.lock b/yarn.lock
        index 1111111..2222222 100644
        --- a/yarn.lock
        +++ b/yarn.lock
        @@ -1,2 +1,2 @@
         a
        -b@1
        +b@2

        """

    private func folder(_ diff: String = Self.diff) throws -> Folder {
        let folder = try Folder()
        try folder.write("change.diff", diff)
        try folder.write("letter.txt", "Dear all,\n\nno change here.\n")
        try folder.write("coloured.diff", "\u{1B}[1mdiff --git a/a b/a\u{1B}[m\n\u{1B}[31m-a\u{1B}[m\n")
        return folder
    }

    @Test func `says file by file what a review would cost, as JSON`() async throws {
        let ending = try await Program.run(
            "estimate", "change.diff", "--format", "json",
            environment: ["MODEL_LADDER": "claude-opus-5-5:0.5,claude-haiku-5-5:0.1"], in: try folder())
        #expect(ending.status == 0 && ending.complaint.isEmpty)
        let json = try JSONValue(parsing: Array(ending.output.utf8))
        #expect(json["files"]?.array?.map { $0["path"]?.string } == ["app.py", "yarn.lock"])
        #expect(json["files"]?.array?.map { $0["action"]?.string } == ["keep", "drop"])
        #expect(json["files"]?.array?.last?["reason"]?.string == "lockfile")
        #expect(json["model"]?.string == "claude-opus-5-5")
        #expect(
            json["models"]?.array?.map { $0["model"]?.string }
                == ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"])
        #expect(json["budget"]?["remaining"]?.integer == 1_000_000)
        #expect(json["budget"]?["decision"]?.string == "allow")
    }

    @Test func `as a table and as CSV too, and from standard input`() async throws {
        let folder = try folder()
        let csv = try await Program.run("estimate", "change.diff", "--format=csv", in: folder)
        #expect(csv.output.hasPrefix("path,action,tokens,shown_tokens,reason\napp.py,keep,"))
        #expect(csv.output.split(separator: "\n").count == 3)
        let table = try await Program.run("estimate", "change.diff", in: folder)
        #expect(table.output.contains("\nyarn.lock  drop ") && table.output.contains("claude-sonnet-5-5"))
        #expect(table.output.contains("budget: allow; 1,000,000 tokens left"))
        // The tests' standard input is empty: a change of nothing.
        let empty = try await Program.run("estimate", "-", "--format", "json", in: folder)
        #expect(empty.status == 0 && empty.complaint.contains("standard input is empty: there is nothing to review"))
        #expect(try JSONValue(parsing: Array(empty.output.utf8))["files"]?.array == [])
    }

    @Test func `through a link and from a pipe, as from the file itself`() async throws {
        let folder = try folder()
        let expected = try await Program.run("estimate", "change.diff", "--format", "csv", in: folder).output
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link.diff", withDestinationPath: "change.diff")
        let linked = try await Program.run("estimate", "link.diff", "--format", "csv", in: folder)
        #expect(linked.status == 0 && linked.output == expected, "\(linked.complaint)")
        for name in ["-", "/dev/stdin"] {
            let piped = try await Program(
                ["-c", "cat change.diff | '\(Program.path)' estimate \(name) --format csv"], in: folder,
                executable: "/bin/sh"
            ).ending()
            #expect(piped.status == 0 && piped.output == expected, "\(name): \(piped.complaint)")
        }
    }

    @Test func `exit status 3 when the budget says no, and nothing is written`() async throws {
        let folder = try folder()
        let ending = try await Program.run(
            "estimate", "change.diff", "--format", "json", environment: ["TOKEN_DAILY_LIMIT": "9000"], in: folder)
        #expect(ending.status == 3)
        #expect(try JSONValue(parsing: Array(ending.output.utf8))["budget"]?["decision"]?.string == "block")
        #expect(folder.files == ["change.diff", "coloured.diff", "letter.txt"])
        for environment in [
            ["TOKEN_DAILY_LIMIT": "9000", "TOKEN_BUDGET_ENFORCEMENT": "warn"],
            ["TOKEN_DAILY_LIMIT": "9000", "TOKEN_BUDGET_ENABLED": "false"],
        ] {
            #expect(try await Program.run("estimate", "change.diff", environment: environment, in: folder).status == 0)
        }
    }

    @Test func `a checkout's own rules apply, and what is wrong with them is said`() async throws {
        let folder = try folder()
        try folder.write(".bursar.json", "{\"ignore\": [\"app.py\"], \"include\": [\"yarn.lock\"], \"colour\": 1}")
        let ending = try await Program.run(
            "estimate", "change.diff", "--project", ".", "--format", "json", in: folder)
        let json = try JSONValue(parsing: Array(ending.output.utf8))
        #expect(json["files"]?.array?.map { $0["action"]?.string } == ["drop", "keep"])
        #expect(ending.complaint.contains("Warning: `.bursar.json`, `colour`: is not known"))
    }

    @Test func `a path cannot write on the terminal`() async throws {
        let diff = Self.diff.replacing("a/app.py b/app.py", with: "\"a/\\033[31mx.py\" \"b/\\033[31mx.py\"")
        let ending = try await Program.run("estimate", "change.diff", in: try folder(diff))
        #expect(ending.output.contains("⟦U+001B⟧[31mx.py") && !ending.output.contains("\u{1B}"))
    }

    @Test(
        arguments: [
            ([], 2, "either a file (or -) or --mr is needed, and not both"),
            (["change.diff", "--mr", "https://x/a/b/-/merge_requests/1"], 2, "and not both"),
            (["missing.diff"], 1, "the diff cannot be read: 'missing.diff': No such file or directory\n"),
            (["."], 1, "the diff cannot be read: '.': Is a directory; name a file with a diff"),
            (
                ["letter.txt"], 1,
                "'letter.txt' names no changed file; a diff as 'git diff' or 'diff -u' writes it is needed\n"
            ),
            (["coloured.diff"], 1, "is needed, without colours: 'git diff --no-color'\n"),
            (["change.diff", "letter.txt"], 2, "unexpected argument 'letter.txt'"),
            (["change.diff", "--project", "nowhere"], 1, "--project 'nowhere' is no directory"),
            (
                ["--mr", "https://gitlab.example.com/a/b/-/merge_requests/1"], 1,
                "--mr needs GITLAB_URL and GITLAB_TOKEN"
            ),
        ] as [([String], Int32, String)])
    func `what cannot be estimated is said`(_ arguments: [String], _ status: Int32, _ words: String) async throws {
        let ending = try await Program(["estimate"] + arguments, in: try folder()).ending()
        #expect(ending.status == status && ending.complaint.contains(words), "\(ending.complaint)")
    }

    @Test(arguments: [
        "https://gitlab.example.com/b/-/merge_requests/1", "https://other.example.com/a/b/-/merge_requests/1",
        "https://gitlab.example.com/a/b/-/merge_requests/x", "https://gitlab.example.com/a/b/-/issues/1",
        "https://gitlab.example.com/a/b/-/merge_requests/12abc",
    ])
    func `only a merge request of GITLAB_URL is asked for`(_ address: String) async throws {
        let ending = try await Program.run(
            "estimate", "--mr", address,
            environment: ["GITLAB_URL": "https://gitlab.example.com", "GITLAB_TOKEN": "t"], in: try Folder())
        #expect(ending.status == 1 && ending.complaint.contains("is no merge request of GITLAB_URL"))
    }
}
