import Budget
import Digest
import Foundation
import GitLab
package import HTTPClient
import HTTPServer
import HTTPWire
import Ledger
package import Platform
import Prices
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

/// The daemon, put together: books, queue, reviewer, server, cleaner. Starts in that order and stops in the reverse.
package final class Daemon: Sendable {
    /// The port it listens on.
    package let port: Int
    private let host: String
    private let ledger: Ledger
    private let queue: ReviewQueue
    private let server: Server
    private let cleaner: RetentionTimer
    private let log: Log
    private let isDraining: Flag

    /// Where it listens, for people and for curl.
    package var url: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    private init(
        host: String, port: Int, ledger: Ledger, queue: ReviewQueue, server: Server, cleaner: RetentionTimer, log: Log,
        isDraining: Flag
    ) {
        self.host = host
        self.port = port
        self.ledger = ledger
        self.queue = queue
        self.server = server
        self.cleaner = cleaner
        self.log = log
        self.isDraining = isDraining
    }

    /// Opens the books and begins to serve. Throws what a person must mend before it can start.
    package static func start(_ settings: Settings, environment: DaemonEnvironment) throws -> Daemon {
        let log = environment.log
        let time = environment.time
        let startedAt = time.now()
        let prices = try PriceTable.inForce(file: settings.model.pricesFile)
        remark(prices, model: settings.model.id, on: startedAt, log)
        let ledger = try openBooks(
            settings, time: time, log: log)
        do {
            let metrics = Metrics()
            let access = APIAccess(token: settings.server.apiToken?.revealed)
            let isDraining = Flag()
            var routes = BudgetRoutes(ledger: ledger, prices: prices, now: time.now, access: access).routes
            let reviews = try ReviewService(
                settings, environment: environment, ledger: ledger, prices: prices, metrics: metrics)
            routes += reviews.routes
            let statistics = StatisticsLink()
            routes +=
                HealthRoutes(
                    ledger: ledger, queue: reviews.queue, metrics: metrics, isDraining: { isDraining.isSet },
                    server: { statistics.current }, startedAt: startedAt, access: access
                ).routes
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
                host: settings.server.host, port: port, ledger: ledger, queue: reviews.queue, server: server,
                cleaner: cleaner, log: log, isDraining: isDraining)
            ledger.leaveAddress(daemon.url)
            log(
                .info, "listening",
                [
                    "url": daemon.url, "gitlab": settings.gitlab?.url ?? "none, a budget service only",
                    "model": settings.model.id, "data": settings.books.dataDirectory,
                ])
            return daemon
        } catch {
            ledger.close()
            throw error
        }
    }

    /// Takes no more work, lets reviews under way finish for `graceSeconds`, then closes the server and, last, the books.
    package func stop(graceSeconds: Int) async {
        isDraining.set()
        let dropped = queue.stop()
        for job in dropped { log(.warning, "review given up by the stop", ["merge_request": job.name]) }
        await withTaskGroup { group in
            group.addTask { await self.queue.untilIdle() }
            group.addTask { try? await Task.sleep(for: .seconds(graceSeconds)) }
            await group.next()
            group.cancelAll()
        }
        cleaner.cancel()
        server.stop(graceSeconds: min(graceSeconds, 10))
        ledger.close()
        log(.info, "stopped")
    }

    /// Returns when no review waits or runs.
    package func untilIdle() async { await queue.untilIdle() }

    private static func openBooks(_ settings: Settings, time: TimeSource, log: Log) throws -> Ledger {
        do {
            return try Ledger.open(LedgerConfiguration(settings), time: time, log: log)
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
