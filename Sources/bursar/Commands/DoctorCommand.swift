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
        let checks = await examine(directory: values[CommandSettings.dataDirectory])
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
        case .table: Console.print(text(checks))
        }
    }

    private static func text(_ checks: [Check]) -> String {
        let width = checks.map(\.name.count).max() ?? 0
        var text = ""
        for check in checks {
            let name = check.name + String(repeating: " ", count: width - check.name.count)
            text += "\(pad(check.state.rawValue))  \(name)  \(line(check.seen))\n"
            if !check.advice.isEmpty {
                text += "\(pad(""))  \(String(repeating: " ", count: width))  \(line(check.advice))\n"
            }
        }
        let counts = Check.State.allCases.map { state in "\(checks.count { $0.state == state }) \(state.rawValue)" }
        return text + counts.joined(separator: ", ") + "\n"
    }

    /// Text from outside cannot move the cursor or break the line.
    private static func line(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    private static func pad(_ word: String) -> String { word + String(repeating: " ", count: 7 - word.count) }
}
