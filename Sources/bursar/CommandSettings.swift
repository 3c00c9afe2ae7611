import Arguments
import Daemon
import Foundation
import Glibc
import Ledger
import Platform
import Settings

/// The settings as every command reads them: `.env` in the working directory, the environment over it.
enum CommandSettings {
    /// Runs `body` with the settings, or names everything that is wrong with them and ends with exit status 2.
    static func use(
        for purpose: Settings.Purpose, _ body: (Settings, [SettingsWarning]) async throws -> Int32
    ) async throws -> Int32 {
        let file: DotEnvFile?
        do { file = try DotEnvFile.read(".env") } catch {
            Console.complain("Error: the settings file cannot be read: \(error)\n")
            return UsageError.exitStatus
        }
        switch Settings.load(environment: ProcessInfo.processInfo.environment, dotEnv: file, for: purpose) {
        case .success(let (settings, warnings)):
            do { return try await body(settings, warnings) } catch let error as PricesFileError {
                // A setting like the others: a supervisor must not start it again and again.
                Console.complain("Error: \(error)\n")
                return UsageError.exitStatus
            }
        case .failure(let errors):
            for problem in errors.problems { Console.complain("Error: \(problem)\n") }
            return UsageError.exitStatus
        }
    }

    /// The settings of the daemon as they are now, for a reload. The environment is that of the start; `.env` may differ.
    static func again() -> Result<Settings, Unreadable> {
        let file: DotEnvFile?
        do { file = try DotEnvFile.read(".env") } catch { return .failure(Unreadable(description: "\(error)")) }
        switch Settings.load(environment: ProcessInfo.processInfo.environment, dotEnv: file, for: .daemon) {
        case .success(let (settings, _)): return .success(settings)
        case .failure(let errors):
            return .failure(Unreadable(description: errors.problems.map { "\($0)" }.joined(separator: "; ")))
        }
    }

    /// Why settings cannot be used.
    struct Unreadable: Error {
        let description: String
    }

    /// `--data-dir`, the same for every command that reads the books.
    static let dataDirectory = Parameter<String?>(
        option: "--data-dir", value: "dir", help: "The directory of the books, instead of TOKEN_DATA_DIR.",
        accepted: "a path", hint: .directory, parse: { $0.isEmpty ? nil : $0 })

    /// Says so when `directory` has no books: a slip in its name would look like a day without a call.
    static func remarkMissingBooks(in directory: String) {
        let logs = LedgerLayout(directory: directory).logs
        if case .failure(let failure) = FileCalls.system.status(logs), failure.code == ENOENT {
            Console.complain("Warning: there are no books in '\(directory)' yet.\n")
        }
    }

    /// The daily budget as the daemon has it that holds the books of `directory` open; nil without one. Says so when there
    /// is one that does not answer: then the limits shown are those of this command's own settings.
    static func ruleInForce(in directory: String) async -> DaemonRule? {
        let answer = await DaemonRule.ask(directory)
        if case .silent(let reason) = answer {
            Console.complain("Warning: \(reason); the daily limit is that of this command's own settings.\n")
        }
        return answer.rule
    }

    /// `--no-color`.
    static let noColour = Parameter<Bool>(flag: "--no-color", help: "No colour, also on a terminal.")
}
