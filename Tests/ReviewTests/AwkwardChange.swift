import Review
import Testing

/// A merge request in a shape that wastes tokens when it is sent as it is, with what is to become of its files.
struct AwkwardChange: Sendable, CustomTestStringConvertible {
    /// What is to become of a file.
    struct Fate: Sendable, Equatable {
        let action: FileDecision.Action
        let reason: OmittedFile.Reason?

        static let kept = Fate(action: .keep, reason: nil)
        static func dropped(_ reason: OmittedFile.Reason) -> Fate { Fate(action: .drop, reason: reason) }
        static func trimmed(_ reason: OmittedFile.Reason) -> Fate { Fate(action: .trim, reason: reason) }
    }

    let testDescription: String
    let candidates: [Candidate]
    var attributes = ""
    /// Paths and what is to become of them; files that are not named may be kept or not.
    let fates: [String: Fate]
    /// Percent of the tokens that are to be saved at least.
    let savedMin: Int
    /// Texts that must not be bought.
    var unwanted: [String] = []

    var rules: ContextRules { ContextRules(attributes: GitAttributes(parsing: attributes)) }
}

extension AwkwardChange {
    private static func real(_ name: String) throws -> [Candidate] {
        UnifiedDiff(parsing: try Diffs.bytes(name)).files.map(Candidate.init)
    }

    private static func file(_ path: String, _ lines: [String], isNew: Bool = true) -> Candidate {
        let text = "@@ -\(isNew ? "0,0" : "1,1") +1,\(lines.count) @@\n" + lines.map { "+\($0)\n" }.joined()
        return Candidate(ChangedFile(oldPath: path, newPath: path, diff: text, isNew: isNew))
    }

    private static func code(_ name: String, _ count: Int) -> [String] {
        (0..<count).map { "    \(name)_\($0) = compute(\(name), index=\($0), scale=0.\($0))" }
    }

    private static func base64(_ count: Int) -> String { String(repeating: "iVBORw0KGgoAAAANSUhEUg", count: count) }

