import Review
import Testing

@Suite struct PathPatternTests {
    @Test(
        arguments: [
            ("*.lock", ["a.lock", "x/y/a.lock"], ["a.lock.txt", "lock"]),
            ("docs/**", ["docs/a", "docs/a/b.md"], ["docs", "x/docs/a", "docs2/a"]),
            ("**/docs/**", ["docs/a", "x/docs/a", "x/y/docs/a/b"], ["docs", "xdocs/a"]),
            ("**/a.swift", ["a.swift", "x/a.swift", "x/y/a.swift"], ["xa.swift", "x/ba.swift"]),
            ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb", "x/a/b"]),
            ("src/*.c", ["src/a.c"], ["src/x/a.c", "a.c", "x/src/a.c"]),
            ("/a", ["a"], ["x/a"]),
            ("vendor/", ["vendor/a", "x/vendor/b/c"], ["vendor", "xvendor/a"]),
            ("a?c", ["abc", "a日c", "x/abc"], ["ac", "a/c", "abbc"]),
            ("[a-c]x", ["ax", "cx"], ["dx", "x", "Ax"]),
            ("[!a-c]x", ["dx", "-x"], ["ax", "/x", "x"]),
            ("[]]x", ["]x"], ["[x"]),
            ("[c-a]x", [], ["bx"]),
            ("[ab", ["[ab"], ["a"]),
            ("*.{js,ts}", ["a.js", "x/a.ts"], ["a.jsx", "a.{js,ts}"]),
            ("{a,b{c,d}}/x", ["a/x", "bc/x", "bd/x"], ["b/x", "c/x"]),
            ("{a}", ["{a}"], ["a"]),
            ("{,x}y", ["y", "xy"], ["xxy"]),
            ("a{b", ["a{b"], ["ab"]),
            ("\\*", ["*"], ["a"]),
            ("a**b/c", ["ab/c", "axyb/c", "a/x/b/c"], ["a/c"]),
            ("*", ["a", "a/b"], []),
            ("**", ["a", "a/b"], []),
            ("ü*", ["über", "x/ü"], ["uber"]),
        ])
    func `matches these and not those`(_ text: String, _ paths: [String], _ others: [String]) throws {
        let pattern = try PathPattern(text)
        for path in paths { #expect(pattern.matches(path), "\(path)") }
        for path in others { #expect(!pattern.matches(path), "\(path)") }
    }

    @Test func `patterns made to take for ever do not`() throws {
        let path = String(repeating: "a", count: 4000)
        for text in [
            String(repeating: "a*", count: 400) + "b", String(repeating: "**", count: 200) + "b",
            String(repeating: "**/", count: 200) + "b", String(repeating: "*?", count: 300) + "[b]",
        ] {
            #expect(try !PathPattern(text).matches(path))
        }
    }

    @Test func `a pattern has limits`() throws {
        #expect(throws: PathPattern.Failure.empty) { try PathPattern("") }
        #expect(throws: PathPattern.Failure.empty) { try PathPattern("/") }
        _ = try PathPattern(String(repeating: "a", count: PathPattern.bytesMax))
        #expect(throws: PathPattern.Failure.tooLong) {
            try PathPattern(String(repeating: "a", count: PathPattern.bytesMax + 1))
        }
        let choices = (0..<100).map { "\($0)" }.joined(separator: ",")
        #expect(try PathPattern("{\(choices)}").matches("99"))
        #expect(throws: PathPattern.Failure.tooManyAlternatives) { try PathPattern("{\(choices),100}") }
        #expect(throws: PathPattern.Failure.tooManyAlternatives) {
            try PathPattern(String(repeating: "{a,b}", count: 20))
        }
    }

    @Test func `a filter takes what is wanted and not excluded`() throws {
        let filter = try PathFilter(["docs/**", "!docs/api.md"])
        #expect(filter.matches("docs/a.md") && !filter.matches("docs/api.md") && !filter.matches("a.md"))
        let excluding = try PathFilter(["!*.md"])
        #expect(!excluding.matches("a.c"), "a list that only excludes names nothing")
        #expect(excluding.admits("a.c") && !excluding.admits("a.md"))
        #expect(PathFilter.none.admits("a") && !PathFilter.none.matches("a") && PathFilter.none.isEmpty)
        #expect(throws: PatternFailure.self) { try PathFilter(["a", ""]) }
        _ = try PathFilter(Array(repeating: "a", count: PathFilter.patternsMax))
        #expect(throws: PatternFailure.self) {
            try PathFilter(Array(repeating: "a", count: PathFilter.patternsMax + 1))
        }
    }
}
