import JSON
import Testing

@Suite(.disabled(if: Calendar.isNearMidnight, "today would end while the tests speak of it")) struct `bursar cleanup` {
    private static let expired = [
        "daily-summaries/2020-01-31.json", "daily-summaries/2020-02-01.json", "token-logs/2020-01.csv",
    ]
    /// What is not old enough, and what is none of ours.
    private static let kept = [
        "daily-summaries/\(Calendar.today).json", "daily-summaries/notes.txt", "token-logs/2020-13.csv",
        "token-logs/2020-01.csv.bak", HandMadeBooks.file, "token-logs/\(Calendar.previousMonth).csv",
    ]

    private static func books() throws -> Folder {
        let folder = try Folder()
        for name in expired + kept { try folder.write("data/tokens/" + name, contents(name)) }
        return folder
    }

    /// A month without a row, or the file's own name.
    private static func contents(_ name: String) -> String {
        name == "token-logs/2020-01.csv" ? HandMadeBooks.header : "\(name)\n"
    }

    /// What is left of a month of which the rows are gone.
    private static let carried = "data/tokens/state/carried/2020-01.jsonl"

    private static func below(_ directory: String, _ names: [String]) -> [String] {
        names.map { "\(directory)/\($0)" }.sorted()
    }

    @Test func `a dry run shows what would go, and leaves it`() async throws {
        let folder = try Self.books()
        let before = folder.files
        let ending = try await Program.run("cleanup", "--dry-run", in: folder)
        #expect(
            ending.output == """
                2020-01-31.json
                2020-02-01.json
                2020-01.csv
                2 daily summaries and 1 monthly log would be deleted.

                """)
        #expect(ending.status == 0)
        #expect(folder.files == before)
    }

    @Test(arguments: [
        ("table", "2 daily summaries and 1 monthly log deleted.\n"),
        ("json", "{\n  \"summaries_deleted\": 2,\n  \"logs_deleted\": 1\n}\n"),
        ("csv", "summaries_deleted,logs_deleted\n2,1\n"),
    ])
    func `what is too old goes, and nothing else`(format: String, text: String) async throws {
        let folder = try Self.books()
        let ending = try await Program.run("cleanup", "--format", format, in: folder)
        #expect(ending.output == text)
        #expect(ending.complaint.isEmpty)
        #expect(ending.status == 0)
        #expect(folder.files == (Self.below("data/tokens", Self.kept) + [Self.carried]).sorted())
        let again = try await Program.run("cleanup", "--format", "json", in: folder)
        #expect(try JSONValue(parsing: Array(again.output.utf8)) == ["summaries_deleted": 0, "logs_deleted": 0])
    }

    @Test func `with an archive it is moved there as it was`() async throws {
        let folder = try Self.books()
        let environment = ["TOKEN_ARCHIVE_DIR": "old"]
        let dryRun = try await Program.run("cleanup", "--dry-run", environment: environment, in: folder)
        #expect(dryRun.output.hasSuffix("\n2 daily summaries and 1 monthly log would be moved to old.\n"))
        let ending = try await Program.run("cleanup", environment: environment, in: folder)
        #expect(ending.output == "2 daily summaries and 1 monthly log moved to old.\n")
        #expect(
            folder.files
                == (Self.below("data/tokens", Self.kept) + [Self.carried] + Self.below("old", Self.expired)).sorted())
        for name in Self.expired { #expect(folder.text(of: "old/\(name)") == Self.contents(name)) }
    }

    @Test func `a file that the archive has with other content stays, and that is a failure`() async throws {
        let folder = try Self.books()
        try folder.write("old/token-logs/2020-01.csv", "other rows\n")
        let ending = try await Program.run(
            "cleanup", "--format", "json", environment: ["TOKEN_ARCHIVE_DIR": "old"], in: folder)
        #expect(try JSONValue(parsing: Array(ending.output.utf8)) == ["summaries_deleted": 2, "logs_deleted": 0])
        #expect(ending.complaint.contains("Error: archive data/tokens/token-logs/2020-01.csv: another file is at"))
        #expect(ending.status == 1)
        #expect(folder.text(of: "data/tokens/token-logs/2020-01.csv") == HandMadeBooks.header)
    }

    @Test func `the current and the previous period stay, however short the retention is`() async throws {
        let folder = try Self.books()
        let ending = try await Program.run(
            "cleanup",
            environment: ["TOKEN_SUMMARY_RETENTION_DAYS": "1", "TOKEN_LOG_RETENTION_DAYS": "1"], in: folder)
        #expect(ending.status == 0)
        #expect(folder.files == (Self.below("data/tokens", Self.kept) + [Self.carried]).sorted())
    }

    @Test func `a folder without books is said to be one`() async throws {
        let ending = try await Program.run("cleanup", "--data-dir", "nowhere", in: try Folder())
        #expect(ending.complaint == "Warning: there are no books in 'nowhere' yet.\n")
        #expect(ending.output == "0 daily summaries and 0 monthly logs deleted.\n")
        #expect(ending.status == 0)
    }
}
