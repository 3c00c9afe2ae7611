import Arguments
import Budget
import Daemon
import Foundation
import JSON
import Ledger
import Platform
import Settings
import Terminal

/// `bursar estimate`: what a review would cost, before anything is spent.
enum EstimateCommand {
    private static let file = Parameter<String?>(
        optionalArgument: "file", help: "The diff, as 'git diff' or 'diff -u' write it; - is standard input.",
        accepted: "a path, or -", hint: .file, parse: { $0.isEmpty ? nil : $0 })
    private static let mergeRequest = Parameter<String?>(
        option: "--mr", value: "url", help: "A merge request of GITLAB_URL in place of a file, read with GITLAB_TOKEN.",
        accepted: "the address of a merge request", parse: { $0.isEmpty ? nil : $0 })
    private static let project = Parameter<String?>(
        option: "--project", value: "dir",
        help: "A checkout whose .bursar.json and .gitattributes apply to the file's diff.",
        accepted: "a path", hint: .directory, parse: { $0.isEmpty ? nil : $0 })

    /// The exit status when the budget says no.
    private static let blockedStatus: Int32 = 3

    static let command = Command(
        "estimate", summary: "Says what a review would cost, file by file, before anything is spent.",
        discussion: """
            Shows what would be kept, trimmed or left out of the diff and why, the likely tokens, the cost at MODEL and \
            at each model of MODEL_LADDER, and what today's budget says. No model is called. Exit status 3 means that \
            the budget would block the review.
            """,
        parameters: [
            file, mergeRequest, project, OutputFormat.parameter, CommandSettings.dataDirectory,
        ],
        examples: [
            .init("git diff main | bursar estimate -", "the change you are about to push"),
            .init(
                "bursar estimate --mr https://gitlab.example.com/a/b/-/merge_requests/12",
                "a merge request, before anybody asks for its review"),
        ]
    ) { values in
        guard (values[file] == nil) != (values[mergeRequest] == nil) else {
            throw UsageError(
                message: "either a file (or -) or --mr is needed, and not both",
                usage: "bursar estimate [<options>] <file>", help: "bursar estimate --help")
        }
        return try await CommandSettings.use(for: .estimate) { settings, _ in
            var configuration = LedgerConfiguration(settings)
            configuration.directory = values[CommandSettings.dataDirectory] ?? configuration.directory
            let now = TimeSource.system.now()
            let rule = await CommandSettings.ruleInForce(in: configuration.directory)
            let snapshot = try configuration.snapshot(at: now, under: rule)
            for problem in snapshot.problems { Console.complain("Warning: \(problem)\n") }
            let service = try EstimateService(
                settings, learned: LearnedTokens(directory: configuration.directory).current, at: now)
            let report: EstimateReport
            if let address = values[mergeRequest] {
                report = try await Progress.during("Asking GitLab for the merge request") {
                    try await service.report(
                        onMergeRequestAt: address, gitlab: settings.gitlab,
                        environment: DaemonEnvironment(log: Log(level: .error, now: TimeSource.system.now)),
                        dataDirectory: configuration.directory, budgets: EstimateBudgets(snapshot, at: now))
                }
            } else {
                let (input, rules) = (DiffInput(path: values[file] ?? "-"), try projectFiles(values[project]))
                let bytes = try input.bytes()
                report = service.report(onDiff: bytes, files: rules, budgets: EstimateBudgets(snapshot, at: now))
                if report.isEmpty {
                    guard bytes.isBlank else {
                        throw EstimateService.Failure(
                            description:
                                "\(input.name) names no changed file; a diff as 'git diff' or 'diff -u' writes it "
                                + "is needed"
                                + (bytes.hasColours ? ", without colours: 'git diff --no-color'" : ""))
                    }
                    Console.complain("Warning: \(input.name) is empty: there is nothing to review.\n")
                }
            }
            show(report, values)
            return report.isBlocked ? blockedStatus : 0
        }
    }

    private static func show(_ report: EstimateReport, _ values: Values) {
        let files = Rows(
            columns: [
                .init("path"), .init("action", .exact), .init("tokens", .number),
                .init("shown_tokens", .number), .init("reason", .prose),
            ], rows: report.fileRows)
        switch values[OutputFormat.parameter] {
        case .json:
            Console.print(String(decoding: report.json.prettyBytes, as: UTF8.self))
            for remark in report.remarks { Console.complain("Warning: \(remark)\n") }
        case .csv:
            Console.print(files.csv)
            for remark in report.remarks { Console.complain("Warning: \(remark)\n") }
        case .table:
            let models = Rows(
                columns: [
                    .init("model"), .init("input_tokens", isNumber: true), .init("cost_usd", isNumber: true),
                ], rows: report.modelRows)
            for table in [files, models] {
                Console.print(table: table)
                Console.print("\n")
            }
            Console.print(prose: report.summary.map { $0 + "\n" }.joined())
        }
    }

    /// What the checkout at `directory` says about its reviews.
    private static func projectFiles(_ directory: String?) throws -> EstimateService.ProjectFiles {
        var files = EstimateService.ProjectFiles()
        guard let directory else { return files }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw EstimateService.Failure(description: "--project '\(directory)' is no directory; name a checkout")
        }
        let contents = try EstimateService.ProjectFiles.paths.map { path -> [UInt8]? in
            guard case .success = FileCalls.system.status("\(directory)/\(path)") else { return nil }
            return try FileCalls.system.contents(of: "\(directory)/\(path)", limit: 1 << 20)
        }
        (files.configuration, files.attributes, files.duoInstructions) = (contents[0], contents[1], contents[2])
        return files
    }
}
