import Testing

/// The tables of the reporting commands on terminals and elsewhere.
@Suite struct `Tables of the commands` {
    private static let commands: [[String]] = [
        ["status"], ["report", "--by", "project"] + december, ["report", "--by", "user,model,day"] + december,
        ["forecast"], ["prices"], ["chargeback", "--month", "2025-12"],
        ["budgets", "replay", "--limit", "2000"] + december, ["why", "shop/app!1"], ["verify"],
        ["cleanup", "--dry-run"],
    ]
    private static let december = ["--from", "2025-12-01", "--to", "2025-12-31"]

    /// Books with rows of `count` projects, some with wide and hostile names.
    private func books(_ count: Int) throws -> Folder {
        let folder = try Folder()
        guard count > 0 else { return folder }
        let names = ["app", "支付系统", "rocket-🚀", "a-very-long-name-of-a-project-that-nobody-would-type-twice"]
        var text = HandMadeBooks.header
        for number in 0..<count {
            let name = "\(names[number % names.count])-\(number)"
            text +=
                "2025,12,\(number % 28 + 1),09:15:32,42,\(name),7,用户\(number % 9),120000,300,120300,claude-sonnet-5-5,900,0,0,"
                + "1.234567,p,,reviewer,review,shop/\(name)!7,\n"
        }
        try folder.write("data/tokens/token-logs/2025-12.csv", text)
        return folder
    }

    private static func columns(_ line: some StringProtocol) -> Int {
        line.reduce(0) { $0 + ($1.unicodeScalars.contains { $0.value > 0x2E80 } ? 2 : 1) }
    }

    /// Every command with much and with nothing on a narrow terminal, some on wider ones.
    private static let views: [(command: [String], count: Int, width: Int)] =
        commands.map { ($0, 1000, 40) } + commands.map { ($0, 0, 40) }
        + [1, 2, 4, 5, 6].flatMap { [(commands[$0], 1000, 80), (commands[$0], 1, 80), (commands[$0], 1000, 200)] }

    @Test(arguments: views)
    func `fit the terminal, whatever is in the books`(command: [String], count: Int, width: Int) async throws {
        let folder = try books(count)
        let shown = try await Terminal.run(
            command, environment: ["TERM": "xterm", "NO_COLOR": "1", "TOKEN_LOG_RETENTION_DAYS": "36500"],
            in: folder, columns: width)
        #expect(!shown.isEmpty)
        #expect(!shown.contains("\u{1B}"))
        for line in shown.split(separator: "\r\n") { #expect(Self.columns(line) <= width, "\(line)") }
    }

    @Test func `colour the bars of the budgets, and nothing of the colours is left in the text`() async throws {
        let folder = try books(1)
        let shown = try await Terminal.run(["budgets", "list"], environment: ["TERM": "xterm"], in: folder)
        #expect(shown.contains("[\u{1B}[32m"))
        #expect(!shown.replacing("\u{1B}[32m", with: "").replacing("\u{1B}[0m", with: "").contains("[32m"))
        let narrow = try await Terminal.run(
            ["budgets", "list"], environment: ["TERM": "xterm"], in: folder, columns: 70)
        #expect(narrow.contains("Not shown for lack of room: ") && narrow.contains("\u{1B}[0m"))
    }

    @Test func `are whole and plain in a pipe`() async throws {
        let folder = try books(1000)
        let report = try await Program(["report"] + Self.december, in: folder).ending()
        let lines = report.output.split(separator: "\n")
        #expect(lines.count == 1002 && !report.output.contains("…"))
        #expect(lines[0].hasSuffix("avg_duration_ms"))
        #expect(lines.dropFirst().prefix(1000).allSatisfy { $0.contains("  120,300  ") && $0.contains("  1.234567  ") })
        #expect(Set(lines.prefix(1001).map(Self.columns)).count == 1)
        let csv = try await Program(["report", "--format", "csv"] + Self.december, in: folder).ending()
        #expect(csv.output.contains(",120300,") && !csv.output.contains("120,300"))
    }
}
