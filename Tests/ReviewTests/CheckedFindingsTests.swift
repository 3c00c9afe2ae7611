import Review
import Testing

@Suite struct CheckedFindingsTests {
    private func found(_ finding: Finding) -> Place? {
        Changes.checked([finding]).all.first?.place
    }

    /// Path, side, line, quote; then old and new number of the place, nil for none.
    @Test(
        arguments: [
            // Where it was said to be.
            ("src/cache.swift", .new, 14, "let item = items[key]", nil, 14),
            ("src/cache.swift", .new, 14, "  let item =  items[key] ", nil, 14),
            ("src/cache.swift", .new, 14, "+        let item = items[key]", nil, 14),
            ("src/cache.swift", .old, 13, "return items[key]!", 13, nil),
            ("src/cache.swift", .new, 16, "func clear() {", nil, nil),
            ("src/cache.swift", .new, 18, "func clear() {", 16, 18),
            ("src/cache.swift", .old, 16, "func clear() {", 16, 18),
            // Elsewhere in the file: the number gives way to the quote, to the nearest when there are several.
            ("src/cache.swift", .new, 99, "let item = items[key]", nil, 14),
            ("src/cache.swift", .new, 20, "lock.lock()", nil, 13),
            ("src/cache.swift", .new, 40, "lock.lock()", nil, 43),
            ("src/cache.swift", .new, nil, "lock.lock()", nil, 13),
            ("src/cache.swift", .new, 13, "return items[key]!", 13, nil),
            ("src/cache.swift", .old, 13, "let item = items[key]", nil, 14),
            // A part of a line, and the whole line before a part.
            ("src/cache.swift", .new, 15, "items[key]", nil, 14), ("src/cache.swift", .new, 15, "return item", nil, 15),
            ("src/cache.swift", .new, 44, "return item", 41, 44),
            ("src/cache.swift", .new, 45, "return item", nil, 15),
            ("src/cache.swift", .new, 14, "let item = items[key]\n        return item", nil, 14),
            // The names of files.
            ("./src/cache.swift", .new, 14, "let item = items[key]", nil, 14),
            ("b/src/cache.swift", .new, 14, "let item = items[key]", nil, 14),
            ("cache.swift", .new, 14, "let item = items[key]", nil, 14), ("lib/old.rb", .old, 1, "x = 1", 1, nil),
            ("lib/new.rb", .new, 2, "puts x", 2, 2), ("gone.txt", .old, 2, "second", 2, nil),
            ("fresh.txt", .new, 1, "only line", nil, 1),
        ] as [(String, Finding.Side, Int?, String, Int?, Int?)])
    func `a finding goes where its quote stands`(
        _ path: String, _ side: Finding.Side, _ line: Int?, _ quote: String, _ old: Int?, _ new: Int?
    ) throws {
        let finding = Changes.finding(path, side, line: line, quote: quote)
        guard old != nil || new != nil else {
            // Line 16 is a brace; `func clear() {` stands at 18 and is found there.
            #expect(found(finding)?.newLine == 18)
            return
        }
        let place = try #require(found(finding))
        #expect(place.oldLine == old && place.newLine == new)
    }

    @Test func `both names of a file are told as GitLab wants them`() {
        let places = Changes.checked([
            Changes.finding("lib/new.rb", quote: "puts x"), Changes.finding("gone.txt", .old, quote: "first"),
            Changes.finding("fresh.txt", quote: "only line"),
        ]).inline.compactMap(\.place)
        #expect(places.map(\.oldPath) == ["lib/old.rb", "gone.txt", "fresh.txt"])
        #expect(places.map(\.newPath) == ["lib/new.rb", "gone.txt", "fresh.txt"])
    }

    @Test(arguments: [
        ("src/cache.swift", "not there"), ("src/cache.swift", ""), ("src/cache.swift", "\n \n"),
        ("src/cache.swift", "}x"), ("src/cache.swift", "it"), ("other.swift", "lock.lock()"), ("", "lock.lock()"),
        ("e.swift", "lock.lock()"), ("gone.txt", "-"),
    ])
    func `a quote that is not in the change loses its line, never its text`(_ path: String, _ quote: String) {
        let finding = Changes.finding(path, line: 13, quote: quote, text: "kept", replaced: "a", replacement: "b")
        let checked = Changes.checked([finding])
        #expect(checked.inline.isEmpty && checked.listed.count == 1)
        #expect(checked.listed.first?.place == nil && checked.listed.first?.suggestion == nil)
        #expect(checked.listed.first?.finding.text == "kept")
        #expect(checked.listed.first?.finding.line == nil || path != "src/cache.swift")
    }

    @Test func `the worst come first, equals in their order, and no more than the limit get a place`() {
        let findings = [
            Changes.finding(quote: "lock.lock()", severity: .minor, title: "1"),
            Changes.finding(quote: "let item = items[key]", severity: .critical, title: "2"),
            Changes.finding(quote: "nowhere", severity: .critical, title: "3"),
            Changes.finding(quote: "return item", severity: .minor, title: "4"),
            Changes.finding("fresh.txt", quote: "only line", severity: .major, title: "5"),
        ]
        let secret = Changes.finding("lib/new.rb", quote: "x = 2", severity: .critical, kind: .secret, title: "0")
        func titles(_ inlineMax: Int) -> [[String]] {
            let checked = Changes.checked(findings, certain: [secret], inlineMax: inlineMax)
            return [checked.inline.map(\.finding.title), checked.listed.map(\.finding.title)]
        }
        #expect(titles(10) == [["0", "2", "5", "1", "4"], ["3"]])
        #expect(titles(5) == titles(10))
        #expect(titles(4) == [["0", "2", "5", "1"], ["3", "4"]])
        #expect(titles(0) == [[], ["0", "2", "3", "5", "1", "4"]])
        #expect(Changes.checked(findings).all.map(\.finding.title) == ["2", "3", "5", "1", "4"])
    }

