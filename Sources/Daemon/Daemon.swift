package import Alerts
import Budget
import Digest
import Dispatch
import Foundation
import GitLab
package import HTTPClient
import HTTPServer
import HTTPWire
import Ledger
package import Platform
import Prices
import Queue
package import Reports
import Review
package import Settings
import Synchronization
import UTCTime

/// What the daemon takes from the world around it; tests put their own in its place.
package struct DaemonEnvironment: Sendable {
    /// The clocks.
    package var time: TimeSource
    /// The way to GitLab and to the model.
    package var transport: any HTTPTransport
    /// The log.
    package var log: Log
    /// Waits some seconds between tries.
    package var sleep: @Sendable (Double) async throws -> Void
    /// 64 random bits.
    package var randomness: @Sendable () -> UInt64

    /// The world as it is, but for what is given.
    package init(
        time: TimeSource = .system, transport: any HTTPTransport = URLSessionTransport(), log: Log,
        sleep: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) },
        randomness: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        self.time = time
        self.transport = transport
        self.log = log
        self.sleep = sleep
        self.randomness = randomness
    }

    var retries: RetryEnvironment {
        RetryEnvironment(
            sleep: sleep, random: { [randomness] in Double(randomness() >> 11) / 9_007_199_254_740_992 }, now: time.now)
    }
}

