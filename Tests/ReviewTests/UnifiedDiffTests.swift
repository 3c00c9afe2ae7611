import Foundation
import Review
import Testing

@Suite struct UnifiedDiffTests {
    /// What a real diff holds.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let files: Int
        let added: Int
        let removed: Int
        var binary = 0
        var kinds: [FileDiff.Kind: Int] = [:]
        var testDescription: String { name }
    }

    // The counts are those of `git apply --numstat` where git reads the diff.
    static let cases = [
        Case(
            name: "danger-js-github-pr-43k.diff", files: 18, added: 938, removed: 212, kinds: [.added: 4, .deleted: 3]),
        Case(name: "flask-2beedabaafb1.diff", files: 3, added: 159, removed: 8),
        Case(name: "flask-399ac3c54fff.diff", files: 2, added: 29, removed: 10),
        Case(name: "flask-715a9a3e7bd6.diff", files: 6, added: 4, removed: 495, kinds: [.deleted: 4]),
        Case(name: "flask-82c2e0366ce6.diff", files: 13, added: 115, removed: 132),
        Case(name: "gitdiff-file-text-delete.patch", files: 1, added: 0, removed: 200, kinds: [.deleted: 1]),
        Case(name: "gitdiff-new-binary-file.patch", files: 1, added: 0, removed: 0, binary: 1, kinds: [.added: 1]),
        Case(name: "gitdiff-two-files.patch", files: 2, added: 12, removed: 8),
        Case(
            name: "godiff-binary-inline.diff", files: 4, added: 0, removed: 0, binary: 3,
            kinds: [.added: 1, .deleted: 1, .renamed: 1]),
        Case(
            name: "godiff-complicated-filenames.diff", files: 6, added: 1, removed: 0, kinds: [.added: 2, .copied: 4]),
        Case(name: "godiff-delete-empty-file.diff", files: 5, added: 0, removed: 2, kinds: [.deleted: 5]),
        Case(name: "godiff-filemode-change.diff", files: 2, added: 0, removed: 0),
        Case(name: "godiff-hunk-lines-start-with-minuses-pluses.diff", files: 1, added: 2, removed: 2),
        Case(name: "godiff-long-line-svg-355k.diff", files: 3, added: 6, removed: 0, kinds: [.added: 3]),
        Case(name: "godiff-multi-file-minuses-pluses.diff", files: 2, added: 2, removed: 3),
        Case(name: "godiff-multi-file-rename.diff", files: 3, added: 4, removed: 0, kinds: [.renamed: 1]),
        Case(name: "pr-agent-32e8ba331a3c.diff", files: 3, added: 20, removed: 16),
        Case(name: "pr-agent-736c8a695306.diff", files: 21, added: 101, removed: 210),
        Case(name: "pr-agent-f857ea1f220b.diff", files: 4, added: 557, removed: 0, kinds: [.added: 3]),
        Case(name: "reviewdog-no-newline-at-eof.diff", files: 1, added: 2, removed: 1, kinds: [.renamed: 1]),
        Case(name: "reviewdog-unicode-filename.diff", files: 1, added: 2, removed: 1, kinds: [.renamed: 1]),
        Case(name: "unidiff-binary.diff", files: 1, added: 0, removed: 0, binary: 1, kinds: [.added: 1]),
        Case(name: "unidiff-git-cr.diff", files: 1, added: 3, removed: 0, kinds: [.added: 1]),
        Case(name: "unidiff-git-delete.diff", files: 1, added: 0, removed: 10, kinds: [.deleted: 1]),
        Case(name: "unidiff-git-no-prefix.diff", files: 3, added: 9, removed: 3, kinds: [.added: 1, .deleted: 1]),
        Case(name: "unidiff-git-quoted-filename-with-spaces.diff", files: 1, added: 1, removed: 1),
        Case(name: "unidiff-git-rename.diff", files: 3, added: 2, removed: 2, kinds: [.renamed: 3]),
        Case(name: "unidiff-git-small.diff", files: 3, added: 7, removed: 4, kinds: [.added: 1, .deleted: 1]),
        Case(name: "unidiff-git-symlink.diff", files: 1, added: 1, removed: 0, kinds: [.added: 1]),
        Case(name: "unidiff-sample2-multi.diff", files: 2, added: 9, removed: 1),
    ]

    @Test(arguments: cases) func `reads real diffs whole`(_ wanted: Case) throws {
        let files = UnifiedDiff(parsing: try Diffs.bytes(wanted.name)).files
        #expect(files.count == wanted.files)
        #expect(files.reduce(0) { $0 + $1.addedCount } == wanted.added)
        #expect(files.reduce(0) { $0 + $1.removedCount } == wanted.removed)
        #expect(files.count(where: \.isBinary) == wanted.binary)
        var kinds: [FileDiff.Kind: Int] = [:]
        for file in files where file.kind != .modified { kinds[file.kind, default: 0] += 1 }
        #expect(kinds == wanted.kinds)
        for file in files { Self.checkNumbers(file) }
    }

    @Test func `every diff beside the tests has its case`() throws {
        let names = try Diffs.allNames()
        #expect(Set(names) == Set(Self.cases.map(\.name)))
    }

    /// Each side's numbers count up by one from the hunk's beginning, and the counts are those of the lines.
    static func checkNumbers(_ file: FileDiff) {
        for hunk in file.hunks {
            let old = hunk.lines.compactMap(\.oldNumber)
            let new = hunk.lines.compactMap(\.newNumber)
            #expect(old == Array(hunk.oldStart..<(hunk.oldStart + old.count)) || old.isEmpty)
            #expect(new == Array(hunk.newStart..<(hunk.newStart + new.count)) || new.isEmpty)
            #expect((old.count, new.count) == (hunk.oldCount, hunk.newCount))
            for line in hunk.lines {
                #expect((line.oldNumber == nil) == (line.kind == .added))
                #expect((line.newNumber == nil) == (line.kind == .removed))
            }
        }
    }

    @Test(
        arguments: [
            ("unidiff-git-quoted-filename-with-spaces.diff", ["docs/develop/Bug 排查.md"]),
            ("reviewdog-unicode-filename.diff", ["日本語.old.txt > 日本語.new.txt"]),
            (
                "godiff-complicated-filenames.diff",
                [
                    "new empty file with spaces", "new file with text",
                    "existing file with spaces > new file with spaces",
                    "existing file with spaces > new, complicated\nfilenøme",
                    "existing file with spaces > new \"complicated\" filename",
                    "existing \"complicated\" filename > new, simpler filename",
                ]
            ),
            ("unidiff-git-no-prefix.diff", ["file1", "file2", "file3"]),
            ("unidiff-git-rename.diff", ["added > moved", "oldfile > newfile", "onefile > otherfile"]),
            (
                "godiff-delete-empty-file.diff",
                [
                    "Euler 0011/README.txt~", "Euler 0011/Euler0011.cpp", "Euler 0011/README.txt~",
                    "Euler 0011/README.txt", "Euler 0011/README.txt~",
                ]
            ),
            ("reviewdog-no-newline-at-eof.diff", ["nonewline3.old.txt > nonewline3.new.txt"]),
            ("godiff-hunk-lines-start-with-minuses-pluses.diff", [""]),
        ])
    func `knows the names, quoted, moved and without a prefix`(_ name: String, _ paths: [String]) throws {
        let files = UnifiedDiff(parsing: try Diffs.bytes(name)).files
        #expect(files.map { $0.oldPath == $0.newPath ? $0.path : "\($0.oldPath) > \($0.newPath)" } == paths)
    }

    @Test(
        arguments: [
            ("diff --git a/x y b/x y\nold mode 100644\nnew mode 100755\n", "x y", "x y"),
            ("diff --git a/x b/x\n", "x", "x"),
            ("diff --git a/b/c b/b/c\n", "b/c", "b/c"),
            ("diff --git a/x a/x\n", "a/x", "a/x"),
            ("diff --git i/x w/x\n", "x", "x"),
            ("diff --git old.txt new.txt\n--- old.txt\n+++ new.txt\n@@ -1 +1 @@\n-a\n+b\n", "old.txt", "new.txt"),
            ("diff --git a/one b/three\nrename from one\nrename to three\n", "one", "three"),
            ("diff --git \"a/\\\"q\\\\\\t\\001\" \"b/\\\"q\\\\\\t\\001\"\n", "\"q\\\t\u{1}", "\"q\\\t\u{1}"),
            ("diff --git a/x b/x\r\nindex 1..2 100644\r\n--- a/x\r\n+++ b/x\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n", "x", "x"),
            ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "x", "x"),
            (
                "--- linux-1/fs/x.c\t2020-01-01\n+++ linux-2/fs/x.c\t2020-01-02\n@@ -1 +1 @@\n-a\n+b\n", "fs/x.c",
                "fs/x.c"
            ),
            ("--- x.orig\n+++ x\n@@ -1 +1 @@\n-a\n+b\n", "x.orig", "x"),
            ("--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", "x", "x"),
            ("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n", "x", "x"),
            ("Binary files a/x.png and b/x.png differ\n", "x.png", "x.png"),
        ])
    func `tells names from prefixes`(_ text: String, _ old: String, _ new: String) throws {
        let file = try #require(UnifiedDiff(parsing: text).files.first)
        #expect((file.oldPath, file.newPath) == (old, new))
        #expect(UnifiedDiff(parsing: text).files.count == 1)
    }

    @Test func `reads modes, links and submodules`() throws {
        let modes = UnifiedDiff(parsing: try Diffs.bytes("godiff-filemode-change.diff")).files
        #expect(
            modes.map { [$0.path, $0.oldMode, $0.newMode] } == [
                ["sample.sh", "100755", "100644"], ["sample2.sh", "100755", "100644"],
            ])
        let link = try #require(UnifiedDiff(parsing: try Diffs.bytes("unidiff-git-symlink.diff")).files.first)
        #expect((link.oldMode, link.newMode) == ("", "120000"))
        #expect(
            link.hunks[0].lines == [
                DiffLine(kind: .added, text: ".pyenv-wrapper", newNumber: 1, lacksLineBreak: true)
            ])
        let module = UnifiedDiff(parsing: try Diffs.bytes("danger-js-github-pr-43k.diff")).files[3]
        #expect((module.path, module.newMode) == ("externals/metaphysics", "160000"))
    }

    @Test func `content that looks like headers stays content, by the counts`() throws {
        let files = UnifiedDiff(parsing: try Diffs.bytes("godiff-multi-file-minuses-pluses.diff")).files
        #expect(files.map(\.path) == ["comment-last-line.sql", "query.sql"])
        #expect(
            files[1].hunks[0].lines.map(\.text) == [
                "select 1;", "-- this is my query", "select 2;", "select 3;", "-- this is the last line",
                "++ invalid sql comment",
            ])
        let text = """
            --- a/x
            +++ b/x
            @@ -1,3 +1,3 @@
             context
            --- a/y
            -diff --git a/z b/z
            +++ b/y
            +@@ -1 +1 @@
            --- a/real
            +++ b/real
            @@ -1 +1 @@
            -a
            +b

            """
        let tricky = UnifiedDiff(parsing: text).files
        #expect(tricky.map(\.path) == ["x", "real"])
        #expect(
            tricky[0].hunks[0].lines.map(\.text) == [
                "context", "-- a/y", "diff --git a/z b/z", "++ b/y", "@@ -1 +1 @@",
            ])
    }

    @Test func `what stands around a patch is passed over, whatever it says`() {
        let text = """
            From 1234 Mon Sep 17 00:00:00 2001
            Subject: [PATCH] --- a/no

            --- a/quoted/in/message
            +++ b/quoted/in/message
            see the lines above
            rename from nowhere
            ---
             x | 2 +-

            diff --git a/x b/x
            index 1..2 100644
            --- a/x
            +++ b/x
            @@ -1,2 +1 @@ func f()
             a
            -b
            -- \n2.38.1

            """
        let files = UnifiedDiff(parsing: text).files
        #expect(files.map(\.path) == ["x"])
        #expect(files[0].hunks.map(\.section) == ["func f()"])
        #expect(files[0].hunks[0].lines.map(\.text) == ["a", "b"])
    }

    @Test(
        arguments: [
            ("@@ -1,9 +1,9 @@\n a\n-b\n+c\n", ["a", "b", "c"]),
            ("@@ -1 +1 @@\n a\n-b\n+c\n d\n", ["a", "b", "c", "d"]),
            ("@@ -1,9 +1,9 @@\n a\ndiff --git a/x b/x\n", ["a"]),
            ("@@ -1,3 +1,3 @@\n a\n\n c", ["a", "", "c"]),
            ("@@ -1,3 +1,3 @@\n a\n\r\n c\r\n", ["a", "\r", "c\r"]),
            ("@@ -1 +1 @@\n\\ No newline at end of file\n-a\n", []),
        ])
    func `a header that lies makes no line vanish`(_ text: String, _ lines: [String]) throws {
        let file = try #require(UnifiedDiff(parsing: text).files.first)
        #expect(file.hunks[0].lines.map(\.text) == lines)
        Self.checkNumbers(file)
    }

    @Test(arguments: [
        "", "\n", "no diff", "@@ -1 +1", "@@ +1 -1 @@", "@@ -x +1 @@\n+a", "@@ -99999999999999999999 +1 @@\n+a",
        "@@ -1000000001 +1 @@\n+a", "@@", "@@ @@\n a", "--- a\n+++ b\n", "+++ b\n--- a\n@@ -1 +1\n", "Binary files",
        "@@@@@@@@@@@@@@@@@@@@@@@@@@ -1 +1 @@",
    ])
    func `what is no diff has no hunks`(_ text: String) {
        #expect(UnifiedDiff(parsing: text).files.flatMap(\.hunks) == [])
    }

    @Test func `the greatest line number is read`() throws {
        let file = try #require(UnifiedDiff(parsing: "@@ -1000000000 +1000000000 @@\n a\n b").files.first)
        #expect(file.hunks[0].lines.last?.newNumber == 1_000_000_001)
    }

    @Test func `any beginning of any diff and any byte in it are survived`() throws {
        for name in ["godiff-complicated-filenames.diff", "unidiff-git-rename.diff", "unidiff-git-cr.diff"] {
            let bytes = try Diffs.bytes(name)
            for end in bytes.indices { _ = UnifiedDiff(parsing: Array(bytes[..<end])) }
            for place in bytes.indices {
                for byte in [0, 0x0A, 0x22, 0x5C, 0xFF] as [UInt8] {
                    var damaged = bytes
                    damaged[place] = byte
                    for file in UnifiedDiff(parsing: damaged).files { Self.checkNumbers(file) }
                }
            }
        }
    }

    @Test func `a line of 355 KB is one line`() throws {
        let files = UnifiedDiff(parsing: try Diffs.bytes("godiff-long-line-svg-355k.diff")).files
        #expect(files.map(\.path) == ["blah.txt", "foo/bar.svg", "more.txt"])
        #expect(files[1].hunks[0].lines.map { $0.text.utf8.count }.max() == 355_278)
    }

    @Test func `a bare CR is part of its line`() throws {
        let file = try #require(UnifiedDiff(parsing: try Diffs.bytes("unidiff-git-cr.diff")).files.first)
        #expect(file.hunks[0].lines.count == 3)
        #expect(file.hunks[0].lines[0].text.contains("\r"))
    }

    @Test func `a merge's hunks are read against its first parent`() throws {
        let text = """
            diff --cc x
            index 1,2..3
            --- a/x
            +++ b/x
            @@@ -1,4 -1,4 +1,4 @@@ f
              both
            - first
             -second
            ++merged
             +from first
            + from second

            """
        let file = try #require(UnifiedDiff(parsing: text).files.first)
        #expect(file.path == "x" && file.hunks.count == 1 && file.hunks[0].section == "f")
        let hunk = file.hunks[0]
        #expect(hunk.lines.map(\.kind) == [.context, .removed, .removed, .added, .added, .added])
        #expect(hunk.lines.map(\.newNumber) == [1, nil, nil, 2, 3, 4])
    }

    // MARK: - GitLab's form

    @Test(arguments: Diffs.names) func `hunks alone read as the whole diff does`(_ name: String) throws {
        let whole = UnifiedDiff(parsing: try Diffs.bytes(name + ".diff")).files
        let parts = try Diffs.files(name).map { FileDiff($0) }
        #expect(parts.map(\.hunks) == whole.map(\.hunks))
    }

    @Test func `GitLab's flags say what its hunks do not`() {
        let moved = ChangedFile(oldPath: "a", newPath: "b", diff: "@@ -1 +1 @@\n-x\n+y\n", isRenamed: true)
        #expect(FileDiff(moved).kind == .renamed && FileDiff(moved).oldPath == "a" && FileDiff(moved).path == "b")
        let binary = ChangedFile(oldPath: "a", newPath: "a", diff: "Binary files a/a and b/a differ\n", isNew: true)
        #expect(FileDiff(binary).isBinary && FileDiff(binary).kind == .added)
        let deleted = ChangedFile(oldPath: "a", newPath: "", diff: "@@ -1 +0,0 @@\n-x\n", isDeleted: true)
        #expect(FileDiff(deleted).path == "a" && FileDiff(deleted).removedCount == 1)
        #expect(FileDiff(ChangedFile(oldPath: "a", newPath: "a", diff: "")).hunks == [])
    }
}