    @Test func `one line gets one comment of a kind, with both texts`() {
        let checked = Changes.checked([
            Changes.finding(quote: "let item", severity: .minor, title: "a", text: "A."),
            Changes.finding(quote: "let item = items[key]", severity: .critical, title: "b", text: "B."),
            Changes.finding(quote: "let item = items[key]", kind: .security, title: "c"),
        ])
        #expect(checked.inline.map(\.finding.title) == ["a", "c"])
        #expect(
            checked.inline.first?.finding.text == "A.\n\nb\n\nB." && checked.inline.first?.finding.severity == .critical
        )
    }

    @Test func `the fingerprint is of path, line and kind; not of numbers, words or order`() throws {
        func print(_ finding: Finding, _ files: [FileDiff] = Changes.files) throws -> String {
            try #require(Changes.checked([finding], in: files).all.first).fingerprint
        }
        let one = try print(Changes.finding(line: 14, quote: "let item = items[key]", title: "a"))
        #expect(one.utf8.count == 32)
        #expect(
            try print(Changes.finding(line: 99, quote: "items[key]", severity: .minor, title: "b", text: "c")) == one)
        #expect(try print(Changes.finding(line: 14, quote: "let item = items[key]", kind: .security)) != one)
        #expect(try print(Changes.finding(line: 14, quote: "return item")) != one)
        var moved = Changes.files
        for index in moved[0].hunks[0].lines.indices {
            moved[0].hunks[0].lines[index].newNumber = moved[0].hunks[0].lines[index].newNumber.map { $0 + 7 }
            moved[0].hunks[0].lines[index].text = "\t" + moved[0].hunks[0].lines[index].text
        }
        #expect(try print(Changes.finding(line: 14, quote: "let item = items[key]"), moved) == one)
        moved[0].newPath = "src/other.swift"
        #expect(try print(Changes.finding("src/other.swift", quote: "let item = items[key]"), moved) != one)
        // Two lines of the same text.
        let first = Changes.finding(line: 13, quote: "lock.lock()")
        let second = Changes.finding(line: 43, quote: "lock.lock()")
        let both = Changes.checked([first, second]).inline
        let reversed = Changes.checked([second, first]).inline
        #expect(Set(both.map(\.fingerprint)).count == 2)
        #expect(
            Dictionary(uniqueKeysWithValues: both.map { ($0.place?.newLine, $0.fingerprint) })
                == Dictionary(uniqueKeysWithValues: reversed.map { ($0.place?.newLine, $0.fingerprint) }))
    }

    @Test(arguments: Diffs.names) func `on real changes every line is found by its own words`(_ name: String) throws {
        let files = UnifiedDiff(parsing: try Diffs.text(name)).files
        for file in files {
            for line in file.hunks.flatMap(\.lines) where line.kind != .context {
                let side: Finding.Side = line.kind == .added ? .new : .old
                let number = line.newNumber ?? line.oldNumber
                let finding = Changes.finding(file.path, side, line: number, quote: line.text)
                let place = CheckedFindings([finding], in: [file], inlineMax: 1, hash: testHash).all.first?.place
                let isBlank = line.text.allSatisfy(\.isWhitespace)
                #expect(place == nil ? isBlank : place?.newLine == line.newNumber && place?.oldLine == line.oldNumber)
            }
        }
    }

    @Test func `a secret on an added line is a finding of its own, and tells nothing of its value`() throws {
        let key = ["gl", "pat-x9Kf3mQ7vLp2WzR8tYb4"].joined()
        let text = """
            --- a/a.py
            +++ b/a.py
            @@ -1,2 +1,3 @@
             old = "\(key)"
            -removed = "\(key)"
            +token = "\(key)"
            +b = 1

            """
        let (file, secrets) = SecretScanner().redacted(try #require(UnifiedDiff(parsing: text).files.first))
        let findings = Finding.secrets(secrets, in: file)
        #expect(findings.map(\.line) == [2] && findings[0].title == "A secret in the code: GitLab token")
        let checked = CheckedFindings(certain: findings, [], in: [file], inlineMax: 10, hash: testHash)
        #expect(checked.inline.first?.place?.newLine == 2)
        #expect(!"\(file)\(checked)".contains(key) && file.hunks[0].lines.count == 4)
    }

    @Test(arguments: [Finding.secretsPerFileMax, Finding.secretsPerFileMax + 3])
    func `a file full of secrets tells how many it has`(_ count: Int) throws {
        let lines = (1...count).map { DiffLine(kind: .added, text: "PASSWORD=tr4um5chiff", newNumber: $0) }
        let file = FileDiff(
            oldPath: ".env", newPath: ".env", kind: .added,
            hunks: [DiffHunk(oldStart: 0, oldCount: 0, newStart: 1, newCount: count, lines: lines)])
        let (redacted, secrets) = SecretScanner().redacted(file)
        let findings = Finding.secrets(secrets, in: redacted)
        #expect(findings.count == Finding.secretsPerFileMax)
        #expect(findings.last?.text.contains("has 3 more") == (count > Finding.secretsPerFileMax))
        let checked = CheckedFindings(certain: findings, [], in: [redacted], inlineMax: 100, hash: testHash)
        #expect(checked.inline.map { $0.place?.newLine } == (1...20).map { $0 })
        #expect(Set(checked.inline.map(\.fingerprint)).count == 20)
    }
}