/// The daemon, put together: books, queue, reviewer, poll, server, cleaner. Starts in that order and stops in the reverse.
package final class Daemon: Sendable {
    /// The port it listens on.
    package let port: Int
    private let host: String
    let ledger: Ledger
    let prices: PricesInForce
    let queue: ReviewQueue
    /// What was used, from memory.
    package let usage: WarmUsage
    /// What is served, for whoever wants to know what there is.
    let routes: [Route]
    private let counting: RecordObservation
    private let server: Server
    private let cleaner: RetentionTimer
    /// What people should hear of: the dashboard shows it, and acknowledges.
    package let alerts: AlertDesk
    let watch: AlertWatch
    private let poll: Task<Void, Never>?
    private let settings: Mutex<Settings>
    let log: Log
    private let isDraining: Flag

    /// Where it listens, for people and for curl.
    package var url: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    private init(
        _ settings: Settings, port: Int, ledger: Ledger, prices: PricesInForce, queue: ReviewQueue,
        usage: WarmUsage, routes: [Route], counting: RecordObservation, poll: Task<Void, Never>?, server: Server,
        cleaner: RetentionTimer, watch: AlertWatch, log: Log, isDraining: Flag
    ) {
        self.settings = Mutex(settings)
        host = settings.server.host
        self.port = port
        self.ledger = ledger
        self.prices = prices
        self.poll = poll
        self.queue = queue
        self.usage = usage
        self.routes = routes
        self.counting = counting
        self.server = server
        self.cleaner = cleaner
        alerts = watch.desk
        self.watch = watch
        self.log = log
        self.isDraining = isDraining
    }

    /// Opens the books and begins to serve. Throws what a person must mend before it can start.
    package static func start(_ settings: Settings, environment: DaemonEnvironment) throws -> Daemon {
        let log = environment.log
        let time = environment.time
        let startedAt = time.now()
        let table = try PriceTable.inForce(file: settings.model.pricesFile)
        remark(table, model: settings.model.id, on: startedAt, log)
        let prices = PricesInForce(table)
        let link = AlertLink()
        let ledger = try openBooks(settings, time: time, log: log, events: { link.note($0) })
        var opened: ReviewQueue?
        do {
            let metrics = Metrics()
            let access = APIAccess(token: settings.server.apiToken?.revealed)
            let isDraining = Flag()
            // The ledger's lock is that of the whole directory.
            let layout = QueueLayout(directory: settings.books.dataDirectory)
            let queue = try openQueue(layout, environment)
            opened = queue
            let watch = try AlertWatch.open(settings, environment, ledger, prices)
            let answers = AnswerFiles(layout)
            answers.discardAll(except: queue.wantedAnswers)
            var routes = BudgetRoutes(ledger: ledger, prices: prices, now: time.now, access: access).routes
            routes += QueueRoutes(queue: queue, now: time.now, access: access).routes
            routes += AlertRoutes(desk: watch.desk, ledger: ledger, now: time.now, access: access).routes
            routes += MaintenanceRoutes(ledger: ledger, now: time.now, access: access).routes
            let learned = LearnedTokens(directory: settings.books.dataDirectory, log: log)
            routes +=
                EstimateRoutes(
                    settings: settings, ledger: ledger, prices: prices, learned: learned, now: time.now, access: access
                ).routes
            let reviews = try ReviewService(
                settings, environment: environment, ledger: ledger, queue: queue, answers: answers, prices: prices,
                learned: learned, metrics: metrics, ended: { watch.note($0, $1) })
            routes += reviews.routes
            let usage = warmUsage(settings, log)
            let forecasts = ForecastCache(usage)
            routes +=
                UsageRoutes(
                    usage: usage, forecasts: forecasts, ledger: ledger, queue: layout, prices: prices,
                    retentionDays: settings.books.logRetentionDays, now: time.now, access: access
                ).routes
            let usageCounters = UsageCounters()
            let counting = ledger.observeRecords(usageCounters.count)
            let dashboard = DashboardRoutes(
                settings, environment: environment, access: access, ledger: ledger, queue: queue, prices: prices,
                usage: usage, forecasts: forecasts, alerts: watch.desk)
            routes += dashboard.routes
            let statistics = StatisticsLink()
            routes +=
                HealthRoutes(
                    ledger: ledger, queue: queue, metrics: metrics, alerts: watch.desk, usage: usageCounters,
                    isDraining: { isDraining.isSet },
                    server: { statistics.current }, startedAt: startedAt, now: time.now, access: access
                ).routes
            routes = RouteDeclarations.declared(routes)
            routes.append(OpenAPI(routes).route)
            let server = Server(routes: routes, time: time, log: log)
            statistics.connect(server)
            let port: Int
            do { port = try server.start(host: settings.server.host, port: settings.server.port) } catch {
                throw StartFailure(description: "\(error). BURSAR_HOST and BURSAR_PORT say where to listen.")
            }
            let cleaner = RetentionTimer(
                Retention(directory: ledger.configuration.directory, windows: ledger.configuration.retention),
                time: time,
                log: log)
            let daemon = Daemon(
                settings, port: port, ledger: ledger, prices: prices, queue: queue,
                usage: usage, routes: routes, counting: counting,
                poll: reviews.poll.map { poll in Task { await poll.run() } }, server: server, cleaner: cleaner,
                watch: watch, log: log, isDraining: isDraining)
            watch.start(settings, link)
            ledger.leaveAddress(daemon.url)
            ledger.whenRoomIsMade { [weak queue] in queue?.retryBlocked() }
            // What a crash left is taken up when the port is ours, not before.
            reviews.start()
            let counts = queue.counts
            log(
                .info, "listening",
                [
                    "url": daemon.url, "gitlab": settings.gitlab?.url ?? "none, a budget service only",
                    "model": settings.model.id, "data": settings.books.dataDirectory,
                    "waiting": String(counts.waiting + counts.blocked),
                ])
            return daemon
        } catch {
            opened?.close()
            ledger.close()
            throw error
        }
    }

    /// Takes no more work, lets reviews under way finish for `graceSeconds`, then closes the server and, last, the books.
    /// What waits, and what did not finish, is in the queue at the next start.
    package func stop(graceSeconds: Int) async {
        isDraining.set()
        poll?.cancel()
        queue.stop()
        await withTaskGroup { group in
            group.addTask { await self.queue.untilIdle() }
            group.addTask { try? await Task.sleep(for: .seconds(graceSeconds)) }
            await group.next()
            group.cancelAll()
        }
        let counts = queue.counts
        cleaner.cancel()
        server.stop(graceSeconds: min(graceSeconds, 10))
        await watch.stop()
        queue.close()
        ledger.close()
        log(
            .info, "stopped",
            counts.waiting + counts.running + counts.blocked == 0
                ? [:]
                : [
                    "left_in_queue": String(counts.waiting + counts.blocked), "cut_off": String(counts.running),
                ])
    }

    /// Returns when no review runs and none that could run waits. Those that wait for a reset or for another try do so still.
    package func untilIdle() async { await queue.untilIdle() }

    func exchangeSettings(_ new: Settings) -> Settings {
        settings.withLock { settings in
            defer { settings = new }
            return settings
        }
    }

    /// Looks at once at what has become due, for a clock that was set forward.
    package func tick() {
        queue.tick()
        watch.look()
    }

    /// Returns when looks for alerts that were begun have ended and what they found is written down.
    package func untilLooked() async { await watch.untilLooked() }

    /// What was used, to be read in the background: the start does not wait for it.
    private static func warmUsage(_ settings: Settings, _ log: Log) -> WarmUsage {
        let usage = WarmUsage(directory: settings.books.dataDirectory)
        DispatchQueue.global(qos: .utility).async {
            do throws(POSIXFailure) { try usage.warm() } catch {
                log(.warning, "the usage cannot be read; it is tried again", ["failure": error.description])
            }
        }
        return usage
    }

    private static func openQueue(_ layout: QueueLayout, _ environment: DaemonEnvironment) throws -> ReviewQueue {
        do throws(POSIXFailure) {
            return try ReviewQueue.open(
                layout, time: environment.time, randomness: environment.randomness, log: environment.log)
        } catch {
            throw StartFailure(
                description: "The queue '\(layout.journal)' cannot be opened: \(error). "
                    + "Name a TOKEN_DATA_DIR that the daemon's user may write to.")
        }
    }

    private static func openBooks(
        _ settings: Settings, time: TimeSource, log: Log, events: @escaping @Sendable (LedgerEvent) -> Void
    ) throws -> Ledger {
        do {
            return try Ledger.open(LedgerConfiguration(settings), time: time, log: log, events: events)
        } catch let failure as POSIXFailure {
            throw StartFailure(
                description: "TOKEN_DATA_DIR '\(settings.books.dataDirectory)' cannot be used: \(failure). "
                    + "Name a directory that the daemon's user may write to.")
        } catch LedgerError.taken(let directory, let pid) {
            throw StartFailure(
                description: "\(LedgerError.taken(directory: directory, by: pid)). "
                    + "Stop it first, or give this one a TOKEN_DATA_DIR of its own.")
        }
    }

    private static func remark(_ prices: PriceTable, model: String, on now: Instant, _ log: Log) {
        if prices.price(of: model, at: now) == nil {
            log(.warning, "no price is known for the model, costs will be empty", ["model": model])
        }
        if prices.isStale(on: now.day) {
            log(
                .warning, "the price table is old",
                ["retrieved": "\(prices.retrieved)", "days": String(prices.ageDays(on: now.day))])
        }
    }
}

/// Why the daemon cannot start, and what to do about it.
package struct StartFailure: Error, CustomStringConvertible {
    /// One or two sentences.
    package let description: String
}

/// A switch that is thrown once.
final class Flag: Sendable {
    private let state = Atomic(false)
    /// Whether it has been thrown.
    var isSet: Bool { state.load(ordering: .acquiring) }
    /// Throws it.
    func set() { state.store(true, ordering: .releasing) }
}

/// Gives the metrics the server's counts, although the server is made from the routes that show them.
private final class StatisticsLink: Sendable {
    private let server = Mutex<Server?>(nil)
    var current: ServerStatistics? { server.withLock { $0 }?.statistics }
    func connect(_ server: Server) { self.server.withLock { $0 = server } }
}
