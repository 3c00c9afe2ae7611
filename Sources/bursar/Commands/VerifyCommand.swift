import Arguments
import Daemon
import JSON
import Ledger
import Platform
import Settings
import Terminal

/// `bursar verify`: checks the books and, when asked, repairs them.
enum VerifyCommand {
    private static let repair = Parameter<Bool>(
        flag: "--repair",
        help: "Mend what can be mended, keeping a copy of every file that is changed. Stop the daemon first.")

    static let command = Command(
        "verify", summary: "Checks the books: rows, sums, summaries and the journal.",
        discussion: """
            Reads everything and changes nothing; safe beside a running daemon. Exits 1 when something is wrong, each \
            finding with its file and line. A repair never lowers a counter: where rows are lost, what the journal or a \
            summary knows of them stays counted.
            """,
        parameters: [repair, OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init("bursar verify", "what is wrong, if anything"),
            .init("bursar verify --repair", "mend it, after the daemon was stopped"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            var configuration = LedgerConfiguration(settings)
            configuration.directory = values[CommandSettings.dataDirectory] ?? configuration.directory
            let now = TimeSource.system.now()
            if values[repair] {
                let report = try Progress.during("Mending the books") { progress in
                    try Verifier(configuration, calls: progress.calls).repair(at: now, author: SystemUser.name)
                }
                for action in report.actions { Console.complain("Repaired: \(action)\n") }
                for copy in report.copies { Console.complain("A copy is kept: \(copy)\n") }
            }
            let findings = try Progress.during("Checking the books") { progress in
                try Verifier(configuration, calls: progress.calls).check(at: now)
            }
            show(findings, as: values[OutputFormat.parameter])
            return findings.isEmpty ? 0 : 1
        }
    }

    private static func show(_ findings: [Finding], as format: OutputFormat) {
        let rows = Rows(
            columns: [.init("check", .exact), .init("place", .exact), .init("finding", .prose)],
            rows: findings.map { [$0.check.rawValue, $0.place, $0.message] })
        switch format {
        case .json:
            let list = findings.map { finding -> JSONValue in
                [
                    "check": .string(finding.check.rawValue), "place": .string(finding.place),
                    "finding": .string(finding.message),
                ]
            }
            let value: JSONValue = ["is_sound": .bool(findings.isEmpty), "findings": .array(list)]
            Console.print(String(decoding: value.prettyBytes, as: UTF8.self))
        case .csv: Console.print(rows.csv)
        case .table:
            if findings.isEmpty { Console.print("The books are sound.\n") } else { Console.print(table: rows) }
        }
    }
}
