import Testing

// The linter finds what it is for, and nothing where there is nothing.
@Suite struct LinterTests {
    private func swift(_ text: String, target: String = "Daemon") -> Repository.File {
        Repository.File(path: "Sources/\(target)/File.swift", text: text)
    }

    @Test(arguments: [
        ("let a = try! b()", [1]),
        ("// try!\nlet a = \"try!\"\n/* try! /* try! */ try! */ let b = 1", []),
        ("let a = \"\"\"\n    try!\n    \"quoted\" \\\"\"\"\n    try!\n    \"\"\"\ntry! b()", [6]),
        ("let a = #\"\\\"#; try! b()", [1]),
        ("let a = \"\\\\\"; try! b()", [1]),
        ("let a = \"\\\"\"; try! b() // x", [1]),
        ("let a = #\"\"\"\n\"\"\" try!\n\"\"\"#\n\ntry! c()", [5]),
        ("try? a()\ntry b()", []),
    ])
    func `a call counts in code, not in comments and texts`(_ source: String, _ lines: [Int]) throws {
        let call = try #require(BannedCall.all.first { $0.text == "try!" })
        #expect(call.lines(in: swift(source)) == lines)
    }

    @Test func `a comment is prose, a text is not`() {
        let file = swift("let a = \"x y\" // x y\n/* x y\n*/ let b = 1 // \"x y\"\nlet c = \"\"\"\n x y\n\"\"\"\n")
        #expect(Repository.File.numbers(of: file.prose, holding: "x y") == [1, 2, 3])
        #expect(Repository.File.numbers(of: file.lines, holding: "x y") == [1, 2, 3, 5])
        #expect(Repository.File.numbers(of: file.code, holding: "x y") == [])
    }

    @Test func `a call may be banned in some targets only`() throws {
        let call = try #require(BannedCall.all.first { $0.text == "Int(text" })
        #expect(call.lines(in: swift("Int(text)", target: "HTTPWire")) == [1])
        #expect(call.lines(in: swift("Int(text)", target: "Demo")) == [])
    }

    @Test(arguments: [
        (
            "import A\npublic import B\n@testable import C\n    internal import D\nimport struct E.F",
            ["A", "B", "C", "D", "E"]
        ),
        ("// import A\nlet text = \"\"\"\n    import B\n    \"\"\"\nlet importance = 1", []),
        ("@preconcurrency public import A", ["A"]),
    ])
    func `finds imports`(_ source: String, _ modules: [String]) {
        #expect(imports(of: swift(source)) == modules)
    }

    @Test func `reads the arrows of a manifest`() {
        let manifest = Manifest(
            """
            library("A"),
            library("B", ["A"], resources: [.copy("x")]),
            library(
                "C",
                [
                    "A", "B",
                ]),
            library("D", resources: [.copy("x")]),
            tests("B", ["B", "A"]),
            .executableTarget(
                name: "e", dependencies: ["C"], swiftSettings: settings),
            """)
        #expect(
            manifest.imports == [
                "A": [], "B": ["A"], "C": ["A", "B"], "D": [], "BTests": ["A", "B"], "e": ["C"],
            ])
    }

    @Test(
        arguments: [
            ("// It is locked.\nfinal class A: @unchecked Sendable {}", [], 1),
            ("final class A: @unchecked Sendable {}", [1], 1),
            ("// Why.\n\nnonisolated(unsafe) var a = 1", [3], 1),
            ("let a = \"@unchecked Sendable\"", [], 0),
        ] as [(String, [Int], Int)])
    func `asks for the reason of an escape hatch`(_ source: String, _ lines: [Int], _ count: Int) {
        let found = unreasonedHatches(in: swift(source))
        #expect(found.lines == lines)
        #expect(found.count == count)
    }
}
