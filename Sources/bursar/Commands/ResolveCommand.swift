import Arguments
import Budget
import Daemon
import JSON
import Ledger
import Platform
import Settings
import Terminal

/// `bursar resolve`: an operator ends an unresolved hold.
enum ResolveCommand {
    private static let id = Parameter<String>(
        argument: "id", help: "The reservation, as 'bursar status' names it.", accepted: "a reservation's id",
        parse: { $0.isEmpty ? nil : $0 })
    private static let tokens = Parameter<TokenUsage?>(
        option: "--tokens", value: "in,out", help: "What the call used: input and output tokens.",
        accepted: "two whole numbers with a comma between them"
    ) { text in
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let input = OperatorOptions.count(parts[0]),
            let output = OperatorOptions.count(parts[1])
        else { return nil }
        return try? TokenUsage(inputTokens: input, outputTokens: output)
    }
    private static let release = Parameter<Bool>(
        flag: "--release", help: "The call used nothing: give its tokens back.")

    static let command = Command(
        "resolve", summary: "Settles or releases a reservation whose outcome is unknown.",
        discussion: """
            A call that was cut off stays held at full size until its period ends. When you know from the provider what \
            it used, say so with --tokens; when it certainly used nothing, with --release. Both are in the audit log with \
            author and reason. A running daemon is asked over HTTP, with BURSAR_API_TOKEN; without one the books are \
            opened.
            """,
        parameters: [id, tokens, release] + OperatorOptions.all + [
            OutputFormat.parameter, CommandSettings.dataDirectory,
        ],
        examples: [
            .init(
                "bursar resolve r-01jf3k9x2m0000000000000000 --tokens 12450,1823 --reason bill", "book what it used"),
            .init(
                "bursar resolve r-01jf3k9x2m0000000000000000 --release --reason 'never sent'", "give its tokens back"),
        ]
    ) { values in
        guard (values[tokens] != nil) != values[release] else {
            Console.complain("Error: say what the call used: either --tokens IN,OUT or --release\n")
            return UsageError.exitStatus
        }
        return try await OperatorOptions.use(values) { desk, note in
            show(try await desk.resolve(values[id], usage: values[tokens], note), values)
        }
    }

    private static func show(_ answer: JSONValue, _ values: Values) {
        let used = values[tokens]
        switch values[OutputFormat.parameter] {
        case .json: Console.print(String(decoding: answer.prettyBytes, as: UTF8.self))
        case .csv:
            Console.print(
                Rows(
                    columns: [
                        .init("id"), .init("state"), .init("input_tokens", isNumber: true),
                        .init("output_tokens", isNumber: true),
                    ],
                    rows: [
                        [
                            values[id], used == nil ? "released" : "settled", String(used?.inputTokens ?? 0),
                            String(used?.outputTokens ?? 0),
                        ]
                    ]
                ).csv)
        case .table:
            let what =
                used.map {
                    "settled with \(grouped($0.inputTokens)) input and \(grouped($0.outputTokens)) output tokens"
                }
                ?? "released"
            Console.print("\(values[id]) is \(what).\n")
        }
    }
}
