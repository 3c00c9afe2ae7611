import Alerts
import Ledger
import Platform
import Queue
import Reports
import Settings
import Synchronization
import UTCTime

extension DashboardRoutes {
    /// The dashboard of a daemon.
    init(
        _ settings: Settings, environment: DaemonEnvironment, access: APIAccess, ledger: Ledger, queue: ReviewQueue,
        prices: PricesInForce, usage: WarmUsage, forecasts: ForecastCache, alerts: AlertDesk
    ) {
        let annotations = AnnotationFile(
            directory: settings.books.dataDirectory, randomness: environment.randomness)
        let news = Counter()
        // A record is news when its row is certain; the page that is fetched then has it.
        let observation = ledger.observeRecords { _ in news.increase() }
        books = DashboardBooks(
            usage: usage, ledger: ledger, queue: queue, prices: prices, annotations: annotations,
            webBase: settings.gitlab.map { Self.webBase($0.url) }, forecasts: forecasts)
        self.alerts = alerts
        let desk = SignInDesk(randomness: environment.randomness, now: environment.time.now)
        self.access = DashboardAccess(token: settings.server.apiToken?.revealed, desk: desk)
        gate = SignInGate()
        now = environment.time.now
        log = environment.log
        hub = EventHub(now: environment.time.now) { [now, forecasts] in
            _ = observation
            return [
                news.value, ledger.revision, forecasts.revision, UInt64(queue.journalByteCount),
                UInt64(queue.counts.running),
                annotations.revision, UInt64(alerts.unreadCount),
                UInt64(alerts.raisedCounts.values.reduce(0, +)), UInt64(bitPattern: now().seconds / 60),
            ]
        }
        forecasts.prepare(now())
    }

    /// Where people look at GitLab: the base of the API without its path.
    private static func webBase(_ url: String) -> String {
        var base = url[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        if base.hasSuffix("/api/v4") { base = base.dropLast(7) }
        return String(base)
    }
}

/// Counts up.
private final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)
    var value: UInt64 { count.load(ordering: .acquiring) }
    func increase() { count.add(1, ordering: .acquiringAndReleasing) }
}
