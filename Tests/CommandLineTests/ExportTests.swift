import JSON
import Testing

@Suite struct `bursar export` {
    private static let rows = """
        year,month,day,time,project_id,project_name,mr_iid,username,input_tokens,output_tokens,total_tokens,model,\
        duration_ms,cache_write_tokens,cache_read_tokens,cost_usd,price_id,estimated_tokens,agent,command,session_id,\
        usage_id
        2025,12,1,09:15:32,42,backend-api,7,zoë,1200,300,1500,claude-sonnet-5-5,900,0,600,0.008100,sonnet,1600,\
        reviewer,review,platform/backend-api!7,u-00000000000000000000000001
        2025,12,31,23:59:59,43,"a,b",,'=cmd,10,5,15,m,90,0,0,,,,security,review,"g/a,b",u-00000000000000000000000002

        """

    private func exported(_ arguments: String..., from folder: Folder? = nil) async throws -> Program.Ending {
        try await Program(
            ["export"] + arguments + Self.december, environment: ["TOKEN_LOG_RETENTION_DAYS": "36500"],
            in: try folder ?? self.folder()
        ).ending()
    }

    private func folder() throws -> Folder {
        let folder = try Folder()
        try folder.write("books/token-logs/2025-12.csv", Self.rows)
        return folder
    }

    private static let december = [
        "--from", "2025-12-01", "--to", "2025-12-31", "--data-dir", "books",
    ]

    @Test func `a whole month comes out as it stands in the books`() async throws {
        let ending = try await exported()
        #expect(ending.output == Self.rows)
        #expect(ending.complaint == "2025-12-01 to 2025-12-31: 2 records\n")
        #expect(ending.status == 0)
    }

    @Test func `Excel gets a byte order mark, and a decimal comma where it is asked for`() async throws {
        let ending = try await exported("--excel", "--decimal-comma", "--user", "zoë")
        let lines = ending.output.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.count == 3)
        #expect(lines.first?.hasPrefix("\u{FEFF}year;month;") == true)
        #expect(
            lines.dropFirst().first
                == "2025;12;1;09:15:32;42;backend-api;7;zoë;1200;300;1500;claude-sonnet-5-5;900;0;600;0,008100;sonnet;1600;reviewer;review;platform/backend-api!7;u-00000000000000000000000001"
        )
        let refusal = try await exported("--decimal-comma")
        #expect(refusal.status == 2)
    }

    @Test func `JSON repeats the period`() async throws {
        let ending = try await exported("--format", "json")
        let value = try JSONValue(parsing: Array(ending.output.utf8))
        #expect(value["from"]?.string == "2025-12-01" && value["to"]?.string == "2025-12-31")
        #expect(value["records"]?.array?.map { $0["total_tokens"]?.integer } == [1500, 15])
        #expect(value["records"]?.array?.last?["username"]?.string == "=cmd")
    }

    @Test func `a table is for people`() async throws {
        let ending = try await exported("--format", "table")
        let lines = ending.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 3 && lines[0].hasPrefix("time                  project               mr_iid  username"))
        #expect(lines[1].contains("2025-12-01T09:15:32Z  platform/backend-api  7       zoë"))
        #expect(lines[1].contains("  1,500  0.008100  claude-sonnet-5-5  "))
        #expect(ending.complaint == "2025-12-01 to 2025-12-31: 2 records\n")
    }

    @Test(arguments: [(10_000, 0), (10_001, 1)])
    func `a table has a limit, which is said`(count: Int, status: Int32) async throws {
        let folder = try Folder()
        let row = Self.rows.split(separator: "\n")[1].split(separator: ",").dropLast().joined(separator: ",")
        let text = (0..<count).map { "\(row),u-\($0)\n" }.joined()
        try folder.write("books/token-logs/2025-12.csv", HandMadeBooks.header + text)
        let ending = try await exported("--format", "table", from: folder)
        #expect(ending.status == status)
        #expect(ending.output.isEmpty == (status == 1))
        #expect(ending.complaint.contains("10,001 records are too many for a table of at most 10,000") == (status == 1))
    }

    @Test func `a period that begins before what is kept is an error, not a shorter file`() async throws {
        let ending = try await Program.run(
            "export", "--from", "2020-01-01", "--data-dir", "books", in: try folder())
        #expect(ending.status == 1)
        #expect(ending.output.isEmpty)
        #expect(
            ending.complaint.hasPrefix(
                "Error: records of 2020-01-01 are no longer kept (TOKEN_LOG_RETENTION_DAYS=365); the earliest day"))
    }

    @Test(arguments: [["report"], ["export"], ["budgets", "replay", "--limit", "1"]])
    func `a period that ends before it begins is refused`(_ command: [String]) async throws {
        let folder = try Folder()
        let ending = try await Program(
            command + ["--from", "2025-12-02", "--to", "2025-12-01"], in: folder
        ).ending()
        #expect(ending.status == 2 && ending.output.isEmpty)
        #expect(ending.complaint.contains("Error: --from 2025-12-02 is after --to 2025-12-01\n"))
        let day = try await Program(command + ["--from", "2025-12-02", "--to", "2025-12-02"], in: folder).ending()
        #expect(day.status != 2)
    }

    @Test func `a damaged line is named, and the others are written`() async throws {
        let folder = try Folder()
        try folder.write("books/token-logs/2025-12.csv", Self.rows + "garbage\n")
        let ending = try await exported(from: folder)
        #expect(ending.output == Self.rows)
        #expect(ending.complaint.contains("token-logs/2025-12.csv:4: "))
    }
}