    static func all() throws -> [AwkwardChange] {
        [
            AwkwardChange(
                testDescription: "lock files beside a real change",
                candidates: try real("flask-82c2e0366ce6.diff")
                    + ["uv.lock", "web/pnpm-lock.yaml", "go.sum", "ios/Podfile.lock"].map { path in
                        file(path, (0..<400).map { "  resolution: {integrity: sha512-\($0)\(base64(3))==}" })
                    },
                fates: [
                    "uv.lock": .dropped(.lockfile), "web/pnpm-lock.yaml": .dropped(.lockfile),
                    "go.sum": .dropped(.lockfile), "ios/Podfile.lock": .dropped(.lockfile),
                    "src/flask/app.py": .kept, "tests/test_basic.py": .kept,
                ], savedMin: 80, unwanted: ["sha512-"]),
            AwkwardChange(
                testDescription: "a line of 355 KB", candidates: try real("godiff-long-line-svg-355k.diff"),
                fates: [:], savedMin: 95),
            AwkwardChange(
                testDescription: "a real change with a snapshot, a schema and a submodule",
                candidates: try real("danger-js-github-pr-43k.diff"),
                fates: [
                    "lib/containers/__tests__/__snapshots__/gene-tests.js.snap": .dropped(.snapshot),
                    "lib/containers/gene.js": .kept,
                ], savedMin: 5),
            AwkwardChange(
                testDescription: "bundles that only their lines give away",
                candidates: [
                    file(
                        "public/assets/main.js",
                        (0..<40).map { _ in String(repeating: "!function(e){var t={};", count: 90) }),
                    file("public/assets/site.css", (0..<40).map { _ in String(repeating: ".a{color:red}", count: 60) }),
                    file("src/main.ts", code("main", 30), isNew: false),
                ],
                fates: [
                    "public/assets/main.js": .dropped(.minified), "public/assets/site.css": .dropped(.minified),
                    "src/main.ts": .kept,
                ], savedMin: 90, unwanted: ["!function(e)"]),
            AwkwardChange(
                testDescription: "vendored trees, one by its folder and one by .gitattributes",
                candidates: (0..<20).map { file("third_party/zlib/f\($0).c", code("z\($0)", 80)) }
                    + (0..<20).map { file("ext/lua/l\($0).c", code("l\($0)", 80)) }
                    + [file("src/app.c", code("app", 60), isNew: false)],
                attributes: "ext/** linguist-vendored\n",
                fates: [
                    "third_party/zlib/f3.c": .dropped(.vendored), "ext/lua/l3.c": .dropped(.vendored),
                    "src/app.c": .kept,
                ], savedMin: 90),
            AwkwardChange(
                testDescription: "only deletions", candidates: try real("flask-715a9a3e7bd6.diff"), fates: [:],
                savedMin: 50),
            AwkwardChange(
                testDescription: "a whole file removed", candidates: try real("gitdiff-file-text-delete.patch"),
                fates: [:], savedMin: 95),
            AwkwardChange(
                testDescription: "only white space, which is a change in Python",
                candidates: [
                    Candidate(
                        ChangedFile(
                            oldPath: "a.py", newPath: "a.py",
                            diff: "@@ -1,40 +1,40 @@\n" + code("x", 40).map { "-\($0)\n" }.joined()
                                + code("x", 40).map { "+    \($0)\n" }.joined()))
                ],
                fates: ["a.py": .kept], savedMin: 0),
            AwkwardChange(
                testDescription: "only modes", candidates: try real("godiff-filemode-change.diff"), fates: [:],
                savedMin: 95),
            AwkwardChange(
                testDescription: "generated, by a header and by .gitattributes",
                candidates: [
                    file(
                        "api/client.rs",
                        ["// This file was generated by openapi. Do not edit by hand; do not modify."] + code("c", 300)),
                    file("schema/types.ts", code("t", 300), isNew: false),
                    file("docs/cli.md", code("d", 20), isNew: false), file("src/lib.rs", code("lib", 60), isNew: false),
                ],
                attributes: "schema/*.ts linguist-generated=true\ndocs/cli.md -linguist-generated\n",
                fates: [
                    "api/client.rs": .dropped(.generated), "schema/types.ts": .dropped(.generated),
                    "docs/cli.md": .kept, "src/lib.rs": .kept,
                ], savedMin: 80),
            AwkwardChange(
                testDescription: "what protoc wrote, in five languages",
                candidates: [
                    file(
                        "proto/user.proto", (0..<40).map { "  optional string field_\($0) = \($0 + 1);" }, isNew: false)
                ]
                    + [
                        "gen/user.pb.go", "py/user_pb2.py", "py/user_pb2_grpc.py", "js/user_pb.js",
                        "swift/user.pb.swift",
                        "cc/user.pb.cc", "cc/user.pb.h",
                    ].map { file($0, code("g", 250)) },
                fates: [
                    "proto/user.proto": .kept, "gen/user.pb.go": .dropped(.generated),
                    "py/user_pb2_grpc.py": .dropped(.generated), "swift/user.pb.swift": .dropped(.generated),
                ], savedMin: 90),
            AwkwardChange(
                testDescription: "migrations, with the rows they load",
                candidates: [
                    file(
                        "db/migrations/0042_orders.sql",
                        (0..<30).map { "ALTER TABLE orders ADD COLUMN c\($0) integer NOT NULL DEFAULT \($0);" }),
                    file("app/migrations/0007_auto.py", code("m", 40)),
                    file("db/seeds/cities.csv", (0..<3000).map { "\($0),City \($0),DE,\($0 * 7).\($0),true" }),
                ],
                fates: [
                    "db/migrations/0042_orders.sql": .kept, "app/migrations/0007_auto.py": .kept,
                    "db/seeds/cities.csv": .trimmed(.data),
                ], savedMin: 80),
            AwkwardChange(
                testDescription: "notebooks",
                candidates: [
                    file(
                        "notebooks/training.ipynb",
                        ["{", " \"cells\": ["] + code("n", 60).map { "    \"\($0)\\n\"," }
                            + (0..<8).map { _ in "      \"image/png\": \"\(base64(3000))\"" }),
                    file("notebooks/small.ipynb", code("s", 20).map { "    \"\($0)\\n\"," }, isNew: false),
                    file("train.py", code("train", 40), isNew: false),
                ],
                fates: [
                    "notebooks/small.ipynb": .kept, "train.py": .kept, "notebooks/training.ipynb": .dropped(.minified),
                ],
                savedMin: 90, unwanted: ["iVBORw0KGgo"]),
            AwkwardChange(
                testDescription: "translations",
                candidates: ["de", "fr", "ja", "zh_CN"].map { language in
                    file(
                        "locale/\(language)/messages.po",
                        (0..<500).flatMap {
                            ["#: src/app.py:\($0)", "msgid \"Message \($0)\"", "msgstr \"\(language) 訳文 \($0)\"", ""]
                        })
                } + [file("src/app.py", code("app", 40), isNew: false)],
                fates: ["src/app.py": .kept, "locale/ja/messages.po": .trimmed(.data)], savedMin: 70),
            AwkwardChange(
                testDescription: "pictures as text and as bytes",
                candidates: [
                    file(
                        "img/logo.svg",
                        ["<svg><path d=\"" + String(repeating: "M1.5 2.25L3 4", count: 4000) + "\"/></svg>"]),
                    file("index.html", code("h", 20), isNew: false),
                ] + (try real("unidiff-binary.diff")) + (try real("godiff-binary-inline.diff")),
                fates: ["img/logo.svg": .dropped(.binary), "index.html": .kept], savedMin: 90,
                unwanted: ["M1.5 2.25"]),
        ]
    }
}
