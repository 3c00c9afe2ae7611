import Arguments
import Daemon
import Doctor
import Foundation
import JSON
import Platform
import Prices
import Settings
import Terminal

/// `bursar doctor`: looks at everything an installation needs and says what to do.
enum DoctorCommand {
    static let command = Command(
        "doctor", summary: "Checks settings, GitLab, hooks, the model, clock and disk; says what to do.",
        discussion: """
            Looks at everything, also when something fails, and changes nothing: no note is posted, no lock is taken, no \
            paid call is made. Projects are those of GITLAB_PROJECTS and of the reviews of this month and the last. Run it in the daemon's \
            directory as the daemon's user. Exits 1 when a check failed; warnings are no failures.
            """,
        parameters: [OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init("bursar doctor", "before the first start, and whenever reviews stay away"),
            .init("bursar doctor --format json", "for a program"),
        ]
    ) { values in
        let checks = await Progress.during("Looking at GitLab, the model and the disk") {
            await examine(directory: values[CommandSettings.dataDirectory])
        }
        show(checks, as: values[OutputFormat.parameter])
        return checks.contains { $0.state == .failed } ? 1 : 0
    }

    private static func examine(directory: String?) async -> [Check] {
        let file: DotEnvFile?
        var checks: [Check] = []
        do { file = try DotEnvFile.read(".env") } catch {
            file = nil
            checks.append(Doctor.unreadableSettings("\(error)"))
        }
        let environment = ProcessInfo.processInfo.environment
        switch Settings.load(environment: environment, dotEnv: file) {
        case .success(let (settings, warnings)):
            checks += Doctor.settingsCheck(warnings)
            return checks + (await doctor(settings, directory).examine())
        case .failure(let errors):
            checks += Doctor.settingsChecks(errors)
            guard case .success(let (settings, _)) = Settings.load(environment: environment, dotEnv: file, for: .books)
            else { return checks }
            return checks + (await doctor(settings, directory).examineHome())
        }
    }

    private static func doctor(_ settings: Settings, _ directory: String?) -> Doctor {
        var settings = settings
        settings.books.dataDirectory = directory ?? settings.books.dataDirectory
        return Doctor(settings: settings, prices: try? PriceTable.inForce(file: settings.model.pricesFile))
    }

    private static func show(_ checks: [Check], as format: OutputFormat) {
        switch format {
        case .json:
            let list = checks.map { check -> JSONValue in
                [
                    "check": .string(check.name), "state": .string(check.state.rawValue), "seen": .string(check.seen),
                    "advice": .string(check.advice),
                ]
            }
            let value: JSONValue = [
                "is_well": .bool(!checks.contains { $0.state == .failed }), "checks": .array(list),
            ]
            Console.print(String(decoding: value.prettyBytes, as: UTF8.self))
        case .csv:
            Console.print(
                Rows(
                    columns: [.init("check"), .init("state"), .init("seen"), .init("advice")],
                    rows: checks.map { [$0.name, $0.state.rawValue, $0.seen, $0.advice] }
                ).csv)
        case .table: Console.print(text(checks, width: Console.tableWidth))
        }
    }

    private static func text(_ checks: [Check], width: Int?) -> String {
        let column = checks.map(\.name.displayWidth).max() ?? 0
        // Beside the state and the name; below 20 columns nothing is gained by wrapping.
        let room = width.map { max(20, $0 - column - 11) } ?? .max
        var text = ""
        for check in checks {
            let name = check.name + String(repeating: " ", count: column - check.name.displayWidth)
            let sentences = [check.seen, check.advice].filter { !$0.isEmpty }
            for (index, line) in sentences.flatMap({ wrappedText($0.harmless, width: room) }).enumerated() {
                let start =
                    index == 0 ? "\(pad(check.state.rawValue))  \(name)" : String(repeating: " ", count: column + 9)
                text += "\(start)  \(line)\n"
            }
        }
        let counts = Check.State.allCases.map { state in "\(checks.count { $0.state == state }) \(state.rawValue)" }
        return text + counts.joined(separator: ", ") + "\n"
    }

    private static func pad(_ word: String) -> String { word + String(repeating: " ", count: 7 - word.count) }
}
