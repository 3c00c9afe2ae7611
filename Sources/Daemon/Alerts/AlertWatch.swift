import Alerts
import Budget
import Dispatch
import JSON
import Ledger
import Platform
import Prices
import Queue
import Settings
import Synchronization
import UTCTime

/// Looks at the books for what people should hear of, beside the work and never in its way.
///
/// A short look each second compares the counters of the budgets with their thresholds, when something has changed since
/// the last; a long one every ten minutes reads the rows, for forecasts and what stands out. Both also look at the start,
/// so what came about while nobody looked is told once. What the books and the queue tell of themselves comes at once.
final class AlertWatch: Sendable {
    private struct State {
        /// The ledger's revision and hour at the last short look.
        var seen: (revision: UInt64, hour: Int64)?
        /// The same at the last long look, and when that was.
        var read: (revision: UInt64, time: Instant)?
        /// Calls without a price at the last short look.
        var unpricedCalls = 0
        var digestTime: DigestTime?
        /// The day whose digest was seen to.
        var digestDay: Day?
        var isStopped = false
    }

    let desk: AlertDesk
    private let ledger: Ledger
    private let prices: PricesInForce
    private let figures: AlertFigures
    private let time: TimeSource
    private let log: Log
    private let state = Mutex(State())
    private let short = DispatchQueue(label: "alerts.look")
    private let long = DispatchQueue(label: "alerts.read", qos: .utility)

    /// Milliseconds between two short looks.
    static let lookMilliseconds = 1000
    /// Seconds between two long looks.
    static let readSeconds: Int64 = 600
    /// Counters whose agents are named, in one look: each costs reading rows.
    static let namedMax = 20

    private init(
        desk: AlertDesk, ledger: Ledger, prices: PricesInForce, figures: AlertFigures, time: TimeSource, log: Log
    ) {
        self.desk = desk
        self.ledger = ledger
        self.prices = prices
        self.figures = figures
        self.time = time
        self.log = log
    }

    /// A watch over `ledger`, with the alerts of its data directory. Throws when they cannot be opened.
    static func open(
        _ settings: Settings, _ environment: DaemonEnvironment, _ ledger: Ledger, _ prices: PricesInForce
    ) throws -> AlertWatch {
        let directory = settings.books.dataDirectory
        var limits = AlertLimits()
        limits.keptDays = settings.books.logRetentionDays
        let log = environment.log
        do throws(POSIXFailure) {
            let desk = try AlertDesk.open(
                directory: directory, limits: limits,
                environment: AlertEnvironment(
                    time: environment.time, transport: environment.transport, sleep: environment.sleep,
                    randomness: environment.randomness, isStillTrue: { isStillTrue($0, ledger) },
                    raised: { announce($0, ledger, log) }),
                log: log)
            return AlertWatch(
                desk: desk, ledger: ledger, prices: prices, figures: AlertFigures(directory: directory),
                time: environment.time, log: log)
        } catch {
            throw StartFailure(
                description: "The alerts '\(directory)/state/alerts.journal' cannot be opened: \(error). "
                    + "Name a TOKEN_DATA_DIR that the daemon's user may write to.")
        }
    }

    /// Begins to send, to hear by `link` what the books tell, and to look: what came about before is found by the look.
    func start(_ settings: Settings, _ link: AlertLink) {
        update(settings.alerts)
        link.connect(self)
        look()
        armTimer()
    }

    /// Sends where `settings` say from now on.
    func update(_ settings: AlertSettings) {
        state.withLock { $0.digestTime = settings.digestTime.map { DigestTime(hour: $0.hour, minute: $0.minute) } }
        desk.setTargets(settings.targets)
    }

    /// Ends looking, then sending.
    func stop() async {
        state.withLock { $0.isStopped = true }
        await untilLooked()
        await desk.close()
    }

    /// Returns when looks that were begun have ended and what they found is written down.
    func untilLooked() async {
        await withCheckedContinuation { continuation in short.async { continuation.resume() } }
        await withCheckedContinuation { continuation in long.async { continuation.resume() } }
        await desk.settled()
    }

