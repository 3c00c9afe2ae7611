import Foundation
import Settings
import Testing

// What is written about the settings is made from their table. Where a document differs, the failure shows the text
// it should have.
@Suite struct DocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// `.env.example` as the table has it.
    private static var example: String {
        var text = """
            # Bursar's settings with their defaults. Copy to .env in the working directory; the environment wins over it.
            # NAME=VALUE, 'quoted' or "quoted"; a variable without a value is not set.

            """
        for subject in Variable.Subject.allCases {
            text += "\n# --- \(subject.rawValue) ---\n"
            for variable in Variable.announced where variable.subject == subject {
                text += "\n# \(variable.meaning.replacing("`", with: ""))\n\(variable.name)=\(variable.defaultText)\n"
            }
        }
        return text
    }

    /// The README's table of settings.
    private static var table: String {
        Variable.announced.reduce("| variable | default | meaning |\n|---|---|---|\n") { text, variable in
            let initial = variable.defaultText.isEmpty ? "" : "`\(variable.defaultText)` "
            return text + "| `\(variable.name)` | \(initial)| \(variable.meaning) |\n"
        }
    }

    @Test func `.env.example lists every variable with its default`() throws {
        let text = try String(contentsOf: Self.root.appending(path: ".env.example"), encoding: .utf8)
        #expect(text == Self.example)
    }

    @Test func `.env.example as it stands is the defaults, without a remark`() throws {
        let bytes = try Array(Data(contentsOf: Self.root.appending(path: ".env.example")))
        let file = DotEnvFile(path: ".env.example", bytes: bytes)
        let result = try Settings.load(environment: [:], dotEnv: file).get()
        #expect(result.0 == loaded())
        #expect(result.1 == [])
    }

    @Test func `README.md has the table of settings`() throws {
        let file = Self.root.appending(path: "README.md")
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains(Self.table), "the table it should have:\n\(Self.table)")
    }

    @Test func `the meaning of a variable is one line of a table`() {
        for variable in Variable.announced {
            #expect(
                !variable.meaning.contains("|") && !variable.meaning.contains("\n") && !variable.meaning.hasSuffix("."))
        }
    }
}
