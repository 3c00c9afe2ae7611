import Arguments
import Budget
import Daemon
import Ledger
import Platform
import Prices
import Settings

/// What every command that changes the books by hand takes: why, and who says so.
enum OperatorOptions {
    static let reason = Parameter<String?>(
        option: "--reason", value: "text", help: "Why; it is kept in the audit log. Needed.",
        accepted: "a few words", parse: { $0.isEmpty ? nil : $0 })
    static let optionalReason = Parameter<String?>(
        option: "--reason", value: "text", help: "Why; it is kept in the audit log.",
        accepted: "a few words", parse: { $0.isEmpty ? nil : $0 })
    static let author = Parameter<String?>(
        option: "--author", value: "name", help: "Who says so. (default: the system user)", accepted: "a name",
        parse: { $0.isEmpty ? nil : $0 })

    static var all: [any CommandParameter] { [reason, author] }
    /// For what the definition itself says enough about.
    static var withOptionalReason: [any CommandParameter] { [optionalReason, author] }

    /// A whole number of digits alone; nil for anything else.
    static func count(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return Int(text)
    }

    /// Runs `body` at the desk of the books that `values` and the settings name. Exit status 0, or 2 without a reason,
    /// unless `fallback` is one.
    static func use(
        _ values: Values, reason fallback: String? = nil,
        _ body: (OperatorDesk, OperatorNote) async throws -> Void
    ) async throws -> Int32 {
        guard let reason = fallback == nil ? values[reason] : values[optionalReason] ?? fallback else {
            Console.complain("Error: --reason is missing: say in a few words why, for the audit log\n")
            return UsageError.exitStatus
        }
        return try await CommandSettings.use(for: .books) { settings, _ in
            var configuration = LedgerConfiguration(settings)
            configuration.directory = values[CommandSettings.dataDirectory] ?? configuration.directory
            let logs = LedgerLayout(directory: configuration.directory).logs
            guard case .success = FileCalls.system.status(logs) else {
                Console.complain(
                    "Error: there are no books in '\(configuration.directory)' yet: run this in the daemon's directory, "
                        + "or name its books with --data-dir. The daemon's first start makes them.\n")
                return 1
            }
            let desk = OperatorDesk(
                configuration, prices: try PriceTable.inForce(file: settings.model.pricesFile),
                apiToken: settings.server.apiToken?.revealed, log: Log(level: .warning))
            try await body(desk, OperatorNote(author: values[author] ?? SystemUser.name, reason: reason))
            return 0
        }
    }
}
