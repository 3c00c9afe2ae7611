import Arguments
import Daemon
import Platform
import Settings

/// `bursar serve`: the daemon.
enum ServeCommand {
    /// Reviews under way may take this long after the first signal; calls that last longer stay held as unresolved.
    private static let graceSeconds = 60

    static let command = Command(
        "serve", summary: "Runs the daemon: receives webhooks, checks the budget, reviews, keeps the books.",
        discussion: """
            Settings come from the environment and from .env in the working directory; .env.example lists them all, and \
            every wrong value is named at the start. Without GITLAB_URL and GITLAB_TOKEN it is a budget service for other \
            bots.

            SIGTERM or SIGINT stops it: it takes no new work, lets reviews under way finish for up to \(graceSeconds) \
            seconds, and closes the books last; what waits is reviewed after the next start. A second signal ends it at \
            once. SIGHUP reads the settings again and puts in force what can change while it runs: the budget, the \
            prices, the log's level.
            """,
        parameters: [],
        examples: [
            .init("bursar serve", "with the settings in .env"),
            .init("TOKEN_DAILY_LIMIT=500000 BURSAR_PORT=9000 bursar serve", "with two of them from the environment"),
        ]
    ) { _ in
        try await CommandSettings.use(for: .daemon) { settings, warnings in
            let log = Log(level: settings.log.level, format: settings.log.format)
            for warning in warnings { log(.warning, "settings", ["remark": warning.description]) }
            let signals = StopSignals()
            let daemon = try Daemon.start(settings, environment: DaemonEnvironment(log: log))
            ReloadSignal.listen {
                switch CommandSettings.again() {
                case .success(let settings): daemon.reload(settings)
                case .failure(let problem):
                    log(.error, "settings were not reloaded", ["error": problem.description])
                }
            }
            let name = await signals.first()
            log(.info, "stopping", ["signal": name])
            await daemon.stop(graceSeconds: graceSeconds)
            return 0
        }
    }
}