    private func armTimer() {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.lookMilliseconds)) { [weak self] in
            guard let self, !state.withLock({ $0.isStopped }) else { return }
            look()
            armTimer()
        }
    }

    // MARK: Short looks

    /// Takes a short look, and a long one when it is due.
    func look() { short.async { [self] in lookAtCounters() } }

    private func lookAtCounters() {
        guard !state.withLock({ $0.isStopped }) else { return }
        let now = time.now()
        let sight = (revision: ledger.revision, hour: now.seconds / 3600)
        let isNews = state.withLock { state in
            defer { state.seen = sight }
            return state.seen.map { $0 != sight } ?? true
        }
        var mustRead = false
        if isNews {
            let standings = ledger.standings()
            if ledger.status().isEnabled { raiseThresholds(standings) }
            let unpriced = standings.first { $0.budget.name == BudgetDefinition.dailyName }?.unpricedCalls ?? 0
            mustRead = state.withLock { state in
                defer { state.unpricedCalls = unpriced }
                return unpriced > state.unpricedCalls
            }
        }
        lookAtHealth()
        if mustRead { long.async { [self] in raiseUnknownPrices(at: now) } }
        readIfDue(sight.revision, now)
        tellDigestIfDue(now)
    }

    private func raiseThresholds(_ standings: [BudgetStanding]) {
        let fresh = standings.filter { BudgetRule.claim(for: $0).map(desk.isNew) ?? false }
        desk.raise(
            fresh.enumerated().compactMap { index, standing in
                BudgetRule.candidate(
                    for: standing, spenders: index < Self.namedMax ? figures.spenders(of: standing, ledger) : [])
            })
    }

    private func lookAtHealth() {
        switch ledger.health {
        case .writable: desk.clear(AlertCandidate.booksKey)
        case .failing(let reason), .damaged(let reason): desk.raise([.booksTrouble(reason)])
        }
    }

    // MARK: Long looks

    private func readIfDue(_ revision: UInt64, _ now: Instant) {
        let isDue = state.withLock { state in
            if let read = state.read {
                let age = now.seconds - read.time.seconds
                let isNewDay = read.time.day != now.day
                guard age < 0 || isNewDay || (age >= Self.readSeconds && read.revision != revision) else {
                    return false
                }
            }
            state.read = (revision, now)
            return true
        }
        if isDue { long.async { [self] in read(at: now) } }
    }

    private func read(at now: Instant) {
        guard !state.withLock({ $0.isStopped }) else { return }
        desk.tidy()
        desk.raise(
            ledger.openReservations().filter { $0.state == .unresolved }.map(AlertCandidate.unresolvedHold))
        let table = prices.table
        if table.isStale(on: now.day) {
            desk.raise([
                .stalePrices(
                    retrieved: table.retrieved.description, ageDays: table.ageDays(on: now.day), on: now.day)
            ])
        }
        raiseUnknownPrices(at: now)
        let limit = ledger.status().limitTokens
        desk.raise(reading { try figures.largeReviews(at: now, limitTokens: limit) })
        let isEnabled = ledger.status().isEnabled
        let standings = isEnabled ? ledger.standings() : []
        desk.raise(reading { try figures.outstanding(at: now, standings, ledger) })
    }

    private func raiseUnknownPrices(at now: Instant) {
        desk.raise(reading { try figures.unknownPrices(at: now) })
    }

    /// What cannot be read now is read with the next look.
    private func reading(_ candidates: () throws -> [AlertCandidate]) -> [AlertCandidate] {
        do { return try candidates() } catch {
            log(.warning, "the rows cannot be read for alerts", ["error": "\(error)"])
            return []
        }
    }

    private func tellDigestIfDue(_ now: Instant) {
        let due = state.withLock { state -> Day? in
            guard let day = state.digestTime?.dueDay(at: now), state.digestDay != day else { return nil }
            state.digestDay = day
            return day
        }
        guard let due, desk.isNew(Digest.claim(on: due)) else { return }
        long.async { [self] in
            let standings = ledger.standings()
            desk.raise(reading { try figures.digest(on: due, at: now, standings).map { [$0] } ?? [] })
        }
    }

    // MARK: What is told of at once

    /// Takes what the books tell of themselves.
    func note(_ event: LedgerEvent) {
        switch event {
        case .largeReview(let record, let percent):
            // Of the limit with its grants, as the percent is. The books are asked later: now they are at work.
            short.async { [self] in
                desk.raise([.largeReview(record, percent: percent, limitTokens: ledger.status().limitTokens)])
            }
        case .unresolved(let reservation): desk.raise([.unresolvedHold(reservation)])
        case .writeFailed(let reason): desk.raise([.booksTrouble(reason)])
        case .lowSpace(let available, let floor):
            desk.raise([
                .booksTrouble(
                    "Space is low: \(Figures.grouped(available)) bytes are free, "
                        + "\(Figures.grouped(floor)) are kept for calls under way")
            ])
        case .recovered: desk.clear(AlertCandidate.booksKey)
        case .warningThresholdPassed, .dayChanged, .clockBehind: break
        }
    }

    /// Takes how a review ended.
    func note(_ job: Job, _ result: JobResult) {
        guard result.outcome == .failed || result.outcome == .undelivered else { return }
        desk.raise([
            .reviewFailed(
                job: job.id, mergeRequest: job.name, reason: result.reason, isPaid: result.outcome == .undelivered,
                at: time.now())
        ])
    }
}

/// Brings what the books tell to the watch, although the books are opened first.
final class AlertLink: Sendable {
    private let watch = Mutex<WeakWatch>(WeakWatch(value: nil))

    private struct WeakWatch: Sendable {
        weak var value: AlertWatch?
    }

    func connect(_ watch: AlertWatch) { self.watch.withLock { $0.value = watch } }
    func note(_ event: LedgerEvent) { watch.withLock { $0.value }?.note(event) }
}
