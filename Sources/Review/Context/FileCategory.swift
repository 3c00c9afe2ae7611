/// What a file is for, by its path. In the order in which a review gains by seeing it.
public enum FileCategory: String, Sendable, CaseIterable, Comparable {
    /// What runs in production, and whatever is not known as something else.
    case production
    /// Builds, deployments, settings.
    case configuration
    /// Tests.
    case test
    /// Prose.
    case documentation
    /// Data, texts for translation.
    case data

    /// The category of the file at `path`.
    public init(path: String) {
        self = CategoryTable.paths.first(for: PathParts(path)).map { CategoryTable.rows[$0].category } ?? .production
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Whether `left` is worth more to a review than `right`.
    public static func < (left: FileCategory, right: FileCategory) -> Bool { left.rank < right.rank }
}

/// Which paths belong to which category; the first row that matches decides.
enum CategoryTable {
    static let paths = PathTable(rows.map(\.matches))

    static let rows: [(category: FileCategory, matches: PathTraits)] = [
        (
            .test,
            PathTraits(
                names: ["conftest.py", "jest.config.js", "vitest.config.ts"],
                endings: [
                    "_test.go", "_test.py", "_test.rb", "_spec.rb", ".test.js", ".test.jsx", ".test.ts", ".test.tsx",
                    ".test.mjs", ".spec.js", ".spec.jsx", ".spec.ts", ".spec.tsx", "Test.java", "Tests.java", "IT.java",
                    "Test.kt", "Tests.kt", "Tests.swift", "Test.php", "Tests.cs", "Test.cs", "_test.cc", "_test.cpp",
                    "_unittest.cc", "_test.dart", "_test.exs", "_test.rs", ".feature", ".cy.ts", ".cy.js",
                ],
                beginnings: ["test_"],
                folders: [
                    "test", "tests", "Tests", "__tests__", "spec", "specs", "testdata", "fixtures", "__mocks__",
                    "testing", "e2e", "cypress",
                ])
        ),
        (
            .data,
            PathTraits(
                endings: [
                    ".csv", ".tsv", ".jsonl", ".ndjson", ".geojson", ".po", ".pot", ".xlf", ".xliff", ".strings",
                    ".ipynb", ".log",
                ],
                folders: ["locales", "locale", "i18n", "translations"])
        ),
        (
            .configuration,
            PathTraits(
                names: [
                    "Dockerfile", "Makefile", "Jenkinsfile", "Vagrantfile", "Procfile", "CODEOWNERS", "package.json",
                    "go.mod", "Cargo.toml", "Gemfile", "pom.xml", "CMakeLists.txt", "BUILD", "WORKSPACE",
                    ".gitlab-ci.yml", "requirements.txt", "constraints.txt", "requirements-dev.txt", ".gitignore",
                    ".gitattributes", ".dockerignore", ".editorconfig",
                ],
                endings: [
                    ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".tf", ".hcl", ".gradle", ".kts",
                    ".cmake", ".bazel", ".nix", ".env", ".mk", ".dockerfile",
                    ".json", ".xml",
                ],
                folders: [".github", ".gitlab", ".ci"])
        ),
        (
            .documentation,
            PathTraits(
                names: ["LICENSE", "NOTICE", "AUTHORS", "CHANGELOG", "COPYING", "CONTRIBUTORS"],
                endings: [".md", ".mdx", ".rst", ".adoc", ".txt", ".org", ".tex", ".pod", ".rdoc"],
                folders: ["docs", "doc", "documentation"])
        ),
    ]
}
