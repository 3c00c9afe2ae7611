import Arguments
import Glibc
import Platform

/// The program: reads the command line and hands over to one of the commands.
@main
enum Bursar {
    static let version = "0.1.0"
    /// The day of the version, for the manual page.
    static let date = "2026-11-21"

    static let program: Program = Program(
        name: "bursar", summary: "A code-review bot for GitLab whose token budget cannot be overspent.",
        version: version,
        commands: [
            ServeCommand.command, DemoCommand.command, StatusCommand.command, ReportCommand.command,
            ForecastCommand.command, EstimateCommand.command, ExportCommand.command, ChargebackCommand.command,
            WhyCommand.command, BudgetsListCommand.command, BudgetsSetCommand.command, BudgetsCommand.remove,
            BudgetsCommand.grant, BudgetsReplayCommand.command, TeamsCommand.list, TeamsCommand.set,
            TeamsCommand.remove, PricesCommand.command, ResolveCommand.command, VerifyCommand.command,
            CleanupCommand.command, DoctorCommand.command, ShellCommands.completion, ShellCommands.manual,
        ])

    /// For the tests: what the commands are called, and what is wrong with their declarations.
    static var commandNames: [String] { program.commands.map(\.name) }
    static var declarationFaults: [String] { program.commands.flatMap(\.declarationFaults) }

    static func main() async {
        // A reader that goes away must end a write with EPIPE, not the daemon.
        signal(SIGPIPE, SIG_IGN)
        let status = await program.run(
            Array(CommandLine.arguments.dropFirst()), output: Console.print, complaint: Console.complain)
        exit(status)
    }
}
